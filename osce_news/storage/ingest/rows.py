"""Reads, inserts and updates the rows of items."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import fields
from operator import attrgetter

from osce_news.clock import MAX_AHEAD, format_utc, parse_utc
from osce_news.items import RAW_FIELDS, Listing, NewsItem, Term
from osce_news.storage import database
from osce_news.storage.ingest.readings import FormerValue, Revision, Sources, sources_of
from osce_news.storage.schema import LISTS

_COLUMNS = tuple(field.name for field in fields(NewsItem) if field.name not in LISTS)
_values = attrgetter(*_COLUMNS)
_raw = attrgetter(*RAW_FIELDS)
_LOAD = (
    "SELECT id, language, first_seen, last_seen, first_run, origin, sources, withdrawn, "
    f"{', '.join(RAW_FIELDS)} FROM items WHERE id IN (SELECT value FROM json_each(?))"
)
# Whether no list and no search service has shown the item. Older versions stored no time of the service.
_IS_PAGE_ONLY = """sources IS NOT NULL AND NOT EXISTS (
    SELECT 1 FROM json_each(sources) WHERE key = 'list' OR 'search' IN (key, value))"""
# An item's own page sets `last_seen` only while no other page has shown the item.
_SEEN = f"""
UPDATE items SET first_seen = min(first_seen, :at),
    last_seen = CASE
        WHEN (:origin = 'page') = ({_IS_PAGE_ONLY}) THEN iif(last_seen > :ahead, :at, max(last_seen, :at))
        WHEN :origin = 'page' THEN last_seen ELSE :at END,
    listing_url = CASE WHEN :origin <> 'page' AND (
        :at > last_seen OR (:origin = 'list' AND sources IS NOT NULL AND sources ->> '$.list' IS NULL))
        THEN :url ELSE listing_url END,
    origin = iif(:at < first_seen, :origin, origin)
WHERE id IN (SELECT value FROM json_each(:ids))"""
_LATER = """DO UPDATE SET
    first_seen = min(first_seen, excluded.first_seen), last_seen = max(last_seen, excluded.last_seen)"""
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
    return all(getattr(item, name) == row[name] for name in _COLUMNS) and all(
        getattr(item, name) == tuple(Term(*term) for term in json.loads(row[name])) for name in LISTS
    )


def same_raw(one: NewsItem, other: NewsItem) -> bool:
    """Whether the raw fields of two readings are equal."""
    return bool(_raw(one) == _raw(other))


def insert(connection: sqlite3.Connection, items: Sequence[NewsItem], page: Listing, run: int) -> None:
    """Insert new items of a page that the run read, with their offices, topics and places."""
    seen = {
        "listing_url": page.url,
        "first_seen": page.fetched_at,
        "last_seen": page.fetched_at,
        "origin": page.origin,
        "first_run": run,
    }
    rows = [{**_row(item), **seen, "sources": sources_of(item, page).to_json()} for item in items]
    database.insert(connection, "items", rows)
    _write_lists(connection, items)


def update(connection: sqlite3.Connection, items: Sequence[NewsItem]) -> None:
    """Update items with their offices, topics and places."""
    database.update(connection, "items", [_row(item) for item in items])
    _write_lists(connection, items)


def write_sources(connection: sqlite3.Connection, sources: Mapping[str, Sources]) -> None:
    """Store where the values of these items are from."""
    rows = [{"id": identifier, "sources": one.to_json()} for identifier, one in sources.items()]
    database.update(connection, "items", rows)


def write_seen(connection: sqlite3.Connection, ids: Iterable[str], page: Listing, *, present: bool) -> None:
    """Update first_seen, last_seen, listing_url and origin of stored items that are on this page.

    A page that shows the `present` also corrects a time in the future.
    """
    ahead = format_utc((parse_utc(page.fetched_at) + MAX_AHEAD).timestamp()) if present else "9999"
    values = {"at": page.fetched_at, "ahead": ahead, "url": page.url, "origin": page.origin}
    connection.execute(_SEEN, values | {"ids": json.dumps(list(ids))})


def write_addresses(connection: sqlite3.Connection, page: Listing) -> None:
    """Store each address under which the page's items were seen."""
    seen = {"first_seen": page.fetched_at, "last_seen": page.fetched_at}
    rows = [{"item_id": item.id, "url": item.url, **seen} for item in page.records]
    database.insert(connection, "addresses", rows, f"ON CONFLICT (item_id, url) {_LATER}")


