"""An HTTP request and its response, and their headers as WARC files contain them."""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus
from http.client import responses
from urllib.parse import urlsplit

from warcio.statusandheaders import StatusAndHeaders  # type: ignore[import-untyped]

from osce_news.archive.http import Headers

_SECRET = frozenset({"authorization", "proxy-authorization", "cookie", "x-typesense-api-key"})
_HOP_BY_HOP = frozenset({"connection", "keep-alive", "transfer-encoding", "content-length"})
_LINE_ENDS = str.maketrans("\r\n\0", "   ")


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
    replaced: str | None = None  # what of the body was replaced by as many `x`
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
