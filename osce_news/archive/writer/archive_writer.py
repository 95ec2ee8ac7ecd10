"""Writes the archive of a crawl: WARC 1.1 files that hold one exchange after the other."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType

from osce_news.archive.writer.digests import DigestIndex
from osce_news.archive.writer.exchange import Exchange, RecordMaker
from osce_news.errors import StorageError
from osce_news.events import Event, FileRolled

MAX_FILE_BYTES = 1024**3  # a file is larger only if a single exchange is


class ArchiveWriter:
    """Writes the exchanges of one run to files of its own. Use it as a context manager, or close it.

    Each exchange is written by one system call, so a process that is killed leaves a file that can be read
    up to its last exchange. No file is ever opened again for writing. A body that is already in the folder
    is not stored again.

    >>> import tempfile
    >>> from osce_news.archive.reader.records import records
    >>> from osce_news.archive.reader.report import Report
    >>> page = Exchange(url="https://www.osce.org/", status=200, body=b"<p>", when="2024-08-05T12:00:00Z")
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     with ArchiveWriter(Path(folder), "1", software="osce-news") as archive:
    ...         archive.record(page)
    ...         archive.record(page)
    ...     [record.kind for record in records(archive.path, Report())]
    ['warcinfo', 'response', 'request', 'revisit', 'request']
    """

    def __init__(
        self,
        folder: Path,
        run: str,
        *,
        software: str,
        operator: str | None = None,
        user_agent: str | None = None,
        robots: str = "obey",
        max_bytes: int = MAX_FILE_BYTES,
    ) -> None:
        """Open the run's first file; creates the folder if necessary.

        `run` becomes part of the file names. Raises StorageError if the folder can't be written.
        """
        self.folder, self.max_bytes = folder, max_bytes
        self.run = "".join(char if char.isalnum() and char.isascii() else "-" for char in run) or "0"
        self._info = {
            "software": software,
            "format": "WARC File Format 1.1",
            "conformsTo": "http://iipc.github.io/warc-specifications/specifications/warc-format/warc-1.1/",
            "operator": operator,
            "http-header-user-agent": user_agent,
            "robots": robots,
        }
        self._file = -1
        self._size = self._exchanges = 0
        self._number = 0
        self.name = ""  # the beginning of the names of the run's files, unique in the folder
        self.path = folder
        with self._errors():
            folder.mkdir(parents=True, exist_ok=True)
            self._digests = DigestIndex.of_folder(folder)
            self._open()

    def __enter__(self) -> ArchiveWriter:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def record(self, exchange: Exchange) -> None:
        """Write a request and its response, which refers to a stored one if the body is known.

        Once it returns, a kill can't lose them. If it raises StorageError, nothing of them is in the file,
        and the writer can't be used any more.
        """
        self._refuse_if_closed()
        with self._errors():
            if self._exchanges and self._size >= self.max_bytes:
                self._roll()
            records = self._maker.exchange(exchange, self._digests)
            self._write(records.data)
            self._exchanges += 1
            if records.entry is not None:
                self._digests.add(records.entry)

    def note(self, event: Event) -> None:
        """Write an event of the run as a metadata record; raises StorageError."""
        self._refuse_if_closed()
        with self._errors():
            self._write(self._maker.event(event))

    @property
    def files(self) -> int:
        """The number of files of the run."""
        return self._number + 1

    def _refuse_if_closed(self) -> None:
        if self._file < 0:
            raise StorageError(f"{self.folder}: the archive is closed")

    def close(self) -> None:
        """Finish the last file and flush it to disk; harmless when called twice. Raises StorageError."""
        if self._file >= 0:
            with self._errors():
                self._close()

    def _open(self) -> None:
        """Create the next file, under a name that is not taken, with its first record."""
        began = datetime.now(UTC).strftime("%Y%m%d%H%M%S")
        for attempt in range(1, 1000):
            other = f".{attempt}" if attempt > 1 else ""  # two runs of one name in one second
            run = self.name or f"osce-news-{began}-{self.run}{other}"
            self.path = self.folder / f"{run}-{self._number:05}.warc.gz"
            try:
                flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND | getattr(os, "O_BINARY", 0)
                self._file = os.open(self.path, flags, 0o644)
            except FileExistsError:
                if self.name:
                    raise
                continue
            break
        else:
            raise FileExistsError(17, "a thousand files of this name", str(self.path))
        self.name = run
        self._size = self._exchanges = 0
        self._maker = RecordMaker(self.path.name, {**self._info, "isPartOf": run})
        self._write(self._maker.first)

    def _roll(self) -> None:
        """Open the next file, then finish the current one with an event that names the next."""
        full, path, size, maker = self._file, self.path, self._size, self._maker
        self._number += 1
        try:
            self._open()
            data = maker.event(FileRolled(goes_on=self.path.name, files=self.files))
            _write_all(full, data, size)
        except BaseException:
            os.close(full)
            raise
        self._end(full, path, size + len(data))

    def _write(self, data: bytes) -> None:
        _write_all(self._file, data, self._size)
        self._size += len(data)

    def _close(self) -> None:
        file, self._file = self._file, -1
        self._end(file, self.path, self._size)

    def _end(self, file: int, path: Path, size: int) -> None:
        """Flush a file to disk before its list of digests refers to it."""
        try:
            os.fsync(file)
        finally:
            os.close(file)
        self._digests.save(path, size)
        _sync_folder(self.folder)

    @contextmanager
    def _errors(self) -> Iterator[None]:
        """Close the writer and raise StorageError if the system reports an error."""
        try:
            yield
        except OSError as error:
            if self._file >= 0:
                with suppress(OSError):
                    os.close(self._file)
                self._file = -1
            reason = error.strerror or str(error)
            raise StorageError(f"the archive {self.path} can't be written: {reason}") from error


def _write_all(file: int, data: bytes, size: int) -> None:
    """Append to a file of `size` bytes, all or nothing; raises OSError."""
    left = memoryview(data)
    try:
        while left:
            left = left[os.write(file, left) :]
    except BaseException:  # Ctrl-C too: half a record must not stay in the file
        with suppress(OSError):
            os.ftruncate(file, size)
        raise


def _sync_folder(folder: Path) -> None:
    """Flush the folder's list of files to disk, on systems that can."""
    with suppress(OSError):
        handle = os.open(folder, os.O_RDONLY)
        try:
            os.fsync(handle)
        finally:
            os.close(handle)
