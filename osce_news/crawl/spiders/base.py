"""The base classes of the spiders: delay and request counts of all; how those of a crawl begin and end."""

from __future__ import annotations

import logging
import math
import os
from collections.abc import Callable
from dataclasses import replace
from typing import Any, ClassVar, Self, TypeVar

import scrapy
from scrapy import signals
from scrapy.crawler import Crawler
from scrapy.exceptions import CloseSpider
from scrapy.http import Request, Response
from scrapy.settings import BaseSettings
from twisted.python.failure import Failure

from osce_news.crawl.config import load_options
from osce_news.crawl.crawl import Crawl
from osce_news.crawl.crawl_run import CrawlRun
from osce_news.crawl.failures import as_partial
from osce_news.crawl.options import OPTIONS, CrawlOptions
from osce_news.crawl.pipelines import StoragePipeline
from osce_news.crawl.responses import keep_page
from osce_news.errors import (
    BadInputError,
    ChallengePageError,
    LayoutError,
    NetworkError,
    OsceNewsError,
    unexpected,
)
from osce_news.urls import short_address, site_host

logger = logging.getLogger(__name__)
RunT = TypeVar("RunT", bound=CrawlRun)

# The counters of a run in Scrapy's stats; robots.txt, redirects and retries count too.
_STATS = {
    "requests": "downloader/request_count",
    "bytes": "downloader/response_bytes",  # compressed or not, with headers
    "retries": "retry/count",
    "back_offs": "back_off/count",  # waits beyond the crawl-delay
    "waited_s": "back_off/seconds",
}


class PoliteSpider(scrapy.Spider):
    """A spider that keeps the delay of its `options`, counts requests, and says who crawls."""

    options: Any

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._last_request = self._smallest_gap_s = math.inf
        self._counted_before: dict[str, float] = dict.fromkeys(_STATS, 0)

    @classmethod
    def update_settings(cls, settings: BaseSettings) -> None:
        """Add the contact to the user agent."""
        super().update_settings(settings)
        if contact := settings["OSCE_NEWS_CONTACT"] or os.environ.get("OSCE_NEWS_CONTACT"):
            settings.set("USER_AGENT", f"{settings['USER_AGENT']} (+{contact})", priority="spider")
        else:
            logger.warning(
                "no contact in the user agent: set OSCE_NEWS_CONTACT to your e-mail address or web page"
            )

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **kwargs: Any) -> Self:
        """Return the spider after setting its delay."""
        spider = super().from_crawler(crawler, *args, **kwargs)
        crawler.signals.connect(spider.request_left, signals.request_left_downloader)
        crawler.signals.connect(spider.spider_error, signals.spider_error)
        if spider.options.delay is not None and not crawler.settings.frozen:  # as they are in `scrapy shell`
            crawler.settings.set("DOWNLOAD_DELAY", spider.options.delay, priority="spider")
        return spider

    def request_left(self, request: Request) -> None:
        """Update the smallest gap between two requests; one is in progress at a time."""
        assert self.crawler.engine is not None
        sent = self.crawler.engine.downloader.slots[request.meta["download_slot"]].lastseen
        if sent > self._last_request:
            self._smallest_gap_s = min(round(sent - self._last_request, 3), self._smallest_gap_s)
        self._last_request = sent

    def request_counts(self) -> dict[str, Any]:
        """Return the counters of the present run; no gap if there were fewer than two requests."""
        counts = {name: count - self._counted_before[name] for name, count in self._all_counts().items()}
        gap = self._smallest_gap_s
        return {
            **counts,
            "waited_s": round(counts["waited_s"], 1),
            "smallest_gap_s": None if gap == math.inf else gap,
        }

    def count_from_0(self) -> None:
        """Count the requests of another run."""
        self._counted_before, self._smallest_gap_s = self._all_counts(), math.inf

    def _all_counts(self) -> dict[str, float]:
        assert self.crawler.stats is not None
        return {name: self.crawler.stats.get_value(key, 0) for name, key in _STATS.items()}

    def spider_error(self, failure: Failure) -> None:
        """Note an unexpected error, which Scrapy would only log."""
        raise NotImplementedError


