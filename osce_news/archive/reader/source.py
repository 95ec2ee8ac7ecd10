"""Where a replay gets what was captured: from WARC files, or from what was made of them elsewhere."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Sequence
from pathlib import Path
from typing import Protocol

from osce_news.archive.reader.captures import Capture, capture_at, contents
from osce_news.archive.reader.records import MOST_BYTES
from osce_news.archive.reader.report import Report
from osce_news.archive.reader.revisits import Originals
from osce_news.events import Event


class Source(Protocol):
    """Gives captures and notes as the functions of `archive.reader` do."""

    def contents(
        self,
        files: Sequence[Path],
        report: Report,
        *,
        hosts: Collection[str] | None = None,
        bare: bool = False,
    ) -> Iterator[Capture | Event]:
        """Yield the pages and our own notes of runs in these files, in order."""

    def capture_at(self, path: Path, offset: int) -> Capture:
        """Return the capture at an offset; raises RecordError if it is not there."""


class WarcFiles:
    """The files themselves; the responses of revisit records may be in any of them."""

    def __init__(self, files: Sequence[Path]) -> None:
        self._originals = Originals(files, MOST_BYTES)

    def contents(
        self,
        files: Sequence[Path],
        report: Report,
        *,
        hosts: Collection[str] | None = None,
        bare: bool = False,
    ) -> Iterator[Capture | Event]:
        """Yield what is in some of the files, as `contents` does."""
        return contents(files, report, self._originals, hosts=hosts, bare=bare)

    def capture_at(self, path: Path, offset: int) -> Capture:
        """Return the capture at an offset, as `capture_at` does."""
        return capture_at(path, offset, self._originals)
