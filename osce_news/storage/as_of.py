"""The list as it was on a past day, as a database for the same queries as the present one."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path

from osce_news.errors import BadInputError
from osce_news.items import REVISED_FIELDS, NewsItem
from osce_news.normalize import normalize
from osce_news.storage import rows, upgrade
from osce_news.storage.database import open_for_reading
from osce_news.storage.query import Query
from osce_news.storage.schema import LISTS

# The value of a field on a day is the former value in its first revision after that day, else today's.
_COLUMN = "iif({0}.item_id IS NULL, {0}_raw, {0}.before) AS {0}"
_JOIN = "LEFT JOIN later AS {0} ON {0}.item_id = items.id AND {0}.field = '{0}'"
ITEMS_AS_OF = f"""
WITH asked (until) AS (SELECT date(:day) || 'T23:59:59Z'),
later AS MATERIALIZED (
    SELECT item_id, field, before FROM (
        SELECT item_id, field, before,
            row_number() OVER (PARTITION BY item_id, field ORDER BY seen_at, id) AS number
        FROM revisions JOIN asked ON seen_at > until)
    WHERE number = 1)
SELECT items.id, items.url,
    {(f",{chr(10)}    ").join(map(_COLUMN.format, REVISED_FIELDS))}
FROM items JOIN asked ON first_seen <= until
{chr(10).join(map(_JOIN.format, REVISED_FIELDS))}
WHERE NOT EXISTS (
    SELECT 1 FROM withdrawals
    WHERE item_id = items.id AND withdrawn <= until AND (restored IS NULL OR restored > until))
"""
_ITEMS_THEN = f"""
SELECT past.*, {" OR ".join(f"past.{name} IS NOT {name}_raw" for name in REVISED_FIELDS)} AS changed
FROM ({ITEMS_AS_OF}) AS past JOIN items USING (id)"""
_LAST_READ = """
SELECT coalesce(max(fetched_at), :day || 'T23:59:59Z') FROM pages WHERE date(fetched_at) <= :day"""
# Columns of the view `newsroom` that are known for the present only.
PRESENT_ONLY = ("text", "last_seen", "withdrawn")


@contextmanager
def open_query(path: Path, query: Query) -> Iterator[sqlite3.Connection]:
    """Open the database for reading, as of the query's day if it has one.

    Raises what `open_for_reading` and `database_as_of` raise, and BadInputError if the query has words and
    the database no search index.
    """
    with closing(open_for_reading(path)) as connection:
        if query.as_of is not None:
            with closing(database_as_of(connection, query.as_of, indexed=bool(query.words))) as past:
                yield past
            return
        sql = "SELECT 1 FROM sqlite_master WHERE name = 'items_fts'"
        if query.words and connection.execute(sql).fetchone() is None:
            raise BadInputError("the database has no search index; `osce-news renormalize` makes one")
        yield connection


def database_as_of(
    connection: sqlite3.Connection, day: str, path: Path | str = ":memory:", *, indexed: bool = True
) -> sqlite3.Connection:
    """Make a database of the items that were on the list at the end of that day (UTC); return a connection.

    `day` is YYYY-MM-DD. Values that have changed since are those that the site printed then, normalised by
    the present vocabulary and rules. The database holds the runs up to that day, and no texts, revisions and
    pages; its search index is filled if it is to be `indexed`. Raises BadInputError if the day is before the
    first crawl.
    """
    (first,) = connection.execute("SELECT date(min(first_seen)) FROM items").fetchone()
    if first is not None and day < first:
        raise BadInputError(f"nothing is known of {day}: the first items were read on {first}")
    connection.execute("SAVEPOINT past")  # one state, even while a crawl writes
    then = connection.execute(_ITEMS_THEN, {"day": day}).fetchall()
    ids = json.dumps([row["id"] for row in then])
    past = sqlite3.connect(path, isolation_level=None)
    past.row_factory = sqlite3.Row
    past.execute("PRAGMA synchronous = OFF")  # a file that is lost can be made again
    past.execute("BEGIN")
    upgrade.update(past)
    for trigger in ("items_fts_insert", "items_fts_update"):  # the index is filled at once, below
        past.execute(f"DROP TRIGGER {trigger}")
    _copy(connection, past, "runs", "date(started) <= ?", day)
    for table in ("content_types", *(f"{one}s" for one in LISTS.values())):
        _copy(connection, past, table)
    _copy(connection, past, "items", "id IN (SELECT value FROM json_each(?))", ids)
    for one in LISTS.values():
        _copy(connection, past, f"item_{one}s", "item_id IN (SELECT value FROM json_each(?))", ids)
    rows.update(past, [_item(past, row) for row in then if row["changed"]])
    past.execute(
        "UPDATE items SET withdrawn = NULL, last_seen = max(first_seen, min(last_seen, ?))",
        connection.execute(_LAST_READ, {"day": day}).fetchone(),
    )
    connection.execute("RELEASE past")
    past.execute("CREATE INDEX items_last_seen ON items (last_seen)")  # for the remarks on each search
    if indexed:
        past.execute("INSERT INTO items_fts (items_fts) VALUES ('rebuild')")
    past.execute("COMMIT")
    return past


def _copy(
    connection: sqlite3.Connection, past: sqlite3.Connection, table: str, where: str = "1", *values: str
) -> None:
    cursor = connection.execute(f"SELECT * FROM {table} WHERE {where}", values)
    names = [column[0] for column in cursor.description]
    sql = f"INSERT INTO {table} ({', '.join(names)}) VALUES ({', '.join('?' * len(names))})"
    past.executemany(sql, cursor)


def _item(past: sqlite3.Connection, then: sqlite3.Row) -> NewsItem:
    """Return a stored item with the values that were printed then."""
    stored = past.execute("SELECT * FROM items WHERE id = ?", [then["id"]]).fetchone()
    item = normalize(replace(rows.raw_item(stored), **{f"{name}_raw": then[name] for name in REVISED_FIELDS}))
    item.id, item.url, item.language = stored["id"], stored["url"], stored["language"]
    return item
