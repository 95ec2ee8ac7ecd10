"""The middleware that tries again, but waits first, and gives up on a site that is down."""

from __future__ import annotations

import asyncio
import logging
import random
from datetime import UTC, datetime
from time import monotonic
from typing import TYPE_CHECKING

from scrapy.downloadermiddlewares.retry import RetryMiddleware
from scrapy.exceptions import CannotResolveHostError, IgnoreRequest
from scrapy.http import Request
from scrapy.http.request import NO_CALLBACK

from osce_news.crawl.middlewares.backoff import (
    CircuitBreaker,
    CrawlStoppedError,
    back_off,
    http_date,
    retry_after,
)

if TYPE_CHECKING:
    from typing import Self

    from scrapy import Spider
    from scrapy.core.downloader import Slot
    from scrapy.crawler import Crawler
    from scrapy.http import Response
    from scrapy.settings import BaseSettings

logger = logging.getLogger(__name__)

_LOOK_UP_S = 0.2  # how often a wait looks whether the crawl was stopped


class BackOffMiddleware(RetryMiddleware):
    """Tries again what Scrapy's own would, after a wait that doubles; keeps to Retry-After.

    Nothing goes out during a wait, whatever it is for: all requests of a crawl wait here, for the
    end of a back-off and for their turn by the crawl-delay (which the downloader holds them to as well).
    A wait ends at once when the crawl is stopped; the request then goes back to the queue, which is
    not asked any more.

    Settings: BACK_OFF_BASE, BACK_OFF_MAX, RETRY_AFTER_MAX in seconds, CIRCUIT_BREAKER in requests, and
    Scrapy's RETRY_TIMES, RETRY_HTTP_CODES. A request that is given up has in `meta["retry_after"]` the
    seconds that its last answer asked to wait, if it asked.
    """

    def __init__(self, settings: BaseSettings) -> None:
        super().__init__(settings)
        self.base = settings.getfloat("BACK_OFF_BASE")
        self.most = settings.getfloat("BACK_OFF_MAX")
        self.most_asked = settings.getfloat("RETRY_AFTER_MAX")
        self.breaker = CircuitBreaker(settings.getint("CIRCUIT_BREAKER"))
        self._not_before = 0.0  # monotonic; no request goes out sooner

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Return the middleware for this crawler."""
        return super().from_crawler(crawler)

    async def process_request(self, request: Request) -> Request | None:
        """Wait for the request's turn; raises CircuitOpenError, CrawlStoppedError."""
        self.breaker.check()
        going = await self._sit_out() and await self._wait_until(self._turn(request))
        if going:
            return None
        if request.callback is NO_CALLBACK:  # robots.txt: somebody waits for the answer itself
            raise CrawlStoppedError("the crawl was stopped")
        return request

    def process_response(
        self, request: Request, response: Response, spider: Spider | None = None
    ) -> Request | Response:
        """Return the answer, or the request for another try."""
        if response.status not in self.retry_http_codes:
            self.breaker.succeeded()
            return response
        asked = _asked(response)
        if asked is not None and asked > self.most_asked:
            self.breaker.open(f"the site asks to wait {asked:.0f} s between two requests")
            request.meta["retry_after"] = asked
            return response
        again = super().process_response(request, response)
        if isinstance(again, Request):
            self._hold(again, f"status {response.status}", asked)
            return again
        self.breaker.failed()
        if asked is not None:
            request.meta["retry_after"] = asked
            self._not_before = max(self._not_before, monotonic() + asked)
        return response

    def process_exception(
        self, request: Request, exception: Exception, spider: Spider | None = None
    ) -> Request | None:
        """Return the request for another try, or None to give it up."""
        if isinstance(exception, IgnoreRequest):  # it never went out
            return None
        again = super().process_exception(request, exception)
        if not isinstance(again, Request):
            self.breaker.failed()
            return None
        # Without an address nobody was asked, so nobody needs a rest beyond the crawl-delay.
        asked_nobody = isinstance(exception, CannotResolveHostError)
        self._hold(again, type(exception).__name__, base=self.base if asked_nobody else None)
        return again

    def _hold(
        self, again: Request, reason: str, asked: float | None = None, base: float | None = None
    ) -> None:
        """Let nothing go out until it is time for the retry."""
        retry = again.meta["retry_times"]
        if base is None:
            slot = self._slot(again)
            base = max(self.base, slot.delay if slot else 0)
        chance = random.random()  # noqa: S311  # no secret hangs on it
        wait = max(back_off(retry, base, self.most, chance), asked or 0)
        self._not_before = max(self._not_before, monotonic() + wait)
        logger.info("%s: %s; retry %d of %d in %.1f s", again.url, reason, retry, self.max_retry_times, wait)

    async def _sit_out(self) -> bool:
        """Wait for the end of a back-off, and count it; False if the crawl was stopped."""
        began = monotonic()
        if began >= self._not_before:
            return True
        going = await self._wait_until(self._not_before)
        stats = self.crawler.stats
        assert stats is not None
        stats.inc_value("back_off/count")
        stats.inc_value("back_off/seconds", monotonic() - began)  # type: ignore[arg-type]
        return going

    async def _wait_until(self, time: float) -> bool:
        """Wait until this monotonic time; False as soon as the crawl is stopped."""
        while not self._stopping():
            left = time - monotonic()
            if left <= 0:
                return True
            await asyncio.sleep(min(left, _LOOK_UP_S))
        return False

    def _turn(self, request: Request) -> float:
        """The monotonic time at which the crawl-delay lets the request go."""
        slot = self._slot(request)
        return slot.lastseen + slot.delay if slot else 0.0

    def _slot(self, request: Request) -> Slot | None:
        """The downloader's slot of the request; None before the first, and after a minute without any."""
        assert self.crawler.engine is not None
        downloader = self.crawler.engine.downloader
        return downloader.slots.get(downloader.get_slot_key(request))

    def _stopping(self) -> bool:
        """Whether the crawl is over but for this request: Ctrl-C, SIGTERM, or the spider is being closed.

        Scrapy sends no signal before the requests in progress are done, and shows the closing of a
        spider nowhere but in the engine's slot.
        """
        engine = self.crawler.engine
        if not self.crawler.crawling or engine is None or not engine.running:
            return True
        slot = getattr(engine, "_slot", None)
        return slot is not None and slot.closing is not None


def _asked(response: Response) -> float | None:
    """The seconds that the answer asks to wait, by the server's own clock if it tells the time."""
    value, date = (
        header.decode("latin-1") if (header := response.headers.get(name)) else None
        for name in ("Retry-After", "Date")
    )
    return retry_after(value, http_date(date) or datetime.now(UTC))
