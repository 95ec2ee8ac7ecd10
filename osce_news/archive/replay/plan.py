"""Sorts the files of a replay: runs that this tool recorded, WARC files of other tools, saved pages."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from itertools import islice
from pathlib import Path

from osce_news.archive.records import is_warc, records
from osce_news.archive.report import RecordError, Report
from osce_news.archive.saved_page import SavedPage, is_saved_page, saved_page
from osce_news.errors import BadInputError
from osce_news.events import EventError, RunStarted, parse_event
from osce_news.urls import site_host

_NUMBER = re.compile("[0-9]{5,6}")  # of a run's file


@dataclass(frozen=True, slots=True)
class ArchivedRun:
    """A recorded run: its name, its first event, and its files in order."""

    name: str
    begins: RunStarted
    files: list[Path]
    missing: list[str]  # names of files known to be missing


@dataclass(frozen=True, slots=True)
class ReplayPlan:
    """What to replay, in order."""

    runs: list[ArchivedRun] = field(default_factory=list)
    warcs: list[Path] = field(default_factory=list)  # all other WARC files
    pages: list[SavedPage] = field(default_factory=list)
    headless: list[str] = field(default_factory=list)  # names of runs' first files that are missing

    @property
    def files(self) -> list[Path]:
        """All WARC files."""
        return [*(file for run in self.runs for file in run.files), *self.warcs]

    def hosts(self, start_url: str) -> list[str]:
        """Return the sites whose pages are wanted from `warcs`, as `site_host` names them.

        They are those of the list and of the runs, which are merged page by page if they don't fit.
        """
        urls = [start_url, *(run.begins.start_url for run in self.runs)]
        return sorted({site_host(url) for url in urls})


def plan_replay(paths: Sequence[Path]) -> ReplayPlan:
    """Return the plan for the files at these paths; for a folder, all saved pages and WARC files below it.

    Raises BadInputError for a path that does not exist, a file that is neither a saved page nor a WARC file,
    a folder with neither, and if there are only WARC files without a complete record.
    """
    files = _files_at(paths)
    pages = [saved_page(file) for file in files if is_saved_page(file)]
    warcs = [file for file in files if not is_saved_page(file)]
    for file in warcs:  # those with a WARC name are checked when they are read
        if not _has_warc_name(file) and file.stat().st_size and not is_warc(file):
            what = "neither a saved page (.html, .json) nor a WARC file (.warc, .warc.gz)"
            raise BadInputError(f"{file} is {what}")
    # A crawl that was killed may leave such a file among others.
    if not pages and all(map(_has_no_record, warcs)):
        raise BadInputError(f"{warcs[0]} holds no complete record: there is nothing to replay")
    runs, others, headless = _runs_and_others(sorted(warcs, key=lambda file: (_first_date(file), str(file))))
    pages.sort(key=lambda page: (page.fetched_at, str(page.path)))
    return ReplayPlan(_in_order(runs), others, pages, headless)


def _files_at(paths: Iterable[Path]) -> list[Path]:
    files: dict[Path, Path] = {}
    for path in paths:
        if path.is_dir():
            # macOS puts a companion "._NAME" next to each file on disks of other systems.
            named = (file for file in path.rglob("*") if not file.name.startswith("._"))
            below = sorted(
                file
                for file in named
                if (is_saved_page(file) or _has_warc_name(file))
                and file.is_file()
                and not _belongs_to_page(file)
            )
            if not below:
                raise BadInputError(
                    f"no saved page (.html, .json) and no WARC file (.warc, .warc.gz) in {path}"
                )
        elif path.is_file():
            below = [path]
        else:
            raise BadInputError(f"no such file or folder: {path}")
        for file in below:
            files.setdefault(file.resolve(), file)
    return list(files.values())


def _belongs_to_page(file: Path) -> bool:
    """Whether the file lies in the folder of frames and pictures that a browser saves next to a page."""
    folders = (folder for folder in file.parents if folder.name.endswith("_files"))
    return any(
        folder.with_name(folder.name.removesuffix("_files") + suffix).exists()
        for folder in folders
        for suffix in (".html", ".htm")
    )


def _has_warc_name(file: Path) -> bool:
    return file.name.lower().endswith((".warc", ".warc.gz"))


def _has_no_record(path: Path) -> bool:
    """Whether a WARC file is empty, or cut off in its first record."""
    report = Report()
    return next(records(path, report), None) is None and not report.unreadable


def _first_date(path: Path) -> str:
    """Return the time of the first record with one; empty if there is none."""
    for record in records(path, Report()):
        with suppress(RecordError):
            return record.fetched_at
    return ""


def file_name(name: str, number: int) -> str:
    """Return the name of a run's file."""
    return f"{name}-{number:05}.warc.gz"


def _runs_and_others(files: Iterable[Path]) -> tuple[list[ArchivedRun], list[Path], list[str]]:
    """Return the recorded runs, all other files, and the names of runs' first files that are missing."""
    runs: list[ArchivedRun] = []
    others: list[Path] = []
    headless: list[str] = []
    numbered_files: dict[str, dict[int, Path]] = {}
    starts: dict[str, RunStarted] = {}
    for file in files:
        identity = _run_of(file)
        if identity is None:
            others.append(file)
            continue
        name, number, start = identity
        numbered_files.setdefault(name, {}).setdefault(number, file)  # ignores copies of a file
        if start is not None:
            starts[name] = start
    for name, by_number in numbered_files.items():
        ordered = [by_number[number] for number in sorted(by_number)]
        gaps = [file_name(name, number) for number in range(max(by_number)) if number not in by_number]
        if name in starts:
            runs.append(ArchivedRun(name, starts[name], ordered, gaps))
        else:
            others.extend(file for file in ordered if _holds_more_than_its_info(file))
            if 0 not in by_number:  # else it is that of no run, but of a backfill
                headless.append(file_name(name, 0))
    return runs, others, headless


def _holds_more_than_its_info(file: Path) -> bool:
    """Whether there is a second record; there is none if the run was killed right after it began."""
    return len(list(islice(records(file, Report()), 2))) > 1


def _run_of(file: Path) -> tuple[str, int, RunStarted | None] | None:
    """Return the run that a file belongs to, its number, and the run's first event; None if not ours."""
    first = list(islice(records(file, Report()), 2))
    if not first or first[0].kind != "warcinfo" or first[0].block is None:
        return None
    lines = first[0].block.decode("utf-8", "replace").splitlines()
    info = dict(line.split(": ", 1) for line in lines if ": " in line)
    name = info.get("isPartOf", "")
    number = first[0].headers.get("warc-filename", "").removeprefix(f"{name}-").partition(".")[0]
    if not info.get("software", "").startswith("osce-news/") or not name or not _NUMBER.fullmatch(number):
        return None
    start = None
    if len(first) > 1 and first[1].kind == "metadata":
        with suppress(EventError):
            event = parse_event(first[1].url, first[1].block or b"")
            start = event if isinstance(event, RunStarted) else None
    return name, int(number), start


def _in_order(runs: Iterable[ArchivedRun]) -> list[ArchivedRun]:
    """Return the runs in order of time; each follows the run that it names as the one before."""
    left = sorted(runs, key=lambda run: (run.begins.started, run.begins.run, run.name))
    ordered: list[ArchivedRun] = []
    while left:
        waiting = {run.name for run in left}
        first = next((run for run in left if run.begins.after not in waiting), left[0])
        left.remove(first)
        ordered.append(first)
    return ordered
