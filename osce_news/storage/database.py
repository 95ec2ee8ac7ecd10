"""Opens databases of osce-news, for one writer or for readers; other files are refused and not changed."""

from __future__ import annotations

import os
import sqlite3
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any
from urllib.parse import quote

from osce_news.errors import (
    BadInputError,
    NewerDatabaseError,
    NotOurDatabaseError,
    StorageError,
)
from osce_news.storage import dictionary, upgrade
from osce_news.storage.schema import APPLICATION_ID, FORMER_MIGRATIONS, MIGRATIONS

_MAGIC = b"SQLite format 3\0"
_WAIT_S = 30  # for the transaction of another process; that of a page takes milliseconds
_READ_WAIT_S = 5  # for another program that locks the file, as in sqlite3
_CACHE_KB = 64 * 1024  # for readers: searches read the same pages of the file repeatedly


def open_for_writing(path: Path) -> sqlite3.Connection:
    """Return a connection to the database, which is created or brought to the present schema if needed.

    Missing views, indexes and parts of the search index are made. Raises NotOurDatabaseError or
    NewerDatabaseError and leaves the file as it was, BadInputError if the folder does not exist or the file
    is a hard link, StorageError if it can't be written.
    """
    applied = refuse_unusable(path)
    with storage_errors(path):
        connection = sqlite3.connect(path.absolute(), timeout=_WAIT_S, isolation_level=None)
        connection.row_factory = sqlite3.Row
        with transaction(connection):
            if not applied.issuperset(MIGRATIONS):
                _migrate(connection)
            upgrade.complete(connection)
            dictionary.write(connection)
        connection.execute("PRAGMA foreign_keys = ON")
        write_ahead(connection)
        connection.execute("PRAGMA synchronous = NORMAL")
    return connection


def refuse_unusable(path: Path) -> set[str]:
    """Raise what `open_for_writing` raises before it changes anything; return the migrations applied."""
    try:
        path.resolve()
    except RuntimeError as error:
        raise BadInputError(f"{path} is a symbolic link that leads back to itself") from error
    if path.is_file() and path.stat().st_nlink > 1:
        raise BadInputError(
            f"{path} is a hard link, one of several names of a file: SQLite keeps a log for each name, so "
            "changes made under another name would be lost; copy the file, and use the copy"
        )
    _roll_back(path)
    if path.exists() and (path.stat().st_size > 0 or not path.is_file()):  # not a device such as /dev/null
        connection, applied = _open_ours(path)
        connection.close()
        return applied
    if not path.parent.is_dir():
        raise BadInputError(f"no such folder: {path.parent} (for the database {path.name})")
    return set()


def open_for_reading(path: Path) -> sqlite3.Connection:
    """Return a read-only connection. Raises BadInputError if the file does not exist, or is not ours."""
    refuse_missing(path)
    _roll_back(path)
    return _open_ours(path)[0]


@contextmanager
def read_transaction(path: Path) -> Iterator[sqlite3.Connection]:
    """Open the database for reading; all queries of the block read one state, even if a crawl writes.

    Raises what `open_for_reading` raises.
    """
    with closing(open_for_reading(path)) as connection:
        connection.execute("BEGIN")
        yield connection


def write_copy(connection: sqlite3.Connection, path: Path) -> None:
    """Write a copy of the database in its present state to a file; raises sqlite3.Error."""
    connection.execute("PRAGMA query_only = OFF")  # it forbids this for a copy in memory
    connection.execute("VACUUM INTO ?", [str(path)])


def refuse_missing(path: Path) -> None:
    """Raise BadInputError if there is no such file, which opening for writing would create."""
    if not path.exists():
        hint = "go to its folder, name it with --db, or make one with crawl or replay"
        raise BadInputError(f"no such database: {path} ({hint})")


