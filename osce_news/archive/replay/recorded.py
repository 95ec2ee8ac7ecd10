"""The replay of a run that was recorded: what it read, in its order, into the same rows.

The archive drives it, not the traversal: which pages were stored, and how the run ended, stands in its
notes. So an archive stays good when the rules of the traversal change. Pages are parsed and judged as in a
crawl.
"""

from __future__ import annotations

from collections.abc import Iterable
from contextlib import suppress
from dataclasses import replace
from http import HTTPStatus
from typing import NamedTuple

from osce_news.archive import Capture
from osce_news.archive.parse import ARTICLE, LISTING, PageRequest, ParsedPage, parse
from osce_news.archive.reader.captures import CaptureSource
from osce_news.archive.reader.report import RecordError
from osce_news.archive.replay.outcome import error_status
from osce_news.archive.replay.plan import ArchivedRun, file_name
from osce_news.archive.replay.steps import Step
from osce_news.errors import OsceNewsError, PartialError, StorageError
from osce_news.events import ListEnded, PageStored, RunFinished
from osce_news.items import ArticleItem, Listing
from osce_news.run import Run
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
    """Applies the events of a recorded run again; `errors` are what is not as it was, or not understood."""

    def __init__(
        self, files: ArchivedRun, writer: Writer, source: CaptureSource, death: Death | None
    ) -> None:
        """Begin the run; raises StorageError. `death` is known if it was killed and another run followed."""
        self.files, self._writer, self._source, self._death = files, writer, source, death
        self.errors: list[OsceNewsError] = []
        self._end: RunFinished | None = None
        self._pages = self._file_count = 0
        self._last_page_at = files.begins.started
        self._summaries: list[Summary] = []
        self._run = Run(writer, files.begins, self._continued())

    def step(self, step: Step, parsed: ParsedPage | None) -> Summary:
        """Take the next step, and return the run's summary; raises StorageError."""
        self._file_count = max(self._file_count, step.files)
        if step.files:
            self._end = step.end if self._death is None else None
        elif step.list_end is not None:
            if self._death is None or self._death.settled:
                self._go_on_with_articles(step.list_end)
        elif step.note is None or self._death is None or self._pages < self._death.pages:
            self._pages += step.note is not None
            try:
                self._store(step, parsed)
            except StorageError:
                raise
            except OsceNewsError as error:
                self._fail(error, step)
        return self._run.summary

    def close(self) -> list[Summary]:
        """End the run as it ended, and return its summary, of list and articles; raises StorageError."""
        end = self._end
        self._look_for_gaps()
        if end is None and not self.errors:
            self._writer.leave()
        else:
            status, message = (end.status, end.message) if end else ("interrupted", None)
            if self.errors and status in ("complete", "interrupted"):
                status, message = error_status(self.errors[0]), str(self.errors[0])
            if end is not None:
                self._run.add_cost(end.cost)
            self._finish(status, message, end, end.finished if end else None)
        self._add_summary()
        return self._summaries

    def interrupt(self, error: BaseException) -> None:
        """End the run before its archive does; it will not count as one that the database holds."""
        status = "interrupted" if isinstance(error, KeyboardInterrupt) else "failed"
        with suppress(StorageError):
            said = "interrupted; what was read is stored" if status == "interrupted" else str(error)
            self._run.finish(status, f"replay of {self.files.name}: {said}")

    def _go_on_with_articles(self, end: ListEnded) -> None:
        """End the run of the list and begin one of the articles, as crawls do since they are two runs."""
        self._finish("partial" if self.errors else end.status, None, end, self._last_page_at)
        self._add_summary()
        started = replace(self.files.begins, mode="articles", started=self._last_page_at)
        self._run = Run(self._writer, started)

    def _finish(
        self, status: str, message: str | None, end: ListEnded | RunFinished | None, finished: str | None
    ) -> None:
        withdrawn = self._withdrawn(end) if end is not None else []
        whole = end is not None and end.whole and not self.errors
        self._run.finish(status, message, withdrawn=withdrawn, whole=whole, finished=finished)

    def _add_summary(self) -> None:
        # Last: a replay that was cut short is no run of this archive.
        self._writer.note_archive(self.files.name)
        self._summaries.append(self._run.summary)

    def _withdrawn(self, end: ListEnded | RunFinished) -> list[str]:
        """Return what the list no longer had, if the run tells; nothing if not all of the run is there."""
        if self.errors or not end.tells_gone:
            return []
        try:
            return self._run.withdrawn(end.list_url)
        except PartialError as error:  # what former runs listed is not all there
            self.errors.append(error)
            return []

    def _continued(self) -> crawls.UnfinishedRun | None:
        """Return the run that this one resumed; None, and an error, if it is not there."""
        begins, connection = self.files.begins, self._writer.connection
        if begins.continues is None or begins.position is None:
            return None
        former = crawls.run_of(connection, begins.continues_archive) if begins.continues_archive else None
        if former is None:
            name = begins.continues_archive or "which was not recorded"
            self.errors.append(
                PartialError(
                    f"{self.files.name} goes on with run {begins.continues} ({name}), which is in none of "
                    "the files: what that one read is missing, and nothing is marked as withdrawn"
                )
            )
            return None
        return crawls.continued(connection, former, begins.position)

    def _store(self, step: Step, parsed: ParsedPage | None) -> None:
        if step.note is not None and step.note.kind == ARTICLE:
            self._store_article(step, step.note, parsed)
        else:
            self._store_listing(step, parsed)

    def _store_article(self, step: Step, event: PageStored, parsed: ParsedPage | None) -> None:
        answer = self._answer(step.capture, event, parsed)
        if not self._writer.knows(answer.item_id):
            self._run.add_cost(event.cost)
            raise MissingPageError(f"{event.url}: of the item {answer.item_id}, which no listing showed")
        self._run.store_article(event, answer)

    def _answer(self, capture: Capture | None, event: PageStored, parsed: ParsedPage | None) -> ArticleItem:
        """Return what was answered for an article; raises MissingPageError if the response is not there."""
        if event.http_status is None:  # there was no response
            item_id, status = event.item_id or "", event.status or "failed"
            return ArticleItem(item_id, event.url, event.fetched_at, status, reason=event.reason)
        if parsed is None or capture is None:
            raise _missing(event, self.files)
        if event.status == "unchanged" and not self._writer.has_read(event.item_id or ""):
            parsed = self._read_now(capture, event, PageRequest(ARTICLE, event.item_id))
        if parsed.problem is not None:
            raise parsed.problem.as_error()
        assert parsed.article is not None, "what is no problem is an article"
        if event.status == "failed" and parsed.article.status != "failed":  # a response that made no sense
            return replace(parsed.article, status="failed", reason=event.reason)
        return parsed.article

    def _store_listing(self, step: Step, parsed: ParsedPage | None) -> None:
        page = self._page(step, parsed)
        changes = self._run.compare(page)
        # A page that the run refused, and that is understood by now.
        now_read = PageStored(url=page.url, fetched_at=page.fetched_at, joined=False)
        self._run.store_page(step.note or now_read, page, changes)
        self._last_page_at = page.fetched_at

    def _page(self, step: Step, parsed: ParsedPage | None) -> Listing:
        """Return the page of a step; raises why it is not there or not understood."""
        if step.capture is None:
            assert step.note is not None, "a step without an event has a capture"
            raise _missing(step.note, self.files)
        if parsed is None:
            known = crawls.last_reading(self._writer.connection, step.capture.url)
            if known is not None:
                return unchanged(step.capture, known)
            parsed = self._read_now(step.capture, step.note, PageRequest(LISTING))
        if parsed.problem is not None:
            raise parsed.problem.as_error()
        assert parsed.listing is not None, "what is no problem is a listing"
        return parsed.listing

    def _read_now(self, capture: Capture, event: PageStored | None, asked: PageRequest) -> ParsedPage:
        """Return the page that a 304 response refers to, if the database has no reading of it.

        Raises MissingPageError if that page is in none of the files.
        """
        try:
            meant = self._source.capture_at(capture.path, capture.offset)
        except RecordError as error:
            assert event is not None, "a 304 without an event is not replayed"
            raise _missing(event, self.files) from error
        return parse(replace(meant, revisit=None), asked)

    def _fail(self, error: OsceNewsError, step: Step) -> None:
        if step.capture is not None:
            where = f"{step.capture.path}, byte {step.capture.offset}"
            error.args = (f"{step.capture.url}: {error} (in {where})",)
        self.errors.append(error)

    def _look_for_gaps(self) -> None:
        """Note the files and pages of the run that are not there."""
        missing = list(self.files.missing)
        there = len(self.files.files) + len(missing)
        unseen = range(there, min(self._file_count, there + 3))  # the number may be damaged
        missing += [file_name(self.files.name, number) for number in unseen]
        if missing:
            self.errors.append(
                PartialError(f"a file of the run is missing, and what it holds: {', '.join(missing[:3])}")
            )
        elif self._end is not None and self._pages < self._end.pages:
            self.errors.append(
                PartialError(
                    f"{self.files.name}: the run stored {self._end.pages} pages, of which {self._pages} are "
                    "in the files"
                )
            )


class MissingPageError(OsceNewsError):
    """A page that the run read is in none of the files. Give `replay` the files of all runs."""

    exit_status = PartialError.exit_status


def _missing(event: PageStored, files: ArchivedRun) -> MissingPageError:
    where = f"read at {event.fetched_at} by the run {files.name}"
    return MissingPageError(f"{event.url}, {where}, is in none of the files")


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
