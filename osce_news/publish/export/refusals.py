"""Places that an export must not take: what is there is no export, and could not be made again."""

from __future__ import annotations

import os
from pathlib import Path

from osce_news.errors import BadInputError
from osce_news.publish.export.datapackage import NAME
from osce_news.storage import open_for_reading

_BESIDE_DATABASES = ("-wal", "-shm", "-journal", ".lock")  # what SQLite and the writer keep there


def refuse_taken(path: Path) -> None:
    """Raise BadInputError if the file is a database, belongs to one, or would be the descriptor."""
    if _is_database(path):
        raise BadInputError(f"{path} is a database; it was left as it is")
    if path.name == NAME:
        raise BadInputError(f"{NAME} is the name of what describes exports: name another file")
    _refuse_beside_database(path)


def refuse_full_folder(folder: Path) -> None:
    """Raise BadInputError if the folder holds what no export by years has put there."""
    for name in os.listdir(folder) if folder.is_dir() else ():
        if not name.startswith("year=") and name != "items.parquet":
            raise BadInputError(f"{folder} holds other things ({name[:80]}): name a new folder")


def refuse_for_snapshot(path: Path, database: Path) -> None:
    """Raise BadInputError unless a snapshot of the database may be put there.

    It may take the place of an older one, or of any database of ours that nobody has open.
    """
    if path.exists() and path.samefile(database):
        raise BadInputError(f"{path} is the database itself: name another file")
    _refuse_beside_database(path)
    if path.is_file():
        open_for_reading(path).close()  # refuses what is no database of ours
    log = Path(f"{os.path.realpath(path)}-wal")
    if log.exists() and log.stat().st_size:  # SQLite would take it for the new file's
        raise BadInputError(f"{path} is in use, or was not closed ({log.name}): name another file")


def _refuse_beside_database(path: Path) -> None:
    for ending in _BESIDE_DATABASES:
        name = path.name.removesuffix(ending)
        if name not in ("", path.name) and _is_database(path.with_name(name)):
            raise BadInputError(f"{path} belongs to the database {name}: name another file")


def _is_database(path: Path) -> bool:
    """Whether there is a file of SQLite's at this path."""
    if not path.is_file():
        return False
    with path.open("rb") as file:
        return file.read(16) == b"SQLite format 3\0"
