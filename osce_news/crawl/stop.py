"""When a crawl may stop before the end of the list: plain values, no network."""

from __future__ import annotations

from collections.abc import Sequence

from osce_news.normalize import parse_date


def no_news(settled: int, overlap: int | None) -> bool:
    """Whether a crawl may stop: so many pages in a row, each read whole, held nothing new or changed.

    >>> no_news(1, 2), no_news(2, 2), no_news(9, None)
    (False, True, False)
    """
    return overlap is not None and settled >= overlap


def past(since: str | None, dates: Sequence[str | None]) -> bool:
    """Whether a list, newest first, has gone past this day: the page's known dates all lie before it."""
    known = [date for date in map(parse_date, dates) if date is not None] if since else []
    return bool(known) and all(date < (since or "") for date in known)
