"""The list as it was on a past day, as a database for the same queries as the present one."""

from __future__ import annotations

import json
import sqlite3
from collections import defaultdict
from collections.abc import Iterable, Iterator
from contextlib import closing, contextmanager
from dataclasses import replace
from pathlib import Path
from typing import Any

from osce_news.errors import BadInputError
from osce_news.items import REVISED_FIELDS
from osce_news.normalize import normalize
from osce_news.storage import upgrade
from osce_news.storage.database import exists, read_transaction
from osce_news.storage.ingest import rows
from osce_news.storage.queries.query import Query
from osce_news.storage.schema import COLUMNS, LISTS

_LISTED = """
SELECT id FROM items WHERE first_seen <= :until AND NOT EXISTS (
    SELECT 1 FROM withdrawals
    WHERE item_id = items.id AND withdrawn <= :until AND (restored IS NULL OR restored > :until))"""
_REVISED = f"""
SELECT item_id, field, before FROM revisions
WHERE seen_at > :until AND field IN ({", ".join(map(repr, REVISED_FIELDS))})
ORDER BY seen_at DESC, id DESC"""
_LAST_READ = "SELECT coalesce(max(fetched_at), :until) FROM pages WHERE fetched_at <= :until"
# Columns of the view `newsroom` that are known for the present only.
PRESENT_ONLY = ("text", "last_seen", "withdrawn")


@contextmanager
def open_for_query(path: Path, query: Query) -> Iterator[sqlite3.Connection]:
    """Open the database for reading, as of the query's day if it has one.

    As in `read_transaction`, all is read from one state. Raises what `open_for_reading` and `database_as_of`
    raise, and BadInputError if the query has words and the database no search index.
    """
    with read_transaction(path) as connection:
        if query.as_of is not None:
            with closing(database_as_of(connection, query.as_of, indexed=bool(query.words))) as past:
                _let_signals_in(past)
                yield past
            return
        if query.words and not exists(connection, "sqlite_master WHERE name = 'items_fts'"):
            raise BadInputError("the database has no search index; `osce-news renormalize` makes one")
        _let_signals_in(connection)
        yield connection


def _let_signals_in(connection: sqlite3.Connection) -> None:
    """Let Ctrl-C end a query that takes long: Python handles signals only when SQLite calls it.

    The query then fails with SQLITE_INTERRUPT, because an exception in the handler is not passed on.
    """
    connection.set_progress_handler(lambda: None, 1_000)


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
    until = {"until": f"{day}T23:59:59Z"}
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
    ids = json.dumps([row["id"] for row in connection.execute(_LISTED, until)])
    _copy(connection, past, "items", "id IN (SELECT value FROM json_each(?))", ids)
    for one in LISTS.values():
        _copy(connection, past, f"item_{one}s", "item_id IN (SELECT value FROM json_each(?))", ids)
    _restore_values(past, connection.execute(_REVISED, until))
    past.execute(
        "UPDATE items SET withdrawn = NULL, last_seen = max(first_seen, min(last_seen, ?))",
        connection.execute(_LAST_READ, until).fetchone(),
    )
    past.execute("CREATE INDEX items_last_seen ON items (last_seen)")  # for the remarks on each search
    if indexed:
        past.execute("INSERT INTO items_fts (items_fts) VALUES ('rebuild')")
    past.execute("COMMIT")
    return past


def _copy(
    connection: sqlite3.Connection, past: sqlite3.Connection, table: str, where: str = "1", *values: str
) -> None:
    present = connection.execute(f"SELECT * FROM {table} LIMIT 0").description
    names = [name for name, *_ in present if name in COLUMNS[table]]  # a user may have added others
    cursor = connection.execute(f"SELECT {', '.join(names)} FROM {table} WHERE {where}", values)
    sql = f"INSERT INTO {table} ({', '.join(names)}) VALUES ({', '.join('?' * len(names))})"
    past.executemany(sql, cursor)


def _restore_values(past: sqlite3.Connection, revisions: Iterable[sqlite3.Row]) -> None:
    """Give items the values that were printed before these revisions, the latest of which comes first."""
    former: dict[str, dict[str, Any]] = defaultdict(dict)
    for row in revisions:
        former[row["item_id"]][f"{row['field']}_raw"] = row["before"]
    sql = "SELECT * FROM items WHERE id IN (SELECT value FROM json_each(?))"
    items = []
    for row in past.execute(sql, [json.dumps(list(former))]):
        item = normalize(replace(rows.raw_item(row), **former[row["id"]]))
        item.id, item.url, item.language = row["id"], row["url"], row["language"]
        items.append(item)
    rows.update(past, items)
