"""A request with its response, and the WARC records that warcio makes of them (WARC 1.1)."""

from __future__ import annotations

import base64
import hashlib
from collections.abc import Mapping
from dataclasses import dataclass
from http import HTTPStatus
from http.client import responses
from io import BytesIO
from urllib.parse import urlsplit

from warcio.recordloader import ArcWarcRecord  # type: ignore[import-untyped]
from warcio.statusandheaders import StatusAndHeaders  # type: ignore[import-untyped]
from warcio.warcwriter import WARCWriter  # type: ignore[import-untyped]

from osce_news.archive.digests import DigestEntry, DigestIndex
from osce_news.archive.http import Headers, header
from osce_news.clock import utc_now
from osce_news.events import CONTENT_TYPE, Event
from osce_news.serialize import to_json

_SECRET = frozenset({"authorization", "proxy-authorization", "cookie", "x-typesense-api-key"})
_LINE_ENDS = bytes.maketrans(b"\r\n\0", b"   ")
_HOP_BY_HOP = frozenset({"connection", "keep-alive", "transfer-encoding", "content-length"})


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
