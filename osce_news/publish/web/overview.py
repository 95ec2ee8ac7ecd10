"""What the front page says of the data: coverage, and when it was read."""

from __future__ import annotations

import sqlite3
from typing import Any

from osce_news.storage import counts, queries
from osce_news.storage.queries import Filters

_LAST_RUN = """
    SELECT id AS run, mode, status, started, finished, pages, new, changed
    FROM runs WHERE mode IN ('incremental', 'full', 'replay') ORDER BY id DESC LIMIT 1"""
_LAST_FULL = """
    SELECT id AS run, finished FROM runs WHERE mode = 'full' AND status = 'complete'
    ORDER BY id DESC LIMIT 1"""


def overview(connection: sqlite3.Connection) -> dict[str, Any]:
    """Return what the database holds, where it comes from, the last run and the last full crawl.

    The runs are None where there has been none.
    """
    found = queries.overview(connection) | {"source": counts.source(connection)}
    for name, sql in (("last_run", _LAST_RUN), ("last_full", _LAST_FULL)):
        row = connection.execute(sql).fetchone()
        found[name] = dict(row) if row else None
    (found["texts"],) = connection.execute("SELECT count(*) FROM articles WHERE text IS NOT NULL").fetchone()
    (found["withdrawn"],) = connection.execute(
        "SELECT count(*) FROM items WHERE withdrawn IS NOT NULL"
    ).fetchone()
    return found


def choices(connection: sqlite3.Connection) -> dict[str, list[dict[str, Any]]]:
    """Return the offices, topics and types that have items, the most frequent first, for menus."""
    return {
        name: [row["name"] for row in counts.most_frequent(connection, name, Filters())]
        for name in ("office", "topic", "type")
    }