def _migrate(connection: sqlite3.Connection) -> None:
    """Bring the schema up to date, inside the caller's transaction; foreign keys are not enforced yet."""
    # sqlite-utils records which migrations were applied. It is imported here because that is slow: where
    # pandas is installed, it takes a second and 80 MB.
    from sqlite_utils import Database, Migrations

    migrations = Migrations("osce_news")
    for name in MIGRATIONS:
        migrations(name=name)(lambda db: upgrade.update(db.conn))
    migrations.apply(Database(connection, recursive_triggers=False, execute_plugins=False))
    connection.execute(f"PRAGMA application_id = {APPLICATION_ID}")


def write_ahead(connection: sqlite3.Connection) -> None:
    """Switch to a write-ahead log, so that readers and the writer do not wait for each other.

    While another process writes, SQLite refuses the switch at once, without waiting for its time-out. So this
    retries for as long as the time-out.
    """
    deadline = time.monotonic() + _WAIT_S
    while connection.execute("PRAGMA journal_mode").fetchone()[0] != "wal":
        try:
            connection.execute("PRAGMA journal_mode = WAL")
            return  # even if the file system has no shared memory, which a WAL needs
        except sqlite3.OperationalError as error:
            if error.sqlite_errorcode != sqlite3.SQLITE_BUSY or time.monotonic() > deadline:
                raise
        time.sleep(0.01)


@contextmanager
def transaction(connection: sqlite3.Connection) -> Iterator[None]:
    """Run the block as one transaction that may write from its beginning.

    A transaction that reads first and writes later fails at once if another process has written in between;
    this one waits.
    """
    connection.execute("BEGIN IMMEDIATE")
    try:
        yield
        connection.execute("COMMIT")  # fails if a reader holds a file without a write-ahead log
    except BaseException:
        if connection.in_transaction:  # SQLite ends it itself if the disk is full
            connection.execute("ROLLBACK")
        raise


def exists(connection: sqlite3.Connection, rows: str, *values: object) -> bool:
    """Whether there is a row; `rows` is SQL from the name of the table, such as `items WHERE id = ?`."""
    return bool(connection.execute(f"SELECT EXISTS (SELECT 1 FROM {rows})", values).fetchone()[0])


Row = Mapping[str, Any]  # the values of a row, by column


def insert(connection: sqlite3.Connection, table: str, rows: Sequence[Row], conflict: str = "") -> None:
    """Insert rows with the same columns; `conflict` is SQL for those that are there, "ON CONFLICT ..."."""
    if rows:
        columns, values = ", ".join(rows[0]), ", ".join(f":{name}" for name in rows[0])
        connection.executemany(f"INSERT INTO {table} ({columns}) VALUES ({values}) {conflict}", rows)


def update(connection: sqlite3.Connection, table: str, rows: Sequence[Row], key: str = "id") -> None:
    """Set the same columns of several rows; the column `key` identifies each."""
    if rows:
        columns = ", ".join(f"{name} = :{name}" for name in rows[0] if name != key)
        connection.executemany(f"UPDATE {table} SET {columns} WHERE {key} = :{key}", rows)


_HINTS = {
    "full": "free some disk space and run the command again; what was stored before is safe",
    "disk I/O": "check the disk (is it full or unplugged?) and run the command again",
    "unable to open": "check that the folder exists and that you may write to it",
    "readonly": "the file or its folder is read-only: name another file with --db",
    "locked": "another process is writing to it: wait for it to end, or stop it",
    "no such": "`osce-news verify` shows what is missing, `osce-news renormalize` makes what it can",
    "malformed": "damaged: `osce-news verify` shows where, `osce-news replay` rebuilds it",
}


def explained(error: sqlite3.Error) -> str:
    """Return the message of an error with what to do about it."""
    text = str(error)
    hint = next((hint for word, hint in _HINTS.items() if word in text), "`osce-news verify` checks the file")
    return f"{text} ({hint})"


@contextmanager
def storage_errors(path: Path) -> Iterator[None]:
    """Turn SQLite's errors into a StorageError that names the file and says what to do."""
    try:
        yield
    except sqlite3.Error as error:
        raise StorageError(f"{path}: {explained(error)}") from error