class BaseSpider(PoliteSpider):
    """Base of the spiders that feed a crawl; the arguments are those of `osce-news crawl`.

    One page is pending at a time: the next is requested when it is stored.
    """

    defaults: ClassVar[dict[str, Any]] = {}  # of the arguments

    def __init__(self, *args: Any, crawl: Crawl, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.crawl = crawl
        self.set_options(crawl.options)
        self._requested: str | None = None  # the address of the request in progress

    @classmethod
    def update_settings(cls, settings: BaseSettings) -> None:
        """Override two settings of the command line that a crawl can't have."""
        super().update_settings(settings)
        settings.set("CONCURRENT_ITEMS", 1, priority=100)  # the records of a page must come in order
        if settings["JOBDIR"]:  # a request of a former run would be taken for one of this run
            logger.warning("JOBDIR has no effect: a crawl is resumed from its database")
            settings.set("JOBDIR", None, priority=100)

    @classmethod
    def from_crawler(cls, crawler: Crawler, *args: Any, **kwargs: Any) -> Self:
        """Return the spider with its options checked; raises BadInputError.

        With `crawl` the options are those of that crawl.
        """
        crawl = kwargs.pop("crawl", None) or Crawl(cls.options_from(crawler.settings, kwargs))
        return super().from_crawler(crawler, *args, crawl=crawl, **kwargs)

    def set_options(self, options: CrawlOptions) -> None:
        """Set the options, and the hosts that may get requests."""
        urls = [each.start_url for each in options.each_list()]
        urls += [options.search_url] if options.source == "search" else []
        self.options, self.allowed_domains = options, [site_host(url) for url in urls]

    @classmethod
    def options_from(cls, settings: BaseSettings, arguments: dict[str, Any]) -> CrawlOptions:
        """Take the options out of the arguments and return them, checked; raises BadInputError."""
        names = ["db", "config", *OPTIONS]
        given = {name: arguments.pop(name) for name in names if arguments.get(name) is not None}
        # scrapyd's own arguments begin with "_"; `scrapy fetch` gives a function.
        others = {name for name, value in arguments.items() if name[:1] != "_" and isinstance(value, str)}
        if unknown := sorted(others - set(names)):
            raise BadInputError(f"unknown argument: {', '.join(unknown)}; choose from {', '.join(names)}")
        variables = {name: option["click"].get("envvar", "") for name, option in OPTIONS.items()}
        variables["db"] = "OSCE_NEWS_DB"  # a setting of the same name comes first
        values = {name: settings[key] or os.environ.get(key) for name, key in variables.items()}
        known: dict[str, Any] = {"db": "osce-news.db"} | {n: value for n, value in values.items() if value}
        return load_options(**known | cls.defaults | given)

    def track(self, request: Request) -> Request:
        """Return the request after noting that it is in progress."""
        self._requested = request.url
        return request

    def fail(self, error: OsceNewsError) -> CloseSpider:
        """Set the error of the run, as `partial_error` returns it, and return the CloseSpider to raise."""
        error = self.partial_error(error)
        self.crawl.fail(error)
        self._requested = None  # the error says why it was not read
        return CloseSpider(type(error).__name__)

    def partial_error(self, error: OsceNewsError) -> OsceNewsError:
        """Return `as_partial` of the error after the pages that any run of the crawl has stored."""
        summary = self.crawl.summary
        return as_partial(error, summary.pages + summary.articles)

    def reject(self, error: OsceNewsError, response: Response | None) -> CloseSpider:
        """Like `fail`, but a page that is not understood is kept in a file or the archive."""
        if response is not None and isinstance(error, LayoutError | ChallengePageError):
            error = self.keep_rejected(error, response)
        return self.fail(error)

    def keep_rejected(self, error: OsceNewsError, response: Response) -> OsceNewsError:
        """Keep the page, and return the error with its address and where it is kept."""
        recorder = self.crawl.run.recorder if self.crawl.run else None
        path = recorder.path if recorder else None
        path = path or keep_page(self.options.db, response.body, self.options.search_key)
        error.args = (
            f"{short_address(response.url)}: {error}" + (f"; the page is kept in {path}" if path else ""),
        )
        return error

    def delay(self) -> float:
        """Return the present delay between two requests, in seconds."""
        engine = self.crawler.engine
        url = self.crawl.run.options.start_url if self.crawl.run else self.options.start_url
        slot = engine.downloader.slots.get(site_host(url)) if engine else None
        return slot.delay if slot else self.crawler.settings.getfloat("DOWNLOAD_DELAY")

    def spider_error(self, failure: Failure) -> None:
        """End the crawl with an unexpected error, which Scrapy would only log."""
        error = failure.value
        if not isinstance(error, OsceNewsError):
            error = unexpected(error)
        self.crawl.fail(error)
        if self.crawler.engine is not None:
            self.crawler.engine.close_spider(self, "fault")

    def closed(self, reason: str) -> None:
        """Store how the crawl ended and its request counts, and close the database."""
        self.crawl.interrupted = reason == "shutdown"
        if self.crawl.run is not None:
            self.crawl.run.interrupted = self.crawl.interrupted
        if self._requested is not None and not self.crawl.interrupted:
            # A crawl that ends before its last page must not count as complete.
            unanswered = NetworkError(
                f"{self._requested}: the crawl ended ({reason}) before this page was read"
            )
            self.fail(unanswered)
        self.update_stats()
        self.crawl.close()

    def update_stats(self) -> None:
        """Copy the request counts to the present run."""
        if (run := self.crawl.run) is not None:
            run.set_cost(replace(run.cost(), **self.request_counts()))

    def start_run(self, begin: Callable[[], RunT | None]) -> RunT | None:
        """Begin a run, open its archive, and return it; it may have failed. Its requests count from 0.

        Returns None if there is no other run, or if it can't begin, so that the crawl fails.
        """
        self.update_stats()
        try:
            run = begin()
        except OsceNewsError as error:
            self.crawl.fail(error)
            return None
        if run is None:
            return None
        if len(self.crawl.runs) > 1:  # the first run also counts the requests for the key
            self.count_from_0()
        run.start_recording(str(self.crawler.settings["USER_AGENT"]))
        if self.crawler.get_item_pipeline(StoragePipeline) is None:  # the spider would wait for it
            run.fail(
                BadInputError(f"ITEM_PIPELINES leaves out {StoragePipeline.__name__}, which stores pages")
            )
        return run
