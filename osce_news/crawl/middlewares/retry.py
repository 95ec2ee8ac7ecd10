"""The middleware that retries requests after a wait, and gives up on a site that is down."""

from __future__ import annotations

import asyncio
import logging
import random
from datetime import UTC, datetime
from email.utils import parsedate_to_datetime
from time import monotonic
from typing import TYPE_CHECKING

from scrapy.downloadermiddlewares.retry import RetryMiddleware
from scrapy.exceptions import CannotResolveHostError, IgnoreRequest, ResponseDataLossError
from scrapy.http import Request
from scrapy.http.request import NO_CALLBACK

from osce_news.crawl import NOTICE
from osce_news.crawl.failures import CircuitOpenError, CrawlStoppedError, cause_of, is_lasting

if TYPE_CHECKING:
    from scrapy import Spider
    from scrapy.core.downloader import Slot
    from scrapy.http import Response
    from scrapy.settings import BaseSettings

logger = logging.getLogger(__name__)

_PATIENCE_S = 3.0  # after this time, the user is told what the crawl waits for
_POLL_S = 0.2  # how often a wait checks whether the crawl was stopped
MAX_RETRY_AFTER_S = 365 * 86_400.0  # a longer wait counts as this


class BackOffMiddleware(RetryMiddleware):
    """Retries the same requests as Scrapy's middleware, after a wait that doubles, or that Retry-After names.

    No request is sent during a wait: all requests of a crawl wait here for the end of a back-off, and for the
    crawl-delay (which the downloader applies as well). A wait ends at once when the crawl is stopped; the
    request then goes back to the scheduler, which sends no more.

    Settings: BACK_OFF_BASE, BACK_OFF_MAX, RETRY_AFTER_MAX in seconds, CIRCUIT_BREAKER in requests, and
    Scrapy's RETRY_TIMES, RETRY_HTTP_CODES. A request with `needs_body` in its `meta` is also retried if the
    response is empty, as those of a server with an error can be. A request that is given up has in
    `meta["retry_after"]` the seconds to wait according to its last response, if any.
    """

    def __init__(self, settings: BaseSettings) -> None:
        super().__init__(settings)
        self.base = settings.getfloat("BACK_OFF_BASE")
        self.max_wait = settings.getfloat("BACK_OFF_MAX")
        self.max_retry_after = settings.getfloat("RETRY_AFTER_MAX")
        self.max_failures = settings.getint("CIRCUIT_BREAKER")  # 0: any number
        self._failures = 0  # requests in a row that failed after all their tries
        self._open_because: str | None = None  # why no more requests are sent
        self._not_before = 0.0  # monotonic; no request goes out sooner
        self._late: asyncio.TimerHandle | None = None  # says that the request in progress takes long
        self._has_told_delay = False

    async def process_request(self, request: Request) -> Request | None:
        """Wait for the request's turn; raises CircuitOpenError, CrawlStoppedError."""
        self._answered()  # the request before, even if its response was a redirect
        if self._open_because is not None:
            raise CircuitOpenError(f"{self._open_because}, so no more are sent")
        if await self._wait_for_turn(request):
            loop = asyncio.get_running_loop()
            self._late = loop.call_later(_PATIENCE_S, logger.log, NOTICE, "waiting for %s", request.url)
            return None
        if request.callback is NO_CALLBACK:  # robots.txt: its middleware waits for the response
            raise CrawlStoppedError("the crawl was stopped")
        return request

    def process_response(
        self, request: Request, response: Response, spider: Spider | None = None
    ) -> Request | Response:
        """Return the response, or the request for another try; raises ResponseDataLossError."""
        self._answered()
        if response.status not in self.retry_http_codes:
            is_empty = 200 <= response.status < 300 and not response.body.strip()
            if "dataloss" in response.flags or (is_empty and "needs_body" in request.meta):
                error = ResponseDataLossError()
                if (again := self.process_exception(request, error)) is None:
                    raise error
                return again
            self._failures = 0
            return response
        wait_s = _retry_after_of(response)
        if wait_s is not None and wait_s > self.max_retry_after:
            self._open_because = f"the site asks to wait {wait_s:.0f} s between two requests"
            request.meta["retry_after"] = wait_s
            return response
        following = super().process_response(request, response)
        if isinstance(following, Request):
            self._delay_requests(following, f"status {response.status}", wait_s)
            return following
        self._failed()
        if wait_s is not None:
            request.meta["retry_after"] = wait_s
            self._not_before = max(self._not_before, monotonic() + wait_s)
        return response

    def process_exception(
        self, request: Request, exception: Exception, spider: Spider | None = None
    ) -> Request | None:
        """Return the request for another try; None if there is none."""
        self._answered()
        if isinstance(exception, IgnoreRequest):  # it was never sent
            return None
        again = None if is_lasting(exception) else super().process_exception(request, exception)
        if not isinstance(again, Request):
            self._failed()
            return None
        # No server got the request, so none needs a rest beyond the crawl-delay.
        unresolved = isinstance(exception, CannotResolveHostError)
        self._delay_requests(again, cause_of(exception, again), base=self.base if unresolved else None)
        return again

    def _delay_requests(
        self, again: Request, reason: str, wait_s: float | None = None, base: float | None = None
    ) -> None:
        """Hold back all requests until it is time for the retry."""
        retry = again.meta["retry_times"]
        if base is None:
            slot = self._slot(again)
            base = max(self.base, slot.delay if slot else 0)
        chance = random.random()  # noqa: S311  # not a secret
        wait = max(back_off(retry, base, self.max_wait, chance), wait_s or 0)
        self._not_before = max(self._not_before, monotonic() + wait)
        wait = max(wait, self._earliest(again) - monotonic())
        level = NOTICE if wait > _PATIENCE_S else logging.INFO
        text = "%s: %s; retry %d of %d in %.1f s"
        logger.log(level, text, again.url, reason, retry, self.max_retry_times, wait)

    async def _wait_for_turn(self, request: Request) -> bool:
        """Wait for the end of a back-off and of the crawl-delay; False as soon as the crawl is stopped."""
        began, backs_off_until, earliest = monotonic(), self._not_before, self._earliest(request)
        delay_s = earliest - began
        # `_delay_requests` told the wait for a retry.
        if delay_s > _PATIENCE_S and not self._has_told_delay and "retry_times" not in request.meta:
            self._has_told_delay = True
            text = "waiting %.0f s, the delay between two requests, before %s"
            logger.log(NOTICE, text, delay_s, request.url)
        time = max(backs_off_until, earliest)
        while (left := time - monotonic()) > 0 and not self._is_stopping():
            await asyncio.sleep(min(left, _POLL_S))
        if backs_off_until > began:
            stats = self.crawler.stats
            assert stats is not None
            stats.inc_value("back_off/count")
            backed_off_s = min(backs_off_until, monotonic()) - began
            stats.inc_value("back_off/seconds", backed_off_s)  # type: ignore[arg-type]
        return not self._is_stopping()

    def _failed(self) -> None:
        """Note a request that was given up."""
        self._failures += 1
        if self._failures == self.max_failures and self._open_because is None:
            self._open_because = f"{self._failures} requests in a row failed"

    def _answered(self) -> None:
        """Note that the request in progress has ended."""
        if self._late is not None:
            self._late.cancel()

    def _earliest(self, request: Request) -> float:
        """Return the monotonic time at which the crawl-delay allows the request."""
        slot = self._slot(request)
        return slot.lastseen + slot.delay if slot else 0.0

    def _slot(self, request: Request) -> Slot | None:
        """Return the downloader's slot for the request; None if it has none yet, or dropped it when idle."""
        assert self.crawler.engine is not None
        downloader = self.crawler.engine.downloader
        return downloader.slots.get(downloader.get_slot_key(request))

    def _is_stopping(self) -> bool:
        """Whether the crawl is being stopped, by Ctrl-C, SIGTERM or the spider.

        Scrapy sends no signal before the requests in progress are done; that a spider is being closed shows
        only in the engine's slot.
        """
        engine = self.crawler.engine
        if engine is None or not engine.running:
            return True
        slot = getattr(engine, "_slot", None)
        return slot is not None and slot.closing is not None


