"""The databases that our pages read: a copy of the user's, and one for each requested past day.

Datasette reads a file without locks only if nothing writes to it and its write-ahead log is empty. The next
crawl will write to the user's database, so `serve` shows a copy from the moment it started. In the copy the
view `newsroom` is a table: sorting and counting the view, which builds its lists row by row, takes too long.
"""

from __future__ import annotations

import asyncio
import secrets
import sqlite3
import time
import weakref
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from functools import lru_cache
from pathlib import Path
from typing import Any, TypeVar

from osce_news.atomic import delete
from osce_news.errors import BadInputError, StorageError
from osce_news.storage import open_for_reading
from osce_news.storage.database import storage_errors, write_copy
from osce_news.storage.queries.as_of import database_as_of
from osce_news.storage.schema import SEARCH_INDEX
from osce_news.storage.upgrade import complete

DATABASE = "osce-news"  # the copy's name in Datasette: the first part of its addresses
TABLE = "newsroom"
T = TypeVar("T")
_KEPT = 3  # files of past days; one of 34,000 items has 90 MB
LONGEST_QUERY_S = 5  # processor time; for Datasette's own queries, all of the time
_MAKING = ThreadPoolExecutor(1)


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
        complete(copy, SEARCH_INDEX)
        _make_table(copy)
        copy.execute("COMMIT")
    return not indexed


class Copy(sqlite3.Connection):
    """A connection to a file that nothing writes to, for any thread."""

    path: Path


def open_copy(path: Path) -> Copy:
    """Return a connection to a file; raises StorageError if somebody has emptied the temporary folder."""
    if not path.exists():
        raise StorageError("the copy of the database is gone: start osce-news serve again")
    address = f"file:{path}?immutable=1"
    connection = sqlite3.connect(address, uri=True, check_same_thread=False, factory=Copy)
    connection.row_factory, connection.path = sqlite3.Row, path
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


async def read(
    datasette: Any,
    day: str | None,
    function: Callable[[Copy], T],
    *,
    seconds: float | None = None,
    threads: ThreadPoolExecutor | None = None,
) -> T:
    """Call the function with a new connection in one of the threads, and return what it returns.

    With a day, the connection is to the file of that day, which is made if it is missing; without one, to the
    served copy. The function may take `seconds` of processor time, by default `LONGEST_QUERY_S`. Raises
    BadInputError if it takes more, or if nothing is known of the day; StorageError if the file can't be made;
    and what the function raises.
    """
    path = Path(datasette.get_database(DATABASE).path)
    if day is not None:
        making = _past(path, day)
        try:
            path = await asyncio.wrap_future(making)
        except BadInputError:
            raise  # the next request would fail in the same way
        except BaseException:
            _past.cache_clear()  # the next request tries again
            raise
    connection = open_copy(path)
    datasette._prepare_connection(connection, DATABASE)
    limit = LONGEST_QUERY_S if seconds is None else seconds

    def in_thread() -> T:
        with closing(connection):
            deadline = time.thread_time() + limit  # a busy machine is no fault of the query
            connection.set_progress_handler(lambda: time.thread_time() > deadline, 1_000)
            return function(connection)

    try:
        return await asyncio.get_running_loop().run_in_executor(threads or datasette.executor, in_thread)
    except asyncio.CancelledError:
        connection.interrupt()
        raise
    except sqlite3.OperationalError as error:
        if getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_INTERRUPT:
            raise BadInputError(f"the query takes more than {limit} seconds") from error
        raise


@lru_cache(maxsize=_KEPT)
def _past(copy: Path, day: str) -> Future[Path]:
    """Return the file of a past day; it is deleted when neither this cache nor a request has the future."""
    path = copy.with_name(f"{day}-{secrets.token_hex(4)}.db")

    def make() -> Path:
        try:
            with closing(open_copy(copy)) as connection:
                database_as_of(connection, day, path).close()
        except sqlite3.Error as error:
            raise StorageError(f"the list of {day} can't be stored in {path.parent}: {error}") from error
        return path

    making = _MAKING.submit(make)
    weakref.finalize(making, delete, path)
    return making
