"""Which files are at the paths that a person names."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from pathlib import Path

from osce_news.archive.reader.captures import first_date
from osce_news.errors import BadInputError

_WARC_ENDINGS = (".warc", ".warc.gz")


def files_at(paths: Iterable[Path], is_wanted: Callable[[Path], bool], what: str) -> list[Path]:
    """Return the files at these paths, each once; a folder gives those below it that are wanted.

    Raises BadInputError for a path that is not there, and a folder without such a file; `what` names those.
    """
    found: dict[Path, Path] = {}
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
            found.setdefault(file.resolve(), file)
    return list(found.values())


def has_warc_name(file: Path) -> bool:
    """Whether a file is called as WARC files are; `is_warc` looks into it."""
    return file.name.lower().endswith(_WARC_ENDINGS)


def warc_files(paths: Sequence[Path]) -> list[Path]:
    """Return the WARC files at these paths, each once, in order of the time of their first record.

    A folder gives the files below it that end in .warc or .warc.gz. Raises BadInputError for a path that is
    not there, a file that is no WARC file, a folder without one.
    """
    found = files_at(paths, has_warc_name, "WARC file (.warc, .warc.gz)")
    return sorted(found, key=lambda file: (first_date(file), str(file)))
