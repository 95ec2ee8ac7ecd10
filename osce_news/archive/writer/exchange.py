"""An exchange with the site, and the WARC records that it becomes (WARC 1.1, made by warcio)."""

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

from osce_news.archive.writer.digests import Digests, Entry, Stored, entry_of
from osce_news.clock import utc_now
from osce_news.events import CONTENT_TYPE, Event, target_of

_VERSION = "WARC/1.1"
_PROFILE = "http://netpreserve.org/warc/1.1/revisit/"
_SECRET = frozenset({b"authorization", b"proxy-authorization", b"cookie"})
_HOP = frozenset({b"connection", b"keep-alive", b"transfer-encoding", b"content-length"})

Headers = Sequence[tuple[bytes, bytes]]


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """A request and its answer. Headers are pairs of bytes, in order, as they were sent."""

    method: str = "GET"
    url: str
    request_headers: Headers = ()
    status: int
    reason: str = ""  # of the answer; the usual one if it is empty
    headers: Headers = ()
    body: bytes = b""  # of the answer, without transfer-encoding, with its content-encoding
    when: str  # UTC, in the form of clock.py
    ip: str | None = None
    truncated: str | None = None  # why the end of the body is missing (WARC 1.1, 5.13)

    def header(self, name: str) -> str:
        """Return the first value of a header of the answer; empty if it is not there."""
        return _value(self.headers, name)


class Made(NamedTuple):
    """The bytes of the records of an exchange, and what later exchanges may refer to."""

    data: bytes
    entry: Entry | None


