"""Sorts the files of a replay: runs that this tool recorded, WARC files of other tools, saved pages."""

from __future__ import annotations

import os
import re
from collections.abc import Iterable, Iterator, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

from osce_news.archive.records import Record, is_warc, records
from osce_news.archive.report import RecordError, Report
from osce_news.archive.saved_page import SavedPage, is_saved_page, saved_page
from osce_news.archive.warc_writer import file_name
from osce_news.errors import BadInputError
from osce_news.events import EventError, RunStarted, parse_event
from osce_news.urls import site_host

_NEITHER = "neither a saved page (.html, .json) nor a WARC file (.warc, .warc.gz)"
_NUMBER = re.compile("[0-9]{5,6}")  # of a run's file
# The suffixes of files with pages or captures that can't be read.
_OTHER_FORMS = (
    ".arc", ".arc.gz", ".htm.gz", ".html.gz", ".maff", ".mht", ".mhtml", ".wacz", ".warc.bz2",
    ".warc.gz.open", ".warc.open", ".warc.xz", ".warc.zst", ".webarchive",
)  # fmt: skip


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
    missing: list[str] = field(default_factory=list)  # the first files of runs that have others in `warcs`
    left_out: list[str] = field(default_factory=list)  # why files and folders can't be read

    @property
    def files(self) -> list[Path]:
        """All WARC files."""
        return [*(file for run in self.runs for file in run.files), *self.warcs]

    def hosts(self, start_url: str) -> list[str]:
        """Return the sites whose pages are wanted from `warcs`, as `site_host` names them.

        They are the sites of the list and of the runs: a run that does not fit is merged page by page.
        """
        urls = [start_url, *(run.begins.start_url for run in self.runs)]
        return sorted({site_host(url) for url in urls})


def plan_replay(paths: Sequence[Path]) -> ReplayPlan:
    """Return the plan for the files at these paths; for a folder, all saved pages and WARC files below it.

    Raises BadInputError for a path that does not exist, a file that is neither a saved page nor a WARC file,
    a folder with neither, and if there are only WARC files without a complete record.
    """
    files, left_out = _files_at(paths)
    pages = [saved_page(file) for file in files if is_saved_page(file)]
    warcs = [_read_beginning(file) for file in files if not is_saved_page(file)]
    # A crawl that was killed may leave such a file among others.
    if not pages and not any(file.has_content for file in warcs):
        reason = f"{warcs[0].path} holds no complete record" if warcs else left_out[0]
        raise BadInputError(f"{reason}: there is nothing to replay")
    warcs.sort(key=lambda file: (file.date, -file.size, str(file.path)))
    runs, others, missing = _runs_and_others(warcs)
    pages.sort(key=lambda page: (page.fetched_at, str(page.path)))
    return ReplayPlan(_in_order(runs), others, pages, missing, left_out)


def _files_at(paths: Iterable[Path]) -> tuple[list[Path], list[str]]:
    """Return the files to read, and why others in the folders can't be read."""
    files: dict[Path, Path] = {}
    left_out: list[str] = []
    for path in paths:
        if path.is_dir():
            before = len(left_out)
            below = sorted(_files_below(path, left_out))
            if not below and len(left_out) == before:
                raise BadInputError(
                    f"no saved page (.html, .json) and no WARC file (.warc, .warc.gz) in {path}"
                )
        elif path.is_file():
            below = [path]
        else:
            what = "neither a file nor a folder" if path.exists() else "no such file or folder"
            raise BadInputError(f"{what}: {path}")
        for file in below:
            files.setdefault(file.resolve(), file)
    return list(files.values()), sorted(left_out)


