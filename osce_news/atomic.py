"""Files and folders that are written beside their place and then moved into it: whole, or not at all."""

from __future__ import annotations

import errno
import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from osce_news.errors import BadInputError, StorageError


@contextmanager
def beside(path: Path, *, folder: bool = False) -> Iterator[Path]:
    """Give a path to write to; at the end of the block what is there takes the place of `path`.

    If the block raises, what was written is deleted and `path` is as it was. A link stays a link: what it
    names is replaced. Raises what `refuse_place` raises, StorageError if it can't be written to.
    """
    refuse_place(path, folder=folder)
    place = Path(os.path.realpath(path))
    part = place.with_name(f".{place.name[:100]}.{os.getpid()}.part")
    try:
        if folder:
            part.mkdir()
        yield part
        _move(part, place, folder=folder)
    except OSError as error:
        says = {errno.ENOSPC: "the disk is full", errno.EFBIG: "the file is too large for this disk"}
        reason = says.get(error.errno or 0, error.strerror or str(error))
        raise StorageError(f"{path}: {reason}; nothing was written") from error
    finally:
        if part.is_dir():
            shutil.rmtree(part, ignore_errors=True)
        else:
            part.unlink(missing_ok=True)
            Path(f"{part}-journal").unlink(missing_ok=True)  # SQLite's, which a full disk lets lie


def refuse_place(path: Path, *, folder: bool = False) -> None:
    """Raise BadInputError if a file, or a folder, can't be put there.

    The folder that it is to lie in has to be there; and what can't be replaced is left alone: a folder
    where a file is meant, a device, a pipe (`/dev/stdout` is one or the other, or a link to a file).
    """
    if not path.parent.is_dir():
        raise BadInputError(f"no such folder: {path.parent} (for {path.name})")
    if path.is_dir() and not folder:
        raise BadInputError(f"{path} is a folder: name a file")
    if folder and path.exists() and not path.is_dir():
        raise BadInputError(f"{path} is a file: name a folder")
    if path.exists() and not (path.is_file() or path.is_dir()):
        raise BadInputError(f"{path} is a device or a pipe: name a file")


def _move(part: Path, place: Path, *, folder: bool) -> None:
    if not folder:
        with part.open("rb") as file:
            os.fsync(file.fileno())  # else a power cut might leave the new name with nothing in it
        part.replace(place)
        return
    former = place.with_name(f"{part.name}.former")
    if place.exists():  # a folder that holds something can't be replaced at one stroke
        place.rename(former)
    try:
        part.rename(place)
    except OSError:
        former.rename(place)
        raise
    shutil.rmtree(former, ignore_errors=True)
