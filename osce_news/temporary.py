"""Temporary files and folders. If a process is killed, the next one deletes what it left."""

from __future__ import annotations

import os
import re
import secrets
import shutil
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

try:
    import fcntl
except ImportError:  # not on every system; there nothing that was left is deleted
    fcntl = None  # type: ignore[assignment]


@contextmanager
def temporary(
    parent: Path, prefix: str, suffix: str = "", *, folder: bool = False, mode: int = 0o777
) -> Iterator[Path]:
    """Yield a new empty file, or folder, and delete it at the end unless it was moved away.

    Those that a killed process left, with the same prefix and suffix, are deleted first. Raises OSError.
    """
    for left in abandoned(parent, prefix, suffix):
        delete(left)
    path = parent / f"{prefix}{secrets.token_hex(4)}{suffix}"
    new = path.with_name(f"{path.name}.new")  # renamed when it is locked, so that it never looks abandoned
    if folder:
        new.mkdir(mode)
    else:
        new.touch(mode & 0o666, exist_ok=False)
    with locked(new):
        new.rename(path)
        try:
            yield path
        finally:
            delete(path)


@contextmanager
def temporary_folder() -> Iterator[Path]:
    """Yield a folder among the system's temporary files that only this user can read; as `temporary`."""
    with temporary(Path(tempfile.gettempdir()), "osce-news-", ".tmp", folder=True, mode=0o700) as path:
        yield path


def abandoned(parent: Path, prefix: str, suffix: str) -> Iterator[Path]:
    """Yield the files and folders made by `temporary` whose process no longer runs, locked."""
    wanted = re.compile(f"{re.escape(prefix)}[0-9a-f]{{8}}{re.escape(suffix)}")
    try:
        names = os.listdir(parent)
    except OSError:  # a folder that may not be listed
        return
    for path in (parent / name for name in names if wanted.fullmatch(name)):
        with suppress(OSError), locked(path) as is_ours:
            if is_ours:
                yield path


@contextmanager
def locked(path: Path) -> Iterator[bool]:
    """Lock a file or folder until the end of the block, and yield whether that was possible.

    The system releases the lock when the process ends, however it ends. Raises OSError if there is no path.
    """
    if fcntl is None:
        yield False
        return
    handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:  # another process has it, or the file system knows no locks
            yield False
        else:
            yield True
    finally:
        os.close(handle)


def delete(path: Path) -> None:
    """Delete a file or folder, with the journal that SQLite may have left next to it."""
    if path.is_dir() and not path.is_symlink():
        shutil.rmtree(path, ignore_errors=True)
    else:
        path.unlink(missing_ok=True)
        Path(f"{path}-journal").unlink(missing_ok=True)
