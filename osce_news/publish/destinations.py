"""Checks that an export does not overwrite anything that is not an older export."""

from __future__ import annotations

import os
import re
from contextlib import closing
from pathlib import Path

from osce_news.errors import BadInputError
from osce_news.publish.datapackage import NAME
from osce_news.storage import open_for_reading

_SQLITE = b"SQLite format 3\0"  # the beginning of a database
_COMPANION = re.compile(r"(.+)(-wal|-shm|-journal|\.lock)", re.DOTALL)  # a file next to a database


def check_file(path: Path) -> None:
    """Raise BadInputError if the file is a database, belongs to one, or is the data package descriptor."""
    if _header(path).startswith(_SQLITE):
        raise BadInputError(f"{path} is a database and was not overwritten: choose another file")
    if path.name == NAME:
        raise BadInputError(f"{NAME} is reserved for the description of exports: choose another file")
    _refuse_companion(path)


def check_folder(folder: Path, items: str) -> None:
    """Raise BadInputError if the folder holds anything but folders of years and the file `items`."""
    for name in os.listdir(folder) if folder.is_dir() else ():
        if not name.startswith("year=") and name != items:
            raise BadInputError(f"{folder} contains other files ({name[:80]}): choose a new folder")


def check_snapshot(path: Path, database: Path) -> None:
    """Raise BadInputError unless a snapshot or a backup of the database may be written there.

    It may replace an older one of the same database, whose runs are all in the database. It may replace no
    database that a crawl or a replay wrote: the header of such a database says that it has a write-ahead log.
    """
    if path.exists() and path.samefile(database):
        raise BadInputError(f"{path} is the database itself: choose another file")
    _refuse_companion(path)
    runs = _runs(path) if path.is_file() else set()  # raises if it is not a database of ours
    log = Path(f"{os.path.realpath(path)}-wal")
    if log.exists() and log.stat().st_size:  # SQLite would apply it to the new file
        raise BadInputError(f"{path} is in use, or was not closed ({log.name}): choose another file")
    if _header(path)[18:19] == b"\2":
        raise BadInputError(
            f"{path} is not a snapshot or backup and was not overwritten: choose another file"
        )
    if not runs <= _runs(database):
        raise BadInputError(f"{path} is a copy of another database: delete it, or choose another file")


def _runs(path: Path) -> set[tuple[int, str]]:
    with closing(open_for_reading(path)) as connection:
        return {(row["id"], row["started"]) for row in connection.execute("SELECT id, started FROM runs")}


def _refuse_companion(path: Path) -> None:
    found = _COMPANION.fullmatch(path.name)
    if found and _header(path.with_name(found[1])).startswith(_SQLITE):
        raise BadInputError(f"{path} belongs to the database {found[1]}: choose another file")


def _header(path: Path) -> bytes:
    """Return the first bytes of a file; empty if there is none."""
    if not path.is_file():
        return b""
    with path.open("rb") as file:
        return file.read(20)
