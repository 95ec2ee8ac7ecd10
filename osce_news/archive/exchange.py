"""The WARC records of requests and responses (WARC 1.1), made by warcio; no body is stored twice.

Each WARC file of a folder has a list of its bodies, `digests/NAME.jsonl`, which the next run makes. The list
contains the file's size. If it is missing, damaged or has another size, it is made again. So a crash can't
leave a wrong list, and the folder `digests` may be deleted at any time.
"""

from __future__ import annotations

import base64
import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import asdict, dataclass
from http import HTTPStatus
from http.client import responses
from io import BytesIO
from pathlib import Path
from urllib.parse import urlsplit

from warcio.recordloader import ArcWarcRecord  # type: ignore[import-untyped]
from warcio.statusandheaders import StatusAndHeaders  # type: ignore[import-untyped]
from warcio.warcwriter import WARCWriter  # type: ignore[import-untyped]

from osce_news.archive.http import Headers, header, parse_response
from osce_news.archive.records import records
from osce_news.archive.report import RecordError, Report
from osce_news.atomic import atomic_write
from osce_news.clock import utc_now
from osce_news.errors import BadInputError, StorageError
from osce_news.events import CONTENT_TYPE, Event
from osce_news.serialize import to_json

_SECRET = frozenset({"authorization", "proxy-authorization", "cookie", "x-typesense-api-key"})
_LINE_ENDS = bytes.maketrans(b"\r\n\0", b"   ")
_HOP_BY_HOP = frozenset({"connection", "keep-alive", "transfer-encoding", "content-length"})
_FORMAT = 1  # of the lists; a list of another format is rebuilt


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """A request and its response."""

    method: str = "GET"
    url: str
    request_headers: Headers = ()
    status: int
    reason: str = ""  # of the response; if empty, the usual one
    headers: Headers = ()
    body: bytes = b""  # of the response, without transfer-encoding, with its content-encoding
    when: str  # UTC, in the form of clock.py
    ip: str | None = None
    truncated: str | None = None  # why the end of the body is missing (WARC 1.1, 5.13)
    replaced: str | None = None  # what of the body was replaced by as many `x`
    source: str | None = None  # the address in a web archive from which it was copied


@dataclass(frozen=True, slots=True)
class DigestEntry:
    """A response in an archive."""

    url: str
    when: str
    digest: str
    record_id: str | None  # of the response record that holds the body; None for a revisit record
    etag: str | None = None  # this and the next only for status 200: a later 304 refers to such a response
    last_modified: str | None = None

    @classmethod
    def of(
        cls, url: str, when: str, digest: str, record_id: str | None, status: int, headers: Headers
    ) -> DigestEntry:
        """Return the entry of a response with this status and these headers."""
        names = ("etag", "last-modified") if status == HTTPStatus.OK else ()
        return cls(url, when, digest, record_id, *(header(headers, name) or None for name in names))


class DigestIndex:
    """The bodies that are stored in a folder."""

    def __init__(self, folder: Path) -> None:
        """Index the folder's archive files; makes lists that are missing or stale."""
        self._stored: dict[str, DigestEntry] = {}  # by digest, those that hold a body
        self._validated: dict[tuple[str, str], str] = {}  # from address and validator to digest
        self._captured: set[tuple[str, str]] = set()  # address and time of all responses
        for path in sorted(folder.glob("osce-news-*.warc.gz")):
            with suppress(OSError, BadInputError, StorageError):  # never refer to a file that can't be read
                size = path.stat().st_size
                entries = _load(path, size)
                if entries is None:
                    entries = list(_scan(path))
                    _save(path, size, entries)
                for entry in entries:
                    self.add(entry)

    def find(self, digest: str) -> DigestEntry | None:
        """Return the response whose record holds the body with this digest."""
        return self._stored.get(digest)

    def holds(self, url: str, when: str) -> bool:
        """Whether the folder has the response of this address and time."""
        return (url, when) in self._captured

    def find_unchanged(self, url: str, validator: str) -> DigestEntry | None:
        """Return the response that a 304 to a request with this validator refers to.

        None if that page is not in the archive, even if another version of it is.
        """
        return self._stored.get(self._validated.get((url, validator), ""))

    def add(self, entry: DigestEntry) -> None:
        """Add a response that is completely written."""
        self._captured.add((entry.url, entry.when))
        if entry.record_id is not None:
            self._stored.setdefault(entry.digest, entry)
        for validator in (entry.etag, entry.last_modified):
            if validator:
                self._validated[entry.url, validator] = entry.digest


