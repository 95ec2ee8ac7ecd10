"""Reads, inserts and updates the rows of items."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Mapping
from dataclasses import fields
from operator import attrgetter

from osce_news.clock import MAX_AHEAD, format_utc, parse_utc
from osce_news.items import RAW_FIELDS, Listing, NewsItem, Term
from osce_news.storage.ingest.merge import FormerValue, Sources, sources_of
from osce_news.storage.ingest.revisions import Revision
from osce_news.storage.schema import LISTS

COLUMNS = tuple(field.name for field in fields(NewsItem) if field.name not in LISTS)
_raw = attrgetter(*RAW_FIELDS)
_values = attrgetter(*COLUMNS)

_SEEN = ("listing_url", "first_seen", "last_seen", "origin", "first_run", "sources")
_INSERT = (
    f"INSERT INTO items ({', '.join((*COLUMNS, *_SEEN))}) "
    f"VALUES ({', '.join('?' * (len(COLUMNS) + len(_SEEN)))})"
)
_UPDATE = f"UPDATE items SET {', '.join(f'{name} = ?' for name in COLUMNS)} WHERE id = ?"
_LOAD = (
    "SELECT id, language, first_seen, last_seen, first_run, origin, sources, withdrawn, "
    f"{', '.join(RAW_FIELDS)} FROM items WHERE id IN (SELECT value FROM json_each(?))"
)
# Whether no list and no search service has shown the item. Older versions stored no time of the service.
_IS_PAGE_ONLY = """sources IS NOT NULL AND NOT EXISTS (
    SELECT 1 FROM json_each(sources) WHERE key = 'list' OR 'search' IN (key, value))"""
# All columns of an item, with its offices, topics and places as JSON arrays of the values of a `Term`.
WHOLE = ", ".join(
    (
        "*",
        *(
            f"(SELECT json_group_array(json_array(raw, {one}_id, {'status' if one == 'office' else 'NULL'})) "
            f"FROM (SELECT * FROM item_{one}s WHERE item_id = items.id ORDER BY position)) AS {name}"
            for name, one in LISTS.items()
        ),
    )
)


def load(connection: sqlite3.Connection, ids: Iterable[str]) -> dict[str, sqlite3.Row]:
    """Return the stored rows of these items by id: raw columns, language, times, origin and sources."""
    return {row["id"]: row for row in connection.execute(_LOAD, [json.dumps(list(ids))])}


def raw_item(row: sqlite3.Row) -> NewsItem:
    """Return the stored item with its raw fields only."""
    return NewsItem(**{name: row[name] for name in RAW_FIELDS})


def is_stored(item: NewsItem, row: sqlite3.Row) -> bool:
    """Whether a row with the columns `WHOLE` has the item's values."""
    return all(getattr(item, name) == row[name] for name in COLUMNS) and all(
        getattr(item, name) == tuple(Term(*term) for term in json.loads(row[name])) for name in LISTS
    )


def insert(connection: sqlite3.Connection, items: Iterable[NewsItem], page: Listing, run: int | None) -> None:
    """Insert new items of a page that the run read, with their offices, topics and places."""
    items = list(items)
    seen = (page.url, page.fetched_at, page.fetched_at, page.origin, run)
    rows = [(*_values(item), *seen, sources_of(item, page).to_json()) for item in items]
    connection.executemany(_INSERT, rows)
    _write_lists(connection, items)


def update(connection: sqlite3.Connection, items: Iterable[NewsItem]) -> None:
    """Update items with their offices, topics and places."""
    items = list(items)
    connection.executemany(_UPDATE, [(*_values(item), item.id) for item in items])
    _write_lists(connection, items)


def write_sources(connection: sqlite3.Connection, sources: Mapping[str, Sources | None]) -> None:
    """Store where the values of these items are from; None leaves an item as it is."""
    connection.executemany(
        "UPDATE items SET sources = ? WHERE id = ?",
        [(one.to_json(), identifier) for identifier, one in sources.items() if one is not None],
    )


def same_raw(one: NewsItem, other: NewsItem) -> bool:
    """Whether the raw fields of two readings are equal."""
    return bool(_raw(one) == _raw(other))


