"""Atomic writes: a file or folder is replaced completely or not at all."""

from __future__ import annotations

import errno
import os
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from osce_news.errors import BadInputError, StorageError
from osce_news.temporary import abandoned, delete, locked, temporary

_FORMER = ".former"  # a folder while another takes its place; it is put back if a kill comes in between


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
