"""Runs the spider in this process, as the command line does."""

from __future__ import annotations

from collections.abc import Callable

from scrapy import Spider, signals
from scrapy.crawler import AsyncCrawlerProcess
from scrapy.settings import Settings

from osce_news.crawl.options import CrawlOptions
from osce_news.crawl.run import CrawlRun
from osce_news.errors import OsceNewsError
from osce_news.spiders.check import CheckSpider
from osce_news.spiders.newsroom import NewsroomSpider
from osce_news.spiders.single import SinglePageSpider
from osce_news.storage import Summary


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
            on_page(run.summary, run.walk.total, None)
        else:
            on_page(run.summary, run.articles.total, run.articles.left * spider.delay())

    spider = _run(NewsroomSpider, stored, run=run)
    if not isinstance(spider, NewsroomSpider):
        run.fail(OsceNewsError("the crawl could not begin; -v shows why"))
        run.close()
    elif run.summary.status == "running":  # a second signal stops all at once, and nobody is told
        spider.spider_closed("shutdown")
    return run


def check(options: CrawlOptions) -> CheckSpider:
    """Read the first page and return the spider with what it found; stores nothing."""
    spider = _run(CheckSpider, lambda **_: None, options=options)
    if not isinstance(spider, CheckSpider):
        raise OsceNewsError("the check could not begin; -v shows why")
    return spider


def fetch(options: CrawlOptions) -> SinglePageSpider:
    """Ask for the start address alone and return the spider with the answer; raises what went wrong."""
    spider = _run(SinglePageSpider, lambda **_: None, options=options)
    if not isinstance(spider, SinglePageSpider):
        raise OsceNewsError("the request could not be made; -v shows why")
    if spider.error is not None:
        raise spider.error
    return spider


def _run(kind: type[Spider], stored: Callable[..., None], **arguments: object) -> Spider | None:
    settings = Settings()
    settings.setmodule("osce_news.settings")
    settings.set("LOG_INSTALL_ROOT_HANDLER", False)
    process = AsyncCrawlerProcess(settings)
    crawler = process.create_crawler(kind)
    crawler.signals.connect(stored, signals.item_scraped)
    process.crawl(crawler, **arguments)
    process.start()
    return crawler.spider
