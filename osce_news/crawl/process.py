"""Runs a spider in this process, for the command line."""

from __future__ import annotations

import signal
from typing import TypeVar

from scrapy import Spider
from scrapy.crawler import AsyncCrawlerProcess
from scrapy.settings import Settings
from twisted.logger import globalLogBeginner

from osce_news.crawl.backfill import BackfillOptions, BackfillSpider
from osce_news.crawl.backfill import Progress as BackfillProgress
from osce_news.crawl.crawl import Crawl, Progress
from osce_news.crawl.options import CrawlOptions
from osce_news.crawl.single_page import CheckSpider, SinglePageSpider
from osce_news.crawl.spiders.newsroom import NewsroomSpider
from osce_news.errors import OsceNewsError

SpiderT = TypeVar("SpiderT", bound=Spider)


def crawl(options: CrawlOptions, progress: Progress = lambda summary, total, left_s: None) -> Crawl:
    """Crawl, and return the crawl when it is over; its `error` says what ended it early.

    `progress` is called after each stored page. Raises what `Writer` raises, before the first request.
    """
    started = Crawl(options, progress)
    started.open()
    try:
        spider = _run(NewsroomSpider, crawl=started)
    except OsceNewsError as error:
        started.fail(error)
        started.close()
        return started
    if started.is_open:  # a second SIGINT stops Scrapy without closing the spider
        spider.closed("shutdown")
    return started


def check(options: CrawlOptions) -> CheckSpider:
    """Return the spider after it has checked the first page; stores nothing. Raises OsceNewsError."""
    return _run(CheckSpider, options=options)


def fetch(options: CrawlOptions) -> SinglePageSpider:
    """Request only the start address and return the spider with the response; raises OsceNewsError."""
    spider = _run(SinglePageSpider, options=options)
    if spider.error is not None:
        raise spider.error
    return spider


def backfill(options: BackfillOptions, progress: BackfillProgress) -> BackfillSpider:
    """Copy captures of a web archive, and return the spider when it is over; raises OsceNewsError."""
    spider = _run(BackfillSpider, options=options, progress=progress)
    spider.close_archive()  # a second SIGINT stops Scrapy without closing the spider
    for number in (signal.SIGINT, signal.SIGTERM):  # no longer Scrapy's
        signal.signal(number, signal.default_int_handler)
    return spider


def _run(spider_class: type[SpiderT], **arguments: object) -> SpiderT:
    """Return the spider after it has run; raises OsceNewsError if Scrapy fails."""
    settings = Settings()
    settings.setmodule("osce_news.crawl.settings")
    settings.set("LOG_INSTALL_ROOT_HANDLER", False)
    process = AsyncCrawlerProcess(settings)
    # Scrapy logs Twisted's errors; without this, Twisted also prints the critical ones.
    globalLogBeginner.beginLoggingTo((), redirectStandardIO=False)
    crawler = process.create_crawler(spider_class)
    crawling = process.crawl(crawler, **arguments)
    process.start()
    # After a second signal the task is not done.
    error = crawling.exception() if crawling.done() and not crawling.cancelled() else None
    if error is not None or not isinstance(crawler.spider, spider_class):
        raise OsceNewsError(f"Scrapy failed: {error or 'no spider was created'}; -v shows where") from error
    return crawler.spider
