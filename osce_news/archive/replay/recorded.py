"""The replay of a run that was recorded: what it read, in its order, into the same rows.

The archive drives it, not the traversal: its events say which pages were stored, and how the run ended. So
an archive stays valid when the rules of the traversal change. Pages are parsed and checked as in a crawl.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import replace
from http import HTTPStatus
from itertools import chain, pairwise
from typing import Any, NamedTuple

from osce_news.archive.capture import ARTICLE, LISTING, SERVER_NOT_MODIFIED, Capture
from osce_news.archive.replay.outcome import Outcome, ProgressCallback
from osce_news.archive.replay.plan import ArchivedRun
from osce_news.archive.report import RecordError
from osce_news.archive.warc_files import WarcFiles
from osce_news.archive.warc_writer import file_name
from osce_news.errors import DoubtfulPageError, OsceNewsError, PartialError, StorageError
from osce_news.events import Event, FileRolled, ListEnded, PageNotStored, PageStored, RunFinished, RunStarted
from osce_news.items import ArticleItem, Listing
from osce_news.run import Run, error_status
from osce_news.storage import Writer, crawl_state
from osce_news.urls import same_path


class MissingPageError(OsceNewsError):
    """A page that the run read is in none of the files. Give `replay` the files of all runs."""

    exit_status = PartialError.exit_status


class KilledRun(NamedTuple):
    """A killed run as the database held it when a later run began.

    An event is in the archive a moment before it is in the database; the kill may have come in between.
    """

    pages: int
    list_ended: bool  # whether the end of its list was stored


def killed_runs(runs: Iterable[ArchivedRun]) -> dict[str, KilledRun]:
    """Return the killed runs that these runs found in the database, by name."""
    return {
        name: KilledRun(pages, name not in run.begins.unsettled)
        for run in runs
        for name, pages in run.begins.killed_pages.items()
    }


def steps(contents: Iterable[Capture | Event]) -> Iterator[tuple[Capture | None, Event | None]]:
    """Yield the events of a run in order, each with its page.

    A page without an event is one that the run did not understand, so that it failed. Other responses that it
    did not store are left out: robots.txt, redirects, errors that were retried.
    """
    last: Capture | None = None
    is_elsewhere = False  # whether a redirect led from the list to the last page
    for content in _without_failed_pages(contents):
        if isinstance(content, Capture):
            is_elsewhere = (
                last is not None and last.redirect() == content.url and not same_path(last.url, content.url)
            )
            last = content
        elif isinstance(content, PageNotStored):
            last = None
        elif isinstance(content, PageStored):
            page = (content.url.partition("#")[0], content.fetched_at)
            yield (last if last is not None and (last.url, last.fetched_at) == page else None), content
            last = None
        else:
            has_failed = isinstance(content, RunFinished) and content.status in ("failed", "refused")
            if last is not None and has_failed and not is_elsewhere and _may_be_listing(last):
                yield last, None
            yield None, content


def _without_failed_pages(contents: Iterable[Capture | Event]) -> Iterator[Capture | Event]:
    """Yield the contents; a page that could not be stored after all has no `PageStored`."""
    for content, following in pairwise(chain(contents, [None])):
        is_failed = isinstance(content, PageStored) and isinstance(following, PageNotStored)
        if content is not None and not is_failed:
            yield content


def _may_be_listing(capture: Capture) -> bool:
    return capture.status == HTTPStatus.OK and capture.kind() == LISTING


class RecordedRun:
    """A recorded run, whose events are applied again.

    `is_followed` is whether another run follows in its files, because somebody has joined them; that run is
    left out.
    """

    def __init__(
        self,
        archived: ArchivedRun,
        writer: Writer,
        source: WarcFiles,
        outcome: Outcome,
        killed: KilledRun | None,
    ) -> None:
        """Begin the run; raises StorageError. `killed` is known if it was killed and another run followed."""
        self._archived, self._writer, self._source, self._killed = archived, writer, source, killed
        self._outcome = outcome
        self.is_followed = False
        self._errors: list[OsceNewsError] = []  # about pages of the run that are missing, or not understood
        self._end: RunFinished | None = None
        self._pages = self._file_count = 0
        self._last_page_at = archived.begins.started
        self._run = Run(writer, archived.begins, self._continued())

    def repeat(self, on_page: ProgressCallback) -> None:
        """Store what the run stored, end it as it ended, and add it to the outcome; raises StorageError."""
        report = self._outcome.report
        unreadable = report.skipped["unreadable"]
        contents = self._source.contents(self._archived.files, report)
        for capture, event in steps(contents):
            if isinstance(event, RunStarted) and event != self._archived.begins:
                self.is_followed = True
                break
            self._apply(capture, event)
            on_page(self._run.summary, None)
        self._look_for_gaps()
        end = self._end
        # Without an end, the number of pages is not known: an unreadable record may have been that of a page.
        if self._errors or (end is None and report.skipped["unreadable"] > unreadable):
            self._writer.set_columns(position=None)  # no later crawl resumes this run
        if end is None:
            self._writer.abandon()
        else:
            if self._errors and end.status in ("complete", "interrupted"):
                end = replace(end, status=error_status(self._errors[0]), message=str(self._errors[0]))
            self._run.set_cost(end.cost)
            self._finish(end)
        self._add_summary()
        for error in self._errors:
            self._outcome.fail(error)

    def _apply(self, capture: Capture | None, event: Event | None) -> None:
        killed = self._killed
        if isinstance(event, FileRolled | RunFinished):
            self._file_count = max(self._file_count, event.files)
        if isinstance(event, RunFinished) and killed is None:
            self._end = event
        elif isinstance(event, ListEnded) and (killed is None or killed.list_ended):
            self._go_on_with_articles(event)
        elif isinstance(event, PageStored):
            if killed is None or self._pages < killed.pages:
                self._pages += 1
                self._try_to_store(capture, event)
        elif event is None:
            self._try_to_store(capture, None)

    def _go_on_with_articles(self, end: ListEnded) -> None:
        """End the run of the list and begin one of the articles, as crawls do now."""
        status = "partial" if self._errors else end.status
        of_list = {"whole": end.whole, "withdraws": end.withdraws, "list_url": end.list_url}
        self._finish(_end(status, self._last_page_at, **of_list))
        self._add_summary()
        started = replace(self._archived.begins, mode="articles", started=self._last_page_at)
        self._run = Run(self._writer, started)

    def _finish(self, end: RunFinished) -> None:
        """End the run; after an error, it says nothing about the list as a whole."""
        withdrawn: list[str] = []
        if self._errors:
            end = replace(end, whole=False, list_status=None)
        elif end.withdraws:
            withdrawn = self._run.find_missing(end.list_url)
            if end.only_if_page_gone:
                withdrawn = self._run.find_gone(withdrawn)
        self._run.end(end, withdrawn)

    def _add_summary(self) -> None:
        self._writer.set_columns(archive=self._archived.name)
        summary = self._run.summary
        self._outcome.add(summary)
        if not summary.pages + summary.articles and summary.status != "complete":
            self._outcome.empty.append(f"{self._archived.name}, {summary.status}: {summary.message}")

    def _continued(self) -> crawl_state.UnfinishedRun | None:
        """Return the run that this one resumed; None, and an error, if it is not there."""
        begins, connection = self._archived.begins, self._writer.connection
        if begins.continues is None or begins.position is None:
            return None
        former = max(crawl_state.runs_of_archive(connection, begins.continues_archive or ""), default=None)
        resumed = crawl_state.resumed_run(connection, former, begins.position) if former else None
        if resumed is None or len(resumed.listed) < begins.position["pages"]:
            name = begins.continues_archive or "which was not recorded"
            which = "which is in none of the files" if resumed is None else "not all of which was replayed"
            self._errors.append(
                PartialError(
                    f"{self._archived.name} continues run {begins.continues} ({name}), {which}: its pages "
                    "are missing, and nothing is marked as withdrawn"
                )
            )
        return resumed

    def _try_to_store(self, capture: Capture | None, event: PageStored | None) -> None:
        """Store a page, or note why it can't be; raises StorageError."""
        try:
            self._store(capture, event)
        except StorageError:
            raise
        except OsceNewsError as error:
            if capture is not None:
                page = "" if str(error).startswith(capture.url) else f"{capture.url}: "
                error.args = (f"{page}{error} (in {capture.path}, byte {capture.offset})",)
            if event is None:  # the run did not understand it either
                self._outcome.fail(error)
            else:
                self._errors.append(error)

    def _store(self, capture: Capture | None, event: PageStored | None) -> None:
        if event is not None and event.kind == ARTICLE:
            item = self._article(capture, event)
            if not crawl_state.has_item(self._writer.connection, item.item_id):
                self._run.set_cost(event.cost)
                raise MissingPageError(f"{event.url}: no list shows its item, {item.item_id}")
            self._run.store_article(event, item)
            return
        page = self._listing(capture, event)
        if event is None:  # a page that the run did not understand, and that is understood now
            event = PageStored(url=page.url, fetched_at=page.fetched_at, joined=False)
        try:
            changes = self._run.prepare(page)
        except DoubtfulPageError as doubt:
            self._run.hold_page(event, page, doubt)
        else:
            self._run.store_page(event, page, changes)
        self._last_page_at = page.fetched_at

    def _article(self, capture: Capture | None, event: PageStored) -> ArticleItem:
        """Return the response for an article; raises MissingPageError if it is not there."""
        if event.http_status is None:  # there was no response
            item_id, status = event.item_id or "", event.status or "failed"
            return ArticleItem(item_id, event.url, event.fetched_at, status, reason=event.reason)
        if capture is None:
            raise self._missing(event)
        connection = self._writer.connection
        if event.status == "unchanged" and not crawl_state.has_text(connection, event.item_id or ""):
            capture = self._changed(capture, event)
        article = capture.article(event.item_id)
        # It failed in the crawl because it made no sense, or because a pipeline dropped it.
        has_failed = event.status == "failed" and article.status != "failed"
        return article.as_failed(event.reason) if has_failed else article

    def _listing(self, capture: Capture | None, event: PageStored | None) -> Listing:
        """Return a page of the list; raises an error if it is not there or not understood."""
        if capture is None:
            raise self._missing(event)
        if event is not None and capture.revisit == SERVER_NOT_MODIFIED:
            known = crawl_state.last_reading(self._writer.connection, capture.url)
            if known is not None:
                return known.page(capture.url, capture.fetched_at)
            capture = self._changed(capture, event)
        return capture.listing()

    def _changed(self, capture: Capture, event: PageStored | None) -> Capture:
        """Return the page that a 304 response refers to, as if it had been sent again.

        Raises MissingPageError if that page is in none of the files.
        """
        try:
            return replace(self._source.capture_at(capture.path, capture.offset), revisit=None)
        except RecordError as error:
            raise self._missing(event) from error

    def _missing(self, event: PageStored | None) -> MissingPageError:
        assert event is not None, "a page without an event has a capture"
        where = f"read at {event.fetched_at} by the run {self._archived.name}"
        return MissingPageError(f"{event.url}, {where}, is in none of the files")

    def _look_for_gaps(self) -> None:
        """Note the files and pages of the run that are not there."""
        name, missing = self._archived.name, list(self._archived.missing)
        there = len(self._archived.files) + len(missing)
        unseen = range(there, min(self._file_count, there + 3))  # the number may be damaged
        missing += [file_name(name, number) for number in unseen]
        if missing:
            reason = f"a file of the run is missing, with its pages: {', '.join(missing[:3])}"
        elif self._end is not None and self._pages < self._end.pages:
            pages = self._end.pages
            reason = f"{name}: the run stored {pages} pages, of which {self._pages} are in the files"
        else:
            return
        self._errors.append(PartialError(reason))


def _end(status: str, finished: str, **of_list: Any) -> RunFinished:
    """Return the end of a run that did not record one."""
    return RunFinished(status=status, message=None, finished=finished, pages=0, files=0, **of_list)
