"""The databases that our pages read: the served copy, and one for each requested past day."""

from __future__ import annotations

import asyncio
import sqlite3
from collections.abc import Callable
from concurrent.futures import Future, ThreadPoolExecutor
from contextlib import closing
from pathlib import Path
from typing import Any, TypeVar

from datasette.utils import sqlite_timelimit

from osce_news.atomic import delete
from osce_news.errors import BadInputError, StorageError
from osce_news.publish.web.served_copy import DATABASE, open_copy
from osce_news.storage.as_of import database_as_of

T = TypeVar("T")
_KEPT = 3  # files of past days; one of 34,000 items has 90 MB
_LONGEST_S = 5  # of a query, as for the queries that Datasette runs
_MAKING = ThreadPoolExecutor(1)
_past: dict[Path, Future[None]] = {}  # files that exist or are being made, the last used last


def database(datasette: Any) -> Any:
    """Return Datasette's database of the served copy."""
    return datasette.get_database(DATABASE)


async def path_of(datasette: Any, day: str | None = None) -> Path:
    """Return the file of the served copy, or that of a past day, which is made if it is not there.

    Raises BadInputError if nothing is known of the day, StorageError if its file can't be made.
    """
    copy = Path(database(datasette).path)
    if day is None:
        return copy
    path = copy.with_name(f"{day}.db")
    making = _past.pop(path, None) or _MAKING.submit(_make, copy, day, path)
    _past[path] = making
    try:
        await asyncio.wrap_future(making)
    except BaseException:
        _past.pop(path, None)
        raise
    for old in [path for path, made in _past.items() if made.done()][:-_KEPT]:
        del _past[old]
        delete(old)
    return path


def _make(copy: Path, day: str, path: Path) -> None:
    try:
        with closing(open_copy(copy)) as connection:
            database_as_of(connection, day, path).close()
    except sqlite3.Error as error:
        delete(path)
        raise StorageError(f"the list of {day} can't be stored in {path.parent}: {error}") from error


def connect(datasette: Any, path: Path) -> sqlite3.Connection:
    """Return a new connection to a file that `path_of` returned."""
    connection = open_copy(path)
    datasette._prepare_connection(connection, DATABASE)
    return connection


async def read(datasette: Any, path: Path, function: Callable[[sqlite3.Connection], T]) -> T:
    """Return what the function returns, which gets a connection to the file in a thread for queries.

    Raises BadInputError if that takes too long, and what the function raises.
    """

    def in_time(connection: sqlite3.Connection) -> T:
        try:
            with sqlite_timelimit(connection, _LONGEST_S * 1000):
                return function(connection)
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode == sqlite3.SQLITE_INTERRUPT:
                raise BadInputError(f"the query takes more than {_LONGEST_S} seconds") from error
            raise

    if path == Path(database(datasette).path):
        result: T = await database(datasette).execute_fn(in_time)
        return result
    connection = connect(datasette, path)

    def in_thread() -> T:
        with closing(connection):
            return in_time(connection)

    return await asyncio.get_running_loop().run_in_executor(datasette.executor, in_thread)
