"""The database as it was on a past day, in memory, for the same queries as the present one."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from osce_news.errors import BadInputError
from osce_news.items import REVISED_FIELDS, Listing, NewsItem
from osce_news.normalize import normalize
from osce_news.storage import rows, upgrade
from osce_news.storage.database import open_for_reading
from osce_news.storage.query import Query
from osce_news.storage.renormalize import write_vocabulary

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
# Columns of the view `newsroom` that are known for the present only.
PRESENT_ONLY = ("text", "last_seen", "withdrawn")


@contextmanager
def open_query(path: Path, query: Query) -> Iterator[sqlite3.Connection]:
    """Open the database for reading, as of the query's day if it has one.

    Raises what `open_for_reading` raises, and BadInputError if the day is before the first crawl, or if the
    query has words and the database no search index.
    """
    with closing(open_for_reading(path)) as connection:
        if query.as_of is not None:
            (first,) = connection.execute("SELECT date(min(first_seen)) FROM items").fetchone()
            if first is not None and query.as_of < first:
                raise BadInputError(
                    f"nothing is known of {query.as_of}: the first items were read on {first}"
                )
            with closing(database_as_of(connection, query.as_of, indexed=bool(query.words))) as past:
                yield past
            return
        sql = "SELECT 1 FROM sqlite_master WHERE name = 'items_fts'"
        if query.words and connection.execute(sql).fetchone() is None:
            raise BadInputError("the database has no search index; `osce-news renormalize` makes one")
        yield connection


def database_as_of(connection: sqlite3.Connection, day: str, *, indexed: bool = True) -> sqlite3.Connection:
    """Return a database in memory with the items that were on the list at the end of that day (UTC).

    `day` is YYYY-MM-DD. Values are what the site printed then, normalised by the present vocabulary and
    rules. It holds the runs up to that day, and no texts, revisions and pages; the search index is filled if
    it is to be `indexed`.
    """
    past = sqlite3.connect(":memory:", isolation_level=None)
    past.row_factory = sqlite3.Row
    upgrade.update(past)
    past.execute("DROP TRIGGER items_fts_insert")  # the index is filled at once, below
    past.execute("BEGIN")
    write_vocabulary(past)
    sql = f"""
        WITH reading (last) AS (
            SELECT coalesce(max(fetched_at), :day || 'T23:59:59Z') FROM pages WHERE date(fetched_at) <= :day)
        SELECT then_.*, url_raw, language, origin, listing_url, first_seen,
            max(first_seen, min(last_seen, reading.last)) AS last_seen
        FROM ({ITEMS_AS_OF}) AS then_ JOIN items USING (id) JOIN reading ORDER BY items.key"""
    stored = connection.execute(sql, {"day": day}).fetchall()
    rows.insert(past, map(_item, stored), Listing(url="", fetched_at="", sha256=""), None)
    past.executemany(
        "UPDATE items SET origin = :origin, listing_url = :listing_url, first_seen = :first_seen, "
        "last_seen = :last_seen WHERE id = :id",
        map(dict, stored),
    )
    for run in connection.execute("SELECT * FROM runs WHERE date(started) <= ? ORDER BY id", [day]):
        rows.insert_row(past, "runs", dict(run))
    if indexed:
        past.execute("INSERT INTO items_fts (items_fts) VALUES ('rebuild')")
    past.execute("COMMIT")
    return past


def _item(row: sqlite3.Row) -> NewsItem:
    raw = {f"{name}_raw": row[name] for name in REVISED_FIELDS}
    item = normalize(NewsItem(url_raw=row["url_raw"], **raw))
    item.id, item.url, item.language = row["id"], row["url"], row["language"]
    return item
