"""Makes the copy of the database that is served.

Datasette reads a file without locks only if nothing writes to it and its write-ahead log is empty. The next
crawl will write to the user's database, so `serve` shows a copy from the moment it started. In the copy the
view `newsroom` is a table: sorting and counting the view, which builds its lists row by row, takes too long.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from osce_news.errors import BadInputError
from osce_news.storage import open_for_reading, search_index
from osce_news.storage.database import storage_errors, write_copy

DATABASE = "osce-news"  # the copy's name in Datasette: the first part of its addresses
TABLE = "newsroom"


def make_copy(source: Path, path: Path) -> bool:
    """Copy the database for Datasette; return whether it had no search index, so that one was made.

    The copy holds what was committed, even while another process writes. Raises what `open_for_reading`
    raises, BadInputError if the database holds no items, and StorageError if the disk is full.
    """
    with closing(open_for_reading(source)) as reading, storage_errors(path):
        if reading.execute("SELECT NOT EXISTS (SELECT 1 FROM items)").fetchone()[0]:
            raise BadInputError(f"{source} holds no items yet: fill it with crawl or replay")
        write_copy(reading, path)
    with closing(sqlite3.connect(path, isolation_level=None)) as copy, storage_errors(path):
        copy.execute("PRAGMA synchronous = OFF")  # a lost copy can be made again
        copy.execute("BEGIN")
        indexed = copy.execute("SELECT 1 FROM sqlite_master WHERE name = 'items_fts'").fetchone()
        search_index.create_missing(copy)
        _make_table(copy)
        copy.execute("COMMIT")
    return not indexed


def open_copy(path: Path) -> sqlite3.Connection:
    """Return a connection to a copy, which nothing writes to, for any thread."""
    connection = sqlite3.connect(f"file:{path}?immutable=1", uri=True, check_same_thread=False)
    connection.row_factory = sqlite3.Row
    return connection


def _make_table(copy: sqlite3.Connection) -> None:
    """Replace the view by a table. Its rowid is the key of the item in the search index."""
    for (trigger,) in copy.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
        copy.execute(f"DROP TRIGGER {trigger}")  # they update a search index that no longer changes
    names = [row[1] for row in copy.execute(f"PRAGMA table_info ({TABLE})") if row[1] != "id"]
    copy.execute(f"CREATE TABLE served (id TEXT PRIMARY KEY, {' TEXT, '.join(names)} TEXT)")
    columns = ", ".join(f"{TABLE}.{name}" for name in names)
    copy.execute(
        f"INSERT INTO served (rowid, id, {', '.join(names)}) SELECT items.key, items.id, {columns} "
        f"FROM items JOIN {TABLE} USING (id) ORDER BY items.key"
    )
    copy.execute(f"DROP VIEW {TABLE}")
    copy.execute(f"ALTER TABLE served RENAME TO {TABLE}")
    copy.execute(f"CREATE INDEX newsroom_published ON {TABLE} (published DESC, id)")
    copy.execute(f"CREATE INDEX newsroom_first_seen ON {TABLE} (first_seen)")
    copy.execute("CREATE INDEX revisions_seen ON revisions (seen_at)")
