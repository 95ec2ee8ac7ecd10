"""The spider that traversals the newsroom's listing pages, and then the items' own."""

from __future__ import annotations

import dataclasses
import logging
from collections.abc import AsyncIterator, Iterator
from typing import Any

import scrapy
from scrapy import signals
from scrapy.crawler import Crawler
from scrapy.exceptions import CloseSpider
from scrapy.http import Request, Response
from twisted.python.failure import Failure

from osce_news.crawl.middlewares import RequestStats, RequestStatsExtension
from osce_news.crawl.options import CrawlOptions
from osce_news.crawl.pagers import PageFacts
from osce_news.crawl.rejected_pages import keep
from osce_news.crawl.responses import error_of, fetched_at, header, page_of
from osce_news.crawl.run import CrawlRun, partial
from osce_news.crawl.spiders.articles import ArticleReader
from osce_news.crawl.user_agent import set_up
from osce_news.errors import (
    BadInputError,
    ChallengePageError,
    LayoutError,
    NetworkError,
    OsceNewsError,
    UnavailableError,
)
from osce_news.items import ArticleItem, Listing
from osce_news.pages.extract import read_listing, result_keys
from osce_news.storage import NOT_MODIFIED, Validators
from osce_news.urls import site_of

logger = logging.getLogger(__name__)


