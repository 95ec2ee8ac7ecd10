"""Writes the archive of one run: the responses of the site, and the events of the run."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path

from osce_news import __version__
from osce_news.archive.writer.archive_writer import ArchiveWriter
from osce_news.archive.writer.exchange import Exchange
from osce_news.errors import StorageError
from osce_news.events import Event, PageStored, RunFinished


class Recorder:
    """Writes the archive of a run. After an error nothing more can be written; `error` holds it."""

    def __init__(self, folder: Path, run: int, user_agent: str) -> None:
        """Open the archive. Raises StorageError if the folder can't be written."""
        self.error: StorageError | None = None
        self._pages = 0
        self._writer = ArchiveWriter(
            folder,
            str(run),
            software=f"osce-news/{__version__}",
            operator=user_agent.partition("(+")[2].rstrip(")") or None,
            user_agent=user_agent,
        )

    @property
    def name(self) -> str:
        """The common start of the names of the run's files; no other run has it."""
        return self._writer.name

    @property
    def path(self) -> Path:
        """The file that is being written."""
        return self._writer.path

    def record(self, exchange: Exchange) -> None:
        """Write a request and its response; raises StorageError."""
        with self._errors():
            self._writer.record(exchange)

    def note(self, event: Event) -> None:
        """Write an event of the run; raises StorageError."""
        with self._errors():
            self._writer.note(event)
        self._pages += isinstance(event, PageStored)

    def finish(self, event: RunFinished) -> None:
        """Write how the run ended, with the number of its pages and files, and close the archive.

        Does nothing after an error. Raises StorageError.
        """
        if self.error is not None:
            return
        self.note(replace(event, pages=self._pages, files=self._writer.files))
        with self._errors():
            self._writer.close()

    @contextmanager
    def _errors(self) -> Iterator[None]:
        try:
            yield
        except StorageError as error:
            self.error = self.error or error
            raise