def retry_after(value: str | None, now: datetime) -> float | None:
    """Return the seconds to wait according to a Retry-After header; None if it names no wait.

    The header is a number of seconds or a date (RFC 9110, 10.2.3); `now` is the time by the clock that
    made it. A date has whole seconds, so one second is added. The result is None for a date in the past and
    for any other text. More than a year counts as a year.

    >>> now = datetime(2024, 8, 5, 12, 0, 0, tzinfo=UTC)
    >>> retry_after("120", now)
    120.0
    >>> retry_after("Mon, 05 Aug 2024 12:00:30 GMT", now)
    31.0
    >>> retry_after("Mon, 05 Aug 2024 11:59:59 GMT", now), retry_after("soon", now), retry_after("-5", now)
    (None, None, None)
    """
    text = (value or "").strip()
    if text.isascii() and text.isdigit():
        return min(float(text), MAX_RETRY_AFTER_S)
    until = http_date(text)
    if until is None or until < now:
        return None
    return min((until - now).total_seconds() + 1, MAX_RETRY_AFTER_S)


def http_date(text: str | None) -> datetime | None:
    """Return the time that an HTTP header names, in UTC, or None if it is not a date.

    >>> http_date("Sun, 06 Nov 1994 08:49:37 GMT")
    datetime.datetime(1994, 11, 6, 8, 49, 37, tzinfo=datetime.timezone.utc)
    """
    try:
        date = parsedate_to_datetime(text or "")
        return (date if date.tzinfo else date.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, TypeError, OverflowError, IndexError):
        return None


def back_off(retry: int, base: float, most: float, chance: float) -> float:
    """Return the seconds to wait before the first, second, ... retry: `base` doubled that often.

    `chance`, a number between 0 and 1, adds up to half of it, so that crawlers that failed together do not
    retry together. The result is at most `most`.

    >>> [back_off(retry, base=10, most=300, chance=0) for retry in (1, 2, 3)]
    [20.0, 40.0, 80.0]
    >>> back_off(1, base=10, most=300, chance=1)
    30.0
    """
    doubled = base * 2.0 ** min(retry, 60)
    return min(doubled * (1 + chance / 2), most)


def _retry_after_of(response: Response) -> float | None:
    """Return the seconds to wait according to the response, by the server's clock if it sends a Date."""
    value, date = (
        header.decode("latin-1") if (header := response.headers.get(name)) else None
        for name in ("Retry-After", "Date")
    )
    return retry_after(value, http_date(date) or datetime.now(UTC))
