"""The queries that count items: by one or two groups, and by the labels that they have."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Mapping, Sequence
from itertools import product
from typing import Any

from osce_news.storage.queries.query import Query
from osce_news.storage.queries.stored_items import Row, extent

# For each grouping the expression that names a group, and the join that it needs.
_GROUPS = {
    "year": ("substr(items.published, 1, 4)", ""),
    "month": ("substr(items.published, 1, 7)", ""),
    "type": (
        "coalesce(content_types.label, items.content_type_raw)",
        "LEFT JOIN content_types ON content_types.id = items.content_type",
    ),
    **{
        one: (
            f"coalesce({one}s.label, item_{one}s.raw)",
            (
                f"LEFT JOIN item_{one}s ON item_{one}s.item_id = items.id "
                f"LEFT JOIN {one}s ON {one}s.id = {one}_id"
            ),
        )
        for one in ("office", "topic")
    },
}
GROUPS = tuple(_GROUPS)
PERIODS = ("year", "month")
OTHER = "(other)"  # the group of all items outside the groups that are kept

# The labels that an item may have, each with the test for it.
_LABELS = {
    "type": "content_type_raw IS NOT NULL",
    "office": "offices_raw IS NOT NULL",
    "topic": "topics_raw IS NOT NULL",
    "dateline": "dateline_raw IS NOT NULL",
    "teaser": "teaser IS NOT NULL",
    "text": "EXISTS (SELECT 1 FROM articles WHERE item_id = items.id AND text IS NOT NULL)",
}
LABELS = tuple(_LABELS)


def count_items(
    connection: sqlite3.Connection,
    by: Sequence[str],
    query: Query,
    keep: Mapping[str, Sequence[str]] | None = None,
) -> list[Row]:
    """Return the number of items by one or two of `GROUPS`; items without a value are in the group None.

    An item with several offices or topics counts once for each. `keep` maps a grouping to names: its other
    groups are counted together as `OTHER`. Periods are in order of time, other groups by number of items.
    """
    table, values = _grouped(by, query, keep or {})
    order = ", ".join(f"{name} IS NULL, {name}" if name in PERIODS else "items DESC" for name in by)
    sql = (
        f"SELECT {', '.join(by)}, count(DISTINCT id) AS items FROM ({table}) "
        f"GROUP BY {', '.join(by)} ORDER BY {order}, {', '.join(by)}"
    )
    return [dict(row) for row in connection.execute(sql, values)]


def most_frequent(connection: sqlite3.Connection, by: str, query: Query) -> list[str]:
    """Return the names of a grouping other than year or month, the most frequent first."""
    return [row[by] for row in count_items(connection, [by], query) if row[by] is not None]


def count_among(connection: sqlite3.Connection, query: Query, keep: Mapping[str, Sequence[str]]) -> int:
    """Return how many items are in one of the named groups, in each grouping of `keep`."""
    table, values = _grouped(list(keep), query, keep)
    condition = " AND ".join(f"{name} <> ?" for name in keep)  # never true for NULL
    sql = f"SELECT count(DISTINCT id) FROM ({table}) WHERE {condition}"
    return int(connection.execute(sql, [*values, *(OTHER for _ in keep)]).fetchone()[0])


def label_shares(connection: sqlite3.Connection, period: str, query: Query) -> list[Row]:
    """Return by `year` or `month` how many items there are, and what percentage has each of `LABELS`.

    Items without a date come last, in the group None.
    """
    where, values = query.where()
    columns = ", ".join(f"round(100.0 * avg({test}), 1) AS {name}" for name, test in _LABELS.items())
    sql = (
        f"SELECT {_GROUPS[period][0]} AS {period}, count(*) AS items, {columns} FROM items WHERE {where} "
        f"GROUP BY 1 ORDER BY {period} IS NULL, 1"
    )
    return [dict(row) for row in connection.execute(sql, values)]


def periods(first: str, last: str) -> list[str]:
    """Return the years or months from the first to the last.

    >>> periods("2024-11", "2025-02")
    ['2024-11', '2024-12', '2025-01', '2025-02']
    """
    if len(first) == 4:
        return [f"{year:04}" for year in range(int(first), int(last) + 1)]
    start, end = (int(month[:4]) * 12 + int(month[5:]) - 1 for month in (first, last))
    return [f"{month // 12:04}-{month % 12 + 1:02}" for month in range(start, end + 1)]


def shown_periods(connection: sqlite3.Connection, query: Query, by: str) -> list[str]:
    """Return all years or months that counts of a query show; none if no item is dated.

    They are those of the query, cut to those of all stored items. Where the query has no limit, they begin or
    end with the items that the query finds.
    """
    found, whole = extent(connection, query), extent(connection, Query())
    if whole["first"] is None:
        return []
    first = max(query.since, whole["first"]) if query.since else found["first"]
    last = min(query.until, whole["last"]) if query.until else found["last"]
    first, last = first or last, last or first
    length = 4 if by == "year" else 7
    return periods(first[:length], last[:length]) if first is not None and first <= last else []


def fill(
    rows: Sequence[Row], names: Mapping[str, Sequence[str | None]], value: str = "items", nothing: Any = 0
) -> list[Row]:
    """Return a row for each combination of names of groups, with its value in the rows, or else `nothing`."""
    values = {tuple(row[group] for group in names): row[value] for row in rows}
    return [
        {**dict(zip(names, key, strict=True)), value: values.get(key, nothing)}
        for key in product(*names.values())
    ]


def _grouped(by: Sequence[str], query: Query, keep: Mapping[str, Sequence[str]]) -> tuple[str, list[Any]]:
    """Return a query with one row per item and group, for the items that pass, and its parameters."""
    columns, values = ["items.id AS id"], []
    for name in by:
        expression = _GROUPS[name][0]
        if name in keep:
            columns.append(
                f"iif({expression} IS NULL OR {expression} IN (SELECT value FROM json_each(?)), "
                f"{expression}, '{OTHER}') AS {name}"
            )
            values.append(json.dumps(list(keep[name])))
        else:
            columns.append(f"{expression} AS {name}")
    joins = " ".join(_GROUPS[name][1] for name in by)
    where, filter_values = query.where()
    return f"SELECT {', '.join(columns)} FROM items {joins} WHERE {where}", [*values, *filter_values]
