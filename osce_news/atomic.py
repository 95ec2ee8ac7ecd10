"""Atomic writes, which replace a file or folder completely or not at all, and temporary files and folders.

If a process is killed, the next one deletes the temporary files that it left.
"""

from __future__ import annotations

import errno
import os
import re
import secrets
import shutil
import stat
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from osce_news.errors import BadInputError, StorageError

try:
    import fcntl
except ImportError:  # not on Windows, where leftovers stay
    fcntl = None  # type: ignore[assignment]

_FORMER = ".former"  # suffix of a folder that is being replaced; if that is interrupted, it is put back


@contextmanager
def atomic_write(path: Path, *, folder: bool = False) -> Iterator[Path]:
    """Yield a temporary path, which replaces `path` at the end of the block.

    If the block raises, the temporary file is deleted and `path` is unchanged. If `path` is a symbolic
    link, its target is replaced. A file keeps the mode and the group of the one that it replaces. Raises the
    errors of `check_destination`, and StorageError if the disk is full or the folder can't be written to.
    """
    check_destination(path, folder=folder)
    target = Path(os.path.realpath(path))
    prefix = f".{target.name[:50]}."
    try:
        for former in abandoned(target.parent, prefix, _FORMER):
            delete(former) if target.exists() else former.rename(target)
        with temporary(target.parent, prefix, ".part", folder=folder) as part:
            yield part
            flush(part)
            _replace(target, part)
    except OSError as error:
        known = {errno.ENOSPC: "the disk is full", errno.EFBIG: "the file is too large for this disk"}
        reason = known.get(error.errno or 0, error.strerror or str(error))
        raise StorageError(f"{path}: {reason}; nothing was written") from error


def check_destination(path: Path, *, folder: bool = False) -> None:
    """Raise BadInputError if a file, or a folder, can't be written there.

    The parent folder must exist. Devices and pipes are refused (such as `/dev/stdout`, unless it links to a
    file), and so is a folder where a file is expected, or a file where a folder is.
    """
    if not path.parent.is_dir():
        raise BadInputError(f"no such folder: {path.parent} (for {path.name})")
    if path.is_dir() and not folder:
        raise BadInputError(f"{path} is a folder: name a file")
    if folder and path.exists() and not path.is_dir():
        raise BadInputError(f"{path} is a file: name a folder")
    if path.exists() and not (path.is_file() or path.is_dir()):
        raise BadInputError(f"{path} is a device or a pipe: name a file")


def flush(path: Path) -> None:
    """Flush a file, or all files in a folder, to disk; otherwise a power failure could leave empty files."""
    for file in filter(Path.is_file, [path, *path.rglob("*")]):
        with file.open("rb") as opened:
            os.fsync(opened.fileno())


def _replace(target: Path, part: Path) -> None:
    if not target.exists():
        part.rename(target)
    elif part.is_dir():  # a folder with contents can't be replaced in one step
        former = part.with_suffix(_FORMER)
        with locked(target):
            target.rename(former)
            try:
                part.rename(target)
            except OSError:
                former.rename(target)
                raise
            delete(former)
    else:
        former_stat = target.stat()
        with suppress(OSError):  # only members of the group may give a file to it
            os.chown(part, -1, former_stat.st_gid)
            part.chmod(stat.S_IMODE(former_stat.st_mode))
        part.replace(target)


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

    The system releases the lock when the process ends, however it ends. Raises OSError if the path does not
    exist.
    """
    if fcntl is None:
        yield False
        return
    handle = os.open(path, os.O_RDONLY | os.O_NOFOLLOW)
    try:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except OSError:  # another process has it, or the file system does not support locks
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