def write_quarantined(connection: sqlite3.Connection, page: Listing, run: int) -> None:
    """Store the quarantined results of the page."""
    seen = {"first_seen": page.fetched_at, "last_seen": page.fetched_at}
    rows = [
        {
            "run_id": run,
            "listing_url": page.url,
            "reason": one.reason,
            "raw": json.dumps(one.raw, ensure_ascii=False, sort_keys=True),
            **seen,
        }
        for one in page.quarantined
    ]
    database.insert(connection, "quarantine", rows, f"ON CONFLICT (reason, raw) {_LATER}")


def write_revisions(
    connection: sqlite3.Connection, item_id: str, changes: Iterable[Revision], seen_at: str, run: int
) -> None:
    """Store the revisions of a changed item."""
    of_item = {"item_id": item_id, "run_id": run, "seen_at": seen_at}
    rows = [
        {**of_item, "field": one.field, "before": one.before, "after": one.after, "class": one.kind}
        for one in changes
    ]
    database.insert(connection, "revisions", rows)


def merge_revision(
    connection: sqlite3.Connection, item_id: str, change: Revision, seen_at: str, run: int
) -> None:
    """Store a revision, merged with the run's earlier one of this field; none is left if they cancel out."""
    sql = "UPDATE revisions SET after = ? WHERE item_id = ? AND run_id = ? AND field = ? RETURNING id"
    if not connection.execute(sql, [change.after, item_id, run, change.field]).fetchall():
        write_revisions(connection, item_id, [change], seen_at, run)
    connection.execute(
        "DELETE FROM revisions WHERE item_id = ? AND run_id = ? AND before IS after", [item_id, run]
    )


def write_former(
    connection: sqlite3.Connection, item_id: str, values: Iterable[FormerValue], run: int
) -> None:
    """Store what a run replaced; of a field that it replaced twice, the first value is kept."""
    rows = [{"item_id": item_id, "run_id": run, **one._asdict()} for one in values]
    database.insert(connection, "former_values", rows, "ON CONFLICT DO NOTHING")


def withdraw(connection: sqlite3.Connection, ids: Iterable[str], at: str, run: int) -> int:
    """Mark items as withdrawn and note it in their history; return how many."""
    items = [{"id": identifier, "withdrawn": at} for identifier in ids]
    history = [{"item_id": item["id"], "withdrawn": at, "withdrawn_run": run} for item in items]
    database.insert(connection, "withdrawals", history)
    database.update(connection, "items", items)
    return len(items)


def restore(connection: sqlite3.Connection, restored: Mapping[str, str], run: int) -> None:
    """Take back the withdrawal of items at these times."""
    connection.executemany(
        "UPDATE withdrawals SET restored = ?, restored_run = ? WHERE item_id = ? AND restored IS NULL",
        [(at, run, identifier) for identifier, at in restored.items()],
    )
    database.update(connection, "items", [{"id": one, "withdrawn": None} for one in restored])


def _row(item: NewsItem) -> dict[str, str | None]:
    return dict(zip(_COLUMNS, _values(item), strict=True))


def _write_lists(connection: sqlite3.Connection, items: Sequence[NewsItem]) -> None:
    """Replace the offices, topics and places of items.

    A new item may have some too: the `sqlite3` shell, which enforces no foreign keys, leaves them if someone
    deletes an item.
    """
    ids = json.dumps([item.id for item in items])
    for name, one in LISTS.items():
        table = f"item_{one}s"
        connection.execute(f"DELETE FROM {table} WHERE item_id IN (SELECT value FROM json_each(?))", [ids])
        rows = [
            {"item_id": item.id, "position": position, f"{one}_id": term.id, "raw": term.raw}
            | ({"status": term.status} if one == "office" else {})
            for item in items
            for position, term in enumerate(getattr(item, name))
        ]
        database.insert(connection, table, rows)
