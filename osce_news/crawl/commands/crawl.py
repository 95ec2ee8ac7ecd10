"""`scrapy crawl` with the exit statuses and one-line errors of `osce-news crawl`."""

from __future__ import annotations

import argparse
import sys

from scrapy.commands import crawl
from scrapy.crawler import Crawler
from scrapy.exceptions import UsageError

from osce_news.crawl.spiders.base import BaseSpider
from osce_news.errors import OsceNewsError


class Command(crawl.Command):
    """Scrapy's own command exits with 0 however the crawl ended, and shows a traceback for bad input."""

    def run(self, args: list[str], opts: argparse.Namespace) -> None:
        """Run the spider, and set the exit status."""
        if len(args) != 1:
            raise UsageError
        assert self.crawler_process is not None
        spiders = self.crawler_process.spider_loader.list()
        if args[0] not in spiders:
            raise UsageError(f"no spider {args[0]!r}; choose from {', '.join(sorted(spiders))}")
        crawler = self._create_crawler(args[0])
        error: OsceNewsError | None = None
        interrupted = False
        try:
            if issubclass(crawler.spidercls, BaseSpider):
                crawler.spidercls.options_from(crawler.settings, dict(opts.spargs))
            self.crawler_process.crawl(crawler, **opts.spargs)
            self.crawler_process.start()
            if isinstance(crawler.spider, BaseSpider):
                error, interrupted = crawler.spider.crawl.error, crawler.spider.crawl.interrupted
        except OsceNewsError as bad_input:
            error = bad_input
        if interrupted:
            self.exitcode = 130
        elif error is not None:
            sys.stderr.write(f"{crawler.spidercls.name}: {error}\n")
            self.exitcode = error.exit_status
        elif self.crawler_process.bootstrap_failed:
            self.exitcode = 1
        elif _has_lost_feed(crawler):
            sys.stderr.write(f"{crawler.spidercls.name}: a feed could not be written: see the log\n")
            self.exitcode = 1


def _has_lost_feed(crawler: Crawler) -> bool:
    """Whether a feed could not be written, according to Scrapy's stats."""
    stats = crawler.stats.get_stats() if crawler.stats else {}
    failed, stored = (
        any(name.startswith(f"feedexport/{how}_count/") for name in stats) for how in ("failed", "success")
    )
    # If a file can't be opened, Scrapy counts nothing.
    return failed or bool(crawler.settings["FEEDS"] and stats.get("item_scraped_count") and not stored)
