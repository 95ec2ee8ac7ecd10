"""What Scrapy does not do by itself: keep the crawl-delay, believe a broken robots.txt, keep a receipt."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING

from scrapy import signals
from scrapy.downloadermiddlewares.offsite import OffsiteMiddleware
from scrapy.downloadermiddlewares.robotstxt import RobotsTxtMiddleware
from scrapy.exceptions import IgnoreRequest, NotConfigured
from scrapy.utils.httpobj import urlparse_cached

if TYPE_CHECKING:
    from scrapy import Request, Spider
    from scrapy.crawler import Crawler
    from scrapy.http import Response
    from scrapy.robotstxt import RobotParser

logger = logging.getLogger(__name__)


class RobotsError(IgnoreRequest):
    """robots.txt forbids, or can't be read and so forbids everything."""


MOST_DELAY_S = 300.0  # a longer crawl-delay in robots.txt is a slip of the pen


class CrawlDelay:
    """Applies the crawl-delay of robots.txt, which Scrapy reads but does not keep.

    The longer of robots.txt and DOWNLOAD_DELAY counts.
    """

    def __init__(self, crawler: Crawler) -> None:
        if not crawler.settings.getbool("ROBOTSTXT_OBEY"):
            raise NotConfigured
        self.crawler = crawler
        self.agent: str = crawler.settings["ROBOTSTXT_USER_AGENT"] or crawler.settings["USER_AGENT"]
        crawler.signals.connect(self.robots_parsed, signals.robots_parsed)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> CrawlDelay:
        return cls(crawler)

    def robots_parsed(self, robotparser: RobotParser, request: Request) -> None:
        asked = robotparser.crawl_delay(self.agent)
        if not asked or self.crawler.engine is None:
            return
        downloader = self.crawler.engine.downloader
        key = downloader.get_slot_key(request)
        # A slot that is idle for a minute is thrown away and made anew from these settings.
        slot_settings = downloader.per_slot_settings.setdefault(key, {})
        delay = max(min(float(asked), MOST_DELAY_S), self.crawler.settings.getfloat("DOWNLOAD_DELAY"))
        slot_settings.update(delay=delay, concurrency=1, jitter=0)
        if slot := downloader.slots.get(key):
            slot.delay, slot.concurrency, slot.jitter = delay, 1, 0.0
        logger.info("robots.txt asks for a crawl-delay of %g s; waiting %g s between requests", asked, delay)


class OneSiteMiddleware(OffsiteMiddleware):
    """Keeps the crawl on the start address's site, and lets the spider know when it is led away.

    Scrapy's middleware drops such a request when it is scheduled, and the crawl would end as if the
    list were at its end.
    """

    def request_scheduled(self, request: Request, spider: Spider) -> None:
        pass


class StrictRobotsMiddleware(RobotsTxtMiddleware):
    """Obeys a robots.txt that can't be read as RFC 9309 asks: then nothing may be fetched.

    The middleware of Scrapy 2.19 lets everything through after a 5xx or a failed connection, and
    lets the third and later requests through that wait for robots.txt.
    """

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self._unreadable: dict[str, int] = {}

    async def robot_parser(self, request: Request) -> RobotParser | None:
        await super().robot_parser(request)
        netloc = urlparse_cached(request).netloc
        if status := self._unreadable.get(netloc):
            raise RobotsError(f"robots.txt can't be read (status {status}), so nothing may be fetched")
        parser = self._parsers[netloc]
        if parser is None:
            raise IgnoreRequest("robots.txt can't be had: no connection")
        return parser  # type: ignore[return-value]  # a Deferred no longer, for it was awaited

    async def _parse_robots(self, response: Response, netloc: str, request: Request) -> None:
        if response.status >= 400:
            response = response.replace(body=b"")  # an error's text holds no rules
            if response.status >= 500 or response.status in (401, 403, 429):
                self._unreadable[netloc] = response.status
        await super()._parse_robots(response, netloc, request)


class Receipt:
    """Notes when each request left, for the smallest gap between two of them."""

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler
        self.smallest_gap_s: float | None = None
        self._last: float | None = None
        crawler.signals.connect(self.response_downloaded, signals.response_downloaded)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Receipt:
        return cls(crawler)

    def response_downloaded(self, response: Response, request: Request) -> None:
        engine = self.crawler.engine
        slot = engine.downloader.slots.get(str(request.meta.get("download_slot"))) if engine else None
        if slot is None or slot.lastseen == self._last:
            return
        if self._last is not None:
            gap = slot.lastseen - self._last
            self.smallest_gap_s = gap if self.smallest_gap_s is None else min(gap, self.smallest_gap_s)
        self._last = slot.lastseen

    @property
    def requests(self) -> int:
        """How many requests left, robots.txt among them."""
        return int(
            (self.crawler.stats.get_value("downloader/request_count") if self.crawler.stats else 0) or 0
        )
