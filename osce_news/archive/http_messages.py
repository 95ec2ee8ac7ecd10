"""HTTP messages: an exchange and its headers as they are written to records, and responses read from them."""

from __future__ import annotations

import re
import sys
import zlib
from collections.abc import Callable, Sequence
from contextlib import suppress
from dataclasses import dataclass
from http import HTTPStatus
from http.client import responses
from typing import Any
from urllib.parse import urlsplit

from warcio.statusandheaders import StatusAndHeaders  # type: ignore[import-untyped]

from osce_news.archive.report import RecordError

try:
    import brotli  # type: ignore[import-untyped]
except ImportError:  # PyPy; Scrapy depends on one of the two, and on zstd
    import brotlicffi as brotli  # type: ignore[import-not-found]
if sys.version_info >= (3, 14):
    from compression import zstd as zstd
else:
    from backports import zstd as zstd

MAX_PAGE_BYTES = 8 * 1024 * 1024  # a list page of 50 results has about 125 kB
MAX_HEADER = 256 * 1024  # bytes of an HTTP header, or of a record's
HEADER_END = re.compile(rb"\r?\n\r?\n")

_SECRET = frozenset({"authorization", "proxy-authorization", "cookie", "x-typesense-api-key"})
_HOP_BY_HOP = frozenset({"connection", "keep-alive", "transfer-encoding", "content-length"})
_LINE_ENDS = str.maketrans("\r\n\0", "   ")
_LINE_END = re.compile(r"\r?\n")
_SPACE = " \t"
_STATUS = re.compile(rb"HTTP/\d(?:\.\d)?[ \t]+(\d{3})(?=[ \t\r\n])")
_CHUNK = re.compile(rb"([0-9A-Fa-f]{1,8})[ \t]*(?:;[^\r\n]{0,1000})?\r?\n")
_NO_BODY = frozenset({204, 304, *range(100, 200)})

_GZIP = b"\x1f\x8b\x08"
_ALIASES = {"x-gzip": "gzip", "zstandard": "zstd"}
_COMPRESSED_TYPES = re.compile(r"gzip|zip|compress|octet-stream|x-tar")
_ERRORS = (zlib.error, zstd.ZstdError, brotli.error, EOFError)

Headers = Sequence[tuple[str, str]]  # as latin-1, which keeps every byte, in their order


@dataclass(frozen=True, slots=True, kw_only=True)
class Exchange:
    """A request and its response."""

    method: str = "GET"
    url: str
    request_headers: Headers = ()
    status: int
    headers: Headers = ()
    body: bytes = b""  # of the response, without transfer-encoding, with its content-encoding
    when: str  # UTC, in the form of clock.py
    ip: str | None = None
    truncated: str | None = None  # why the end of the body is missing (WARC 1.1, 5.13)
    replaced: str | None = None  # what in the body was replaced by as many `x`
    source: str | None = None  # the address in a web archive from which it was copied

    def request_header(self) -> HttpHeader:
        """Return the header of the request, without keys and cookies."""
        parts = urlsplit(self.url)
        path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
        names = {name.lower() for name, _ in self.request_headers}
        host = [] if "host" in names else [("Host", parts.netloc.rpartition("@")[2])]
        kept = [pair for pair in self.request_headers if pair[0].lower() not in _SECRET]
        return HttpHeader(f"{self.method} {path} HTTP/1.1", [*host, *kept])

    def response_header(self) -> HttpHeader:
        """Return the header with the stored body's length, except for 304 and 204 (RFC 9112, 6)."""
        kept = [pair for pair in self.headers if pair[0].lower() not in _HOP_BY_HOP]
        if self.status not in (HTTPStatus.NOT_MODIFIED, HTTPStatus.NO_CONTENT):
            kept.append(("Content-Length", str(len(self.body))))
        return HttpHeader(f"HTTP/1.1 {self.status} {responses.get(self.status, 'Unknown')}", kept)


