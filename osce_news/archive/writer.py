"""Writes the archive of a crawl: WARC 1.1 files that hold one exchange after the other."""

from __future__ import annotations

import os
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime
from pathlib import Path

from osce_news import __version__
from osce_news.archive.exchange import DigestIndex, Exchange, RecordMaker
from osce_news.errors import StorageError
from osce_news.events import Event, FileRolled, PageNotStored, PageStored, RunFinished

MAX_FILE_BYTES = 1024**3  # a file is larger only if a single exchange is


def file_name(name: str, number: int) -> str:
    """Return the name of a run's file; they are counted from 0."""
    return f"{name}-{number:05}.warc.gz"


class ArchiveWriter(AbstractContextManager["ArchiveWriter"]):
    """Writes the exchanges and the events of one run to files of its own; close it, or use it in `with`.

    Each exchange is written by one system call, so a process that is killed leaves a file that can be read
    up to its last exchange. No file is ever opened again for writing. A body that is already in the folder
    is not stored again. After an error nothing more can be written; `error` holds it.

    >>> import tempfile
    >>> from osce_news.archive.records import records
    >>> from osce_news.archive.report import Report
    >>> page = Exchange(url="https://www.osce.org/", status=200, body=b"<p>", when="2024-08-05T12:00:00Z")
    >>> with tempfile.TemporaryDirectory() as folder:
    ...     with ArchiveWriter(Path(folder), "1") as archive:
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
        user_agent: str = "",
        copied_from: str = "",
        max_bytes: int = MAX_FILE_BYTES,
    ) -> None:
        """Open the run's first file; creates the folder if necessary.

        `run` becomes part of the file names. `copied_from` is the web archive that the exchanges come from.
        Raises StorageError if the folder can't be written.
        """
        self.folder, self.max_bytes = folder, max_bytes
        self.error: StorageError | None = None
        self.files = 0
        self.name = ""  # the beginning of the names of the run's files, unique in the folder
        self._info = {
            "software": f"osce-news/{__version__}",
            "format": "WARC File Format 1.1",
            "conformsTo": "http://iipc.github.io/warc-specifications/specifications/warc-format/warc-1.1/",
            "operator": user_agent.partition("(+")[2].rstrip(")"),
            "http-header-user-agent": user_agent,
            "robots": "" if copied_from else "obey",
            "description": f"captures copied from {copied_from}" if copied_from else "",
        }
        self._run = "".join(char if char.isalnum() and char.isascii() else "-" for char in run) or "0"
        self._file: _WarcFile | None = None
        self._pages = self._exchanges = 0  # in the run, in the file
        with self._errors():
            folder.mkdir(parents=True, exist_ok=True)
            self._digests = DigestIndex(folder)
            self._file = self._next_file()

    def __exit__(self, *_: object) -> None:
        self.close()

    @property
    def path(self) -> Path:
        """The file that is being written, or was written last."""
        return self.folder / file_name(self.name, self.files - 1) if self.files else self.folder

    def record(self, exchange: Exchange) -> None:
        """Write a request and its response, which refers to a stored one if the body is known.

        Once it returns, a kill can't lose them. If it raises StorageError, nothing of them is in the file.
        """
        file = self._open_file()
        with self._errors():
            if self._exchanges and file.size >= self.max_bytes:
                file = self._roll(file)
            data, entry = file.records.exchange(exchange, self._digests)
            file.write(data)
            self._exchanges += 1
            if entry is not None:
                self._digests.add(entry)

    def record_event(self, event: Event) -> None:
        """Write an event of the run as a metadata record; raises StorageError.

        What the database stores next, a page or the end of the run, is flushed to disk, so that the database
        can't outlast it. The end gets the number of pages and files.
        """
        file = self._open_file()
        if isinstance(event, RunFinished):
            event = replace(event, pages=self._pages, files=self.files)
        with self._errors():
            file.write(file.records.event(event))
            if isinstance(event, PageStored | RunFinished):
                file.flush()
        self._pages += isinstance(event, PageStored) - isinstance(event, PageNotStored)

    def close(self) -> None:
        """Finish the last file and flush it to disk; may be called twice. Raises StorageError."""
        if (file := self._file) is not None:
            self._file = None
            with self._errors():
                self._end(file)

    def _open_file(self) -> _WarcFile:
        if self._file is None:
            raise StorageError(f"{self.folder}: the archive is closed")
        return self._file

    def _next_file(self) -> _WarcFile:
        """Create the run's next file; the first one gets a name that is not taken."""
        self._exchanges = 0
        began = datetime.now(UTC).strftime("%Y%m%d%H%M%S")
        names = [
            f"osce-news-{began}-{self._run}{other}" for other in ("", *(f".{n}" for n in range(2, 1000)))
        ]
        for name in [self.name] if self.name else names:  # two runs of one name may begin in one second
            path = self.folder / file_name(name, self.files)
            with suppress(FileExistsError):
                file = _WarcFile(path, {**self._info, "isPartOf": name})
                self.name = name
                self.files += 1
                return file
        raise FileExistsError(17, "the name is taken", str(path))

    def _roll(self, full: _WarcFile) -> _WarcFile:
        """Open the next file, then finish the full one with an event that names the next."""
        self._file = self._next_file()
        full.write(full.records.event(FileRolled(next_file=self.path.name, files=self.files)))
        self._end(full)
        return self._file

    def _end(self, file: _WarcFile) -> None:
        """Flush a file and its folder to disk."""
        file.close()
        with suppress(OSError):  # not all systems can flush a folder
            handle = os.open(self.folder, os.O_RDONLY)
            try:
                os.fsync(handle)
            finally:
                os.close(handle)

    @contextmanager
    def _errors(self) -> Iterator[None]:
        """Close the writer and raise StorageError if the system reports an error."""
        try:
            yield
        except OSError as error:
            if self._file is not None:
                with suppress(OSError):
                    self._file.close()
                self._file = None
            reason = error.strerror or str(error)
            self.error = StorageError(f"the archive {self.path} can't be written: {reason}")
            raise self.error from error


class _WarcFile:
    """A WARC file that is being written, with its warcinfo record. Its methods raise OSError."""

    def __init__(self, path: Path, info: Mapping[str, str]) -> None:
        self.path, self.size = path, 0
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND | getattr(os, "O_BINARY", 0)
        self._handle = os.open(path, flags, 0o644)
        self.records = RecordMaker(path.name, info)
        self.write(self.records.first)

    def write(self, data: bytes) -> None:
        """Append the data, all or nothing."""
        left = memoryview(data)
        try:
            while left:
                left = left[os.write(self._handle, left) :]
        except BaseException:  # Ctrl-C too: half a record must not stay in the file
            with suppress(OSError):
                os.ftruncate(self._handle, self.size)
            raise
        self.size += len(data)

    def flush(self) -> None:
        """Flush the file to disk."""
        os.fsync(self._handle)

    def close(self) -> None:
        """Flush the file to disk, and close it."""
        try:
            self.flush()
        finally:
            os.close(self._handle)
