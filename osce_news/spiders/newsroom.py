"""The spider that walks the newsroom's listing pages."""

from __future__ import annotations

import logging
import os
from collections.abc import AsyncIterator, Iterator
from typing import Any

import scrapy
from scrapy import signals
from scrapy.crawler import Crawler
from scrapy.exceptions import (
    CannotResolveHostError,
    CloseSpider,
    DownloadCancelledError,
    DownloadConnectionRefusedError,
    DownloadFailedError,
    DownloadTimeoutError,
    ResponseDataLossError,
)
from scrapy.http import Request, Response
from scrapy.spidermiddlewares.httperror import HttpError
from twisted.python.failure import Failure

from osce_news import settings
from osce_news.clock import utc_now
from osce_news.crawl.options import CrawlOptions
from osce_news.crawl.politeness import Receipt, RobotsError
from osce_news.crawl.run import CrawlRun, partial
from osce_news.crawl.walk import Walk, page_number, site_of
from osce_news.errors import (
    ChallengePageError,
    LayoutError,
    NetworkError,
    OsceNewsError,
    RefusedError,
)
from osce_news.items import ListingItem
from osce_news.pages import ListingPage
from osce_news.reading import decode, read_listing

logger = logging.getLogger(__name__)

_REFUSING = frozenset({401, 403, 429, 451})


class NewsroomSpider(scrapy.Spider):
    """Walks the list from its first page to its last; the arguments are those of `osce-news crawl`."""

    name = "newsroom"

    def __init__(self, *args: Any, options: CrawlOptions, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.options = options
        self.walk = Walk(options)
        self.run = CrawlRun(options)
        self._awaited: str | None = None  # the page that was asked for and has not been dealt with
        self.allowed_domains = [site_of(options.start_url)]

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **kwargs: Any) -> NewsroomSpider:
        """Return the spider with its options checked; raises BadInputError."""
        names = ("start_url", "db", "since", "until", "max_pages", "rows", "delay")
        given = {name: kwargs.pop(name) for name in names if kwargs.get(name) is not None}
        given.setdefault("db", crawler.settings["OSCE_NEWS_DB"])
        options = CrawlOptions.parse(**given)
        if options.delay is not None:
            crawler.settings.set("DOWNLOAD_DELAY", options.delay, priority="spider")
        if contact := crawler.settings["OSCE_NEWS_CONTACT"] or os.environ.get("OSCE_NEWS_CONTACT"):
            crawler.settings.set(
                "USER_AGENT", f"{crawler.settings['USER_AGENT']} (+{contact})", priority="spider"
            )
        else:
            logger.warning("no contact in the user agent: set OSCE_NEWS_CONTACT to your e-mail or page")
        spider = super().from_crawler(crawler, *args, options=options, **kwargs)
        crawler.signals.connect(spider.spider_closed, signals.spider_closed)
        for fault in (signals.spider_error, signals.item_error):
            crawler.signals.connect(spider.fault, fault)
        return spider

    async def start(self) -> AsyncIterator[Request]:
        """Yield the request of the first page."""
        yield self._request(self.walk.start)

    def parse(self, response: Response, **kwargs: Any) -> Iterator[ListingItem | Request]:
        """Yield the page's records as one item, and the request of the next page."""
        try:
            page, item = self._read(response)
        except OsceNewsError as error:
            raise self._failed(error) from error
        yield item
        try:
            following = self.walk.next(response.url, page.pager, [one.published for one in page.results])
        except OsceNewsError as error:
            raise self._failed(error) from error
        number = page_number(response.url) or 0
        logger.info("page %d of %s: %d results", number + 1, self.walk.total or "?", len(page.results))
        self._awaited = None
        if following is not None:
            yield self._request(following)

    def not_read(self, failure: Failure) -> None:
        """End the crawl: a page could not be had, and the pages behind it can't be found without it."""
        raise self._failed(partial(_error_of(failure), self.walk.pages))

    def _request(self, url: str) -> Request:
        self._awaited = url
        return Request(url, callback=self.parse, errback=self.not_read)

    def _read(self, response: Response) -> tuple[ListingPage, ListingItem]:
        """Return the page and its records; a page that is not understood is kept for a look."""
        declared = response.headers.get("Content-Type")
        content_type = declared.decode("latin-1") if declared else None
        page = ListingPage(decode(response.body, content_type), response.url)
        try:
            if content_type and not ("html" in content_type or "xml" in content_type):
                raise LayoutError("html", expected="an HTML page", got=f"content of type {content_type}")
            return page, read_listing(page, body=response.body, fetched_at=utc_now(), status=response.status)
        except (LayoutError, ChallengePageError) as error:
            kept = self.run.keep(response.body)
            error.args = (f"{response.url}: {error}" + (f"; the page is kept in {kept}" if kept else ""),)
            raise

    def _failed(self, error: OsceNewsError) -> CloseSpider:
        self.run.fail(error)
        return CloseSpider(type(error).__name__)

    def fault(self, failure: Failure) -> None:
        """Note an error that nobody foresaw: Scrapy would only log it and end with status 0."""
        if not isinstance(failure.value, OsceNewsError):
            name = type(failure.value).__name__
            self.run.fail(OsceNewsError(f"{name}: {failure.value} (this is a fault of osce-news)"))
        if self.crawler.engine is not None:
            self.crawler.engine.close_spider(self, "fault")

    def spider_closed(self, reason: str) -> None:
        """Write down how the crawl ended and what it cost the site."""
        self.run.interrupted = reason == "shutdown"
        if self._awaited is not None and not self.run.interrupted:
            # Nothing may end a walk quietly before its last page.
            unanswered = NetworkError(
                f"{self._awaited}: the crawl ended ({reason}) before this page was read"
            )
            self.run.fail(partial(unanswered, self.walk.pages))
        receipt = self.crawler.get_extension(Receipt)
        if receipt is not None:
            self.run.receipt(receipt.requests, receipt.smallest_gap_s)
        self.run.close()


# What the errors of Scrapy's downloader mean; most of them have no text of their own.
_MEANINGS: tuple[tuple[type[Exception], str], ...] = (
    (CannotResolveHostError, "no such host, or no network"),
    (DownloadConnectionRefusedError, "nobody answers there"),
    (DownloadTimeoutError, f"no answer within {settings.DOWNLOAD_TIMEOUT} s"),
    (DownloadCancelledError, f"more than {settings.DOWNLOAD_MAXSIZE // 1024**2} MiB are no listing page"),
    (ResponseDataLossError, "the answer is cut"),
    (DownloadFailedError, "the connection failed"),
)


def _error_of(failure: Failure) -> OsceNewsError:
    """Return what a failed request means to the person who runs the crawl."""
    error = failure.value
    url = getattr(getattr(failure, "request", None), "url", "the site")
    if isinstance(error, HttpError):
        status = error.response.status
        if status in _REFUSING:
            return RefusedError(
                f"{url}: the site refuses (status {status}); wait, or write to the site's owner"
            )
        return NetworkError(f"{url}: the site answered with status {status}")
    if isinstance(error, RobotsError) or str(error) == "Forbidden by robots.txt":
        return RefusedError(f"{url}: {str(error)[0].lower()}{str(error)[1:]}")
    if "offsite" in str(error):
        return NetworkError(f"{url}: on another site, so it was not followed")
    if "DOWNLOAD_MAXSIZE" in str(error):  # while it was decompressed
        error = DownloadCancelledError()
    meaning = next((text for kind, text in _MEANINGS if isinstance(error, kind)), str(error).strip())
    return NetworkError(f"{url}: can't be read: {meaning or type(error).__name__}")
