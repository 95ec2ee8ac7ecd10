"""Computes what a figure shows: its numbers, title and notes. `charts` draws it."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any, Literal

from osce_news import __version__
from osce_news.errors import BadInputError
from osce_news.normalize.text import numbered
from osce_news.storage.queries import Query, counts, search
from osce_news.storage.queries.coverage import Coverage

Row = dict[str, Any]
Kind = Literal["periods", "bars", "panels", "matrix", "shares"]

NOT_PRINTED = "(not printed)"  # how the group None is shown
MAX_GROUPS = 60
# How many groups are shown separately by default: as many as are legible on a page.
_DEFAULT_TOP: Mapping[Kind, int] = {"bars": 20, "panels": 7, "matrix": 12}


@dataclass(frozen=True, slots=True)
class FigureOptions:
    """What to count, in a figure or a table. Raises BadInputError for combinations that make no sense."""

    by: tuple[str, ...] = ("year",)
    query: Query = field(default_factory=Query)
    labels: bool = False
    """Whether to show the share of items with each label instead of the number of items."""
    top: int | None = None
    """How many groups to show separately; None: as many as are legible."""

    def __post_init__(self) -> None:
        unknown = [name for name in self.by if name not in counts.GROUPS]
        if unknown:
            raise BadInputError(f"no group {unknown[0][:80]!r}; choose from {', '.join(counts.GROUPS)}")
        if not 1 <= len(self.by) <= 2 or len(set(self.by)) != len(self.by):
            raise BadInputError(
                "choose one group, or two different ones; to count within an office or a topic, filter by it"
            )
        if len(self.by) == 2 and set(self.by) <= set(counts.PERIODS):
            raise BadInputError("year and month can't be combined: months show the year too")
        if self.labels and (len(self.by) != 1 or self.by[0] not in counts.PERIODS):
            raise BadInputError("the shares of labels are by year or by month")
        if self.top is not None and not 1 <= self.top <= MAX_GROUPS:
            raise BadInputError(f"a figure shows 1 to {MAX_GROUPS} groups, not {self.top}")

    @property
    def kind(self) -> Kind:
        """The kind of chart that suits the groups."""
        if self.labels:
            return "shares"
        has_period = any(name in counts.PERIODS for name in self.by)
        if len(self.by) == 1:
            return "periods" if has_period else "bars"
        return "panels" if has_period else "matrix"


@dataclass(frozen=True, slots=True)
class Figure:
    """The numbers of a figure with its title and notes.

    Each of `rows` has one number, `items` or `percent`, and the name of its group for each of `by`; None
    is the group of items without a label. Every period has a row.
    """

    kind: Kind
    by: tuple[str, ...]  # in panels the group comes first, then the period
    title: str
    notes: tuple[str, ...]
    rows: list[Row]


def build_figure(connection: sqlite3.Connection, options: FigureOptions) -> Figure:
    """Return the figure. Raises BadInputError if there is nothing to show."""
    known = search.covered(connection, options.query, "plot")
    periods = [name for name in options.by if name in counts.PERIODS]
    if periods and known.first is None:
        raise BadInputError("nothing to plot: no item has a known date")
    remarks: list[str] = []
    if options.kind == "shares":
        by: tuple[str, ...] = ("label", *options.by)
        title = f"Share of items with each label, by {options.by[0]}"
        rows = _shares(connection, options)
    else:
        groups = [name for name in options.by if name not in counts.PERIODS]
        by = (*groups, *periods)
        title = f"Items by {' and '.join(options.by)}"
        rows, remarks = _counts(connection, options, by, groups)
    if periods:
        rows = _fill_gaps(rows, by, counts.shown_periods(connection, options.query, by[-1]))
    return Figure(options.kind, by, title, tuple(_notes(known, bool(periods), remarks)), rows)


def _counts(
    connection: sqlite3.Connection, options: FigureOptions, by: Sequence[str], groups: Sequence[str]
) -> tuple[list[Row], list[str]]:
    """Return the counts with rare groups combined, and remarks that explain them."""
    keep: dict[str, list[str]] = {}
    remarks: list[str] = []
    for name in groups:
        names = counts.most_frequent(connection, name, options.query)
        top = options.top or _DEFAULT_TOP[options.kind]
        # A single group is better shown by its name than as "(other)".
        keep[name] = names if len(names) <= top + 1 else names[:top]
        if len(names) > len(keep[name]) and options.kind != "matrix":
            rare = len(names) - len(keep[name])
            remarks.append(f"“{counts.OTHER}” combines the {rare} {name}s with the fewest items.")
    rows = counts.count_items(connection, by, options.query, keep)
    if options.kind == "matrix":
        rows = [row for row in rows if all(row[name] not in (None, counts.OTHER) for name in by)]
        if not rows:
            both = " and ".join(f"{'an' if name[0] in 'aeiou' else 'a'} {name}" for name in by)
            raise BadInputError(f"nothing to plot: no item has both {both}")
        shown = counts.count_among(connection, options.query, keep)
        one_of = {name: f"one of the {len(keep[name])} most frequent {name}s" for name in by}
        frequent = [one_of[name] if len(keep[name]) > 1 else f"the most frequent {name}" for name in by]
        remarks.append(f"{shown:,} of them are shown: those with {' and '.join(frequent)}.")
    if several := " or ".join(f"{name}s" for name in groups if name != "type"):
        remarks.append(f"An item with several {several} counts once for each.")
    # The most frequent come first, then "(other)", then items without a label.
    orders = {name: [*keep[name], counts.OTHER, None] for name in groups}
    rows.sort(key=lambda row: [orders[name].index(row[name]) for name in groups])
    return rows, remarks


def _shares(connection: sqlite3.Connection, options: FigureOptions) -> list[Row]:
    (period,) = options.by
    rows = counts.label_shares(connection, period, options.query)
    return [
        {"label": label, period: row[period], "percent": row[label]}
        for label in counts.LABELS
        for row in rows
        if label != "text" or any(row["text"] for row in rows)
    ]


def _fill_gaps(rows: Iterable[Row], by: Sequence[str], periods: Sequence[str]) -> list[Row]:
    """Return the dated rows, with a row for each period: one without items has 0 items, or None percent."""
    *groups, period = by
    dated = [row for row in rows if row[period] is not None]
    names: dict[str, Sequence[str | None]] = {
        group: list(dict.fromkeys(row[group] for row in dated)) for group in groups
    }
    value, nothing = ("percent", None) if "percent" in dated[0] else ("items", 0)
    return counts.fill(dated, {**names, period: periods}, value, nothing)


def _notes(known: Coverage, dated: bool, remarks: Sequence[str]) -> Iterator[str]:
    """Yield the lines below the title: the filter, what is shown, and the source."""
    if known.query:
        yield f"Filter: {known.query}."
    period = f", published {known.first} to {known.last}" if known.first else ""
    undated = [f"{known.undated:,} without a date are not shown."] if dated and known.undated else []
    yield " ".join([f"{numbered(known.items, 'item')}{period}.", *undated, *remarks])
    read = f" on {known.read[:10]}" if known.read else ""
    yield f"Source: {known.site}, read{read} with osce-news {__version__}."
