"""Requests addresses one after another, politely: `python -m tests.crawl.over_http.asking`.

Reads `{NAME: {"urls": [URL, ...], "settings": {...}}, ...}` from standard input, and runs all of these crawls
at a time in one process. Prints for each how the addresses ended (the status of the response or the name of
the error, its text, and the `retry_after` of the request), the receipt, and when the requests left.
"""

from __future__ import annotations

import json
import sys
from collections.abc import AsyncIterator, Iterator
from types import SimpleNamespace
from typing import Any

from scrapy import signals
from scrapy.crawler import AsyncCrawlerProcess, Crawler
from scrapy.http import Request, Response
from scrapy.settings import Settings
from scrapy.spidermiddlewares.httperror import HttpError
from twisted.python.failure import Failure

from osce_news.crawl.spiders.base import PoliteSpider


class AskingSpider(PoliteSpider):
    """Requests the next address, however the one before ended."""

    name = "asking"
    options = SimpleNamespace(delay=None)

    def __init__(self, *args: Any, urls: list[str], **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.left = list(urls)
        self.ends: list[tuple[int | str, str, float | None]] = []
        self.departures: list[float] = []
        self.allowed_domains = ["127.0.0.1"]

    async def start(self) -> AsyncIterator[Request]:
        self.crawler.signals.connect(self.note_departure, signals.request_left_downloader)
        for request in self.following():
            yield request

    def note_departure(self, request: Request) -> None:
        """Note when the request left: one is in progress at a time, so it is the slot's last one."""
        assert self.crawler.engine is not None
        self.departures.append(self.crawler.engine.downloader.slots[request.meta["download_slot"]].lastseen)

    def spider_error(self, failure: Failure) -> None:
        raise failure.value or AssertionError

    def following(self) -> Iterator[Request]:
        if self.left:
            yield Request(self.left.pop(0), callback=self.parse, errback=self.not_read)

    def parse(self, response: Response, **kwargs: Any) -> Iterator[Request]:
        self.ends.append((response.status, "", response.meta.get("retry_after")))
        yield from self.following()

    def not_read(self, failure: Failure) -> Iterator[Request]:
        error = failure.value
        if isinstance(error, HttpError):
            self.ends.append((error.response.status, "", error.response.meta.get("retry_after")))
        else:
            self.ends.append((type(error).__name__, str(error), None))
        yield from self.following()


def main() -> None:
    process = AsyncCrawlerProcess(install_root_handler=False)
    crawlers = {}
    for name, told in json.load(sys.stdin).items():
        settings = Settings()
        settings.setmodule("osce_news.crawl.settings")
        settings.update(
            {"ITEM_PIPELINES_BASE": {}, "DOWNLOAD_DELAY": 0, **told["settings"]}, priority="cmdline"
        )
        settings.set("LOG_INSTALL_ROOT_HANDLER", False)
        crawlers[name] = Crawler(AskingSpider, settings)
        process.crawl(crawlers[name], urls=told["urls"])
    process.start()
    done = {}
    for name, crawler in crawlers.items():
        assert isinstance(crawler.spider, AskingSpider)
        done[name] = (crawler.spider.ends, crawler.spider.request_counts(), crawler.spider.departures)
    print(json.dumps(done))


if __name__ == "__main__":
    main()
