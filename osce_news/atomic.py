"""Atomic writes: a file or folder is replaced completely or not at all."""

from __future__ import annotations

import errno
import os
import shutil
import stat
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path

from osce_news.errors import BadInputError, StorageError


@contextmanager
def atomic_write(path: Path, *, folder: bool = False) -> Iterator[Path]:
    """Yield a temporary path, which replaces `path` at the end of the block.

    If the block raises, the temporary file is deleted and `path` is unchanged. If `path` is a symbolic
    link, its target is replaced. A file keeps the mode and the group of the one that it replaces. Raises the
    errors of `check_destination`, and StorageError if the disk is full or the folder can't be written to.
    """
    check_destination(path, folder=folder)
    target = Path(os.path.realpath(path))
    part = target.with_name(f".{target.name[:100]}.{os.getpid()}.part")
    try:
        if folder:
            part.mkdir()
        yield part
        _replace(target, part, folder=folder)
    except OSError as error:
        known = {errno.ENOSPC: "the disk is full", errno.EFBIG: "the file is too large for this disk"}
        reason = known.get(error.errno or 0, error.strerror or str(error))
        raise StorageError(f"{path}: {reason}; nothing was written") from error
    finally:
        if part.is_dir():
            shutil.rmtree(part, ignore_errors=True)
        else:
            part.unlink(missing_ok=True)
            Path(f"{part}-journal").unlink(missing_ok=True)  # SQLite leaves it behind on a full disk


def check_destination(path: Path, *, folder: bool = False) -> None:
    """Raise BadInputError if a file, or a folder, can't be written there.

    The parent folder must exist. Devices and pipes are refused (`/dev/stdout` is one of them, or a link to a
    file), and so is a folder in the place of a file.
    """
    if not path.parent.is_dir():
        raise BadInputError(f"no such folder: {path.parent} (for {path.name})")
    if path.is_dir() and not folder:
        raise BadInputError(f"{path} is a folder: name a file")
    if folder and path.exists() and not path.is_dir():
        raise BadInputError(f"{path} is a file: name a folder")
    if path.exists() and not (path.is_file() or path.is_dir()):
        raise BadInputError(f"{path} is a device or a pipe: name a file")


def _replace(target: Path, part: Path, *, folder: bool) -> None:
    if not folder:
        with part.open("rb") as file:
            os.fsync(file.fileno())  # otherwise a power failure could leave an empty file
        if target.exists():
            former_stat = target.stat()
            with suppress(OSError):  # only members of the group may give a file to it
                os.chown(part, -1, former_stat.st_gid)
                part.chmod(stat.S_IMODE(former_stat.st_mode))
        part.replace(target)
        return
    former = target.with_name(f"{part.name}.former")
    if target.exists():  # a folder with contents can't be replaced in one step
        target.rename(former)
    try:
        part.rename(target)
    except OSError:
        former.rename(target)
        raise
    shutil.rmtree(former, ignore_errors=True)
