"""A request with its response, and the WARC records that warcio makes of them (WARC 1.1)."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from io import BytesIO
from urllib.parse import urlsplit

from warcio.recordloader import ArcWarcRecord  # type: ignore[import-untyped]
from warcio.statusandheaders import StatusAndHeaders  # type: ignore[import-untyped]
from warcio.warcwriter import WARCWriter  # type: ignore[import-untyped]

from osce_news.archive.digests import DigestEntry, DigestIndex
from osce_news.clock import utc_now
from osce_news.events import CONTENT_TYPE, Event, target_of

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


class RecordMaker:
    """Makes the records of one file; `first` is its warcinfo record, to which all others refer."""

    def __init__(self, name: str, info: Mapping[str, str]) -> None:
        writer = _Records()
        values = {key: _one_line(value) for key, value in info.items() if value}
        record = writer.create_warcinfo_record(name, values)
        self._warcinfo: str = record.rec_headers.get_header("WARC-Record-ID")
        self._last: str | None = None  # the identifier of the last response
        writer.write_record(record)
        self.first = writer.data

    def exchange(self, exchange: Exchange, digests: DigestIndex) -> tuple[bytes, DigestEntry | None]:
        """Return the records of an exchange: response or revisit, and request.

        Also returns the entry of the response; None if later exchanges can't refer to it.
        """
        url = _one_line(exchange.url.partition("#")[0])
        fields = {"WARC-Target-URI": url, "WARC-Date": exchange.when, "WARC-Warcinfo-ID": self._warcinfo}
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
        writer = _Records()
        response = writer.make(kind, fields | more, _response_header(exchange), body)
        self._last = str(response.rec_headers.get_header("WARC-Record-ID"))
        writer.write_record(response)
        fields["WARC-Concurrent-To"] = self._last
        writer.write_record(writer.make("request", fields, _request_header(exchange)))
        if is_304 or exchange.truncated:
            return writer.data, None
        entry = DigestEntry.of(
            url,
            exchange.when,
            sha1(exchange.body),
            None if known else self._last,
            exchange.status,
            exchange.header,
        )
        return writer.data, entry

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


def _stored(exchange: Exchange, url: str, digests: DigestIndex) -> DigestEntry | None:
    """Return the response in the folder that has the body of this one; None if there is none.

    The archive may not hold the version of the page that a 304 refers to, because a crawl in between was not
    recorded.
    """
    if exchange.status == HTTPStatus.NOT_MODIFIED:
        etag = _value(exchange.request_headers, "if-none-match")
        return digests.find_unchanged(url, etag or _value(exchange.request_headers, "if-modified-since"))
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


class _Records(WARCWriter):  # type: ignore[misc]
    """Writes records to memory, so that those of an exchange reach the file together."""

    def __init__(self) -> None:
        self._buffer = BytesIO()
        super().__init__(self._buffer, gzip=True, warc_version="WARC/1.1")

    @property
    def data(self) -> bytes:
        return self._buffer.getvalue()

    def make(self, kind: str, fields: dict[str, str], head: bytes, body: bytes = b"") -> ArcWarcRecord:
        lines = {name: _one_line(value) for name, value in fields.items()}
        header = _RawHeader(head)
        return self.create_warc_record(
            "", kind, payload=BytesIO(body), length=len(body), warc_headers_dict=lines, http_headers=header
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
