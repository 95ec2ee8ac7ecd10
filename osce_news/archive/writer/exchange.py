"""A request with its response, and the WARC records that warcio makes of them (WARC 1.1)."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from io import BytesIO
from typing import NamedTuple
from urllib.parse import urlsplit

from warcio.recordloader import ArcWarcRecord  # type: ignore[import-untyped]
from warcio.statusandheaders import StatusAndHeaders  # type: ignore[import-untyped]
from warcio.warcwriter import WARCWriter  # type: ignore[import-untyped]

from osce_news.archive.writer.digests import DigestEntry, DigestIndex, StoredBody
from osce_news.clock import utc_now
from osce_news.events import CONTENT_TYPE, Event, target_of

_VERSION = "WARC/1.1"
_PROFILE = "http://netpreserve.org/warc/1.1/revisit/"
_SECRET = frozenset({b"authorization", b"proxy-authorization", b"cookie"})
_LINE_ENDS = bytes.maketrans(b"\r\n\0", b"   ")
_HOP_BY_HOP = frozenset({b"connection", b"keep-alive", b"transfer-encoding", b"content-length"})

Headers = Sequence[tuple[bytes, bytes]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """A request and its response. Headers are pairs of bytes, in the order in which they were sent."""

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

    def header(self, name: str) -> str:
        """Return the first value of a response header, given in lower case; empty if it is missing."""
        return _value(self.headers, name)


class ExchangeRecords(NamedTuple):
    """The records of an exchange, and the entry that lets later exchanges refer to them."""

    data: bytes
    entry: DigestEntry | None


class RecordMaker:
    """Makes the records of one file; `first` is its warcinfo record, to which all others refer."""

    def __init__(self, name: str, info: Mapping[str, str | None]) -> None:
        writer = _Records()
        values = {key: _one_line(value) for key, value in info.items() if value}
        record = writer.create_warcinfo_record(name, values)
        self._warcinfo: str = record.rec_headers.get_header("WARC-Record-ID")
        self._last: str | None = None  # the identifier of the last response
        writer.write_record(record)
        self.first = writer.data

    def exchange(self, exchange: Exchange, digests: DigestIndex) -> ExchangeRecords:
        """Return the records of an exchange: response or revisit, and request."""
        url = _one_line(exchange.url.partition("#")[0])
        fields = {"WARC-Target-URI": url, "WARC-Date": exchange.when, "WARC-Warcinfo-ID": self._warcinfo}
        if exchange.ip:
            fields["WARC-IP-Address"] = exchange.ip
        writer = _Records()
        if exchange.status == HTTPStatus.NOT_MODIFIED:
            response = _not_modified(writer, exchange, fields, digests)
            entry = None
        else:
            digest = sha1(exchange.body)
            known = digests.find(digest) if exchange.body and not exchange.truncated else None
            if known is not None:
                response, identifier = _revisit(writer, exchange, fields, known), None
            else:
                response = _response(writer, exchange, fields)
                identifier = _identifier(response)
            entry = DigestEntry.of(url, exchange.when, digest, identifier, exchange.status, exchange.header)
        writer.write_record(response)
        fields["WARC-Concurrent-To"] = self._last = _identifier(response)
        writer.write_record(writer.make("request", fields, _RawHeader(_request_header(exchange))))
        return ExchangeRecords(writer.data, None if exchange.truncated else entry)

    def event(self, event: Event) -> bytes:
        """Return a metadata record that holds the event (WARC 1.1, 6.6) and refers to the last response."""
        fields = {"WARC-Date": utc_now(), "WARC-Warcinfo-ID": self._warcinfo}
        if self._last:
            fields["WARC-Refers-To"] = self._last
        data = event.to_json().encode()
        writer = _Records()
        record = writer.create_warc_record(
            target_of(event),
            "metadata",
            payload=BytesIO(data),
            length=len(data),
            warc_content_type=CONTENT_TYPE,
            warc_headers_dict=fields,
        )
        writer.write_record(record)
        return writer.data


def _response(writer: _Records, exchange: Exchange, fields: dict[str, str]) -> ArcWarcRecord:
    more = {"WARC-Truncated": exchange.truncated} if exchange.truncated else {}
    return writer.make("response", fields | more, _RawHeader(_response_header(exchange)), exchange.body)


def _revisit(
    writer: _Records, exchange: Exchange, fields: dict[str, str], known: StoredBody
) -> ArcWarcRecord:
    """Return a record of a response whose body is stored in another record (WARC 1.1, 6.7.2)."""
    more = {"WARC-Profile": f"{_PROFILE}identical-payload-digest", **_refers_to(known)}
    return writer.make("revisit", fields | more, _RawHeader(_response_header(exchange)))


def _not_modified(
    writer: _Records, exchange: Exchange, fields: dict[str, str], digests: DigestIndex
) -> ArcWarcRecord:
    """Return a record of a 304 response (WARC 1.1, 6.7.3).

    It refers to the page whose validators the request had. The archive may hold only another version of that
    page, because a crawl in between was not recorded; then it refers to nothing.
    """
    etag, since = (_value(exchange.request_headers, name) for name in ("if-none-match", "if-modified-since"))
    known = digests.find_unchanged(fields["WARC-Target-URI"], etag, since)
    more = {"WARC-Profile": f"{_PROFILE}server-not-modified", **(_refers_to(known) if known else {})}
    return writer.make("revisit", fields | more, _RawHeader(_response_header(exchange)))


def _refers_to(known: StoredBody) -> dict[str, str]:
    return {
        "WARC-Refers-To": known.record_id,
        "WARC-Refers-To-Target-URI": known.url,
        "WARC-Refers-To-Date": known.when,
        "WARC-Payload-Digest": known.digest,
    }


def _identifier(record: ArcWarcRecord) -> str:
    return str(record.rec_headers.get_header("WARC-Record-ID"))


class _RawHeader(StatusAndHeaders):  # type: ignore[misc]
    """An HTTP header kept to the byte; warcio would re-encode characters other than ASCII."""

    def __init__(self, raw: bytes) -> None:
        super().__init__("HTTP", [])  # warcio leaves out a header without a status line
        self._raw = raw

    def compute_headers_buffer(self, header_filter: object = None) -> None:
        self.headers_buff = self._raw


class _Records(WARCWriter):  # type: ignore[misc]
    """Writes records to memory, so that those of an exchange reach the file together."""

    def __init__(self) -> None:
        self._buffer = BytesIO()
        super().__init__(self._buffer, gzip=True, warc_version=_VERSION)

    @property
    def data(self) -> bytes:
        return self._buffer.getvalue()

    def make(self, kind: str, fields: dict[str, str], head: _RawHeader, body: bytes = b"") -> ArcWarcRecord:
        lines = {name: _one_line(value) for name, value in fields.items()}
        return self.create_warc_record(
            "", kind, payload=BytesIO(body), length=len(body), warc_headers_dict=lines, http_headers=head
        )


def sha1(body: bytes) -> str:
    """Return the digest of a body as WARC files contain it: "sha1:" and base 32."""
    return "sha1:" + base64.b32encode(hashlib.sha1(body, usedforsecurity=False).digest()).decode()


def _request_header(exchange: Exchange) -> bytes:
    parts = urlsplit(exchange.url)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    names = {name.lower() for name, _ in exchange.request_headers}
    host = [] if b"host" in names else [(b"Host", parts.netloc.rpartition("@")[2].encode())]
    kept = [pair for pair in exchange.request_headers if pair[0].lower() not in _SECRET]
    return _header(f"{exchange.method} {path} HTTP/1.1", [*host, *kept])


def _response_header(exchange: Exchange) -> bytes:
    """Return the header with the stored body's length, which RFC 9112, 6 does not want for 304 and 204."""
    kept = [pair for pair in exchange.headers if pair[0].lower() not in _HOP_BY_HOP]
    if exchange.status not in (HTTPStatus.NOT_MODIFIED, HTTPStatus.NO_CONTENT):
        kept.append((b"Content-Length", str(len(exchange.body)).encode()))
    return _header(f"HTTP/1.1 {exchange.status} {exchange.reason or _phrase(exchange.status)}", kept)


def _header(first: str, headers: Headers) -> bytes:
    lines = [_without_line_ends(first.encode("utf-8", "replace"))]
    lines += [_without_line_ends(name) + b": " + _without_line_ends(value) for name, value in headers]
    return b"\r\n".join(lines) + b"\r\n\r\n"


def _without_line_ends(value: bytes) -> bytes:
    """Return a value with spaces for line ends, which would end the header (RFC 9110, 5.5)."""
    return value.translate(_LINE_ENDS)


def _one_line(text: str) -> str:
    return _without_line_ends(text.encode("utf-8", "replace")).decode()


def _value(headers: Headers, name: str) -> str:
    wanted = name.encode()
    return next((value.decode("latin-1").strip() for field, value in headers if field.lower() == wanted), "")


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Unknown"
