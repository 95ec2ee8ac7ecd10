"""The lock that lets one process at a time write into a database; readers need none."""

from __future__ import annotations

from pathlib import Path

from filelock import BaseFileLock, FileLock, Timeout

from osce_news.errors import LockedError, StorageError
from osce_news.storage.database import open_for_reading


def lock(path: Path, wait_s: float = 0) -> BaseFileLock:
    """Return the lock of this database, held; `release()` gives it back.

    The operating system holds it for the process, so a process that dies leaves none behind; the
    empty file `….lock` beside the database means nothing by itself. Raises LockedError if another
    process still holds it after `wait_s` seconds, StorageError if that file can't be made.
    """
    target = path.resolve()  # one lock, by whatever name the file is called
    held = FileLock(target.with_name(f"{target.name}.lock"), thread_local=False)
    try:
        held.acquire(timeout=wait_s)
    except Timeout:
        raise LockedError(f"{path}: {_holder(path)} writes into it; wait for it, or end it") from None
    except OSError as error:
        raise StorageError(f"{path}: no lock can be had beside it: {error.strerror or error}") from error
    return held


def _holder(path: Path) -> str:
    """Return who holds the lock, by what its run says of itself."""
    try:
        connection = open_for_reading(path)
        try:
            row = connection.execute(
                "SELECT process, mode, started FROM runs WHERE status = 'running' ORDER BY id DESC LIMIT 1"
            ).fetchone()
        finally:
            connection.close()
    except Exception:  # what it says must not hide that the database is locked
        row = None
    if row is None:
        return "another process"
    return f"process {row['process']} ({row['mode']}, since {row['started']})"
