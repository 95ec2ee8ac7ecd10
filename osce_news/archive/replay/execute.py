"""Executes the plan of a replay: recorded runs first, in order of time, then all other pages."""

from __future__ import annotations

import re
import sys
from collections.abc import Mapping, Sequence
from dataclasses import replace
from functools import cache
from itertools import islice
from pathlib import Path
from types import MappingProxyType
from typing import Any

from osce_news.archive.replay.outcome import Outcome, ProgressCallback
from osce_news.archive.replay.plan import ArchivedRun, ReplayPlan, plan_replay
from osce_news.archive.replay.recorded import RecordedRun, killed_runs, steps
from osce_news.archive.replay.single_pages import SinglePages, can_be_stored, is_lacking
from osce_news.archive.report import Report
from osce_news.archive.warc_files import WarcFiles
from osce_news.archive.web_archives import ARCHIVES
from osce_news.errors import OsceNewsError, PartialError
from osce_news.events import PageStored
from osce_news.storage import Summary, Writer, crawl_state
from osce_news.urls import LISTING_URL

_CRAWL_S = 12 * 3600.0  # more than a crawl of the whole list takes
_BACKFILL = re.compile(rf"(osce-news-\d+-(?:{'|'.join(ARCHIVES)})(?:\.\d+)?)-\d{{5,6}}\.warc\.gz")


class NetworkUsedError(OsceNewsError):
    """Something tried to use the network during a replay. Please report it."""


def replay(
    paths: Sequence[Path],
    db: Path,
    *,
    start_url: str = LISTING_URL,
    on_page: ProgressCallback = lambda summary, total: None,
) -> Outcome:
    """Read the files at these paths into the database, and return the outcome.

    `start_url` is a list on the site whose pages are read from WARC files of other tools. Raises
    BadInputError, before anything is stored, for a path that can't be replayed, and StorageError if the
    database can't be written. What was stored before stays.
    """
    plan = plan_replay(paths)
    return replay_plan(plan, WarcFiles(plan.files), db, start_url=start_url, on_page=on_page)


def replay_plan(
    plan: ReplayPlan,
    source: WarcFiles,
    db: Path,
    *,
    start_url: str = LISTING_URL,
    on_page: ProgressCallback = lambda summary, total: None,
) -> Outcome:
    """Do what the plan says; `source` yields the contents of its WARC files. Otherwise as `replay`."""
    with Writer(db) as writer:
        outcome = Outcome(Summary(0, "replay", database=str(db)))
        hosts, killed = plan.hosts(start_url), killed_runs(plan.runs)
        unrepeated: list[Path] = []  # the files of runs that can't be repeated

        def merge(part: ReplayPlan, of_runs: Sequence[Path]) -> None:
            lost = "{} is missing: the pages of its run are merged without its history"
            faults = [PartialError(lost.format(name)) for name in part.missing]
            if part.pages or part.warcs:
                SinglePages(part, hosts, source, writer, outcome, of_runs=of_runs, faults=faults).store(
                    on_page
                )

        def lacks(run: ArchivedRun) -> bool:
            """Whether the database lacks a page that a run stored, and that can be stored now."""
            contents = steps(source.contents(run.files, Report(), hosts))
            pages = (capture for capture, event in contents if isinstance(event, PageStored))
            kept = islice(pages, killed[run.name].pages if run.name in killed else None)
            return any(
                is_lacking(capture, writer.connection) and can_be_stored(capture, writer)
                for capture in kept
                if capture is not None
            )

        for run in plan.runs:
            statuses = set(crawl_state.runs_of_archive(writer.connection, run.name).values())
            if not statuses and _can_be_repeated(run, writer):
                # First, because the run may hold articles of items that are listed only in these files.
                merge(ReplayPlan(warcs=unrepeated), unrepeated)
                unrepeated = []
                with writer.transaction():  # if the replay is cut short, the next one starts this run over
                    recorded = RecordedRun(run, writer, source, outcome, killed.get(run.name))
                    recorded.repeat(on_page)
                if recorded.is_followed:
                    outcome.merged.append(run.name)
                    unrepeated += run.files
            elif statuses != {"complete"} and lacks(run):
                outcome.merged.append(run.name)
                unrepeated += run.files
            else:
                outcome.known.append(run.name)
        merge(replace(plan, warcs=[*plan.warcs, *unrepeated]), unrepeated)
        for reason in plan.left_out:
            outcome.fail(PartialError(f"{reason}; not read"))
        outcome.close()
    return outcome


def store_backfill(
    folder: Path,
    db: Path,
    *,
    hosts: Sequence[str],
    faults: Sequence[OsceNewsError] = (),
    cost: Mapping[str, Any] = MappingProxyType({}),
    on_page: ProgressCallback = lambda summary, total: None,
) -> Outcome:
    """Store what backfills have kept in a folder and the database does not hold yet; return the outcome.

    Waits for a crawl that writes to the database. Each archive becomes a run of mode "backfill"; `faults`
    and `cost` are those of copying the last one. Raises what `Writer` raises.
    """
    with Writer(db, wait_s=_CRAWL_S) as writer:
        outcome = Outcome(Summary(0, "backfill", database=str(db)))
        everything = sorted(folder.glob("osce-news-*.warc.gz"))  # a page may be the same in another file
        source, archives = WarcFiles(everything), _backfills(everything)
        whole = {"complete", "partial", "refused"}  # one that failed may have stored a part
        left = [
            name
            for name in archives
            if whole.isdisjoint(crawl_state.runs_of_archive(writer.connection, name).values())
        ]
        for name in left or [""]:  # without any, the run says that there was nothing to store
            plan = ReplayPlan(warcs=archives.get(name, []))
            pages = SinglePages(plan, hosts, source, writer, outcome, "backfill", name or None)
            if name in ("", *left[-1:]):
                pages = replace(pages, faults=faults, cost=cost)
            pages.store(on_page)
        outcome.close()
    return outcome


@cache
def close_network() -> None:
    """Make every attempt to create or use a socket in this process fail from now on.

    CPython calls its audit hooks before each attempt (PEP 578), by C code as well as by Python code. This
    can't be undone.
    """
    sys.addaudithook(_refuse_sockets)


def _refuse_sockets(event: str, arguments: tuple[object, ...]) -> None:
    if event.startswith("socket.") and event != "socket.gethostname":
        raise NetworkUsedError(f"a replay opens no socket, but something called {event}")


def _backfills(files: Sequence[Path]) -> dict[str, list[Path]]:
    """Return those of the files that backfills have made, by the name of their archive."""
    archives: dict[str, list[Path]] = {}
    for file in files:
        if match := _BACKFILL.match(file.name):
            archives.setdefault(match[1], []).append(file)
    return archives


def _can_be_repeated(run: ArchivedRun, writer: Writer) -> bool:
    """Whether a run can be repeated exactly, because the database holds nothing later."""
    before = crawl_state.archived_runs(writer.connection).last
    in_line = run.begins.after is not None and before == run.begins.after
    return in_line or not crawl_state.has_read_after(writer.connection, run.begins.started)
