"""What a figure shows: its numbers, its title and what must be said with it. No picture yet."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from osce_news.errors import BadInputError
from osce_news.publish.figures import wording
from osce_news.storage import counts
from osce_news.storage.queries import Filters

Row = dict[str, Any]
Kind = Literal["periods", "bars", "panels", "matrix", "shares"]

# How many groups are shown by themselves: as many as can be read at the size of a page.
TOP: Mapping[Kind, int] = {"bars": 20, "panels": 7, "matrix": 12}
MOST = 60


@dataclass(frozen=True, slots=True)
class Asked:
    """Which figure is meant.

    Raises BadInputError if there is no such figure.
    """

    by: tuple[str, ...] = ("year",)
    filters: Filters = field(default_factory=Filters)
    labels: bool = False  # the share of items that carry each label, instead of their number
    top: int | None = None  # how many groups are shown by themselves; None: as many as can be read

    def __post_init__(self) -> None:
        unknown = [name for name in self.by if name not in counts.GROUPS]
        if unknown:
            raise BadInputError(f"no figure by {unknown[0][:80]!r}; there are {', '.join(counts.GROUPS)}")
        if not 1 <= len(self.by) <= 2 or len(set(self.by)) != len(self.by):
            raise BadInputError("a figure is by one or two different groups")
        if self.by[0] in counts.PERIODS and self.by[-1] in counts.PERIODS and len(self.by) == 2:
            raise BadInputError("a figure by year and month shows nothing that one by month does not")
        if self.labels and (len(self.by) != 1 or self.by[0] not in counts.PERIODS):
            raise BadInputError("the share of labels is shown by year or by month")
        if self.top is not None and not 1 <= self.top <= MOST:
            raise BadInputError(f"a figure shows 1 to {MOST} groups, not {self.top}")

    @property
    def kind(self) -> Kind:
        """The form that suits the groups."""
        if self.labels:
            return "shares"
        periods = sum(name in counts.PERIODS for name in self.by)
        if len(self.by) == 1:
            return "periods" if periods else "bars"
        return "panels" if periods else "matrix"


@dataclass(frozen=True, slots=True)
class Figure:
    """The numbers of a figure with its title and notes.

    `rows` hold one number each: `items` (or `percent`), with the name of the group by each of `by`.
    None is the group of what is not printed. Every period between the first and the last has a row.
    """

    kind: Kind
    by: tuple[str, ...]  # for panels the group, then the period
    title: str
    notes: tuple[str, ...]
    rows: list[Row]


def figure(connection: sqlite3.Connection, asked: Asked) -> Figure:
    """Return the figure asked for. Raises BadInputError if there is nothing to show."""
    extent = counts.extent(connection, asked.filters)
    periods = [name for name in asked.by if name in counts.PERIODS]
    if extent["items"] == 0:
        all_items = counts.source(connection).items
        why = "no item passes the filters" if all_items else "the database holds no items"
        raise BadInputError(f"nothing to plot: {why}")
    if periods and extent["first"] is None:
        raise BadInputError("nothing to plot: no item has a date that is understood")
    if asked.kind == "shares":
        by: tuple[str, ...] = ("label", *asked.by)
        rows, remarks = _shares(connection, asked), list[str]()
    else:
        groups = [name for name in asked.by if name not in counts.PERIODS]
        by = (*groups, *periods)
        rows, remarks = _counted(connection, asked, by, groups)
    if periods:
        rows = _every_period(rows, by)
    notes = wording.notes(asked.filters, extent, bool(periods), remarks, counts.source(connection))
    return Figure(asked.kind, by, wording.title(asked.kind, asked.by), notes, rows)


def _counted(
    connection: sqlite3.Connection, asked: Asked, by: Sequence[str], groups: Sequence[str]
) -> tuple[list[Row], list[str]]:
    """Return the counts with the rare groups taken together, and what has to be said of them."""
    keep: dict[str, list[str]] = {}
    remarks: list[str] = []
    for name in groups:
        names = [row["name"] for row in counts.most_frequent(connection, name, asked.filters)]
        top = asked.top or TOP[asked.kind]
        # One group by itself in "(other)" would only lose its name.
        keep[name] = names if len(names) <= top + 1 else names[:top]
        if len(names) > len(keep[name]) and asked.kind != "matrix":
            remarks.append(wording.others(name, len(names) - len(keep[name])))
    rows = counts.stats(connection, by, asked.filters, keep)
    if asked.kind == "matrix":
        rows = [row for row in rows if all(row[name] not in (None, counts.OTHER) for name in by)]
        if not rows:
            raise BadInputError(f"nothing to plot: no item prints both {wording.both(by)}")
        remarks.append(wording.among(by, keep, counts.count_among(connection, asked.filters, keep)))
    several = [name for name in groups if name != "type"]
    if several:
        remarks.append(wording.several(several))
    ranks = {name: {value: rank for rank, value in enumerate(keep[name])} for name in groups}
    rows.sort(key=lambda row: [_rank(row[name], ranks[name]) for name in groups])
    return rows, remarks


def _rank(name: str | None, ranks: Mapping[str, int]) -> int:
    """Return where a group stands: the most frequent first, then the others, then what is not printed."""
    if name is None:
        return len(ranks) + 1
    return ranks.get(name, len(ranks))


def _shares(connection: sqlite3.Connection, asked: Asked) -> list[Row]:
    (period,) = asked.by
    counted = counts.labels(connection, period, asked.filters)
    return [
        {"label": label, period: row[period], "percent": round(100 * row[label] / row["items"], 1)}
        for label in counts.LABELS
        for row in counted
        if label != "text" or any(one["text"] for one in counted)
    ]


def _every_period(rows: Iterable[Row], by: Sequence[str]) -> list[Row]:
    """Return the rows of the periods from the first to the last, without a gap and without the undated.

    A period without items has 0 items and no percent, which is None.
    """
    period = by[-1]
    dated = [row for row in rows if row[period] is not None]
    span = _span(min(row[period] for row in dated), max(row[period] for row in dated))
    value = "percent" if "percent" in dated[0] else "items"
    found = {tuple(row[name] for name in by): row[value] for row in dated}
    groups = dict.fromkeys(tuple(row[name] for name in by[:-1]) for row in dated)
    nothing = None if value == "percent" else 0
    return [
        {**dict(zip(by, (*group, one), strict=True)), value: found.get((*group, one), nothing)}
        for group in groups
        for one in span
    ]


def _span(first: str, last: str) -> list[str]:
    """Return the years or months from the first to the last.

    >>> _span("2024-11", "2025-02")
    ['2024-11', '2024-12', '2025-01', '2025-02']
    """
    if len(first) == 4:
        return [f"{year:04}" for year in range(int(first), int(last) + 1)]
    start, end = (int(month[:4]) * 12 + int(month[5:]) - 1 for month in (first, last))
    return [f"{month // 12:04}-{month % 12 + 1:02}" for month in range(start, end + 1)]
