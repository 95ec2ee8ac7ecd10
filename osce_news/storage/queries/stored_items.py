"""Lists and counts the items of a query, and shows one item."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from typing import Any

from osce_news.errors import BadInputError
from osce_news.normalize import canonical_url, item_id
from osce_news.storage.queries.query import Query
from osce_news.storage.schema import LISTS

Row = dict[str, Any]


def item_identifier(connection: sqlite3.Connection, text: str) -> str:
    """Return the identifier of the item with this identifier, or with an address under which it was seen.

    A number may also be that of such an address. Raises BadInputError if an address is not that of an item.
    """
    try:
        text.encode()
        if "/" not in text:
            sql = (
                "SELECT item_id FROM addresses WHERE url GLOB '*/' || ?1 "
                "AND NOT EXISTS (SELECT 1 FROM items WHERE id = ?1)"
            )
            row = connection.execute(sql, [text]).fetchone() if text.isdecimal() else None
            return row[0] if row else text
        sql = "SELECT item_id FROM addresses WHERE url = ?"
        row = connection.execute(sql, [canonical_url(text)]).fetchone()
        return row[0] if row else item_id(text)
    except ValueError as error:
        raise BadInputError(f"no item has this identifier or address: {text[:200]!r}") from error


def items(connection: sqlite3.Connection, query: Query, limit: int | None = None) -> Iterator[Row]:
    """Return an iterator of the query's rows of the view `newsroom`, newest first, undated ones last.

    Rows are read one at a time, so memory does not grow with their number.
    """
    where, values = query.where()
    sql = (
        "SELECT newsroom.* FROM items CROSS JOIN newsroom ON newsroom.id = items.id "
        f"WHERE {where} ORDER BY items.published DESC, items.id LIMIT ?"
    )
    return map(decoded, connection.execute(sql, [*values, -1 if limit is None else limit]))


def find_item(connection: sqlite3.Connection, text: str) -> Row:
    """Return the item with this identifier or address, as `item` does; raises BadInputError without one."""
    found = item(connection, item_identifier(connection, text))
    if found is None:
        raise BadInputError(f"no item {text[:200]!r} in this database; `osce-news search WORDS` finds items")
    return found


def extent(connection: sqlite3.Connection, query: Query) -> Row:
    """Return the number of `items` of the query, the `first` and `last` date, and how many are `undated`."""
    where, values = query.where()
    sql = (
        "SELECT count(*) AS items, min(published) AS first, max(published) AS last, "
        f"count(*) - count(published) AS undated FROM items WHERE {where}"
    )
    return dict(connection.execute(sql, values).fetchone())


def count(connection: sqlite3.Connection, query: Query) -> int:
    """Return how many items match the query."""
    return int(extent(connection, query)["items"])


_PARTS = {
    "office_ids": "SELECT office_id AS id, raw, status FROM item_offices WHERE item_id = ? ORDER BY position",
    "topic_ids": "SELECT topic_id AS id, raw FROM item_topics WHERE item_id = ? ORDER BY position",
    "place_ids": "SELECT place_id AS id, raw FROM item_places WHERE item_id = ? ORDER BY position",
    "addresses": "SELECT url, first_seen, last_seen FROM addresses WHERE item_id = ? ORDER BY 2, 1",
    "revisions": (
        "SELECT seen_at, run_id AS run, class, field, before, after FROM revisions "
        "WHERE item_id = ? ORDER BY id"
    ),
    "withdrawals": (
        "SELECT withdrawn, withdrawn_run, restored, restored_run FROM withdrawals "
        "WHERE item_id = ? ORDER BY id"
    ),
}


def item(connection: sqlite3.Connection, identifier: str) -> Row | None:
    """Return all that is stored of an item, with raw values, article and history; None if there is none."""
    row = connection.execute("SELECT * FROM newsroom WHERE id = ?", [identifier]).fetchone()
    if row is None:
        return None
    result = decoded(row)
    raw = dict(connection.execute("SELECT * FROM items WHERE id = ?", [identifier]).fetchone())
    result["raw"] = {name: value for name, value in raw.items() if name.endswith("_raw")}
    result["listing_url"] = raw["listing_url"]
    result["article"] = _article(connection, identifier)
    for name, sql in _PARTS.items():
        result[name] = [dict(one) for one in connection.execute(sql, [identifier])]
    return result


def unknown_values(connection: sqlite3.Connection) -> list[Row]:
    """Return the printed values that were not recognised, each with its number of items."""
    sql = """
        SELECT 'office' AS kind, raw AS printed, count(*) AS items FROM item_offices
        WHERE office_id IS NULL GROUP BY raw
        UNION ALL SELECT 'topic', raw, count(*) FROM item_topics WHERE topic_id IS NULL GROUP BY raw
        UNION ALL SELECT 'place', raw, count(*) FROM item_places WHERE place_id IS NULL GROUP BY raw
        UNION ALL SELECT 'type', content_type_raw, count(*) FROM items
        WHERE content_type IS NULL AND content_type_raw IS NOT NULL GROUP BY content_type_raw
        UNION ALL SELECT 'date', published_raw, count(*) FROM items
        WHERE published IS NULL AND published_raw IS NOT NULL GROUP BY published_raw
        ORDER BY items DESC, kind, printed"""
    return [dict(row) for row in connection.execute(sql)]


def overview(connection: sqlite3.Connection) -> Row:
    """Return the extent of the database, and how many `offices`, `topics` and `withdrawn` items it has."""
    sql = """
        SELECT (SELECT count(DISTINCT office_id) FROM item_offices) AS offices,
            (SELECT count(DISTINCT topic_id) FROM item_topics) AS topics,
            (SELECT count(withdrawn) FROM items) AS withdrawn"""
    return extent(connection, Query()) | dict(connection.execute(sql).fetchone())


def _article(connection: sqlite3.Connection, identifier: str) -> Row | None:
    """Return what is stored of an item's own page, except its text; None if it was never requested."""
    row = connection.execute("SELECT * FROM articles WHERE item_id = ?", [identifier]).fetchone()
    if row is None:
        return None
    result = {name: value for name, value in dict(row).items() if name not in ("item_id", "text")}
    for name in ("differs", "image", "downloads", "languages"):
        result[name] = json.loads(result[name]) if result[name] else None
    return result


def decoded(row: sqlite3.Row) -> Row:
    """Return a row of the view `newsroom` with its JSON arrays as lists."""
    return {name: json.loads(value) if name in LISTS else value for name, value in dict(row).items()}