def _files_below(folder: Path, left_out: list[str]) -> Iterator[Path]:
    """Yield the saved pages and WARC files in a folder; add what can't be read to `left_out`.

    Links to folders are followed, once.
    """

    def note(error: OSError) -> None:
        left_out.append(f"{error.filename}: {error.strerror}")

    visited = {os.path.realpath(folder)}
    for place, folders, names in os.walk(folder, onerror=note, followlinks=True):
        reals = {name: os.path.realpath(Path(place, name)) for name in folders}
        folders[:] = [name for name, real in reals.items() if real not in visited]
        visited.update(reals.values())
        for file in (Path(place, name) for name in names):
            # macOS puts a companion "._NAME" next to each file on disks of other systems.
            if file.name.startswith("._") or _belongs_to_page(file):
                continue
            if file.name.lower().endswith(_OTHER_FORMS):
                left_out.append(f"{file}: {_NEITHER}")
            elif is_saved_page(file) or _has_warc_name(file):
                if file.is_file():
                    yield file
                elif file.is_symlink():
                    left_out.append(f"{file}: a broken link")


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


@dataclass(frozen=True, slots=True)
class _Beginning:
    """What the first records of a WARC file say about it."""

    path: Path
    size: int
    date: str  # of the first record with a time; empty if there is none
    has_content: bool  # false if it is empty, or cut off in its first record
    has_second: bool  # whether there is a second record
    place: tuple[str, int] | None  # the name of its run, and its number in it; None if it is not ours
    start: RunStarted | None  # the first event of its run, if it has it


def _read_beginning(path: Path) -> _Beginning:
    """Return the beginning of a WARC file; raises BadInputError if the file is not one."""
    if not _has_warc_name(path) and path.stat().st_size and not is_warc(path):
        raise BadInputError(f"{path} is {_NEITHER}")
    date, place, start, number = "", None, None, 0
    report = Report()
    for number, record in enumerate(records(path, report), 1):
        with suppress(RecordError):
            date = date or record.fetched_at
        if number == 1:
            place = _place_in(record)
        elif number == 2:
            start = _start_in(record)
        if date and number > 1:
            break
    has_content = bool(number or report.skipped["unreadable"])
    return _Beginning(path, path.stat().st_size, date, has_content, number > 1, place, start)


def _place_in(info: Record) -> tuple[str, int] | None:
    """Return the run that a warcinfo record names, and the number of its file; None if it is not ours."""
    if info.kind != "warcinfo" or info.block is None:
        return None
    lines = info.block.decode("utf-8", "replace").splitlines()
    fields = dict(line.split(": ", 1) for line in lines if ": " in line)
    name = fields.get("isPartOf", "")
    number = info.headers.get("warc-filename", "").removeprefix(f"{name}-").partition(".")[0]
    is_ours = fields.get("software", "").startswith("osce-news/") and name and _NUMBER.fullmatch(number)
    return (name, int(number)) if is_ours else None


def _start_in(record: Record) -> RunStarted | None:
    """Return the first event of a run; None if the record holds something else."""
    if record.kind == "metadata":
        with suppress(EventError):
            event = parse_event(record.url, record.block or b"")
            return event if isinstance(event, RunStarted) else None
    return None


def _runs_and_others(files: Iterable[_Beginning]) -> tuple[list[ArchivedRun], list[Path], list[str]]:
    """Return the recorded runs, all other files, and the names of runs' first files that are missing."""
    runs: list[ArchivedRun] = []
    others: list[Path] = []
    missing: list[str] = []
    by_run: dict[str, dict[int, _Beginning]] = {}
    for file in files:
        if file.place is None:
            others.append(file.path)
        else:
            name, number = file.place
            by_run.setdefault(name, {}).setdefault(number, file)  # the largest copy: others may be cut
    for name, by_number in by_run.items():
        ordered = [by_number[number] for number in sorted(by_number)]
        start = next((file.start for file in ordered if file.start is not None), None)
        if start is not None:
            gaps = [file_name(name, number) for number in range(max(by_number)) if number not in by_number]
            runs.append(ArchivedRun(name, start, [file.path for file in ordered], gaps))
            continue
        # Without a second record, the run was killed right after it began.
        others.extend(file.path for file in ordered if file.has_second)
        if 0 not in by_number:  # else it has no run: it is the archive of a backfill
            missing.append(file_name(name, 0))
    return runs, others, missing


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
