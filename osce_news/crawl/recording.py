"""The archive of one crawl: what the site answered, and what a replay has to know besides."""

from __future__ import annotations

from dataclasses import asdict
from pathlib import Path
from typing import Any

from osce_news import __version__, settings
from osce_news.archive.exchange import Exchange
from osce_news.archive.notes import ListEnds, Note, PageStored, RunBegins, RunEnds
from osce_news.archive.writer import ArchiveWriter
from osce_news.crawl.options import CrawlOptions
from osce_news.errors import StorageError
from osce_news.storage import Summary, crawls

COST = ("requests", "bytes", "retries", "back_offs", "waited_s", "smallest_gap_s", "articles_left")
# Options that have a place of their own in the note, or are nobody's business.
_TOLD = frozenset({"start_url", "since", "until", "accept", "db", "archive"})


class Recording:
    """Writes the archive of a run; `error` is what ended it, and nothing can be recorded any more."""

    def __init__(self, folder: Path, run: int, user_agent: str) -> None:
        """Open the archive. Raises StorageError if the folder can't be written."""
        self.error: StorageError | None = None
        self.pages = 0  # of which it is noted that they are stored
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
        continues: crawls.Unfinished | None,
        before: crawls.Recorded,
        rules: str,
    ) -> None:
        """Note how the run begins; raises StorageError."""
        told = {name: value for name, value in asdict(options).items() if name not in _TOLD}
        self._note(
            RunBegins(
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

    def stored(self, page: PageStored) -> None:
        """Note that the page which was answered last is about to be stored; raises StorageError."""
        self._note(page)
        self.pages += 1

    def list_ends(self, end: ListEnds) -> None:
        """Note that the list is read and articles follow; raises StorageError."""
        self._note(end)

    def ends(self, end: RunEnds) -> None:
        """Note how the run ended, if that can be written, and close the archive; raises StorageError."""
        if self.error is None:
            self._note(end)
            self._writer.close()

    @property
    def files(self) -> int:
        """How many files the run has."""
        return self._writer.files

    def _note(self, note: Note) -> None:
        try:
            self._writer.note(note)
        except StorageError as error:
            self.error = self.error or error
            raise


def cost_of(summary: Summary) -> dict[str, Any]:
    """Return what a run cost the site so far, by the names of its summary."""
    return {name: getattr(summary, name) for name in COST}