class RecordMaker(WARCWriter):  # type: ignore[misc]
    """Makes the records of one file in memory, so that those of an exchange reach the file together."""

    def __init__(self, name: str, info: Mapping[str, str]) -> None:
        super().__init__(BytesIO(), gzip=True, warc_version="WARC/1.1")
        values = {key: _one_line(value) for key, value in info.items() if value}
        self._warcinfo = self._add(self.create_warcinfo_record(name, values))
        self._last: str | None = None  # the identifier of the last response
        self.first: bytes = self.out.getvalue()  # the warcinfo record, to which all others refer

    def exchange(self, exchange: Exchange, digests: DigestIndex) -> tuple[bytes, DigestEntry | None]:
        """Return the records of an exchange: response or revisit, and request, unless it was copied.

        Also returns the entry of the response; None if later exchanges can't refer to it.
        """
        url = _one_line(exchange.url.partition("#")[0])
        fields = {"WARC-Target-URI": url, "WARC-Date": exchange.when, "WARC-Warcinfo-ID": self._warcinfo}
        if exchange.source:
            fields["WARC-Source-URI"] = exchange.source
        if exchange.replaced:
            fields["OSCE-News-Replaced"] = exchange.replaced
        if exchange.ip:
            fields["WARC-IP-Address"] = exchange.ip
        known, is_304 = _stored(exchange, url, digests), exchange.status == HTTPStatus.NOT_MODIFIED
        more = _refers_to(known) if known else {}
        if is_304 or known:  # WARC 1.1, 6.7.2 and 6.7.3
            profile = "server-not-modified" if is_304 else "identical-payload-digest"
            more["WARC-Profile"] = f"http://netpreserve.org/warc/1.1/revisit/{profile}"
            kind, body = "revisit", b""
        else:
            kind, body = "response", exchange.body
            if exchange.truncated:
                more["WARC-Truncated"] = exchange.truncated
        self.out = BytesIO()
        self._last = self._make(kind, fields | more, body, _response_header(exchange))
        if exchange.source is None:
            fields["WARC-Concurrent-To"] = self._last
            self._make("request", fields, b"", _request_header(exchange))
        entry = None
        if not (is_304 or exchange.truncated):
            holder, digest = None if known else self._last, sha1(exchange.body)
            entry = DigestEntry.of(url, exchange.when, digest, holder, exchange.status, exchange.headers)
        return self.out.getvalue(), entry

    def event(self, event: Event) -> bytes:
        """Return a metadata record that holds the event (WARC 1.1, 6.6) and refers to the last response."""
        fields = {"WARC-Target-URI": event.TARGET, "WARC-Date": utc_now()}
        fields["WARC-Warcinfo-ID"] = self._warcinfo
        if self._last:
            fields["WARC-Refers-To"] = self._last
        self.out = BytesIO()
        self._make("metadata", fields, to_json(event).encode())
        data: bytes = self.out.getvalue()
        return data

    def _make(self, kind: str, fields: dict[str, str], body: bytes, head: bytes | None = None) -> str:
        """Add a record, of an HTTP message if it has a head; return its identifier."""
        return self._add(
            self.create_warc_record(
                "",
                kind,
                payload=BytesIO(body),
                length=len(body),
                warc_content_type=CONTENT_TYPE if head is None else "",
                warc_headers_dict={name: _one_line(value) for name, value in fields.items()},
                http_headers=_RawHeader(head) if head is not None else None,
            )
        )

    def _add(self, record: ArcWarcRecord) -> str:
        self.write_record(record)
        return str(record.rec_headers.get_header("WARC-Record-ID"))


def _stored(exchange: Exchange, url: str, digests: DigestIndex) -> DigestEntry | None:
    """Return the response in the folder with the same body; None if there is none.

    The archive may not hold the version of the page that a 304 refers to, because a crawl in between was not
    recorded.
    """
    if exchange.status == HTTPStatus.NOT_MODIFIED:
        asked = exchange.request_headers
        validator = header(asked, "if-none-match") or header(asked, "if-modified-since")
        return digests.find_unchanged(url, validator)
    return digests.find(sha1(exchange.body)) if exchange.body and not exchange.truncated else None


def _refers_to(known: DigestEntry) -> dict[str, str]:
    return {
        "WARC-Refers-To": known.record_id or "",
        "WARC-Refers-To-Target-URI": known.url,
        "WARC-Refers-To-Date": known.when,
        "WARC-Payload-Digest": known.digest,
    }


