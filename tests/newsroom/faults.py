"""What can go wrong at a server; each function returns an answer for `Newsroom.fail`.

    newsroom.fail(page(3), status(503, {"Retry-After": "2"}), times=2)
    newsroom.fail("/robots.txt", stall())

An answer is a function that gets the `Exchange` and writes the response; tests can define others.
"""

from __future__ import annotations

import gzip
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from http import HTTPStatus
from typing import TYPE_CHECKING
from urllib.parse import parse_qs, urlsplit

from tests.newsroom.pages import render_challenge, render_error, render_login
from tests.newsroom.site import HTML, Reply

if TYPE_CHECKING:
    from tests.newsroom.handler import Exchange as Exchange

_PIECE = 65536
_LARGE = 64 * 2**20


Answer = Callable[["Exchange"], None]
Where = Callable[[str], bool]


@dataclass(slots=True)
class Fault:
    """An answer in place of the usual one, for requests whose path with query `where` accepts."""

    where: Where
    answer: Answer
    left: int | None = None
    """How many more times; None for always."""
    seen: int = 0
    """How often it was given."""


def everything(path: str) -> bool:
    """Whether the request is not for robots.txt."""
    return not path.startswith("/robots.txt")


def listing(path: str) -> bool:
    """Whether the request is for a page of the list."""
    return "/press-releases" in urlsplit(path).path.lower()


def page(number: int) -> Where:
    """Return a condition for the list page of this number, counted from 0."""

    def where(path: str) -> bool:
        asked = parse_qs(urlsplit(path).query).get("page", ["0"])[-1]
        return listing(path) and asked == str(number)

    return where


def status(code: int, headers: Mapping[str, str] | None = None, body: str | None = None) -> Answer:
    """Answer with this status, these headers, and a short page unless the status is 304."""
    text = f"<h1>{HTTPStatus(code).phrase}</h1>\n" if body is None else body
    return always(Reply(code, text.encode(), headers=headers or {}))


def always(reply: Reply) -> Answer:
    """Answer with this reply."""
    return lambda exchange: exchange.reply(reply)


def challenge() -> Answer:
    """Answer with a challenge page, and the status and the header that usually come with it."""
    headers = {"cf-mitigated": "challenge", "Server": "cloudflare"}
    return always(Reply(403, render_challenge().encode(), headers=headers))


def retry_later(seconds: float, code: int = 429) -> Answer:
    """Answer with status 429 or 503, and Retry-After."""
    return always(Reply(code, b"<h1>Try later</h1>\n", headers={"Retry-After": f"{seconds:g}"}))


def redirect(location: str, code: int = 302) -> Answer:
    """Answer with a redirect to this location."""
    return always(Reply(code, headers={"Location": location}))


def redirect_loop() -> Answer:
    """Answer with a redirect to the requested address."""
    return lambda exchange: exchange.reply(Reply(302, headers={"Location": exchange.path}))


def cookie_wall() -> Answer:
    """Answer with a redirect to the requested address, and a cookie."""
    return lambda exchange: exchange.reply(
        Reply(302, headers={"Location": exchange.path, "Set-Cookie": "seen=1; Path=/"})
    )


def stall() -> Answer:
    """Send nothing for a minute, or until the server closes, then close the connection."""

    def answer(exchange: Exchange) -> None:
        exchange.note(0)
        exchange.wait(60)
        exchange.drop()

    return answer


def reset(after: int = 1000) -> Answer:
    """Send the head and this many bytes of the usual body, then reset the connection."""

    def answer(exchange: Exchange) -> None:
        _part(exchange, after)
        # Without the pause, the reset can arrive before the bytes.
        exchange.wait(0.05)
        exchange.drop(reset=True)

    return answer


def cut() -> Answer:
    """Send the head with the full length and half of the usual body, then close the connection."""

    def answer(exchange: Exchange) -> None:
        _part(exchange, len(exchange.usual().body) // 2)
        exchange.drop()

    return answer


def truncated(share: float = 0.5) -> Answer:
    """Answer with this share of the usual body as if it were complete."""

    def answer(exchange: Exchange) -> None:
        usual = exchange.usual()
        part = usual.body[: int(len(usual.body) * share)]
        exchange.reply(Reply(usual.status, part, usual.content_type, usual.headers))

    return answer


def huge() -> Answer:
    """Send a body of 64 MiB without its length."""

    def answer(exchange: Exchange) -> None:
        exchange.begin(200, {"Content-Type": HTML, "Connection": "close"})
        exchange.push(b"<!DOCTYPE html>\n")
        for _ in range(_LARGE // _PIECE):
            if exchange.wait(0):
                exchange.push(b" " * _PIECE)
        exchange.drop()

    return answer


def endless_headers() -> Answer:
    """Send a status line and headers of 64 MiB that do not end."""

    def answer(exchange: Exchange) -> None:
        exchange.note(200)
        exchange.push(b"HTTP/1.1 200 OK\r\n")
        for number in range(_LARGE // _PIECE):
            if exchange.wait(0):
                exchange.push(b"X-%d: %s\r\n" % (number, b"a" * 1000) * (_PIECE // 1000))
        exchange.drop()

    return answer


def head(line: str) -> Answer:
    """Send this status line or header, without a body."""

    def answer(exchange: Exchange) -> None:
        exchange.note(200)
        exchange.push(f"HTTP/1.1 200 OK\r\n{line}\r\n\r\n".encode())
        exchange.drop()

    return answer


def bomb() -> Answer:
    """Answer with a small gzipped body that unpacks to 64 MiB."""
    return always(Reply(body=gzip.compress(b" " * _LARGE), headers={"Content-Encoding": "gzip"}))


def wrong_checksum() -> Answer:
    """Answer with the usual page, gzipped, and a wrong bit in its checksum."""

    def answer(exchange: Exchange) -> None:
        usual = exchange.usual()
        body = bytearray(gzip.compress(usual.body))
        body[-8] ^= 1
        exchange.reply(Reply(body=bytes(body), headers={"Content-Encoding": "gzip"}))

    return answer


def wrong_type() -> Answer:
    """Answer with a body that is not HTML, and a matching Content-Type."""
    return always(Reply(body=b"%PDF-1.4\n%%EOF\n", content_type="application/pdf"))


def login() -> Answer:
    """Answer with the site's login page and status 200."""
    return always(Reply(body=render_login().encode()))


def error_page() -> Answer:
    """Answer with a page of the site that reports an error, and status 200."""
    return always(Reply(body=render_error().encode()))


def _part(exchange: Exchange, size: int) -> None:
    usual = exchange.usual()
    length = str(len(usual.body))
    headers = {**usual.headers, "Content-Type": usual.content_type, "Content-Length": length}
    exchange.begin(usual.status, headers)
    exchange.push(usual.body[:size])
