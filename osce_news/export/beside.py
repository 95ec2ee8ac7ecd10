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

    If the block raises, what was written is deleted and `path` is as it was. Raises BadInputError if the
    folder is not there, StorageError if it can't be written to.
    """
    if not path.parent.is_dir():
        raise BadInputError(f"no such folder: {path.parent} (for {path.name})")
    if path.is_dir() and not folder:
        raise BadInputError(f"{path} is a folder: name a file")
    part = path.with_name(f".{path.name[:100]}.{os.getpid()}.part")
    try:
        if folder:
            part.mkdir()
        yield part
        _move(part, path, folder=folder)
    except OSError as error:
        says = {errno.ENOSPC: "the disk is full", errno.EFBIG: "the file is too large for this disk"}
        reason = says.get(error.errno or 0, error.strerror or str(error))
        raise StorageError(f"{path}: {reason}; nothing was written") from error
    finally:
        if part.is_dir():
            shutil.rmtree(part, ignore_errors=True)
        else:
            part.unlink(missing_ok=True)


def _move(part: Path, path: Path, *, folder: bool) -> None:
    if not folder:
        with part.open("rb") as file:
            os.fsync(file.fileno())  # else a power cut might leave the new name with nothing in it
        part.replace(path)
        return
    former = path.with_name(f"{part.name}.former")
    if path.exists():  # a folder that holds something can't be replaced at one stroke
        path.rename(former)
    part.rename(path)
    shutil.rmtree(former, ignore_errors=True)
