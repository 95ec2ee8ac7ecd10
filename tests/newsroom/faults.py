"""What can go wrong at a server; each function gives an answer for `Newsroom.fail`.

    newsroom.fail(page(3), status(503, {"Retry-After": "2"}), times=2)
    newsroom.fail("/robots.txt", stall())

An answer is a function that is given the `Exchange` and writes what it likes; one's own is
written the same way.
"""

from __future__ import annotations

import gzip
import math
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from email.utils import formatdate
from http import HTTPStatus
from typing import Protocol
from urllib.parse import parse_qs, urlsplit

from tests.newsroom.pages import render_challenge, render_error, render_login
from tests.newsroom.site import HTML, Reply

_PIECE = 65536


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


def retry_later(seconds: float = 2, code: int = 429, *, date: bool = False) -> Answer:
    """429, or 503, with a Retry-After of so many seconds, or of the date that is so far away."""

    def answer(exchange: Exchange) -> None:
        # A date has whole seconds: rounded up, so that it is never too soon.
        wait = formatdate(math.ceil(time.time() + seconds), usegmt=True) if date else f"{seconds:g}"
        exchange.reply(Reply(code, b"<h1>Try later</h1>\n", headers={"Retry-After": wait}))

    return answer


def redirect(location: str, code: int = 302) -> Answer:
    """A redirect elsewhere."""
    return always(Reply(code, headers={"Location": location}))


def redirect_loop(code: int = 302) -> Answer:
    """A redirect to the very address that was asked for."""
    return lambda exchange: exchange.reply(Reply(code, headers={"Location": exchange.path}))


def cookie_wall() -> Answer:
    """A redirect to the very address that was asked for, with a cookie to send along."""
    return lambda exchange: exchange.reply(
        Reply(302, headers={"Location": exchange.path, "Set-Cookie": "seen=1; Path=/"})
    )


def stall(seconds: float = 60, *, after: int | None = None) -> Answer:
    """Silence for so many seconds or until the server closes, then the end of the connection.

    With `after` the head and so many bytes of the usual body come first.
    """

    def answer(exchange: Exchange) -> None:
        if after is None:
            exchange.note(0)
        else:
            _part(exchange, after)
        exchange.wait(seconds)
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


def cut(share: float = 0.5) -> Answer:
    """The head with the full length, that share of the usual body, and a quiet end."""

    def answer(exchange: Exchange) -> None:
        _part(exchange, int(len(exchange.usual().body) * share))
        exchange.drop()

    return answer


def truncated(share: float = 0.5) -> Answer:
    """That share of the usual body as if it were the whole: right length, right status."""

    def answer(exchange: Exchange) -> None:
        usual = exchange.usual()
        part = usual.body[: int(len(usual.body) * share)]
        exchange.reply(Reply(usual.status, part, usual.content_type, usual.headers))

    return answer


def huge(size: int = 64 * 2**20, *, declared: bool = True) -> Answer:
    """A body of that many bytes, its length in the head or not."""

    def answer(exchange: Exchange) -> None:
        length = {"Content-Length": str(size)} if declared else {}
        exchange.begin(200, {"Content-Type": HTML, "Connection": "close", **length})
        exchange.push(b"<!DOCTYPE html>\n"[:size])
        left = size - min(size, 16)
        while left > 0 and exchange.wait(0):
            exchange.push(b" " * min(left, _PIECE))
            left -= _PIECE
        exchange.drop()

    return answer


def endless_headers(size: int = 64 * 2**20) -> Answer:
    """A status line and headers of that many bytes, and no end of them."""

    def answer(exchange: Exchange) -> None:
        exchange.note(200)
        exchange.push(b"HTTP/1.1 200 OK\r\n")
        for number in range(size // _PIECE):
            if exchange.wait(0):
                exchange.push(b"X-%d: %s\r\n" % (number, b"a" * 1000) * (_PIECE // 1000))
        exchange.drop()

    return answer


def bomb(size: int = 64 * 2**20) -> Answer:
    """A small gzipped body that unpacks to that many bytes."""
    return always(Reply(body=gzip.compress(b" " * size), headers={"Content-Encoding": "gzip"}))


def wrong_checksum(encoding: str = "gzip") -> Answer:
    """The usual page, gzipped, with a bit of its checksum turned."""

    def answer(exchange: Exchange) -> None:
        usual = exchange.usual()
        body = bytearray(gzip.compress(usual.body))
        body[-8] ^= 1
        exchange.reply(Reply(body=bytes(body), headers={"Content-Encoding": encoding}))

    return answer


def wrong_type(content_type: str = "application/pdf", body: bytes = b"%PDF-1.4\n%%EOF\n") -> Answer:
    """A body that is not HTML, and says so."""
    return always(Reply(body=body, content_type=content_type))


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
