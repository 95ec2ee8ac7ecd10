"""Times in the form of the database: UTC, ISO 8601, whole seconds."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from functools import lru_cache

MAX_AHEAD = timedelta(days=1)  # a time that is further in the future comes from a wrong clock
_FORMAT = "%Y-%m-%dT%H:%M:%SZ"


def utc_now() -> str:
    """Return the present time, for example "2022-03-15T12:00:00Z"."""
    return datetime.now(UTC).strftime(_FORMAT)


def format_utc(seconds: float) -> str:
    """Return the time of a Unix timestamp.

    >>> format_utc(-62_135_596_800)  # strftime does not pad the year
    '0001-01-01T00:00:00Z'
    """
    moment = datetime.fromtimestamp(seconds, UTC).replace(microsecond=0, tzinfo=None)
    return f"{moment.isoformat()}Z"


@lru_cache(maxsize=1_000)
def parse_utc(text: str) -> datetime:
    """Return the time; raises ValueError if the text is not in the form of `utc_now`."""
    return datetime.strptime(text, _FORMAT).replace(tzinfo=UTC)


def duration_in_words(seconds: float) -> str:
    """Return a duration in its two largest units: days, hours or minutes.

    >>> duration_in_words(59), duration_in_words(9_000), duration_in_words(260_000)
    ('0 min', '2 h 30 min', '3 d 0 h')
    """
    minutes = int(seconds / 60)
    days, hours, minutes = minutes // 1440, minutes // 60 % 24, minutes % 60
    if days:
        return f"{days} d {hours} h"
    return f"{hours} h {minutes} min" if hours else f"{minutes} min"
