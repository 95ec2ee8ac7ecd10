"""A copy of a database for publication."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from osce_news.atomic import beside
from osce_news.storage import search_index
from osce_news.storage.database import storage_errors

# What crawls need and readers don't: results that were no items, positions, what pages listed, processes.
_LEFT_OUT = (
    "DELETE FROM quarantine",
    "UPDATE pages SET listed = NULL WHERE listed IS NOT NULL",
    "UPDATE runs SET position = NULL, process = NULL, message = NULL",
)


def write_snapshot(connection: sqlite3.Connection, path: Path) -> int:
    """Write a compact copy of the whole database, as it is now; return how many items it holds.

    One file in no journal, so that it can be served from a read-only place; without quarantine and what
    else only crawls need; with SQLite's statistics, and with the search index in one piece. Messages of runs
    are left out too, for they may name files of this machine. Raises what `beside` raises, and StorageError.
    """
    with beside(path) as part, storage_errors(path):
        connection.execute("VACUUM INTO ?", [str(part)])
        with closing(sqlite3.connect(part, isolation_level=None)) as copy:
            copy.execute("PRAGMA journal_mode = MEMORY")  # no second file beside the part
            for statement in _LEFT_OUT:
                copy.execute(statement)
            search_index.complete(copy)
            copy.execute("INSERT INTO items_fts (items_fts) VALUES ('optimize')")
            copy.execute("ANALYZE")
            copy.execute("VACUUM")
            copy.execute("PRAGMA journal_mode = DELETE")
            items: int = copy.execute("SELECT count(*) FROM items").fetchone()[0]
    return items
