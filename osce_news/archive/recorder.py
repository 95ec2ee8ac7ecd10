"""The archive of one crawl: what the site answered, and what a replay has to know besides."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

from osce_news import __version__
from osce_news.archive.events import COST, Event, ListEnded, PageStored, RunFinished, RunStarted
from osce_news.archive.writer.archive_writer import ArchiveWriter
from osce_news.archive.writer.exchange import Exchange
from osce_news.crawl import settings
from osce_news.crawl.options import CrawlOptions
from osce_news.crawl.traversal import Traversal
from osce_news.errors import StorageError
from osce_news.items import ArticleItem, Listing
from osce_news.storage import Summary, crawls

# Options that have a place of their own in the note, or are nobody's business.
_TOLD = frozenset({"start_url", "since", "until", "accept", "db", "archive"})


class Recorder:
    """Writes the archive of a run; `error` is what ended it, and nothing can be recorded any more."""

    def __init__(self, folder: Path, run: int, user_agent: str) -> None:
        """Open the archive. Raises StorageError if the folder can't be written."""
        self.error: StorageError | None = None
        self._pages = 0  # of which it is noted that they are stored
        self._writer = ArchiveWriter(
            folder,
            str(run),
            software=f"{settings.BOT_NAME}/{__version__}",
            operator=user_agent.partition("(+")[2].rstrip(")") or None,
            user_agent=user_agent,
        )

    @property
    def name(self) -> str:
        """What the names of the run's files begin with; no other run has it."""
        return self._writer.name

    @property
    def path(self) -> Path:
        """The file that is written."""
        return self._writer.path

    def begins(
        self,
        options: CrawlOptions,
        summary: Summary,
        started: str,
        *,
        continues: crawls.UnfinishedRun | None,
        before: crawls.ArchivedRuns,
        rules: str,
    ) -> None:
        """Note how the run begins; raises StorageError."""
        told = {name: value for name, value in asdict(options).items() if name not in _TOLD}
        self._note(
            RunStarted(
                run=summary.run,
                mode=summary.mode,
                started=started,
                start_url=options.start_url,
                list=options.run_name,
                since=options.since,
                until=options.until,
                accept=options.accept,
                options=told,
                after=before.last,
                continues=continues.run if continues else None,
                continues_archive=before.names.get(continues.run) if continues else None,
                position=continues.position if continues else None,
                held=before.held,
                unsettled=before.unsettled,
                tool_version=__version__,
                rules=rules,
            )
        )

    def record(self, exchange: Exchange) -> None:
        """Record a request and its answer; raises StorageError."""
        try:
            self._writer.record(exchange)
        except StorageError as error:
            self.error = self.error or error
            raise

    def stored(self, page: Listing, traversal: Traversal, summary: Summary) -> None:
        """Note that the listing which was answered last is about to be stored; raises StorageError."""
        note = PageStored(
            url=page.url,
            fetched_at=page.fetched_at,
            joined=traversal.accepted,
            position=traversal.save(),
            cost=_cost_of(summary),
        )
        self._note(note)
        self._pages += 1

    def answered(self, answer: ArticleItem, summary: Summary) -> None:
        """Note that an answer for an article is about to be stored; raises StorageError."""
        note = PageStored(
            url=answer.url,
            fetched_at=answer.fetched_at,
            kind="article",
            cost=_cost_of(summary),
            item_id=answer.item_id,
            status=answer.status,
            http_status=answer.http_status,
            reason=answer.reason,
        )
        self._note(note)
        self._pages += 1

    def list_ends(self, status: str, traversal: Traversal, *, whole: bool, tells_gone: bool) -> None:
        """Note that the list is read and articles follow; raises StorageError."""
        self._note(ListEnded(status=status, whole=whole, tells_gone=tells_gone, list_url=traversal.list_url))

    def ends(
        self, summary: Summary, finished: str, traversal: Traversal, *, whole: bool, tells_gone: bool
    ) -> None:
        """Note how the run ended, if that can be written, and close the archive; raises StorageError.

        `whole` and `tells_gone` are about a list of which no end is noted yet.
        """
        if self.error is not None:
            return
        note = RunFinished(
            status=summary.status,
            message=summary.message,
            finished=finished,
            pages=self._pages,
            files=self._writer.files,
            whole=whole,
            tells_gone=tells_gone,
            list_url=traversal.list_url,
            cost=_cost_of(summary),
        )
        self._note(note)
        self._close()

    def _close(self) -> None:
        try:
            self._writer.close()
        except StorageError as error:
            self.error = error
            raise

    def _note(self, note: Event) -> None:
        try:
            self._writer.note(note)
        except StorageError as error:
            self.error = self.error or error
            raise


def _cost_of(summary: Summary) -> dict[str, Any]:
    """Return what a run cost the site so far, by the names of its summary."""
    return {name: getattr(summary, name) for name in COST}