class HttpHeader(StatusAndHeaders):  # type: ignore[misc]
    """An HTTP header in Latin-1, which keeps every byte; warcio would percent-encode those beyond ASCII."""

    def __init__(self, first_line: str, headers: Headers) -> None:
        super().__init__(first_line, [(one_line(name), one_line(value)) for name, value in headers])

    def compute_headers_buffer(self, header_filter: object = None) -> None:
        """Set the bytes that warcio writes."""
        self.headers_buff = f"{self.to_str()}\r\n".encode("latin-1", "replace")


def one_line(text: str) -> str:
    """Return a text with spaces for line ends, which would end a header (RFC 9110, 5.5)."""
    return text.translate(_LINE_ENDS).encode("utf-8", "replace").decode()


@dataclass(frozen=True, slots=True)
class ArchivedResponse:
    """An HTTP response. `body` is without chunks and still has its content-encoding."""

    status: int
    headers: Headers
    body: bytes


def header(headers: Headers, name: str) -> str:
    """Return the first value of a header, given in lower case; empty if it is missing."""
    return next((value.strip() for field, value in headers if field.lower() == name), "")


def parse_fields(text: str) -> list[tuple[str, str]]:
    r"""Return the named fields of a WARC or HTTP header in order, without its first line; unfold long lines.

    >>> parse_fields("HTTP/1.1 200 OK\r\nServer: x\r\n  y\r\n:status: 200\r\n")
    [('Server', 'x y')]
    """
    fields: list[tuple[str, str]] = []
    for line in _LINE_END.split(text)[1:]:
        name, colon, value = line.partition(":")
        if line[:1] in (" ", "\t") and fields:
            last, begin = fields[-1]
            fields[-1] = (last, f"{begin} {line.strip(_SPACE)}".strip(_SPACE))
        elif colon and name:  # a pseudo-field of HTTP/2 begins with the colon
            fields.append((name.strip(_SPACE), value.strip(_SPACE)))
    return fields


def parse_response(block: bytes, *, header_only: bool = False) -> ArchivedResponse:
    """Return the response in a block; raises RecordError if there is none or its end is missing.

    `header_only` is for revisit records, whose headers give the length of the body that they leave out.
    """
    match = _STATUS.match(block)
    if match is None:
        raise RecordError("holds no HTTP response")
    end = HEADER_END.search(block, 0, MAX_HEADER)
    if end is None and len(block) > MAX_HEADER:
        raise RecordError("the HTTP header does not end")
    head, body = (block[: end.start()], block[end.end() :]) if end else (block, b"")
    response = ArchivedResponse(int(match[1]), tuple(parse_fields(head.decode("latin-1"))), body)
    if header_only:
        return response
    if "chunked" in header(response.headers, "transfer-encoding").lower():
        unchunked = _unchunk(body)
        if unchunked is not None:
            return ArchivedResponse(response.status, response.headers, unchunked)
    else:
        _check_length(response)
    return response


def payload_of(block: bytes) -> bytes:
    """Return what follows the HTTP header in a block."""
    end = HEADER_END.search(block, 0, MAX_HEADER)
    return block[end.end() :] if end else b""


def decompress(response: ArchivedResponse, max_bytes: int) -> bytes:
    """Return the body of a response without its content-encoding.

    Some tools write headers that do not match the body. So a body that is not compressed is returned as it
    is, whatever its header says, and one with gzip's magic number is decompressed even without such a header.
    Raises RecordError if the body is cut, damaged or larger than `max_bytes`.
    """
    body = response.body
    names = [name.strip() for name in header(response.headers, "content-encoding").lower().split(",")]
    encodings = [name for name in names if name not in ("", "identity", "none")]
    if not encodings and not _COMPRESSED_TYPES.search(header(response.headers, "content-type").lower()):
        unpacked = _decode("gzip", body, max_bytes) if body.startswith(_GZIP) else None
        body = body if unpacked is None else unpacked
    for name in reversed(encodings):
        body = unpack(name, body, max_bytes)
    if len(body) > max_bytes:
        raise RecordError(f"{len(body):,} bytes are too many for a page", "too_large")
    return body


