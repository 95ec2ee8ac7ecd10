"""The files at the paths that a person names."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from osce_news.archive.reader.records import records
from osce_news.archive.reader.report import RecordError, Report
from osce_news.errors import BadInputError

_WARC_SUFFIXES = (".warc", ".warc.gz")


def files_at(paths: Iterable[Path], is_wanted: Callable[[Path], bool], what: str) -> list[Path]:
    """Return the files at these paths, each once; for a folder, the wanted files below it.

    `what` describes the wanted files in errors. Raises BadInputError for a path that does not exist and for a
    folder without such files.
    """
    files: dict[Path, Path] = {}
    for path in paths:
        if path.is_dir():
            below = sorted(file for file in path.rglob("*") if is_wanted(file) and file.is_file())
            if not below:
                raise BadInputError(f"no {what} in {path}")
        elif path.is_file():
            below = [path]
        else:
            raise BadInputError(f"no such file or folder: {path}")
        for file in below:
            files.setdefault(file.resolve(), file)
    return list(files.values())


def has_warc_name(file: Path) -> bool:
    """Whether a file is named like a WARC file; `is_warc` looks at its content."""
    return file.name.lower().endswith(_WARC_SUFFIXES)


def warc_files(paths: Sequence[Path]) -> list[Path]:
    """Return the WARC files at these paths, each once, in the order of their first record's time.

    For a folder, the files below it that end in .warc or .warc.gz. Raises BadInputError for a path that does
    not exist, a file that is not a WARC file, and a folder without one.
    """
    files = files_at(paths, has_warc_name, "WARC file (.warc, .warc.gz)")
    return sorted(files, key=lambda file: (_first_date(file), str(file)))


def _first_date(path: Path) -> str:
    """Return the time of the first record that has one; empty if none has."""
    for record in records(path, Report()):
        try:
            return record.fetched_at
        except RecordError:
            continue
    return ""
