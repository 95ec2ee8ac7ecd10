"""What the paths of a replay are: runs that this tool recorded, WARC files of others, saved pages."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from osce_news.archive import Report, is_warc, warc_files
from osce_news.archive.notes import RunBegins
from osce_news.archive.reader import note_in
from osce_news.archive.records import Record, records
from osce_news.archive.report import RecordError
from osce_news.errors import BadInputError
from osce_news.replay.saved import ENDINGS, SavedPage, saved_pages

WARC_ENDINGS = (".warc", ".warc.gz")


@dataclass(frozen=True, slots=True)
class Run:
    """A recorded run: its name, how it began, and its files in order."""

    name: str
    begins: RunBegins
    files: list[Path]
    missing: list[str]  # names of files that are not there, as far as that is known


@dataclass(slots=True)
class Plan:
    """What to replay, in order."""

    runs: list[Run] = field(default_factory=list)
    warcs: list[Path] = field(default_factory=list)  # all other WARC files
    pages: list[SavedPage] = field(default_factory=list)
    headless: list[str] = field(default_factory=list)  # first files of runs that are not there

    @property
    def files(self) -> list[Path]:
        """All WARC files."""
        return [*(file for run in self.runs for file in run.files), *self.warcs]


def plan(paths: Sequence[Path]) -> Plan:
    """Return what is at these paths; a folder gives all pages and WARC files below it.

    Raises BadInputError, before anything is read further, for a path that is not there, a file that is
    neither a saved page nor a WARC file, and a folder with neither.
    """
    pages: list[Path] = []
    warcs: list[Path] = []
    for path in paths:
        for file in _below(path):
            (pages if file.suffix.lower() in ENDINGS else warcs).append(file)
    for file in warcs:
        if file.stat().st_size and not is_warc(file):
            next(records(file, Report()), None)  # raises the error that says what it is instead
            raise BadInputError(f"{file}: no WARC file")
    found = Plan(pages=saved_pages(pages))
    _sort_out(warc_files(warcs), found)
    found.runs = in_order(found.runs)
    return found


def in_order(runs: Iterable[Run]) -> list[Run]:
    """Return the runs in order of time; of one database in its order, whatever its clock said."""
    left = sorted(runs, key=lambda run: (run.begins.started, run.begins.run, run.name))
    ordered: list[Run] = []
    while left:
        waiting = {run.name for run in left}
        first = next((run for run in left if run.begins.after not in waiting), left[0])
        left.remove(first)
        ordered.append(first)
    return ordered


def _below(path: Path) -> Iterator[Path]:
    if path.is_dir():
        found = sorted(file for file in path.rglob("*") if _is_named(file) and file.is_file())
        if not found:
            raise BadInputError(f"no saved page (.html) and no WARC file (.warc, .warc.gz) in {path}")
        yield from found
    elif not path.is_file():
        raise BadInputError(f"no such file or folder: {path}")
    elif not _is_named(path) and path.stat().st_size and not is_warc(path):
        raise BadInputError(f"{path} is neither a saved page (.html) nor a WARC file (.warc, .warc.gz)")
    else:
        yield path


def _is_named(file: Path) -> bool:
    return file.suffix.lower() in ENDINGS or file.name.lower().endswith(WARC_ENDINGS)


def _sort_out(files: Iterable[Path], found: Plan) -> None:
    """Put the files of each recorded run together; what has no beginning is read as any WARC file."""
    parts: dict[str, dict[int, Path]] = {}
    begins: dict[str, RunBegins] = {}
    for file in files:
        told = _told(file)
        if told is None:
            found.warcs.append(file)
            continue
        name, number, begun = told
        parts.setdefault(name, {}).setdefault(number, file)  # a copy of a file says the same
        if begun is not None:
            begins[name] = begun
    for name, numbered in parts.items():
        ordered = [numbered[number] for number in sorted(numbered)]
        gaps = [file_name(name, number) for number in range(max(numbered)) if number not in numbered]
        if name in begins:
            found.runs.append(Run(name, begins[name], ordered, gaps))
        else:
            found.warcs += ordered
            found.headless.append(file_name(name, 0))


def file_name(name: str, number: int) -> str:
    """Return the name of a file of a run."""
    return f"{name}-{number:05}.warc.gz"


def _told(file: Path) -> tuple[str, int, RunBegins | None] | None:
    """Return the run of a file, its number, and how the run begins if that stands in it; None: not ours."""
    first = list(islice(records(file, Report()), 2))
    if not first or first[0].kind != "warcinfo" or first[0].block is None:
        return None
    told = dict(line.split(": ", 1) for line in _lines(first[0]) if ": " in line)
    name = told.get("isPartOf", "")
    number = first[0].headers.get("warc-filename", "").removeprefix(f"{name}-").partition(".")[0]
    if not told.get("software", "").startswith("osce-news/") or not name or not number.isdecimal():
        return None
    begun = None
    if len(first) > 1 and first[1].kind == "metadata":
        with suppress(RecordError):
            note = note_in(first[1])
            begun = note if isinstance(note, RunBegins) else None
    return name, int(number), begun


def _lines(record: Record) -> list[str]:
    return (record.block or b"").decode("utf-8", "replace").splitlines()
