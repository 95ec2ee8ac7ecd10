"""Recomputes the normalised values from the raw ones, with the present vocabulary and rules."""

from __future__ import annotations

import json
import sqlite3
from typing import TYPE_CHECKING

from osce_news.items import REVISED_FIELDS, NewsItem
from osce_news.normalize import normalize
from osce_news.normalize.vocabulary import vocabulary
from osce_news.storage import database
from osce_news.storage.ingest import rows
from osce_news.storage.ingest.articles import renormalize_articles
from osce_news.storage.ingest.readings import revisions

if TYPE_CHECKING:
    from osce_news.storage.runs import Summary
    from osce_news.storage.writer import Writer

_BATCH = 500
_VOCABULARY = {
    "content_types": ("id", "label"),
    "offices": ("id", "label", "kind", "country", "first_year", "last_year"),
    "topics": ("id", "label", "parent"),
    "places": ("id", "label", "country"),
}
_FORMER = "'former entry: ' || id"
# The fields of revisions whose class depends on the vocabulary and the rules.
_RECLASSIFIED = [name for name, kind in REVISED_FIELDS.items() if kind != "text"]


def renormalize_all(writer: Writer) -> Summary:
    """Normalise all raw values again, and rebuild the search index from the texts, in a run of its own.

    Returns the summary of the run. Raises StorageError.
    """
    writer.begin("renormalize")
    with writer.transaction():
        items, changed = renormalize(writer.connection)
        writer.connection.execute("INSERT INTO items_fts (items_fts) VALUES ('rebuild')")
    writer.summary.seen, writer.summary.changed = items, changed
    writer.summary.unchanged = items - changed
    return writer.finish("complete")


def renormalize(connection: sqlite3.Connection) -> tuple[int, int]:
    """Bring the tables of the vocabulary and all items up to date, inside the caller's transaction.

    Raw values, identifiers and times are kept; revisions are classified again. Returns how many items there
    are, and how many of them have other values now.
    """
    items = items_changed = last = 0
    write_vocabulary(connection)
    sql = f"SELECT {rows.WHOLE} FROM items WHERE key > ? ORDER BY key LIMIT ?"
    while batch := connection.execute(sql, (last, _BATCH)).fetchall():
        last = batch[-1]["key"]
        changed = []
        for row in batch:
            item = normalize(rows.raw_item(row))
            item.id = row["id"]
            if not rows.is_stored(item, row):
                changed.append(item)
        rows.update(connection, changed)
        items += len(batch)
        items_changed += len(changed)
    renormalize_articles(connection)
    _reclassify_revisions(connection)
    for table in _VOCABULARY:  # nothing refers to its former entries any more
        connection.execute(f"DELETE FROM {table} WHERE label = {_FORMER}")
    return items, items_changed


def _reclassify_revisions(connection: sqlite3.Connection) -> None:
    """Bring the class of revisions up to date, because two names may now belong to one office.

    Revisions without a change under the present rules are deleted.
    """
    sql = """
        SELECT revisions.id, field, before, after, class, url_raw
        FROM revisions JOIN items ON items.id = item_id WHERE field IN (SELECT value FROM json_each(?))"""
    for row in connection.execute(sql, [json.dumps(_RECLASSIFIED)]).fetchall():
        before, after = (
            normalize(NewsItem(url_raw=row["url_raw"], **{f"{row['field']}_raw": row[side]}))
            for side in ("before", "after")
        )
        kinds = [revision.kind for revision in revisions(before, after)]
        if not kinds:
            connection.execute("DELETE FROM revisions WHERE id = ?", [row["id"]])
        elif kinds != [row["class"]]:
            connection.execute("UPDATE revisions SET class = ? WHERE id = ?", [*kinds, row["id"]])


def write_vocabulary(connection: sqlite3.Connection) -> None:
    """Insert and update the entries of the vocabulary, inside the caller's transaction."""
    connection.execute("PRAGMA defer_foreign_keys = ON")  # a topic may come before its parent
    for table, columns in _VOCABULARY.items():
        # Labels are unique, and one may move from an entry to another.
        connection.execute(f"UPDATE {table} SET label = {_FORMER}")
        entries = vocabulary(table).entries.values()
        values = [{column: getattr(entry, column) for column in columns} for entry in entries]
        updates = ", ".join(f"{column} = excluded.{column}" for column in columns[1:])
        database.insert(connection, table, values, f"ON CONFLICT (id) DO UPDATE SET {updates}")
