"""Asks addresses one after another, come what may, politely: `python -m tests.crawl.spiders.asking`.

Reads `{NAME: {"urls": [URL, ...], "settings": {...}}, ...}` from standard input, runs all of these
crawls at a time in one process, and prints `{NAME: {"ends": [END, ...], "cost": {...}}}`: an end is
the status of an answer or the name of an error, its text, and the `retry_after` of the request.
"""

from __future__ import annotations

import asyncio
import json
import sys
from collections.abc import AsyncIterator, Iterator
from typing import Any, ClassVar

import scrapy
from scrapy import signals
from scrapy.crawler import AsyncCrawlerProcess, Crawler
from scrapy.http import Request, Response
from scrapy.settings import Settings
from scrapy.spidermiddlewares.httperror import HttpError
from twisted.python.failure import Failure

from osce_news.crawl.spiders.base import RequestStats

End = tuple[int | str, str, float | None]


class AskingSpider(scrapy.Spider):
    """Asks the next address whatever became of the one before."""

    name = "asking"
    all_ready: ClassVar[asyncio.Event]

    def __init__(self, *args: Any, urls: list[str], after: float, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.after = after
        self.left = list(urls)
        self.ends: list[End] = []
        self.allowed_domains = ["127.0.0.1"]

    async def start(self) -> AsyncIterator[Request]:
        await self.all_ready.wait()
        await asyncio.sleep(self.after)
        for request in self.following():
            yield request

    def following(self) -> Iterator[Request]:
        if self.left:
            yield Request(self.left.pop(0), callback=self.parse, errback=self.not_read)

    def parse(self, response: Response, **kwargs: Any) -> Iterator[Request]:
        self.ends.append((response.status, "", response.meta.get("retry_after")))
        yield from self.following()

    def not_read(self, failure: Failure) -> Iterator[Request]:
        error = failure.value
        if isinstance(error, HttpError):
            asked = error.response.meta.get("retry_after")
            self.ends.append((error.response.status, "HttpError", asked))
        else:
            self.ends.append((type(error).__name__, str(error), None))
        yield from self.following()


def start_when_all_are_open(crawlers: dict[str, Crawler]) -> None:
    """Let no spider ask before the last one is open: what takes time would hold up the others."""
    AskingSpider.all_ready = asyncio.Event()
    opened: list[object] = []

    def count(spider: object) -> None:
        opened.append(spider)
        if len(opened) == len(crawlers):
            AskingSpider.all_ready.set()

    for crawler in crawlers.values():
        crawler.signals.connect(count, signals.spider_opened, weak=False)


def main() -> None:
    process = AsyncCrawlerProcess(install_root_handler=False)
    crawlers, urls, receipts = {}, {}, {}
    for name, told in json.load(sys.stdin).items():
        settings = Settings()
        settings.setmodule("osce_news.crawl.settings")
        settings.update(
            {"ITEM_PIPELINES_BASE": {}, "DOWNLOAD_DELAY": 0, **told["settings"]}, priority="cmdline"
        )
        settings.set("LOG_INSTALL_ROOT_HANDLER", False)
        crawlers[name] = Crawler(AskingSpider, settings)
        receipts[name] = RequestStats(crawlers[name])
        urls[name] = told["urls"]
    start_when_all_are_open(crawlers)
    for number, (name, crawler) in enumerate(crawlers.items()):
        process.crawl(crawler, urls=urls[name], after=0.05 * number)
    process.start()
    done = {}
    for name, crawler in crawlers.items():
        assert isinstance(crawler.spider, AskingSpider)
        done[name] = {"ends": crawler.spider.ends, "cost": receipts[name].counts()}
    print(json.dumps(done))


if __name__ == "__main__":
    main()
