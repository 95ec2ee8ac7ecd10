"""What the paths of a replay are: runs that this tool recorded, WARC files of others, saved pages."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from osce_news.archive import Report, is_warc, warc_files
from osce_news.archive.reader.captures import event_in
from osce_news.archive.reader.files import files_at, has_warc_name
from osce_news.archive.reader.records import Record, records
from osce_news.archive.reader.report import RecordError
from osce_news.archive.replay.saved import SavedPage, has_page_name, saved_pages
from osce_news.errors import BadInputError
from osce_news.events import RunStarted

_NUMBER = re.compile("[0-9]{5,6}")  # of a file of a run


@dataclass(frozen=True, slots=True)
class ArchivedRun:
    """A recorded run: its name, how it began, and its files in order."""

    name: str
    begins: RunStarted
    files: list[Path]
    missing: list[str]  # names of files that are not there, as far as that is known


@dataclass(slots=True)
class ReplayPlan:
    """What to replay, in order."""

    runs: list[ArchivedRun] = field(default_factory=list)
    warcs: list[Path] = field(default_factory=list)  # all other WARC files
    pages: list[SavedPage] = field(default_factory=list)
    headless: list[str] = field(default_factory=list)  # first files of runs that are not there

    @property
    def files(self) -> list[Path]:
        """All WARC files."""
        return [*(file for run in self.runs for file in run.files), *self.warcs]


def plan_replay(paths: Sequence[Path]) -> ReplayPlan:
    """Return what is at these paths; a folder gives all pages and WARC files below it.

    Raises BadInputError, before anything is read further, for a path that is not there, a file that is
    neither a saved page nor a WARC file, and a folder with neither.
    """
    files = files_at(paths, _has_known_name, "saved page (.html) and no WARC file (.warc, .warc.gz)")
    pages = [file for file in files if has_page_name(file)]
    warcs = [file for file in files if not has_page_name(file)]
    for file in warcs:
        _refuse_other(file)
    found = ReplayPlan(pages=saved_pages(pages))
    _sort_out(warc_files(warcs), found)
    found.runs = in_order(found.runs)
    return found


def in_order(runs: Iterable[ArchivedRun]) -> list[ArchivedRun]:
    """Return the runs in order of time; of one database in its order, whatever its clock said."""
    left = sorted(runs, key=lambda run: (run.begins.started, run.begins.run, run.name))
    ordered: list[ArchivedRun] = []
    while left:
        waiting = {run.name for run in left}
        first = next((run for run in left if run.begins.after not in waiting), left[0])
        left.remove(first)
        ordered.append(first)
    return ordered


def _has_known_name(file: Path) -> bool:
    return has_page_name(file) or has_warc_name(file)


def _refuse_other(file: Path) -> None:
    """Raise BadInputError if a file is no WARC file; an empty one may be the rest of one."""
    if not file.stat().st_size or is_warc(file):
        return
    if not has_warc_name(file):
        raise BadInputError(f"{file} is neither a saved page (.html) nor a WARC file (.warc, .warc.gz)")
    next(records(file, Report()), None)  # raises the error that says what it is instead
    raise BadInputError(f"{file}: no WARC file")


def _sort_out(files: Iterable[Path], found: ReplayPlan) -> None:
    """Put the files of each recorded run together; what has no beginning is read as any WARC file."""
    parts: dict[str, dict[int, Path]] = {}
    begins: dict[str, RunStarted] = {}
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
            found.runs.append(ArchivedRun(name, begins[name], ordered, gaps))
        else:
            found.warcs += ordered
            found.headless.append(file_name(name, 0))


def file_name(name: str, number: int) -> str:
    """Return the name of a file of a run."""
    return f"{name}-{number:05}.warc.gz"


def _told(file: Path) -> tuple[str, int, RunStarted | None] | None:
    """Return the run of a file, its number, and how the run begins if that stands in it; None: not ours."""
    first = list(islice(records(file, Report()), 2))
    if not first or first[0].kind != "warcinfo" or first[0].block is None:
        return None
    told = dict(line.split(": ", 1) for line in _lines(first[0]) if ": " in line)
    name = told.get("isPartOf", "")
    number = first[0].headers.get("warc-filename", "").removeprefix(f"{name}-").partition(".")[0]
    if not told.get("software", "").startswith("osce-news/") or not name or not _NUMBER.fullmatch(number):
        return None
    begun = None
    if len(first) > 1 and first[1].kind == "metadata":
        with suppress(RecordError):
            note = event_in(first[1])
            begun = note if isinstance(note, RunStarted) else None
    return name, int(number), begun


def _lines(record: Record) -> list[str]:
    return (record.block or b"").decode("utf-8", "replace").splitlines()
