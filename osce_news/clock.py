"""Times as the database writes them, UTC, ISO 8601, whole seconds; and how long something takes."""

from __future__ import annotations

from datetime import UTC, datetime

_FORM = "%Y-%m-%dT%H:%M:%SZ"


def utc_now() -> str:
    """Return the present time, such as "2022-03-15T12:00:00Z"."""
    return datetime.now(UTC).strftime(_FORM)


def format_utc(seconds: float) -> str:
    """Return the time of a Unix timestamp."""
    return datetime.fromtimestamp(seconds, UTC).strftime(_FORM)


def parse_utc(text: str) -> datetime:
    """Return the time; raises ValueError for any other form than that of `utc_now`."""
    return datetime.strptime(text, _FORM).replace(tzinfo=UTC)


def duration_in_words(seconds: float) -> str:
    """Return how long that is, in the two largest units of days, hours and minutes.

    >>> duration_in_words(59), duration_in_words(9_000), duration_in_words(260_000)
    ('0 min', '2 h 30 min', '3 d 0 h')
    """
    minutes = int(seconds / 60)
    days, hours, minutes = minutes // 1440, minutes // 60 % 24, minutes % 60
    if days:
        return f"{days} d {hours} h"
    return f"{hours} h {minutes} min" if hours else f"{minutes} min"