class _RawHeader(StatusAndHeaders):  # type: ignore[misc]
    """An HTTP header kept to the byte; warcio would re-encode characters other than ASCII."""

    def __init__(self, raw: bytes) -> None:
        super().__init__("HTTP", [])  # warcio leaves out a header without a status line
        self._raw = raw

    def compute_headers_buffer(self, header_filter: object = None) -> None:
        self.headers_buff = self._raw


def sha1(body: bytes) -> str:
    """Return the digest of a body as WARC files contain it: "sha1:" and base 32."""
    return "sha1:" + base64.b32encode(hashlib.sha1(body, usedforsecurity=False).digest()).decode()


def _request_header(exchange: Exchange) -> bytes:
    parts = urlsplit(exchange.url)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    names = {name.lower() for name, _ in exchange.request_headers}
    host = [] if "host" in names else [("Host", parts.netloc.rpartition("@")[2])]
    kept = [pair for pair in exchange.request_headers if pair[0].lower() not in _SECRET]
    return _header(f"{exchange.method} {path} HTTP/1.1", [*host, *kept])


def _response_header(exchange: Exchange) -> bytes:
    """Return the header with the stored body's length, except for 304 and 204 (RFC 9112, 6)."""
    kept = [pair for pair in exchange.headers if pair[0].lower() not in _HOP_BY_HOP]
    if exchange.status not in (HTTPStatus.NOT_MODIFIED, HTTPStatus.NO_CONTENT):
        kept.append(("Content-Length", str(len(exchange.body))))
    reason = exchange.reason or responses.get(exchange.status, "Unknown")
    return _header(f"HTTP/1.1 {exchange.status} {reason}", kept)


def _header(first: str, headers: Headers) -> bytes:
    lines = [first.encode("utf-8", "replace")]
    lines += [f"{name}: {value}".encode("latin-1", "replace") for name, value in headers]
    return b"\r\n".join(map(_without_line_ends, lines)) + b"\r\n\r\n"


def _without_line_ends(value: bytes) -> bytes:
    """Return a value with spaces for line ends, which would end the header (RFC 9110, 5.5)."""
    return value.translate(_LINE_ENDS)


def _one_line(text: str) -> str:
    return _without_line_ends(text.encode("utf-8", "replace")).decode()


def _list_path(path: Path) -> Path:
    return path.parent / "digests" / f"{path.name.removesuffix('.warc.gz')}.jsonl"


def _load(path: Path, size: int) -> list[DigestEntry] | None:
    """Return the entries of a file of this size; None if its list is missing, damaged or stale."""
    try:
        lines = _list_path(path).read_text(encoding="utf-8").splitlines()
        if json.loads(lines[0]) != _first_line(path, size, len(lines) - 1):
            return None
        entries = [DigestEntry(**json.loads(line)) for line in lines[1:]]
    except (OSError, ValueError, TypeError, IndexError, RecursionError):
        return None
    return entries if all(isinstance(entry.digest, str) for entry in entries) else None


def _save(path: Path, size: int, entries: Sequence[DigestEntry]) -> None:
    """Write a file's list; raises OSError, BadInputError or StorageError."""
    target = _list_path(path)
    target.parent.mkdir(exist_ok=True)
    lines = [_first_line(path, size, len(entries)), *map(asdict, entries)]
    with atomic_write(target) as part:
        part.write_text("".join(f"{json.dumps(line)}\n" for line in lines), encoding="utf-8")


def _first_line(path: Path, size: int, count: int) -> dict[str, object]:
    return {"form": _FORMAT, "file": path.name, "bytes": size, "entries": count}


def _scan(path: Path) -> Iterator[DigestEntry]:
    """Yield the entries of a WARC file's complete records."""
    for record in records(path, Report()):
        fields = record.headers
        digest, identifier = fields.get("warc-payload-digest"), fields.get("warc-record-id")
        is_response = record.kind in ("response", "revisit") and "warc-truncated" not in fields
        if not (is_response and record.block is not None and digest and identifier):
            continue
        with suppress(RecordError):
            response = parse_response(record.block, header_only=True)
            if response.status != HTTPStatus.NOT_MODIFIED:
                holder = identifier if record.kind == "response" else None
                when = fields.get("warc-date", "")
                yield DigestEntry.of(record.url, when, digest, holder, response.status, response.headers)
