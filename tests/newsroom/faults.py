"""What can go wrong at a server; each function gives an answer for `Newsroom.fail`.

    newsroom.fail(page(3), status(503, {"Retry-After": "2"}), times=2)
    newsroom.fail("/robots.txt", stall())

An answer is a function that is given the `Exchange` and writes what it likes; one's own is
written the same way.
"""

from __future__ import annotations

import gzip
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import Protocol
from urllib.parse import parse_qs, urlsplit

from tests.newsroom.pages import render_challenge, render_error, render_login
from tests.newsroom.site import HTML, Reply

_PIECE = 65536
_LARGE = 64 * 2**20


class Exchange(Protocol):
    """One request, and the means of answering it."""

    command: str
    path: str
    """The path with its query, as it was asked for."""

    def usual(self) -> Reply:
        """What the newsroom would have answered."""

    def reply(self, reply: Reply) -> None:
        """Send a whole answer."""

    def begin(self, status: int, headers: Mapping[str, str]) -> None:
        """Log the request with this status and send the head of the answer."""

    def note(self, status: int) -> None:
        """Log the request with this status and send nothing; 0 for no answer at all."""

    def push(self, data: bytes) -> None:
        """Send a piece of the body at once."""

    def wait(self, seconds: float) -> bool:
        """True after so many seconds, False as soon as the server closes."""

    def drop(self, *, reset: bool = False) -> None:
        """Close the connection, with a reset if asked; what follows in the answer is not run."""


Answer = Callable[[Exchange], None]
Where = Callable[[str], bool]


@dataclass(slots=True)
class Fault:
    """An answer in place of the usual one, for requests whose path with query `where` accepts."""

    where: Where
    answer: Answer
    left: int | None = None
    """How many more times; None for always."""
    seen: int = 0
    """How many times it was given."""


def everything(path: str) -> bool:
    """True for every request but those for robots.txt."""
    return not path.startswith("/robots.txt")


def listing(path: str) -> bool:
    """True for the listing's pages."""
    return "/press-releases" in urlsplit(path).path.lower()


def page(number: int) -> Where:
    """A condition: the listing's page of that number, counted from 0."""

    def where(path: str) -> bool:
        asked = parse_qs(urlsplit(path).query).get("page", ["0"])[-1]
        return listing(path) and asked == str(number)

    return where


def status(code: int, headers: Mapping[str, str] | None = None, body: str | None = None) -> Answer:
    """That status with a short page; `headers` for such as `{"Retry-After": "2"}`; 304 has no body."""
    text = f"<h1>{HTTPStatus(code).phrase}</h1>\n" if body is None else body
    return always(Reply(code, text.encode(), headers=headers or {}))


def always(reply: Reply) -> Answer:
    """That very reply."""
    return lambda exchange: exchange.reply(reply)


def challenge() -> Answer:
    """The challenge page of a guard, with the status and the header that such guards send."""
    headers = {"cf-mitigated": "challenge", "Server": "cloudflare"}
    return always(Reply(403, render_challenge().encode(), headers=headers))


def retry_later(seconds: float, code: int = 429) -> Answer:
    """429, or 503, with a Retry-After of so many seconds."""
    return always(Reply(code, b"<h1>Try later</h1>\n", headers={"Retry-After": f"{seconds:g}"}))


def redirect(location: str, code: int = 302) -> Answer:
    """A redirect elsewhere."""
    return always(Reply(code, headers={"Location": location}))


def redirect_loop() -> Answer:
    """A redirect to the very address that was asked for."""
    return lambda exchange: exchange.reply(Reply(302, headers={"Location": exchange.path}))


def cookie_wall() -> Answer:
    """A redirect to the very address that was asked for, with a cookie to send along."""
    return lambda exchange: exchange.reply(
        Reply(302, headers={"Location": exchange.path, "Set-Cookie": "seen=1; Path=/"})
    )


def stall() -> Answer:
    """Silence for a minute or until the server closes, then the end of the connection."""

    def answer(exchange: Exchange) -> None:
        exchange.note(0)
        exchange.wait(60)
        exchange.drop()

    return answer


def reset(after: int = 1000) -> Answer:
    """The head, so many bytes of the usual body, then a connection reset."""

    def answer(exchange: Exchange) -> None:
        _part(exchange, after)
        # Without the pause the reset can overtake the bytes before it.
        exchange.wait(0.05)
        exchange.drop(reset=True)

    return answer


def cut() -> Answer:
    """The head with the full length, half of the usual body, and a quiet end."""

    def answer(exchange: Exchange) -> None:
        _part(exchange, len(exchange.usual().body) // 2)
        exchange.drop()

    return answer


def truncated(share: float = 0.5) -> Answer:
    """That share of the usual body as if it were the whole: right length, right status."""

    def answer(exchange: Exchange) -> None:
        usual = exchange.usual()
        part = usual.body[: int(len(usual.body) * share)]
        exchange.reply(Reply(usual.status, part, usual.content_type, usual.headers))

    return answer


def huge() -> Answer:
    """A body of 64 MiB whose length is not in the head."""

    def answer(exchange: Exchange) -> None:
        exchange.begin(200, {"Content-Type": HTML, "Connection": "close"})
        exchange.push(b"<!DOCTYPE html>\n")
        for _ in range(_LARGE // _PIECE):
            if exchange.wait(0):
                exchange.push(b" " * _PIECE)
        exchange.drop()

    return answer


def endless_headers() -> Answer:
    """A status line and headers of 64 MiB, and no end of them."""

    def answer(exchange: Exchange) -> None:
        exchange.note(200)
        exchange.push(b"HTTP/1.1 200 OK\r\n")
        for number in range(_LARGE // _PIECE):
            if exchange.wait(0):
                exchange.push(b"X-%d: %s\r\n" % (number, b"a" * 1000) * (_PIECE // 1000))
        exchange.drop()

    return answer


def head(line: str) -> Answer:
    """A status line and this header, without a body."""

    def answer(exchange: Exchange) -> None:
        exchange.note(200)
        exchange.push(f"HTTP/1.1 200 OK\r\n{line}\r\n\r\n".encode())
        exchange.drop()

    return answer


def bomb() -> Answer:
    """A small gzipped body that unpacks to 64 MiB."""
    return always(Reply(body=gzip.compress(b" " * _LARGE), headers={"Content-Encoding": "gzip"}))


def wrong_checksum() -> Answer:
    """The usual page, gzipped, with a bit of its checksum turned."""

    def answer(exchange: Exchange) -> None:
        usual = exchange.usual()
        body = bytearray(gzip.compress(usual.body))
        body[-8] ^= 1
        exchange.reply(Reply(body=bytes(body), headers={"Content-Encoding": "gzip"}))

    return answer


def wrong_type() -> Answer:
    """A body that is not HTML, and says so."""
    return always(Reply(body=b"%PDF-1.4\n%%EOF\n", content_type="application/pdf"))


def login() -> Answer:
    """The site's login page with 200, as if it were what was asked for."""
    return always(Reply(body=render_login().encode()))


def error_page() -> Answer:
    """A page of the site that speaks of an error, with 200."""
    return always(Reply(body=render_error().encode()))


def _part(exchange: Exchange, size: int) -> None:
    usual = exchange.usual()
    length = str(len(usual.body))
    headers = {**usual.headers, "Content-Type": usual.content_type, "Content-Length": length}
    exchange.begin(usual.status, headers)
    exchange.push(usual.body[:size])