class RecordMaker:
    """Makes the records of one file; `first` is its warcinfo record, which all others name."""

    def __init__(self, name: str, info: Mapping[str, str | None]) -> None:
        writer = _Records()
        values = {key: _one_line(value) for key, value in info.items() if value}
        record = writer.create_warcinfo_record(name, values)
        self._warcinfo: str = record.rec_headers.get_header("WARC-Record-ID")
        self._last: str | None = None  # the identifier of the last answer
        writer.write_record(record)
        self.first = writer.data

    def exchange(self, exchange: Exchange, digests: Digests) -> Made:
        """Return the records: response or revisit, and the request."""
        url = _one_line(exchange.url.partition("#")[0])
        fields = {"WARC-Target-URI": url, "WARC-Date": exchange.when, "WARC-Warcinfo-ID": self._warcinfo}
        if exchange.ip:
            fields["WARC-IP-Address"] = exchange.ip
        writer = _Records()
        if exchange.status == HTTPStatus.NOT_MODIFIED:
            answer = _not_modified(writer, exchange, fields, digests)
            entry = None
        else:
            digest = sha1(exchange.body)
            known = digests.stored(digest) if exchange.body and not exchange.truncated else None
            if known is not None:
                answer, identifier = _revisit(writer, exchange, fields, known), None
            else:
                answer = _response(writer, exchange, fields)
                identifier = _identifier(answer)
            entry = entry_of(url, exchange.when, digest, identifier, exchange.status, exchange.header)
        writer.write_record(answer)
        fields["WARC-Concurrent-To"] = self._last = _identifier(answer)
        writer.write_record(writer.make("request", fields, _Head(_request_head(exchange))))
        return Made(writer.data, None if exchange.truncated else entry)

    def note(self, note: Event) -> bytes:
        """Return a metadata record that holds the note (WARC 1.1, 6.6); it refers to the last answer."""
        fields = {"WARC-Date": utc_now(), "WARC-Warcinfo-ID": self._warcinfo}
        if self._last:
            fields["WARC-Refers-To"] = self._last
        data = note.to_json().encode()
        writer = _Records()
        record = writer.create_warc_record(
            target_of(note),
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
    return writer.make("response", fields | more, _Head(_answer_head(exchange)), exchange.body)


def _revisit(writer: _Records, exchange: Exchange, fields: dict[str, str], known: Stored) -> ArcWarcRecord:
    """A record that says that the body is the one of another record (WARC 1.1, 6.7.2)."""
    more = {"WARC-Profile": f"{_PROFILE}identical-payload-digest", **_refers_to(known)}
    return writer.make("revisit", fields | more, _Head(_answer_head(exchange)))


def _not_modified(
    writer: _Records, exchange: Exchange, fields: dict[str, str], digests: Digests
) -> ArcWarcRecord:
    """A record of a 304 (WARC 1.1, 6.7.3); it refers to a page only if the request asked about that one.

    A page of the same address may be in the archive that is not the one which the server means: a crawl in
    between was not recorded.
    """
    etag, since = (_value(exchange.request_headers, name) for name in ("if-none-match", "if-modified-since"))
    known = digests.unchanged(fields["WARC-Target-URI"], etag, since)
    more = {"WARC-Profile": f"{_PROFILE}server-not-modified", **(_refers_to(known) if known else {})}
    return writer.make("revisit", fields | more, _Head(_answer_head(exchange)))


def _refers_to(known: Stored) -> dict[str, str]:
    return {
        "WARC-Refers-To": known.record_id,
        "WARC-Refers-To-Target-URI": known.url,
        "WARC-Refers-To-Date": known.when,
        "WARC-Payload-Digest": known.digest,
    }


def _identifier(record: ArcWarcRecord) -> str:
    return str(record.rec_headers.get_header("WARC-Record-ID"))


class _Head(StatusAndHeaders):  # type: ignore[misc]
    """The head of an HTTP message to the byte; warcio would write other than ASCII characters anew."""

    def __init__(self, raw: bytes) -> None:
        super().__init__("as it is", [])
        self._raw = raw

    def compute_headers_buffer(self, header_filter: object = None) -> None:
        self.headers_buff = self._raw


class _Records(WARCWriter):  # type: ignore[misc]
    """Writes records into memory, so that they reach the file together."""

    def __init__(self) -> None:
        self._buffer = BytesIO()
        super().__init__(self._buffer, gzip=True, warc_version=_VERSION)

    @property
    def data(self) -> bytes:
        return self._buffer.getvalue()

    def make(self, kind: str, fields: dict[str, str], head: _Head, body: bytes = b"") -> ArcWarcRecord:
        lines = {name: _one_line(value) for name, value in fields.items()}
        return self.create_warc_record(
            "", kind, payload=BytesIO(body), length=len(body), warc_headers_dict=lines, http_headers=head
        )


def sha1(body: bytes) -> str:
    """Return the digest of a body in the form that archives use: "sha1:" and base 32."""
    return "sha1:" + base64.b32encode(hashlib.sha1(body, usedforsecurity=False).digest()).decode()


def _request_head(exchange: Exchange) -> bytes:
    parts = urlsplit(exchange.url)
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    names = {name.lower() for name, _ in exchange.request_headers}
    host = [] if b"host" in names else [(b"Host", parts.netloc.rpartition("@")[2].encode())]
    kept = [pair for pair in exchange.request_headers if pair[0].lower() not in _SECRET]
    return _head(f"{exchange.method} {path} HTTP/1.1", [*host, *kept])


def _answer_head(exchange: Exchange) -> bytes:
    """The head of the answer with the length of what is stored; RFC 9112, 6 asks for none of 304 and 204."""
    kept = [pair for pair in exchange.headers if pair[0].lower() not in _HOP]
    if exchange.status not in (HTTPStatus.NOT_MODIFIED, HTTPStatus.NO_CONTENT):
        kept.append((b"Content-Length", str(len(exchange.body)).encode()))
    return _head(f"HTTP/1.1 {exchange.status} {exchange.reason or _phrase(exchange.status)}", kept)


def _head(first: str, headers: Headers) -> bytes:
    lines = [_flat(first.encode("utf-8", "replace"))]
    lines += [_flat(name) + b": " + _flat(value) for name, value in headers]
    return b"\r\n".join(lines) + b"\r\n\r\n"


def _flat(value: bytes) -> bytes:
    """A value without line ends, each a space instead, so that it can't end the head (RFC 9110, 5.5)."""
    return value.translate(_LINE_ENDS)


_LINE_ENDS = bytes.maketrans(b"\r\n\0", b"   ")


def _one_line(text: str) -> str:
    return _flat(text.encode("utf-8", "replace")).decode()


def _value(headers: Headers, name: str) -> str:
    wanted = name.encode()
    return next((value.decode("latin-1").strip() for field, value in headers if field.lower() == wanted), "")


def _phrase(status: int) -> str:
    try:
        return HTTPStatus(status).phrase
    except ValueError:
        return "Unknown"