def _roll_back(path: Path) -> None:
    """Roll back what a process had begun to write when it was killed while it made this database.

    Such a file has no write-ahead log yet, and SQLite rolls nothing back on a read-only connection.
    """
    real = path.resolve()
    if not (real.is_file() and Path(f"{real}-journal").exists()):
        return
    header = _header(path)
    if _is_ours(header) or not header.strip(b"\0"):  # the first page may not be written yet
        with storage_errors(path), closing(sqlite3.connect(real, timeout=_READ_WAIT_S)) as connection:
            connection.execute("SELECT count(*) FROM sqlite_master")


def _header(path: Path) -> bytes:
    """Return the header of a database file (sqlite.org/fileformat2.html); raises StorageError.

    It is read directly, because SQLite may make files next to it.
    """
    try:
        with path.open("rb") as file:
            return file.read(100)
    except OSError as error:
        raise StorageError(f"{path}: {error.strerror}") from error


def _is_ours(header: bytes) -> bool:
    return header.startswith(_MAGIC) and int.from_bytes(header[68:72], "big") == APPLICATION_ID


def _open_ours(path: Path) -> tuple[sqlite3.Connection, set[str]]:
    """Return a read-only connection to the database, and the names of the migrations applied to it.

    Raises NotOurDatabaseError or NewerDatabaseError if this version can't use it.
    """
    if not path.is_file():
        raise NotOurDatabaseError(f"{path} is not a database file")
    header = _header(path)
    if not header:
        raise NotOurDatabaseError(f"{path} is an empty file: fill it with crawl or replay")
    if not header.startswith(_MAGIC):
        raise NotOurDatabaseError(f"{path} is not an SQLite file; nothing was changed")
    if not _is_ours(header):
        raise NotOurDatabaseError(f"{path} is not a database of osce-news; nothing was changed")
    with storage_errors(path):
        connection = _read_only(path)
        try:
            applied = upgrade.applied_migrations(connection)
            if newer := applied.difference(FORMER_MIGRATIONS, MIGRATIONS):
                raise NewerDatabaseError(
                    f"{path} was made by a newer version of osce-news (it has {min(newer)}): "
                    "upgrade osce-news"
                )
        except BaseException:
            connection.close()
            raise
    return connection, applied


def _read_only(path: Path) -> sqlite3.Connection:
    real = path.resolve()
    address = f"file:{quote(os.fsencode(real))}?mode=ro"
    connection = sqlite3.connect(address, uri=True, timeout=_READ_WAIT_S, isolation_level=None)
    try:
        connection.execute("SELECT count(*) FROM sqlite_master")
    except sqlite3.OperationalError as error:
        # A WAL needs a file for shared memory, which can't be made in a read-only folder.
        connection.close()
        log = Path(f"{real}-wal")
        if "locked" in str(error) or (log.exists() and log.stat().st_size > 0):
            raise
        if os.statvfs(real).f_flag & os.ST_RDONLY:  # nobody writes there
            connection = sqlite3.connect(f"{address}&immutable=1", uri=True, isolation_level=None)
        else:
            connection = _copy_in_memory(real)
    connection.row_factory = sqlite3.Row
    connection.execute(f"PRAGMA cache_size = -{_CACHE_KB}")
    return connection


def _copy_in_memory(path: Path) -> sqlite3.Connection:
    """Return a copy of a file that others may write to: without locks, a reader could see half a change."""
    for _ in range(5):
        before = path.stat()
        content = bytearray(path.read_bytes())
        if (before.st_mtime_ns, before.st_size) == (path.stat().st_mtime_ns, path.stat().st_size):
            content[18:20] = b"\1\1"  # the file format: a copy in memory has no write-ahead log
            connection = sqlite3.connect(":memory:", isolation_level=None)
            connection.deserialize(content)
            connection.execute("PRAGMA query_only = ON")
            return connection
    raise sqlite3.OperationalError("the database is locked")
