"""The values of the stories, which the newsroom has really printed."""

from __future__ import annotations

import bisect
import datetime
import functools
import json
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from tests.newsroom.dates import read_day

VALUES = Path(__file__).resolve().parent.parent / "data" / "newsroom-values.jsonl"


@dataclass(frozen=True, slots=True)
class Printed:
    """An item's labels as the site has printed them; None or empty if it printed none."""

    day: datetime.date
    content_type: str | None
    offices: tuple[str, ...]
    topics: tuple[str, ...]
    collections: str | None
    place: str | None


def _split(printed: str | None) -> tuple[str, ...]:
    # No name of an office or a topic seen on the site contains a comma.
    return tuple(printed.split(", ")) if printed else ()


def printed_rows() -> list[dict[str, Any]]:
    """Return the rows of the values file, in its order."""
    return [json.loads(line) for line in VALUES.read_text(encoding="utf-8").splitlines()]


@functools.cache
def printed_values() -> tuple[Printed, ...]:
    """Return all English items of the values file, oldest first."""
    found = [
        Printed(
            day=day,
            content_type=row.get("type"),
            offices=_split(row.get("where")),
            topics=_split(row.get("what")),
            collections=row.get("collections"),
            place=row.get("place"),
        )
        for row in printed_rows()
        if (day := read_day(row["date"])) is not None
    ]
    # The file's order breaks ties, so that the list is the same everywhere.
    return tuple(sorted(found, key=lambda one: one.day))


@functools.cache
def values_of_the_time(year: int) -> tuple[Printed, ...]:
    """Return the items printed within three years of `year`, at least sixty.

    So a story of 2001 is not from a mission that was set up in 2014.
    """
    values = printed_values()
    days = [one.day for one in values]
    low = bisect.bisect_left(days, datetime.date(year - 3, 1, 1))
    high = bisect.bisect_right(days, datetime.date(year + 3, 12, 31))
    middle = (low + high) // 2
    return values[max(0, min(low, middle - 30, len(values) - 60)) : max(high, middle + 30, 60)]


@functools.cache
def all_offices() -> tuple[str, ...]:
    """Return every office seen, as printed, in alphabetical order."""
    return tuple(sorted({office for one in printed_values() for office in one.offices}))


@functools.cache
def all_topics() -> tuple[str, ...]:
    """Return every topic seen, as printed, in alphabetical order."""
    return tuple(sorted({topic for one in printed_values() for topic in one.topics}))
