"""Extensions of Scrapy: the crawl-delay of robots.txt, request counts, how items are logged and exported."""

from __future__ import annotations

import logging
from typing import TYPE_CHECKING, Any

from scrapy import signals
from scrapy.exceptions import NotConfigured
from scrapy.exporters import CsvItemExporter
from scrapy.logformatter import LogFormatter, LogFormatterResult

if TYPE_CHECKING:
    from scrapy import Request
    from scrapy.crawler import Crawler
    from scrapy.robotstxt import RobotParser

logger = logging.getLogger(__name__)

# The site measures from arrival to arrival, and one request may travel longer than the next.
_MARGIN, _MAX_MARGIN_S = 0.05, 0.05
# The counters of a run in Scrapy's stats; robots.txt, redirects and retries count too.
_STATS = {
    "requests": "downloader/request_count",
    "bytes": "downloader/response_bytes",  # compressed or not, with headers
    "retries": "retry/count",
    "back_offs": "back_off/count",  # waits beyond the crawl-delay
    "waited_s": "back_off/seconds",
}


class CrawlDelayExtension:
    """Applies the crawl-delay of robots.txt, or DOWNLOAD_DELAY if that is longer; Scrapy does not."""

    def __init__(self, crawler: Crawler) -> None:
        if not crawler.settings.getbool("ROBOTSTXT_OBEY"):
            raise NotConfigured
        self.crawler = crawler
        self.agent: str = crawler.settings["ROBOTSTXT_USER_AGENT"] or crawler.settings["USER_AGENT"]
        self._longest: dict[str, float] = {}  # by slot: the longest crawl-delay of its hosts
        crawler.signals.connect(self.robots_parsed, signals.robots_parsed)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> CrawlDelayExtension:
        """Return the extension for this crawler."""
        return cls(crawler)

    def robots_parsed(self, robotparser: RobotParser, request: Request) -> None:
        """Set the delay of the request's slot."""
        crawl_delay = robotparser.crawl_delay(self.agent)
        if not crawl_delay or self.crawler.engine is None:
            return
        downloader = self.crawler.engine.downloader
        key = downloader.get_slot_key(request)
        setting = self.crawler.settings.getfloat("DOWNLOAD_DELAY")
        longest = max(float(crawl_delay), setting, self._longest.get(key, 0.0))
        self._longest[key] = longest
        delay = longest + min(longest * _MARGIN, _MAX_MARGIN_S)
        # The downloader drops a slot that is idle for a minute, and makes a new one from these settings.
        downloader.per_slot_settings.setdefault(key, {}).update(delay=delay, concurrency=1, jitter=0)
        if slot := downloader.slots.get(key):
            slot.delay, slot.concurrency, slot.jitter = delay, 1, 0.0
        logger.info(
            "robots.txt asks for a crawl-delay of %g s; waiting %g s between requests", crawl_delay, delay
        )


class RequestStatsExtension:
    """Measures the smallest gap between two requests, and takes the other counts from Scrapy's stats."""

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler
        self.smallest_gap_s: float | None = None
        self._last: float | None = None
        self._before: dict[str, float] = dict.fromkeys(_STATS, 0)
        # `response_downloaded` is sent before the slot sends the next request, so `lastseen` is still that of
        # this one. A request without a response has only `request_left_downloader`, which is sent later; but
        # only one request is in progress at a time.
        for signal in (signals.response_downloaded, signals.request_left_downloader):
            crawler.signals.connect(self.request_left, signal)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> RequestStatsExtension:
        """Return the extension for this crawler."""
        return cls(crawler)

    def request_left(self, request: Request) -> None:
        """Update the smallest gap with the time of this request; does nothing the second time."""
        engine = self.crawler.engine
        slot = engine.downloader.slots.get(str(request.meta.get("download_slot"))) if engine else None
        if slot is None or slot.lastseen == self._last:
            return
        if self._last is not None:
            gap = slot.lastseen - self._last
            self.smallest_gap_s = gap if self.smallest_gap_s is None else min(gap, self.smallest_gap_s)
        self._last = slot.lastseen

    def stats(self) -> dict[str, float | None]:
        """Return the counters of the run since the last `restart`; no gap if there were fewer requests."""
        counts = {name: count - self._before[name] for name, count in self._total().items()}
        gap = self.smallest_gap_s
        counts["waited_s"] = round(counts["waited_s"], 1)
        return {**counts, "smallest_gap_s": None if gap is None else round(gap, 3)}

    def restart(self) -> None:
        """Count from 0 again, for another run."""
        self._before, self.smallest_gap_s = self._total(), None

    def _total(self) -> dict[str, float]:
        assert self.crawler.stats is not None
        return {name: self.crawler.stats.get_value(key, 0) for name, key in _STATS.items()}


class TermNamesCsvExporter(CsvItemExporter):
    """Writes offices, topics and places as their printed names."""

    def serialize_field(self, field: Any, name: str, value: Any) -> Any:
        if isinstance(value, tuple):
            value = [term.raw for term in value]
        return super().serialize_field(field, name, value)


class QuietLogFormatter(LogFormatter):
    """Does not log each item, since a page has fifty; see the table `quarantine` for those left out."""

    def scraped(self, *args: Any, **kwargs: Any) -> LogFormatterResult | None:  # type: ignore[override]
        return None

    def dropped(self, *args: Any, **kwargs: Any) -> LogFormatterResult | None:  # type: ignore[override]
        return None
