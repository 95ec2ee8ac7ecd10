"""The replay of a run that was recorded: what it read, in its order, into the same rows.

The archive drives it, not the traversal: which pages were stored, and how the run ended, stands in its
notes. So an archive stays good when the rules of the traversal change. Pages are parsed and judged as in a
crawl.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import replace
from http import HTTPStatus
from typing import NamedTuple

from osce_news import checks
from osce_news.archive import Capture
from osce_news.archive.events import COST, ListEnded, PageStored, RunFinished
from osce_news.archive.parse import ARTICLE, LISTING, PageRequest, ParsedPage, parse
from osce_news.archive.reader.captures import CaptureSource
from osce_news.archive.reader.report import RecordError
from osce_news.archive.replay.outcome import error_status
from osce_news.archive.replay.plan import ArchivedRun, file_name
from osce_news.archive.replay.steps import Step
from osce_news.crawl.options import CrawlOptions
from osce_news.crawl.pipelines import PeriodPipeline
from osce_news.errors import OsceNewsError, PartialError, StorageError
from osce_news.items import ArticleItem, Listing
from osce_news.storage import Summary, Writer, crawls


class Death(NamedTuple):
    """What the database held of a run that was killed, as a later one found it.

    A note stands in the archive a moment before what it says is stored; the kill may have come in between.
    """

    pages: int
    settled: bool  # whether it held how the list's part had ended


def deaths_of(runs: Iterable[ArchivedRun]) -> dict[str, Death]:
    """Return the deaths of which these runs tell, by the name of the run that died."""
    return {
        name: Death(pages, name not in run.begins.unsettled)
        for run in runs
        for name, pages in run.begins.held.items()
    }


class RecordedRun:
    """Makes a recorded run again; `errors` are what is not as it was, or not understood."""

    def __init__(self, run: ArchivedRun, writer: Writer, source: CaptureSource, death: Death | None) -> None:
        """Begin the run; raises StorageError. `death` is known if it was killed and another came after it."""
        self.run, self.writer = run, writer
        self._source, self._death = source, death
        self.errors: list[OsceNewsError] = []
        self._end: RunFinished | None = None
        self._pages = self._files = 0
        self._settled = False  # the list's part is over
        begins = run.begins
        self._period = PeriodPipeline(begins.since, begins.until)
        self._options = CrawlOptions(start_url=begins.start_url)
        writer.begin(
            begins.mode,
            begins.start_url,
            list_name=begins.list,
            continues=self._continued(),
            started=begins.started,
        )

    def step(self, step: Step, parsed: ParsedPage | None) -> Summary:
        """Take the next step, and return the run's summary; raises StorageError."""
        self._files = max(self._files, step.files)
        if step.files:
            self._end = step.end if self._death is None else None
        elif step.list_end is not None:
            if self._death is None or self._death.settled:
                self._settle(step.list_end)
        elif step.note is None or self._death is None or self._pages < self._death.pages:
            self._pages += step.note is not None
            try:
                self._store(step, parsed)
            except StorageError:
                raise
            except OsceNewsError as error:
                self._fail(error, step)
        return self.writer.summary

    def close(self) -> Summary:
        """End the run as it ended, and return its summary; raises StorageError."""
        end = self._end
        self._look_for_gaps()
        if end is None and not self.errors:
            self.writer.leave()
            return self._ended()
        withdrawn = self._gone(end) if end is not None and not self._settled else []
        status, message = (end.status, end.message) if end else ("interrupted", None)
        if self.errors and status in ("complete", "interrupted"):
            status, message = error_status(self.errors[0]), str(self.errors[0])
        if end is not None:
            self._cost(end.cost)
        self.writer.finish(
            status,
            message,
            withdrawn=withdrawn,
            whole=end is not None and end.whole and not self.errors and not self._settled,
            finished=end.finished if end else None,
        )
        return self._ended()

    def interrupt(self, error: BaseException) -> None:
        """End the run before its archive does; it will not count as one that the database holds."""
        status = "interrupted" if isinstance(error, KeyboardInterrupt) else "failed"
        with suppress(StorageError):
            said = "interrupted; what was read is stored" if status == "interrupted" else str(error)
            self.writer.finish(status, f"replay of {self.run.name}: {said}")

    def _ended(self) -> Summary:
        self.writer.note_archive(self.run.name)  # last: a replay that was cut short is no run of this archive
        return self.writer.summary

    def _settle(self, end: ListEnded) -> None:
        """End the list's part of the run, as it ended."""
        self._settled = True
        withdrawn = self._gone(end)
        status = "partial" if self.errors else end.status
        self.writer.settle(status, withdrawn=withdrawn, whole=end.whole and not self.errors)

    def _gone(self, end: ListEnded | RunFinished) -> list[str]:
        """Return what the list no longer had, if that is told; nothing if not all of the run is there."""
        if self.errors or not end.tells_gone:
            return []
        connection, run = self.writer.connection, self.writer.summary.run
        try:
            return checks.withdrawn(connection, run, end.list_url, accept=self.run.begins.accept)
        except PartialError as error:  # what former runs listed is not all there
            self.errors.append(error)
            return []

    def _continued(self) -> crawls.UnfinishedRun | None:
        """Return the run that this one went on with; notes that it is not there."""
        begins = self.run.begins
        if begins.continues is None or begins.position is None:
            return None
        connection = self.writer.connection
        former = crawls.run_of(connection, begins.continues_archive) if begins.continues_archive else None
        if former is None:
            name = begins.continues_archive or "which was not recorded"
            self.errors.append(
                PartialError(
                    f"{self.run.name} goes on with run {begins.continues} ({name}), which is in none of the "
                    "files: what that one read is missing, and nothing is marked as withdrawn"
                )
            )
            return None
        return crawls.continued(connection, former, begins.position)

    def _store(self, step: Step, parsed: ParsedPage | None) -> None:
        if step.note is not None and step.note.kind == ARTICLE:
            self._store_article(step, step.note, parsed)
        else:
            self._store_listing(step, parsed)

    def _store_article(self, step: Step, note: PageStored, parsed: ParsedPage | None) -> None:
        answer = self._answer(step.capture, note, parsed)
        self._cost(note.cost)
        if not self.writer.knows(answer.item_id):
            raise MissingPageError(f"{note.url}: of the item {answer.item_id}, which no listing showed")
        self.writer.store_article(answer)

    def _answer(self, capture: Capture | None, note: PageStored, parsed: ParsedPage | None) -> ArticleItem:
        """Return what was answered for an article; raises MissingPageError's kin."""
        if note.http_status is None:  # nobody answered
            item_id, status = note.item_id or "", note.status or "failed"
            return ArticleItem(item_id, note.url, note.fetched_at, status, reason=note.reason)
        if parsed is None or capture is None:
            raise _missing(note, self.run)
        if note.status == "unchanged" and not self.writer.has_read(note.item_id or ""):
            parsed = self._read_now(capture, note, PageRequest(ARTICLE, note.item_id))
        if parsed.problem is not None:
            raise parsed.problem.as_error()
        assert parsed.article is not None, "what is no problem is an article"
        if note.status == "failed" and parsed.article.status != "failed":  # an answer that made no sense
            return replace(parsed.article, status="failed", reason=note.reason)
        return parsed.article

    def _store_listing(self, step: Step, parsed: ParsedPage | None) -> None:
        note = step.note
        page = self._page(step, parsed)
        if page.status != HTTPStatus.NOT_MODIFIED and not self.run.begins.accept:
            checks.check_page(
                self.writer.connection,
                page,
                start_url=self.run.begins.start_url,
                whole_list=self._options.whole_list,
            )
        self._period.process_item(page)
        if note is not None:
            self._cost(note.cost)

        def position(_: object) -> str | None:
            if note is None or not note.joined:
                page.listed = []
            return json.dumps(note.position) if note is not None and note.position else None

        self.writer.store(page, position)

    def _page(self, step: Step, parsed: ParsedPage | None) -> Listing:
        """Return the page of a step; raises PartialError's kin if it is not there or not understood."""
        if step.capture is None:
            assert step.note is not None, "a step without a note has a capture"
            raise _missing(step.note, self.run)
        if parsed is None:
            known = crawls.last_reading(self.writer.connection, step.capture.url)
            if known is not None:
                return unchanged(step.capture, known)
            parsed = self._read_now(step.capture, step.note, PageRequest(LISTING))
        if parsed.problem is not None:
            raise parsed.problem.as_error()
        assert parsed.listing is not None, "what is no problem is a listing"
        return parsed.listing

    def _read_now(self, capture: Capture, note: PageStored | None, asked: PageRequest) -> ParsedPage:
        """Return the page that a 304 means, where the database has no reading of it.

        Raises MissingPageError if that page is in none of the files.
        """
        try:
            meant = self._source.capture_at(capture.path, capture.offset)
        except RecordError as error:
            assert note is not None, "a 304 without a note is not replayed"
            raise _missing(note, self.run) from error
        return parse(replace(meant, revisit=None), asked)

    def _fail(self, error: OsceNewsError, step: Step) -> None:
        if step.capture is not None:
            where = f"{step.capture.path}, byte {step.capture.offset}"
            error.args = (f"{step.capture.url}: {error} (in {where})",)
        self.errors.append(error)

    def _look_for_gaps(self) -> None:
        """Note the files and pages of the run that are not there."""
        missing = list(self.run.missing)
        there = len(self.run.files) + len(missing)
        unseen = range(there, min(self._files, there + 3))  # as many as are named; the number may be damaged
        missing += [file_name(self.run.name, number) for number in unseen]
        if missing:
            self.errors.append(
                PartialError(f"a file of the run is missing, and what it holds: {', '.join(missing[:3])}")
            )
        elif self._end is not None and self._pages < self._end.pages:
            self.errors.append(
                PartialError(
                    f"{self.run.name}: the run stored {self._end.pages} pages, of which {self._pages} are "
                    "in the files"
                )
            )

    def _cost(self, cost: dict[str, float | None]) -> None:
        for name in cost.keys() & set(COST):
            setattr(self.writer.summary, name, cost[name])


class MissingPageError(OsceNewsError):
    """A page that the run read is in none of the files. Give `replay` the files of all runs."""

    exit_status = PartialError.exit_status


def _missing(note: PageStored, run: ArchivedRun) -> MissingPageError:
    where = f"read at {note.fetched_at} by the run {run.name}"
    return MissingPageError(f"{note.url}, {where}, is in none of the files")


def unchanged(capture: Capture, known: crawls.Validators) -> Listing:
    """Return the page of which the site said that it is as it was read last."""
    return Listing(
        url=capture.url,
        fetched_at=capture.fetched_at,
        sha256=known.sha256,
        status=HTTPStatus.NOT_MODIFIED,
        results=len(known.listed),
        listed=known.listed,
    )