def _check_length(response: ArchivedResponse) -> None:
    """Raise RecordError if the body is shorter than its Content-Length.

    A longer body, or one with a content-encoding, may have been decompressed by the tool.
    """
    length = header(response.headers, "content-length")
    if response.status in _NO_BODY or header(response.headers, "content-encoding") or not length.isdecimal():
        return
    if len(length) > 18 or len(response.body) < int(length):
        got = f"{len(response.body):,} of {length[:20]} bytes"
        raise RecordError(f"the page is truncated: {got}", "truncated")


def _unchunk(body: bytes) -> bytes | None:
    """Return the body without its chunks (RFC 9112, 7.1); None if the tool has already removed them.

    Raises RecordError if the last chunk is missing.
    """
    parts: list[bytes] = []
    at = 0
    while match := _CHUNK.match(body, at):
        size, begin = int(match[1], 16), match.end()
        if size == 0:
            return b"".join(parts)
        at = begin + size
        line_end = b"\r\n" if body.startswith(b"\r\n", at) else b"\n"
        if at < len(body) and not body.startswith(line_end, at):
            break
        parts.append(body[begin:at])
        at += len(line_end)
    if len(parts) < 1:  # pages don't begin like a chunk
        return None
    raise RecordError("the page is truncated: its last chunk is missing", "truncated")


def unpack(name: str, body: bytes, limit: int) -> bytes:
    """Return a body without one content-encoding, or as it is if it is text.

    Raises RecordError if it is cut, damaged or larger than the limit.
    """
    if not body:
        return body
    name = _ALIASES.get(name, name)
    if name not in _DECODERS:
        problem = f"unknown content-encoding {name[:40]!r}"
    elif not body.startswith(_DECODERS[name][0]):
        problem = f"the body is not {name}, though its header says so"
    elif (unpacked := _decode(name, body, limit)) is not None:
        return unpacked
    else:
        problem = f"the page can't be unpacked: {name} is cut or damaged"
    if _is_text(body):
        return body
    raise RecordError(problem)


def _is_text(body: bytes) -> bool:
    """Whether a body is text; compressed ones have control characters near their beginning."""
    begin = body[:1024]
    return not re.search(rb"[\x00-\x08\x0e-\x1a\x1c-\x1f]", begin) or begin[:2] in (b"\xff\xfe", b"\xfe\xff")


def _decode(name: str, body: bytes, limit: int) -> bytes | None:
    """Return a body without a known content-encoding; None if it is cut or damaged."""
    magic, decompressors = _DECODERS[name]
    for make in decompressors:
        with suppress(*_ERRORS):
            data, rest = bytearray(), body
            while True:
                unpack = make()
                data += unpack.decompress(rest, limit + 1 - len(data))
                if len(data) > limit:
                    raise RecordError(f"unpacks to more than {limit:,} bytes", "too_large")
                if not unpack.eof:
                    raise EOFError
                rest = unpack.unused_data
                if not (magic and rest.startswith(magic)):  # other bytes are padding
                    return bytes(data)
    return None


class _Brotli:
    """Brotli's decompressor with the methods of those of zlib and zstd."""

    unused_data = b""

    def __init__(self) -> None:
        self._unpack = brotli.Decompressor()

    def decompress(self, data: bytes, max_length: int) -> bytes:
        unpacked: bytes = self._unpack.process(data, output_buffer_limit=max_length)
        return unpacked

    @property
    def eof(self) -> bool:
        return bool(self._unpack.is_finished())


_WINDOW: dict[int, int] = {zstd.DecompressionParameter.window_log_max: 23}  # 8 MiB (RFC 9659)
# How bodies of each content-encoding begin, and its decompressors; some servers leave out zlib's frame.
_DECODERS: dict[str, tuple[bytes, tuple[Callable[[], Any], ...]]] = {
    "gzip": (_GZIP[:2], (lambda: zlib.decompressobj(31),)),
    "deflate": (b"", (zlib.decompressobj, lambda: zlib.decompressobj(-15))),
    "zstd": (b"\x28\xb5\x2f\xfd", (lambda: zstd.ZstdDecompressor(options=_WINDOW),)),
    "br": (b"", (_Brotli,)),
}
