"""Makes the copy of the database that is served.

Datasette reads a file without locks only if nothing writes to it and its write-ahead log is empty. The next
crawl will write to the user's database, so `serve` shows a copy from the moment it started. In the copy the
view `newsroom` is a table: facets of the view, which builds its lists row by row, would take too long.
"""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from osce_news.errors import BadInputError
from osce_news.storage import open_for_reading
from osce_news.storage.database import storage_errors
from osce_news.storage.search_index import TOKENIZER

DATABASE = "osce-news"  # the copy's name in Datasette: the first part of its addresses
TABLE = "newsroom"

_SEARCH_INDEX = f"""
    CREATE VIRTUAL TABLE items_fts USING fts5 (
        title, teaser, text, content = 'newsroom', content_rowid = 'rowid',
        tokenize = {TOKENIZER})"""


@dataclass(frozen=True, slots=True)
class ServedCopy:
    """A copy, and whether its search index had to be built because the database has none."""

    path: Path
    indexed: bool = False


def make_copy(source: Path, folder: Path) -> ServedCopy:
    """Return a copy of the database in the folder, prepared for Datasette.

    It holds what was committed, even while another process writes. Raises what `open_for_reading` raises,
    BadInputError if the database holds no items, and StorageError if the disk is full.
    """
    path = folder / f"{DATABASE}.db"
    with closing(open_for_reading(source)) as reading, storage_errors(source):
        if reading.execute("SELECT NOT EXISTS (SELECT 1 FROM items)").fetchone()[0]:
            raise BadInputError(f"{source} holds no items yet: fill it with crawl or replay")
        with closing(sqlite3.connect(path, isolation_level=None)) as copy, storage_errors(path):
            reading.backup(copy)
    with closing(sqlite3.connect(path, isolation_level=None)) as copy, storage_errors(path):
        copy.execute("PRAGMA journal_mode = DELETE")
        copy.execute("PRAGMA synchronous = OFF")  # a lost copy can be made again
        copy.execute("BEGIN")
        _make_table(copy)
        indexed = _make_search_index(copy)
        copy.execute("COMMIT")
    return ServedCopy(path, indexed)


def _make_table(copy: sqlite3.Connection) -> None:
    """Replace the view by a table. Its rowid is the key of the item in the search index."""
    for (trigger,) in copy.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
        copy.execute(f"DROP TRIGGER {trigger}")  # they update a search index that no longer changes
    names = [row[1] for row in copy.execute(f"PRAGMA table_info ({TABLE})") if row[1] != "id"]
    copy.execute(f"CREATE TABLE served (id TEXT PRIMARY KEY, year INTEGER, {' TEXT, '.join(names)} TEXT)")
    columns = ", ".join(f"{TABLE}.{name}" for name in names)
    copy.execute(
        f"INSERT INTO served (rowid, id, year, {', '.join(names)}) "
        f"SELECT items.key, items.id, CAST(substr(items.published, 1, 4) AS INTEGER), {columns} "
        f"FROM items JOIN {TABLE} USING (id) ORDER BY items.key"
    )
    copy.execute(f"DROP VIEW {TABLE}")
    copy.execute(f"ALTER TABLE served RENAME TO {TABLE}")
    copy.execute(f"CREATE INDEX newsroom_published ON {TABLE} (published DESC, id)")
    copy.execute(f"CREATE INDEX newsroom_first_seen ON {TABLE} (first_seen)")
    copy.execute("CREATE INDEX revisions_seen ON revisions (seen_at)")


def _make_search_index(copy: sqlite3.Connection) -> bool:
    """Build a search index if there is none; return whether one was built."""
    if copy.execute("SELECT 1 FROM sqlite_master WHERE name = 'items_fts'").fetchone():
        return False
    copy.execute(_SEARCH_INDEX)
    copy.execute("INSERT INTO items_fts (items_fts) VALUES ('rebuild')")
    return True