class NewsroomSpider(scrapy.Spider):
    """Walks the list from its top to its end; the arguments are those of `osce-news crawl`.

    One page is in hand at a time: where to go next is known when it is stored.
    """

    name = "newsroom"

    def __init__(self, *args: Any, run: CrawlRun, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.run = run
        self.options = run.options
        self._awaited: str | None = None  # the page that was asked for and has not been dealt with
        self._body = b""
        self._reading: PageFacts | None = None  # of the page in hand
        self._articles: ArticleReader | None = None  # when the list is read
        self.allowed_domains = [site_of(run.options.start_url)]

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **kwargs: Any) -> NewsroomSpider:
        """Return the spider with its options checked; raises BadInputError.

        A `run` that is given is open already; the options are then its own.
        """
        names = [field.name for field in dataclasses.fields(CrawlOptions)]
        given = {name: kwargs.pop(name) for name in names if kwargs.get(name) is not None}
        given.setdefault("db", crawler.settings["OSCE_NEWS_DB"])
        given.setdefault("archive", crawler.settings["OSCE_NEWS_ARCHIVE"])
        # An argument of scrapyd's own begins with "_".
        if unknown := [name for name in kwargs if name not in {"run", *names} and name[:1] != "_"]:
            raise BadInputError(
                f"no argument of the crawl: {', '.join(unknown)}; there are {', '.join(names)}"
            )
        run = kwargs.pop("run", None) or CrawlRun(CrawlOptions.parse(**given))
        set_up(crawler, run.options)
        spider = super().from_crawler(crawler, *args, run=run, **kwargs)
        crawler.signals.connect(spider.spider_closed, signals.spider_closed)
        crawler.signals.connect(spider.stored, signals.item_scraped)
        for fault in (signals.spider_error, signals.item_error):
            crawler.signals.connect(spider.fault, fault)
        return spider

    async def start(self) -> AsyncIterator[Request]:
        """Yield the request of the first page."""
        first = self._next()
        if first is not None:
            yield first

    def parse(self, response: Response, known: Validators | None = None) -> Iterator[Listing]:
        """Yield the page's records as one item."""
        self._body = response.body
        try:
            yield (
                self._unchanged(response, known) if response.status == NOT_MODIFIED else self._read(response)
            )
        except OsceNewsError as error:
            raise self._failed(error) from error

    def store(self, item: Listing | ArticleItem) -> None:
        """Store the page in hand and choose the next; raises StorageError."""
        if isinstance(item, ArticleItem):
            self.run.store_article(item, self._cost())
            return
        assert self._reading is not None
        self.run.store(item, self._reading, self._cost())

    def stored(self, item: Listing | ArticleItem) -> None:
        """Ask for the next page, if there is one."""
        if isinstance(item, ArticleItem):
            assert self._articles is not None
            self._articles.stored(item)
            self._go_on()
            return
        traversal = self.run.traversal
        of = f" of about {traversal.total}" if traversal.total else ""
        logger.info("page %d%s: %d results", traversal.pages, of, item.results)
        self._go_on()

    def not_read(self, failure: Failure) -> None:
        """Go on behind a page that could not be had, or end the crawl."""
        error = error_of(failure)
        if isinstance(error, UnavailableError) or not isinstance(error, NetworkError):
            raise self._failed(partial(error, self.run.summary.pages))
        self.run.skip(error)
        if self.run.error is not None:
            raise CloseSpider(type(self.run.error).__name__)
        self._go_on()

    def _go_on(self) -> None:
        self._awaited = None
        try:
            request = self._next()
        except OsceNewsError as error:
            self.run.fail(error)
            request = None
        if request is not None and self.crawler.engine is not None:
            self.crawler.engine.crawl(request)

    def _next(self) -> Request | None:
        """Return the request of the next page, of the list or behind its end; None if there is none."""
        if self.run.error is None and self.run.traversal.url is not None:
            return self._request(self.run.traversal.url)
        if self._articles is None and (articles := self.run.settle()) is not None:
            self._articles = ArticleReader(self.run, articles, self.delay, self._not_understood)
        request = self._articles.request() if self._articles is not None else None
        if request is not None:
            self._awaited = request.url
        return request

    def delay(self) -> float:
        """Return the seconds between two requests that are in force."""
        engine = self.crawler.engine
        slot = engine.downloader.slots.get(self.allowed_domains[0]) if engine else None
        return slot.delay if slot else self.crawler.settings.getfloat("DOWNLOAD_DELAY")

    def _request(self, url: str) -> Request:
        self._awaited = url
        known = self.run.validators(url)
        headers = {}
        if known and known.etag:
            headers["If-None-Match"] = known.etag
        if known and known.last_modified:
            headers["If-Modified-Since"] = known.last_modified
        return Request(
            url,
            headers=headers,
            callback=self.parse,
            errback=self.not_read,
            cb_kwargs={"known": known},
            meta={"handle_httpstatus_list": [NOT_MODIFIED] if known else []},
        )

    def _read(self, response: Response) -> Listing:
        """Return the page's records; a page that is not understood is kept for a look."""
        try:
            page = page_of(response)
            item = read_listing(
                page, body=response.body, fetched_at=fetched_at(response), status=response.status
            )
        except (LayoutError, ChallengePageError) as error:
            raise self._not_understood(error, response.url) from error
        item.listed = result_keys(page)
        item.etag, item.last_modified = header(response, "ETag"), header(response, "Last-Modified")
        dates = [result.published for result in page.results]
        self._reading = PageFacts(response.url, item.listed, dates, page.pager)
        return item

    def _unchanged(self, response: Response, known: Validators | None) -> Listing:
        """Return a page of which the server says that it is as it was read last."""
        if known is None:
            raise NetworkError(f"{response.url}: the site answered with status 304, which was not asked for")
        self._reading = PageFacts(response.url, known.listed)
        return Listing(
            url=response.url,
            fetched_at=fetched_at(response),
            sha256=known.sha256,
            status=NOT_MODIFIED,
            results=len(known.listed),
            listed=known.listed,
        )

    def _not_understood(self, error: OsceNewsError, url: str, body: bytes | None = None) -> OsceNewsError:
        kept = self.run.archived_in or keep(self.options.db, self._body if body is None else body)
        error.args = (f"{url}: {error}" + (f"; the page is kept in {kept}" if kept else ""),)
        return error

    def _failed(self, error: OsceNewsError) -> CloseSpider:
        self.run.fail(error)
        return CloseSpider(type(error).__name__)

    def fault(self, failure: Failure) -> None:
        """Note an error of a pipeline, and one that nobody foresaw: Scrapy would only log it."""
        error = failure.value
        if isinstance(error, LayoutError):
            self.run.fail(self._not_understood(error, self._awaited or self.options.start_url))
        elif isinstance(error, OsceNewsError):
            self.run.fail(error)
        else:
            name = type(error).__name__
            self.run.fail(OsceNewsError(f"{name}: {error} (this is a bug in osce-news)"))
        if self.crawler.engine is not None:
            self.crawler.engine.close_spider(self, "fault")

    def spider_closed(self, reason: str) -> None:
        """Write down how the crawl ended and what it cost the site."""
        self.run.interrupted = reason == "shutdown"
        if self._awaited is not None and not self.run.interrupted:
            # Nothing may end a traversal quietly before its last page.
            unanswered = NetworkError(
                f"{self._awaited}: the crawl ended ({reason}) before this page was read"
            )
            self.run.fail(partial(unanswered, self.run.summary.pages))
        self.run.receipt(self._cost())
        self.run.close()

    def _cost(self) -> RequestStats:
        receipt = self.crawler.get_extension(RequestStatsExtension)
        return receipt.cost() if receipt is not None else RequestStats()