def write_seen(connection: sqlite3.Connection, ids: Iterable[str], page: Listing, *, present: bool) -> None:
    """Update first_seen, last_seen, listing_url and origin of stored items that are on this page.

    An item's own page sets `last_seen` only while no other page has shown the item. A page that shows the
    `present` also corrects a time in the future.
    """
    ahead = format_utc((parse_utc(page.fetched_at) + MAX_AHEAD).timestamp()) if present else "9999"
    connection.executemany(
        "UPDATE items SET first_seen = min(first_seen, :at), "
        f"last_seen = CASE WHEN (:origin = 'page') = ({_IS_PAGE_ONLY}) THEN "
        "iif(last_seen > :ahead, :at, max(last_seen, :at)) "
        "WHEN :origin = 'page' THEN last_seen ELSE :at END, "
        "listing_url = CASE WHEN :origin <> 'page' AND (:at > last_seen "
        "OR (:origin = 'list' AND sources IS NOT NULL AND sources ->> '$.list' IS NULL)) "
        "THEN :url ELSE listing_url END, "
        "origin = CASE WHEN :at < first_seen THEN :origin ELSE origin END WHERE id = :id",
        [
            {"id": one, "at": page.fetched_at, "ahead": ahead, "url": page.url, "origin": page.origin}
            for one in ids
        ],
    )


def write_addresses(connection: sqlite3.Connection, page: Listing) -> None:
    """Store each address under which the page's items were seen."""
    connection.executemany(
        "INSERT INTO addresses (item_id, url, first_seen, last_seen) VALUES (?, ?, ?3, ?3) "
        "ON CONFLICT (item_id, url) DO UPDATE SET first_seen = min(first_seen, excluded.first_seen), "
        "last_seen = max(last_seen, excluded.last_seen)",
        {(item.id, item.url, page.fetched_at) for item in page.records},
    )


def write_revisions(
    connection: sqlite3.Connection, item_id: str, changes: Iterable[Revision], seen_at: str, run: int
) -> None:
    """Store the revisions of a changed item."""
    connection.executemany(
        "INSERT INTO revisions (item_id, run_id, seen_at, field, before, after, class) "
        "VALUES (?, ?, ?, ?, ?, ?, ?)",
        [(item_id, run, seen_at, one.field, one.before, one.after, one.kind) for one in changes],
    )


def write_former(
    connection: sqlite3.Connection, item_id: str, values: Iterable[FormerValue], run: int
) -> None:
    """Store what a run replaced; of a field that it replaced twice, the first value is kept."""
    connection.executemany(
        "INSERT OR IGNORE INTO former_values (item_id, run_id, field, before, source) VALUES (?, ?, ?, ?, ?)",
        [(item_id, run, *one) for one in values],
    )


def merge_revision(
    connection: sqlite3.Connection, item_id: str, change: Revision, seen_at: str, run: int
) -> None:
    """Store a revision, merged with the run's earlier one of this field; none is left if they cancel out."""
    sql = "SELECT id, before FROM revisions WHERE item_id = ? AND run_id = ? AND field = ?"
    row = connection.execute(sql, [item_id, run, change.field]).fetchone()
    if row is None:
        write_revisions(connection, item_id, [change], seen_at, run)
    elif row["before"] == change.after:
        connection.execute("DELETE FROM revisions WHERE id = ?", [row["id"]])
    else:
        connection.execute("UPDATE revisions SET after = ? WHERE id = ?", [change.after, row["id"]])


def write_quarantined(connection: sqlite3.Connection, page: Listing, run: int | None) -> None:
    """Store the quarantined results of the page."""
    connection.executemany(
        "INSERT INTO quarantine (run_id, listing_url, reason, raw, first_seen, last_seen) "
        "VALUES (?, ?, ?, ?, ?5, ?5) ON CONFLICT (reason, raw) DO UPDATE SET "
        "first_seen = min(first_seen, excluded.first_seen), last_seen = max(last_seen, excluded.last_seen)",
        [
            (
                run,
                page.url,
                one.reason,
                json.dumps(one.raw, ensure_ascii=False, sort_keys=True),
                page.fetched_at,
            )
            for one in page.quarantined
        ],
    )


def _write_lists(connection: sqlite3.Connection, items: list[NewsItem]) -> None:
    """Replace the offices, topics and places of items.

    A new item may have some too: the `sqlite3` shell, which enforces no foreign keys, leaves them if someone
    deletes an item.
    """
    ids = json.dumps([item.id for item in items])
    for name, one in LISTS.items():
        connection.execute(
            f"DELETE FROM item_{one}s WHERE item_id IN (SELECT value FROM json_each(?))", [ids]
        )
        extra = ", status" if name == "offices" else ""
        marks = ", ?" if extra else ""
        connection.executemany(
            f"INSERT INTO item_{one}s (item_id, position, {one}_id, raw{extra}) VALUES (?, ?, ?, ?{marks})",
            [
                (item.id, position, term.id, term.raw, *((term.status,) if extra else ()))
                for item in items
                for position, term in enumerate(getattr(item, name))
            ],
        )
