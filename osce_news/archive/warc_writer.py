"""Writes the archive of a crawl: WARC 1.1 files, by warcio, that hold one exchange after the other."""

from __future__ import annotations

import errno
import os
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, suppress
from dataclasses import replace
from datetime import UTC, datetime
from http import HTTPStatus
from io import BytesIO
from pathlib import Path

from warcio.recordloader import ArcWarcRecord  # type: ignore[import-untyped]
from warcio.warcwriter import WARCWriter  # type: ignore[import-untyped]

from osce_news import __version__
from osce_news.archive.digests import DigestEntry, DigestIndex, sha1
from osce_news.archive.http_messages import Exchange, HttpHeader, header, one_line
from osce_news.clock import utc_now
from osce_news.errors import StorageError
from osce_news.events import CONTENT_TYPE, Event, FileRolled, PageNotStored, PageStored, RunFinished
from osce_news.serialize import to_json

MAX_FILE_BYTES = 1024**3  # a file is larger only if a single exchange is


def file_name(name: str, number: int) -> str:
    """Return the name of a run's file; they are counted from 0."""
    return f"{name}-{number:05}.warc.gz"


class ArchiveWriter(AbstractContextManager["ArchiveWriter"]):
    """Writes the exchanges and the events of one run to files of its own; close it, or use it in `with`.

    Each exchange is written by one system call, so a process that is killed leaves a file that can be read
    up to its last exchange. No file is ever opened again for writing. A body that is already in the folder
    is not stored again. After an error nothing more can be written.

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

        Once it returns, a kill can't lose them. If it raises StorageError, neither of them is in the file.
        """
        file = self._open_file()
        with self._errors():
            if self._exchanges and file.size >= self.max_bytes:
                file = self._roll(file)
            entry = file.write_exchange(exchange, self._digests)
            self._exchanges += 1
            if entry is not None:
                self._digests.add(entry)

    def record_event(self, event: Event) -> None:
        """Write an event of the run as a metadata record; raises StorageError.

        If the database is about to store a page or the end of the run, the file is flushed to disk first, so
        that the archive never lacks what the database has. The end gets the number of pages and files.
        """
        file = self._open_file()
        if isinstance(event, RunFinished):
            event = replace(event, pages=self._pages, files=self.files)
        with self._errors():
            file.write_event(event)
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
        raise FileExistsError(errno.EEXIST, "the name is taken", str(path))

    def _roll(self, full: _WarcFile) -> _WarcFile:
        """Open the next file, then finish the full one with an event that names the next."""
        self._file = self._next_file()
        full.write_event(FileRolled(next_file=self.path.name, files=self.files))
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
            raise StorageError(f"the archive {self.path} can't be written: {reason}") from error


class _WarcFile(WARCWriter):  # type: ignore[misc]
    """A WARC file that is being written, with its warcinfo record. Its methods raise OSError.

    warcio makes the records in memory, so that those of an exchange reach the file together.
    """

    def __init__(self, path: Path, info: Mapping[str, str]) -> None:
        super().__init__(BytesIO(), gzip=True, warc_version="WARC/1.1")
        self.size = 0
        flags = os.O_WRONLY | os.O_CREAT | os.O_EXCL | os.O_APPEND | getattr(os, "O_BINARY", 0)
        self._handle = os.open(path, flags, 0o644)
        values = {name: one_line(value) for name, value in info.items() if value}
        self._info = self._add(self.create_warcinfo_record(path.name, values))
        self._last: str | None = None  # the identifier of the last response
        self.write(self.out.getvalue())

    def write_exchange(self, exchange: Exchange, digests: DigestIndex) -> DigestEntry | None:
        """Write the records of an exchange: response or revisit, and request, unless it was copied.

        Return the entry of the response; None if later exchanges can't refer to it.
        """
        self.out = BytesIO()
        url, digest = one_line(exchange.url.partition("#")[0]), sha1(exchange.body)
        optional = {
            "WARC-Source-URI": exchange.source,
            "OSCE-News-Replaced": exchange.replaced,
            "WARC-IP-Address": exchange.ip,
        }
        fields = {"WARC-Target-URI": url, "WARC-Date": exchange.when}
        fields |= {name: value for name, value in optional.items() if value}
        is_304, known = exchange.status == HTTPStatus.NOT_MODIFIED, None
        if is_304:
            asked = exchange.request_headers
            validator = header(asked, "if-none-match") or header(asked, "if-modified-since")
            known = digests.find_unchanged(url, validator)
        elif exchange.body and not exchange.truncated:
            known = digests.find(digest)
        kind, body, more = "response", exchange.body, {}
        if is_304 or known:  # WARC 1.1, 6.7.2 and 6.7.3
            kind, body = "revisit", b""
            profile = "server-not-modified" if is_304 else "identical-payload-digest"
            more["WARC-Profile"] = f"http://netpreserve.org/warc/1.1/revisit/{profile}"
        elif exchange.truncated:
            more["WARC-Truncated"] = exchange.truncated
        if known:
            more["WARC-Refers-To"] = known.record_id or ""
            more["WARC-Refers-To-Target-URI"], more["WARC-Refers-To-Date"] = known.url, known.when
            more["WARC-Payload-Digest"] = known.digest
        self._last = self._make(kind, fields | more, body, exchange.response_header())
        if exchange.source is None:
            self._make("request", fields | {"WARC-Concurrent-To": self._last}, b"", exchange.request_header())
        self.write(self.out.getvalue())
        if is_304 or exchange.truncated:
            return None
        holder = None if known else self._last
        return DigestEntry.of(url, exchange.when, digest, holder, exchange.status, exchange.headers)

    def write_event(self, event: Event) -> None:
        """Write a metadata record that holds the event (WARC 1.1, 6.6) and refers to the last response."""
        self.out = BytesIO()
        fields = {"WARC-Target-URI": event.TARGET, "WARC-Date": utc_now()}
        if self._last:
            fields["WARC-Refers-To"] = self._last
        self._make("metadata", fields, to_json(event).encode())
        self.write(self.out.getvalue())

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

    def _make(self, kind: str, fields: dict[str, str], body: bytes, head: HttpHeader | None = None) -> str:
        """Add a record, of an HTTP message if it has a head; return its identifier."""
        record = self.create_warc_record(
            "",
            kind,
            payload=BytesIO(body),
            length=len(body),
            warc_content_type=CONTENT_TYPE if head is None else "",
            warc_headers_dict={**fields, "WARC-Warcinfo-ID": self._info},
            http_headers=head,
        )
        return self._add(record)

    def _add(self, record: ArcWarcRecord) -> str:
        self.write_record(record)
        return str(record.rec_headers.get_header("WARC-Record-ID"))
