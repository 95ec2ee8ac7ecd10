"""The lock of a database, which its one writer holds."""

from __future__ import annotations

import logging
from pathlib import Path

from filelock import BaseFileLock, FileLock, Timeout

from osce_news.errors import LockedError, StorageError
from osce_news.storage.database import read_transaction

logger = logging.getLogger(__name__)

_PATIENCE_S = 2  # after this time, the user is told what a process waits for


def lock(path: Path, wait_s: float = 0) -> BaseFileLock:
    """Acquire the lock of this database and return it; `release()` releases it. Readers need no lock.

    The operating system releases it when the process ends, however it ends; the empty `.lock` file next to
    the database means nothing by itself. Raises LockedError if another process still holds the lock after
    `wait_s` seconds, StorageError if the lock file can't be made.
    """
    target = path.resolve()  # the same lock for all names of the file
    file = target.with_name(f"{target.name}.lock")
    file_lock = FileLock(file, thread_local=False)
    try:
        file.touch(0o644)  # on /proc filelock would wait for a file that can't be made
        try:
            file_lock.acquire(timeout=min(wait_s, _PATIENCE_S))
        except Timeout:
            if wait_s <= _PATIENCE_S:
                raise
            logger.warning(
                "%s: waiting up to %.0f s, because %s is writing to it", path, wait_s, _holder(path)
            )
            file_lock.acquire(timeout=wait_s - _PATIENCE_S)
    except Timeout:
        raise LockedError(
            f"{path}: {_holder(path)} is writing to it; wait for it to end, or stop it"
        ) from None
    except OSError as error:
        raise StorageError(
            f"{path}: the lock file next to it can't be made: {error.strerror or error} (check that the "
            "folder exists and that you may write to it)"
        ) from error
    return file_lock


def _holder(path: Path) -> str:
    """Return which process holds the lock, according to the last running run."""
    sql = "SELECT process, mode, started FROM runs WHERE status = 'running' ORDER BY id DESC LIMIT 1"
    try:
        with read_transaction(path) as connection:
            row = connection.execute(sql).fetchone()
    except Exception:  # the error to report is that the database is locked
        row = None
    if row is None:
        return "another process"
    return f"process {row['process']} ({row['mode']}, since {row['started']})"
