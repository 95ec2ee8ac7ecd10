"""The copy of the database that is shown: it never changes, so that it can be read without locks.

Datasette may open a file as immutable only if nothing writes to it and nothing of it is still in a
write-ahead log. The user's database is written by the next crawl, so a copy is shown, as it stood when
`serve` began. In the copy the view `newsroom` is a table: facets of a view that puts its lists together
row by row take longer than a page may.
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

NAME = "osce-news"  # of the copy, and so the first part of its addresses
TABLE = "newsroom"

_SEARCH = f"""
    CREATE VIRTUAL TABLE items_fts USING fts5 (
        title, teaser, text, content = 'newsroom', content_rowid = 'rowid',
        tokenize = {TOKENIZER})"""


@dataclass(frozen=True, slots=True)
class Snapshot:
    """A copy, and whether its search index had to be made because the database has none."""

    path: Path
    indexed: bool = False


def take(source: Path, folder: Path) -> Snapshot:
    """Return a copy of the database in the folder, made for being looked at.

    It holds what was committed, also while another process writes. Raises what `open_for_reading`
    raises, BadInputError if the database holds no items, StorageError if there is no room.
    """
    path = folder / f"{NAME}.db"
    with closing(open_for_reading(source)) as reading, storage_errors(source):
        if reading.execute("SELECT NOT EXISTS (SELECT 1 FROM items)").fetchone()[0]:
            raise BadInputError(f"{source} holds no items yet: fill it with crawl or replay")
        with closing(sqlite3.connect(path, isolation_level=None)) as copy, storage_errors(path):
            reading.backup(copy)
    with closing(sqlite3.connect(path, isolation_level=None)) as copy, storage_errors(path):
        copy.execute("PRAGMA journal_mode = DELETE")
        copy.execute("PRAGMA synchronous = OFF")  # a copy that is lost is made again
        copy.execute("BEGIN")
        _make_table(copy)
        indexed = _make_search_index(copy)
        copy.execute("COMMIT")
    return Snapshot(path, indexed)


def _make_table(copy: sqlite3.Connection) -> None:
    """Put a table in the place of the view; its rowid is the key by which the search index knows an item."""
    for (trigger,) in copy.execute("SELECT name FROM sqlite_master WHERE type = 'trigger'").fetchall():
        copy.execute(f"DROP TRIGGER {trigger}")  # they keep up an index that nothing changes any more
    names = [row[1] for row in copy.execute(f"PRAGMA table_info ({TABLE})") if row[1] != "id"]
    copy.execute(f"CREATE TABLE shown (id TEXT PRIMARY KEY, year INTEGER, {' TEXT, '.join(names)} TEXT)")
    columns = ", ".join(f"{TABLE}.{name}" for name in names)
    copy.execute(
        f"INSERT INTO shown (rowid, id, year, {', '.join(names)}) "
        f"SELECT items.key, items.id, CAST(substr(items.published, 1, 4) AS INTEGER), {columns} "
        f"FROM items JOIN {TABLE} USING (id) ORDER BY items.key"
    )
    copy.execute(f"DROP VIEW {TABLE}")
    copy.execute(f"ALTER TABLE shown RENAME TO {TABLE}")
    copy.execute(f"CREATE INDEX newsroom_published ON {TABLE} (published DESC, id)")
    copy.execute(f"CREATE INDEX newsroom_first_seen ON {TABLE} (first_seen)")
    copy.execute("CREATE INDEX revisions_seen ON revisions (seen_at)")


def _make_search_index(copy: sqlite3.Connection) -> bool:
    """Make a search index if there is none, and return whether one was made."""
    if copy.execute("SELECT 1 FROM sqlite_master WHERE name = 'items_fts'").fetchone():
        return False
    copy.execute(_SEARCH)
    copy.execute("INSERT INTO items_fts (items_fts) VALUES ('rebuild')")
    return True
