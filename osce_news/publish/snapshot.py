"""Makes copies of a database: one for publication, and one that holds everything."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from osce_news.atomic import atomic_write
from osce_news.storage import dictionary, upgrade
from osce_news.storage.database import storage_errors, transaction, write_copy

# Data that only crawls need: quarantined results, held pages, what `undo` restores, resume positions, the
# contents of pages, process numbers.
_REMOVE = (
    "DELETE FROM quarantine",
    "DELETE FROM held",
    "DELETE FROM former_values",
    "UPDATE pages SET listed = NULL WHERE listed IS NOT NULL",
    "UPDATE runs SET position = NULL, process = NULL, message = NULL",
)


def write_backup(connection: sqlite3.Connection, path: Path) -> int:
    """Write a copy of the whole database in its present state; return how many items it holds.

    Crawls can continue with the copy. Raises what `atomic_write` raises, and StorageError.
    """
    with atomic_write(path) as part, storage_errors(path):
        write_copy(connection, part)
        with closing(sqlite3.connect(part)) as copy:
            return _items(copy)


def write_snapshot(connection: sqlite3.Connection, path: Path) -> int:
    """Write a compact copy of the database, with the present schema; return how many items it holds.

    The copy is a single file that works on read-only media. It has SQLite's statistics and an optimised
    search index. It leaves out what only crawls need, and the messages of runs, which may name files of
    this machine. Raises what `atomic_write` raises, StorageError, and sqlite3.Error if a table is missing.
    """
    for table in upgrade.lost_tables(connection):  # `update` would make an empty one
        connection.execute(f"SELECT 1 FROM {table}")
    with atomic_write(path) as part, storage_errors(path):
        write_copy(connection, part)
        with closing(sqlite3.connect(part, isolation_level=None)) as copy:
            copy.execute("PRAGMA journal_mode = MEMORY")  # no second file next to the copy
            with transaction(copy):
                upgrade.update(copy)  # an older version may have made the database
                dictionary.write(copy)
                for statement in _REMOVE:
                    copy.execute(statement)
            copy.execute("INSERT INTO items_fts (items_fts) VALUES ('optimize')")
            copy.execute("ANALYZE")
            copy.execute("VACUUM")
            copy.execute("PRAGMA journal_mode = DELETE")
            return _items(copy)


def _items(copy: sqlite3.Connection) -> int:
    return int(copy.execute("SELECT count(*) FROM items").fetchone()[0])
