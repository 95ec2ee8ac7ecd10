"""How long to wait before the next try, and when to try no more: pure functions and one counter."""

from __future__ import annotations

from datetime import UTC, datetime
from email.utils import parsedate_to_datetime

from scrapy.exceptions import IgnoreRequest

LONGEST_ASKED_S = 365 * 86_400.0  # whoever asks for more means: never again


class CircuitOpenError(IgnoreRequest):
    """No request was made, for the ones before it failed or the site asked for a long rest."""


class CrawlStoppedError(IgnoreRequest):
    """No request was made, for the crawl was stopped while it waited for its turn."""


def retry_after(value: str | None, now: datetime) -> float | None:
    """Return the seconds that a Retry-After header asks to wait, or None if it asks for nothing.

    The header is a number of seconds or a date (RFC 9110, 10.2.3); `now` is the time by the clock that
    made it. A date has whole seconds, so one more is waited; a date that is past, and what is
    neither number nor date, is None. More than a year counts as a year.

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
        return min(float(text), LONGEST_ASKED_S)
    until = http_date(text)
    if until is None or until < now:
        return None
    return min((until - now).total_seconds() + 1, LONGEST_ASKED_S)


def http_date(text: str | None) -> datetime | None:
    """Return the time that an HTTP header names, in UTC, or None if it is no date.

    >>> http_date("Sun, 06 Nov 1994 08:49:37 GMT")
    datetime.datetime(1994, 11, 6, 8, 49, 37, tzinfo=datetime.timezone.utc)
    """
    try:
        named = parsedate_to_datetime(text or "")
        return (named if named.tzinfo else named.replace(tzinfo=UTC)).astimezone(UTC)
    except (ValueError, TypeError, OverflowError, IndexError):
        return None


def back_off(retry: int, base: float, most: float, chance: float) -> float:
    """Return the seconds to wait before the first, second, ... retry: `base` doubled that often.

    Up to half of it is added by `chance`, a number between 0 and 1, so that crawlers that failed
    together do not come back together. Never more than `most`.

    >>> [back_off(retry, base=10, most=300, chance=0) for retry in (1, 2, 3)]
    [20.0, 40.0, 80.0]
    >>> back_off(1, base=10, most=300, chance=1)
    30.0
    """
    doubled = base * 2.0 ** min(retry, 60)
    return min(doubled * (1 + chance / 2), most)


class CircuitBreaker:
    """Counts requests in a row that failed after all their tries; opens at `limit`, 0 means never.

    >>> breaker = CircuitBreaker(2)
    >>> breaker.failed(); breaker.succeeded(); breaker.failed(); breaker.check()
    >>> breaker.failed(); breaker.check()
    Traceback (most recent call last):
    osce_news.crawl.middlewares.backoff.CircuitOpenError: 2 requests in a row failed, so no more are made
    """

    def __init__(self, limit: int) -> None:
        self._limit = limit
        self._failures = 0
        self._reason: str | None = None

    def failed(self) -> None:
        """Note a request that was given up."""
        self._failures += 1
        if self._failures == self._limit:
            self.open(f"{self._failures} requests in a row failed")

    def succeeded(self) -> None:
        """Note an answer: the count begins anew, and an open circuit closes."""
        self._failures = 0
        self._reason = None

    def open(self, reason: str) -> None:
        """Let no more requests through."""
        self._reason = self._reason or reason

    def check(self) -> None:
        """Raise CircuitOpenError if no more requests may be made."""
        if self._reason is not None:
            raise CircuitOpenError(f"{self._reason}, so no more are made")
