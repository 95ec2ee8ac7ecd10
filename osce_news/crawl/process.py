"""Runs the spider in this process, as the command line does."""

from __future__ import annotations

from collections.abc import Callable
from typing import TypeVar

from scrapy import Spider, signals
from scrapy.crawler import AsyncCrawlerProcess
from scrapy.settings import Settings

from osce_news.crawl.options import CrawlOptions
from osce_news.crawl.run import CrawlRun
from osce_news.crawl.spiders.check import CheckSpider
from osce_news.crawl.spiders.newsroom import NewsroomSpider
from osce_news.crawl.spiders.single import SinglePageSpider
from osce_news.errors import OsceNewsError
from osce_news.storage import Summary

Kind = TypeVar("Kind", bound=Spider)


def crawl(
    options: CrawlOptions,
    on_page: Callable[[Summary, int | None, float | None], None] = lambda summary, total, left_s: None,
) -> CrawlRun:
    """Crawl, and return the run when it is over; its `error` says what ended it early.

    `on_page` is called after each stored page, with the number of pages, or of articles when the list is
    read, and the seconds that the rest of the articles takes. Raises what `CrawlRun.open` raises, before
    anything is asked of the site.
    """
    run = CrawlRun(options)
    run.open()

    def stored(spider: NewsroomSpider, **_: object) -> None:
        if run.articles is None:
            on_page(run.summary, run.traversal.total, None)
        else:
            on_page(run.summary, run.articles.total, run.articles.left * spider.delay())

    try:
        spider = _run(NewsroomSpider, stored, run=run)
    except OsceNewsError as error:
        run.fail(error)
        run.close()
        return run
    if run.summary.status == "running":  # a second signal stops all at once, and nobody is told
        spider.spider_closed("shutdown")
    return run


def check(options: CrawlOptions) -> CheckSpider:
    """Read the first page and return the spider with what it found; stores nothing.

    Raises OsceNewsError if Scrapy fails.
    """
    return _run(CheckSpider, lambda **_: None, options=options)


def fetch(options: CrawlOptions) -> SinglePageSpider:
    """Ask for the start address alone and return the spider with the answer; raises what went wrong."""
    spider = _run(SinglePageSpider, lambda **_: None, options=options)
    if spider.error is not None:
        raise spider.error
    return spider


def _run(kind: type[Kind], stored: Callable[..., None], **arguments: object) -> Kind:
    """Return the spider when it is done; raises OsceNewsError if Scrapy fails."""
    settings = Settings()
    settings.setmodule("osce_news.crawl.settings")
    settings.set("LOG_INSTALL_ROOT_HANDLER", False)
    process = AsyncCrawlerProcess(settings)
    crawler = process.create_crawler(kind)
    crawler.signals.connect(stored, signals.item_scraped)
    crawling = process.crawl(crawler, **arguments)
    process.start()
    # After a second signal it is not done.
    fault = crawling.exception() if crawling.done() and not crawling.cancelled() else None
    if fault is not None or not isinstance(crawler.spider, kind):
        raise OsceNewsError(f"Scrapy failed: {fault or 'no spider was made'}; -v shows where") from fault
    return crawler.spider
