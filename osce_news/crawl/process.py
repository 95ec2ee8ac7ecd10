"""Runs the spider in this process, as the command line does."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from scrapy import signals
from scrapy.crawler import AsyncCrawlerProcess
from scrapy.settings import Settings

from osce_news.crawl.options import CrawlOptions
from osce_news.crawl.run import CrawlRun
from osce_news.errors import OsceNewsError
from osce_news.spiders.newsroom import NewsroomSpider
from osce_news.storage import Summary, open_for_writing


def crawl(
    options: CrawlOptions,
    arguments: Mapping[str, Any],
    on_page: Callable[[Summary, int | None], None] = lambda summary, total: None,
) -> CrawlRun:
    """Crawl, and return the run when it is over; its `error` says what ended it early.

    `arguments` are those of the spider; `on_page` is called after each stored page. Raises
    what opening the database raises, before anything is asked of the site.
    """
    open_for_writing(options.db).close()
    settings = Settings()
    settings.setmodule("osce_news.settings")
    settings.set("LOG_INSTALL_ROOT_HANDLER", False)
    settings.set("OSCE_NEWS_DB", str(options.db))
    process = AsyncCrawlerProcess(settings)
    crawler = process.create_crawler(NewsroomSpider)

    def stored(**_: Any) -> None:
        spider = crawler.spider
        assert isinstance(spider, NewsroomSpider)
        on_page(spider.run.summary, spider.walk.total)

    crawler.signals.connect(stored, signals.item_scraped, weak=False)
    process.crawl(crawler, **arguments)
    process.start()
    if not isinstance(crawler.spider, NewsroomSpider):
        raise OsceNewsError("the crawl could not begin; -v shows why")
    return crawler.spider.run
