"""The canary: asks for one listing page and tells how much of it is understood."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

import scrapy
from scrapy import signals
from scrapy.crawler import Crawler
from scrapy.http import Request, Response
from twisted.python.failure import Failure

from osce_news.clock import utc_now
from osce_news.crawl.addresses import page_number, site_of
from osce_news.crawl.answers import error_of, page_of
from osce_news.crawl.coverage import Coverage, coverage
from osce_news.crawl.options import CrawlOptions
from osce_news.crawl.polite.manners import set_up
from osce_news.errors import NetworkError, OsceNewsError
from osce_news.items import ListingItem
from osce_news.pipelines import prepare
from osce_news.reading import read_listing


class CheckSpider(scrapy.Spider):
    """Reads the first page and stores nothing; `coverage` or `error` says what was found."""

    name = "check"
    custom_settings = {"ITEM_PIPELINES": {}}  # noqa: RUF012  # Scrapy reads it as a plain dictionary

    def __init__(self, *args: Any, options: CrawlOptions, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.options = options
        self.page: ListingItem | None = None
        self.coverage: Coverage | None = None
        self.error: OsceNewsError | None = None
        self.allowed_domains = [site_of(options.start_url)]

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **kwargs: Any) -> CheckSpider:
        """Return the spider, polite as asked for in its options."""
        options = kwargs.pop("options", None) or CrawlOptions.parse(**kwargs)
        set_up(crawler, options)
        spider = super().from_crawler(crawler, *args, options=options)
        crawler.signals.connect(spider.fault, signals.spider_error)
        crawler.signals.connect(spider.ended, signals.spider_closed)
        return spider

    async def start(self) -> AsyncIterator[Request]:
        """Yield the one request."""
        yield Request(self.options.start_url, callback=self.parse, errback=self.not_read)

    def parse(self, response: Response, **kwargs: Any) -> None:
        """Read the page and note what it holds, or why it is not understood."""
        try:
            page = page_of(response)
            read = read_listing(page, body=response.body, fetched_at=utc_now(), status=response.status)
            last = page_number(page.pager.last or "")
            self.page = prepare(read)
            self.coverage = coverage(self.page, None if last is None else last + 1)
        except OsceNewsError as error:
            error.args = (f"{response.url}: {error}",)
            self.error = error

    def not_read(self, failure: Failure) -> None:
        """Note why the page could not be had."""
        self.error = error_of(failure)

    def fault(self, failure: Failure) -> None:
        """Note an error that nobody foresaw."""
        self.error = OsceNewsError(f"{failure.value!r} (this is a fault of osce-news)")

    def ended(self, reason: str) -> None:
        """Note that the crawl ended before the page was read."""
        if self.coverage is None and self.error is None:
            self.error = NetworkError(f"{self.options.start_url}: not read ({reason})")
