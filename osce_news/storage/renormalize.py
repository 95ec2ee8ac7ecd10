"""Makes the normalised values anew from the raw ones, by the present vocabulary and rules."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Iterator
from dataclasses import dataclass

from osce_news.normalize import normalize
from osce_news.storage import rows, terms
from osce_news.storage.articles import renormalize_articles

_BATCH = 500


@dataclass
class Renormalized:
    """How many items were gone through, and how many have other values now."""

    items: int = 0
    changed: int = 0


def renormalize(
    connection: sqlite3.Connection, progress: Callable[[int], object] = lambda done: None
) -> Renormalized:
    """Bring the tables of terms and all items up to date, inside the caller's transaction.

    Raw values, identifiers and times stay. `progress` is called with the number of items done.
    """
    result = Renormalized()
    terms.write_terms(connection)
    for batch in _batches(connection):
        stored = rows.load_lists(connection, [row["id"] for row in batch])
        changed = []
        for row in batch:
            item = normalize(rows.raw_item(row))
            item.id = row["id"]
            lists = (item.offices, item.topics, item.dateline_places)
            if lists != stored[item.id] or any(getattr(item, name) != row[name] for name in rows.COLUMNS):
                changed.append(item)
        rows.update(connection, changed)
        result.items += len(batch)
        result.changed += len(changed)
        progress(result.items)
    renormalize_articles(connection)
    terms.drop_former_terms(connection)
    return result


def _batches(connection: sqlite3.Connection) -> Iterator[list[sqlite3.Row]]:
    last = 0
    while batch := connection.execute(
        "SELECT * FROM items WHERE key > ? ORDER BY key LIMIT ?", (last, _BATCH)
    ).fetchall():
        yield batch
        last = batch[-1]["key"]
