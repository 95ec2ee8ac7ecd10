"""The base of the runs of a crawl, and the run that reads items' own pages."""

from __future__ import annotations

import logging
from collections import deque
from collections.abc import Iterable
from contextlib import suppress
from dataclasses import asdict, replace

from osce_news import __version__
from osce_news.archive.warc_writer import ArchiveWriter
from osce_news.checks.article_checks import ArticleChecks
from osce_news.clock import utc_now
from osce_news.crawl.options import CrawlOptions
from osce_news.errors import OsceNewsError, PartialError, StorageError
from osce_news.events import PageStored, RunFinished, RunStarted
from osce_news.items import ArticleItem
from osce_news.normalize import rules
from osce_news.run import Run, error_status
from osce_news.storage import Writer, crawl_state, own_pages
from osce_news.storage.crawl_state import UnfinishedRun
from osce_news.storage.database import storage_errors
from osce_news.storage.own_pages import AGE, Due

logger = logging.getLogger(__name__)

# Options that have a field of their own in RunStarted, or are private.
_NOT_RECORDED = frozenset({"start_url", "lists", "since", "until", "accept", "db", "archive", "search_key"})


class CrawlRun(Run):
    """Base class of ListRun and ArticlesRun.

    `error` is what went wrong: the first error, or the first that is not partial; None while all is well.
    Both can request items' own pages: `queue` has those that are left, `total` is its length at the start.
    """

    source = "list"  # what it reads
    checks: ArticleChecks
    total = 0

    def __init__(
        self, writer: Writer, options: CrawlOptions, mode: str, continues: UnfinishedRun | None = None
    ) -> None:
        """Begin the run in the database; raises StorageError."""
        self.options = options
        self.error: OsceNewsError | None = None
        self.interrupted = False
        self.recorder: ArchiveWriter | None = None
        self.queue: deque[Due] = deque()
        archives = crawl_state.archived_runs(writer.connection)  # those before this run
        started = RunStarted(
            run=0,
            mode=mode,
            source=self.source,
            started=utc_now(),
            start_url=options.start_url,
            list=options.list_with_limits,
            since=options.since,
            until=options.until,
            accept=options.accept,
            options={name: value for name, value in asdict(options).items() if name not in _NOT_RECORDED},
            after=archives.last,
            continues=continues.run if continues else None,
            continues_archive=archives.names.get(continues.run) if continues else None,
            position=continues.position if continues else None,
            killed_pages=archives.killed_pages,
            tool_version=__version__,
            rules=rules(),
        )
        super().__init__(writer, started, continues)

    def start_recording(self, user_agent: str) -> None:
        """Open the archive if the options have one; the run fails if it can't be written."""
        if self.options.archive is None:
            return
        try:
            recorder = ArchiveWriter(self.options.archive, str(self.summary.run), user_agent=user_agent)
            self.writer.set_columns(archive=recorder.name)
            recorder.record_event(self.started)
        except StorageError as error:
            self.fail(error)
        else:
            self.recorder, self.record = recorder, recorder.record_event

    def queue_pages(self, queue: Iterable[Due]) -> None:
        """Set the items whose pages are requested; `store_item` removes the first."""
        self.queue = deque(queue)
        self.total = len(self.queue)

    def article_validators(self, due: Due) -> tuple[str | None, str | None]:
        """Return the ETag and Last-Modified for a conditional request; both None if the page must be read."""
        if due.rank != AGE:
            return None, None
        return own_pages.article_validators(self.writer.connection, due.item_id)

    def store_item(self, item: ArticleItem) -> None:
        """Store the response for the next item, and remove the item from the queue; raises StorageError."""
        self.queue.popleft()
        event = PageStored(
            url=item.url,
            fetched_at=item.fetched_at,
            kind="article",
            cost=self.cost(),
            item_id=item.item_id,
            status=item.status,
            http_status=item.http_status,
            reason=item.reason,
        )
        self.store_article(event, item)

    def stop_requests(self, error: OsceNewsError) -> None:
        """Request no more pages, because of this error."""
        self.queue.clear()
        self.fail(error)

    def fail(self, error: OsceNewsError) -> None:
        """Set the error that ended the run; the first one counts, or the first that is not partial."""
        if self.error is None or (
            isinstance(self.error, PartialError) and not isinstance(error, PartialError)
        ):
            self.error = error

    def finish(self) -> None:
        """End the run in the archive and in the database; does nothing if it has ended."""
        if self.has_ended:
            return
        try:
            with storage_errors(self.writer.path):
                self._finish()
        except OsceNewsError as error:
            self.fail(error)
            self.summary.status, self.summary.message = "failed", str(self.error)

    def _finish(self) -> None:
        end, withdrawn = self.ending()
        try:
            self.record(end)
        except StorageError as error:  # the run ends with this error instead
            end, withdrawn = self._failed(end, error), []
        try:
            self.end(end, withdrawn)
        except StorageError as error:
            with suppress(StorageError):
                self.record(self._failed(end, error))  # the last end counts
            raise
        finally:
            if self.recorder is not None:
                self.recorder.close()

    def _failed(self, end: RunFinished, error: StorageError) -> RunFinished:
        """Set the error, and return the end of the run with it, which says nothing about the list."""
        self.fail(error)
        return replace(
            end, status=self.status, message=self.message, whole=False, withdraws=False, list_status=None
        )

    def ending(self) -> tuple[RunFinished, list[str]]:
        """Return the event of the end, and the items that are withdrawn; sets the error of a partial run."""
        end = RunFinished(
            status=self.status,
            message=self.message,
            finished=utc_now(),
            pages=0,  # the archive sets both numbers
            files=0,
            cost=self.cost(),
        )
        return end, []

    @property
    def status(self) -> str:
        """The status with which the run would end now."""
        if self.interrupted:
            return "interrupted"
        return error_status(self.error)

    @property
    def message(self) -> str | None:
        """How the run ended, in words; None if there is nothing to say."""
        if self.interrupted:
            return crawl_state.INTERRUPTED
        return str(self.error) if self.error else None


class ArticlesRun(CrawlRun):
    """Reads the articles that are due when it begins, up to the number that the options allow."""

    source = "page"

    def __init__(self, writer: Writer, options: CrawlOptions) -> None:
        """Begin the run; raises StorageError."""
        queue = own_pages.due_articles(writer.connection, utc_now(), options.lists)
        super().__init__(writer, options, "articles")
        self.queue_pages(queue[: options.max_articles])
        self._failures = 0
        self._first_failure = ""
        self.checks = ArticleChecks(*own_pages.count_layouts(writer.connection), accept=options.accept)
        self.summary.articles_left = len(queue)

    def store_item(self, item: ArticleItem) -> None:
        """As `CrawlRun.store_item`, and count the failures and what is left."""
        if item.status == "failed":
            self._failures += 1
            self._first_failure = self._first_failure or f"{item.url}: {item.reason}"
        self.summary.articles_left -= 1
        try:
            super().store_item(item)
        except StorageError:
            self.summary.articles_left += 1
            raise

    def ending(self) -> tuple[RunFinished, list[str]]:
        """As `CrawlRun.ending`; the run is partial if articles could not be fetched."""
        if self._failures and self.error is None and not self.interrupted:
            self.fail(
                PartialError(
                    f"articles that could not be fetched: {self._failures}; the first: {self._first_failure}"
                    "; the next run requests them again"
                )
            )
        return super().ending()
