"""The whole of a replay: recorded runs first, in order of time, then all other pages."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

from osce_news.archive import Report
from osce_news.archive.reader.captures import CaptureSource, WarcFiles
from osce_news.archive.replay.outcome import Outcome
from osce_news.archive.replay.plan import ArchivedRun, ReplayPlan, plan_replay
from osce_news.archive.replay.recorded import Death, RecordedRun, deaths_of
from osce_news.archive.replay.single_pages import ProgressCallback, hosts_of, replay_single_pages
from osce_news.archive.replay.steps import steps
from osce_news.archive.replay.workers import Workers
from osce_news.errors import PartialError
from osce_news.events import PageStored, RunFinished
from osce_news.site import LISTING_URL
from osce_news.storage import Summary, Writer, crawls


def replay(
    paths: Sequence[Path],
    db: Path,
    *,
    jobs: int = 1,
    start_url: str = LISTING_URL,
    on_page: ProgressCallback = lambda summary, total: None,
) -> Outcome:
    """Read what is at these paths into the database, and return what it came to.

    `jobs` is how many processes parse, `start_url` a listing of the site whose pages are wanted of WARC files
    that were made by others. Raises BadInputError, before anything is stored, for a path that can't be
    replayed; StorageError if the database can't be written, WorkerError if a process died: what was stored
    before stays.
    """
    found = plan_replay(paths)
    return replay_plan(found, WarcFiles(found.files), db, jobs=jobs, start_url=start_url, on_page=on_page)


def replay_plan(
    found: ReplayPlan,
    source: CaptureSource,
    db: Path,
    *,
    jobs: int = 1,
    start_url: str = LISTING_URL,
    on_page: ProgressCallback = lambda summary, total: None,
) -> Outcome:
    """Read what was planned; `source` gives what is in its WARC files. Otherwise as `replay`."""
    with Writer(db) as writer, Workers(jobs) as workers:
        outcome = Outcome(Summary(0, "replay", database=str(db)))
        for name in found.headless:
            missing = PartialError(f"{name} is missing: the pages of its run are merged without its history")
            outcome.fail(missing)
        deaths = deaths_of(found.runs)
        for run in found.runs:
            known = crawls.run_of(writer.connection, run.name)
            if known is not None and not _went_on(run, known, source, writer):
                outcome.known.append(run.name)
            elif known is None and _fits(run, writer):
                _make_again(run, deaths.get(run.name), source, writer, workers, outcome, on_page)
            else:
                outcome.merged.append(run.name)
                found.warcs += run.files
        if found.pages or found.warcs:
            replay_single_pages(
                found, source, wanted_hosts(found, start_url), writer, workers, outcome, on_page
            )
        outcome.close()
    return outcome


def _fits(run: ArchivedRun, writer: Writer) -> bool:
    """Whether a run can be made again as it was: the database holds nothing that came after it."""
    before = crawls.recorded(writer.connection).last
    in_line = run.begins.after is not None and before == run.begins.after
    return in_line or not crawls.goes_beyond(writer.connection, run.begins.started)


def _went_on(run: ArchivedRun, known: int, source: CaptureSource, writer: Writer) -> bool:
    """Whether an archive without an end has more by now than the database: it was replayed while it grew.

    One page more is what a kill leaves, between the note of a page and its storing.
    """
    stored = crawls.stored_by_dead(writer.connection, known)
    if stored is None:
        return False
    notes = 0
    for one in source.contents(run.files, Report(), bare=True):
        notes += isinstance(one, PageStored)
        if isinstance(one, RunFinished) or notes > stored + 1:
            return True
    return False


def _make_again(
    run: ArchivedRun, death: Death | None, source: CaptureSource, writer: Writer, workers: Workers,
    outcome: Outcome, on_page: ProgressCallback,
) -> None:  # fmt: skip
    made = RecordedRun(run, writer, source, death)
    report = outcome.report
    try:
        for step, parsed in workers.parsed(steps(source.contents(run.files, report, bare=True))):
            on_page(made.step(step, parsed), None)
        for summary in made.close():
            outcome.add(summary)
    except BaseException as error:
        made.interrupt(error)
        raise
    for fault in made.errors:
        outcome.fail(fault)


def wanted_hosts(found: ReplayPlan, start_url: str) -> list[str]:
    """Return the hosts whose pages are wanted: the site's, and those that runs which don't fit have read."""
    of_runs = {host for run in found.runs for host in hosts_of(run.begins.start_url)}
    return sorted({*hosts_of(start_url), *of_runs})
