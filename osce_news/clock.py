"""Times as the database writes them: UTC, ISO 8601, whole seconds."""

from __future__ import annotations

from datetime import UTC, datetime

_FORM = "%Y-%m-%dT%H:%M:%SZ"


def utc_now() -> str:
    """Return the present time, such as "2022-03-15T12:00:00Z"."""
    return datetime.now(UTC).strftime(_FORM)


def format_utc(seconds: float) -> str:
    """Return the time that is so many seconds after the beginning of 1970."""
    return datetime.fromtimestamp(seconds, UTC).strftime(_FORM)


def parse_utc(text: str) -> datetime:
    """Return the time; raises ValueError for any other form than that of `utc_now`."""
    return datetime.strptime(text, _FORM).replace(tzinfo=UTC)
