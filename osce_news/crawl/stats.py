"""The requests, bytes and waits of a crawl."""

from __future__ import annotations

from dataclasses import dataclass
from typing import TYPE_CHECKING

from scrapy import signals

if TYPE_CHECKING:
    from scrapy import Request
    from scrapy.crawler import Crawler


@dataclass(frozen=True, slots=True)
class RequestStats:
    """The requests of a crawl; robots.txt, redirects and retries count like pages."""

    requests: int = 0  # that went out
    not_modified: int = 0  # answers with status 304, which have no body
    bytes: int = 0  # of the answers as they came, compressed or not, with their heads
    retries: int = 0  # requests that were made again
    back_offs: int = 0  # waits beyond the crawl-delay
    waited_s: float = 0.0  # seconds in those waits
    smallest_gap_s: float | None = None  # seconds between two requests; None if there were not two


class RequestStatsExtension:
    """Notes when each request left, for the smallest gap between two of them, and adds up the rest."""

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler
        self.smallest_gap_s: float | None = None
        self._last: float | None = None
        self._before = RequestStats()
        # An answer, and the end of a request that got none. With the first the slot has not sent
        # the next request yet; the second comes too late for that, but only one is under way.
        for signal in (signals.response_downloaded, signals.request_left_downloader):
            crawler.signals.connect(self.request_left, signal)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> RequestStatsExtension:
        """Return the extension for this crawler."""
        return cls(crawler)

    def request_left(self, request: Request) -> None:
        """Note when the request went out; harmless if it was noted before."""
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
        """How many requests went out, robots.txt among them."""
        return int(self._stat("downloader/request_count"))

    def stats(self) -> RequestStats:
        """Return what the run has cost the site so far."""
        total = self._total()
        since = {
            name: getattr(total, name) - getattr(self._before, name)
            for name in ("requests", "not_modified", "bytes", "retries", "back_offs", "waited_s")
        }
        return RequestStats(**since, smallest_gap_s=self.smallest_gap_s)

    def restart(self) -> None:
        """Count from 0 again: another run begins."""
        self._before, self.smallest_gap_s = self._total(), None

    def _total(self) -> RequestStats:
        return RequestStats(
            requests=self.requests,
            not_modified=int(self._stat("downloader/response_status_count/304")),
            bytes=int(self._stat("downloader/response_bytes")),
            retries=int(self._stat("retry/count")),
            back_offs=int(self._stat("back_off/count")),
            waited_s=self._stat("back_off/seconds"),
        )

    def _stat(self, name: str) -> float:
        stats = self.crawler.stats
        return float(stats.get_value(name) or 0) if stats else 0.0
