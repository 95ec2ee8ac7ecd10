"""Why requests fail, in words, and which of them are not retried."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import Any

import pytest
from OpenSSL import SSL
from scrapy.core.downloader.handlers.http11 import TunnelError
from scrapy.exceptions import DownloadFailedError, DownloadTimeoutError, UnsupportedURLSchemeError
from scrapy.http import Request
from twisted.internet.error import ConnectionLost
from twisted.python.failure import Failure
from twisted.web._newclient import ParseError, ResponseFailed

from osce_news.crawl.failures import as_partial, cause_of, error_from_failure, is_lasting
from osce_news.crawl.responses import gone_list
from osce_news.errors import LayoutError, NetworkError, PartialError
from tests.helpers import run


def test_a_connection_lost_after_some_pages_makes_a_partial_run() -> None:
    lost = NetworkError("lost")
    assert as_partial(lost, 0) is lost
    assert isinstance(as_partial(lost, 3), PartialError)
    layout = LayoutError("x", expected="y", got="z")
    assert as_partial(layout, 3) is layout


def failed(reason: Exception) -> DownloadFailedError:
    """Return Scrapy's error for a response that failed for this reason."""
    error = DownloadFailedError("a list of failures")
    error.__cause__ = ResponseFailed([Failure(reason)])  # type: ignore[no-untyped-call]
    return error


NOT_HTTP = ParseError("no status line", b"x")  # type: ignore[no-untyped-call]
REFUSED = "Could not open CONNECT tunnel with proxy a:1 [{{'status': {0}, 'reason': b''}}]"


@pytest.mark.parametrize(
    ("error", "lasts", "cause"),
    [
        (failed(NOT_HTTP), False, "the answer is not HTTP"),
        (failed(ValueError("not a length")), False, "the answer is not HTTP"),
        (failed(KeyError(b"gzip")), False, "the answer is not HTTP"),  # as Transfer-Encoding
        (ValueError("no scheme in the address"), False, "no scheme in the address"),
        (failed(ConnectionLost()), False, "the connection was closed before there was an answer"),
        (DownloadTimeoutError(), False, "no answer within 60 s"),
        (UnsupportedURLSchemeError("Unsupported scheme: b'socks5'"), False, "proxy must begin with http://"),
        (TunnelError(REFUSED.format(407)), True, "it answered with status 407"),
        (TunnelError(REFUSED.format(502)), False, "it answered with status 502"),
        (failed(SSL.Error([("SSL routines", "", "certificate verify failed")])), True, "is not valid"),
        (failed(SSL.Error([("SSL routines", "", "wrong version number")])), False, "no encrypted connection"),
    ],
)
def test_what_waiting_does_not_change_is_not_tried_again(error: Exception, lasts: bool, cause: str) -> None:
    assert cause in cause_of(error)
    assert is_lasting(error) is lasts


@pytest.mark.parametrize("name", ["offsite-retreat", "robots.txt-and-us", "DOWNLOAD_MAXSIZE"])
def test_what_an_address_says_does_not_change_the_error(name: str) -> None:
    url = f"https://www.osce.org/{name}"
    failure: Any = Failure(DownloadTimeoutError(f"Getting {url} took too long."))  # type: ignore[no-untyped-call]
    failure.request = Request(url, meta={"redirect_urls": ["https://www.osce.org/"]})
    error = error_from_failure(failure)
    assert type(error) is NetworkError
    assert str(error) == f"{url}: can't be read: no answer within 60 s"
    assert gone_list(failure) is None


@contextmanager
def server(answer: bytes) -> Iterator[tuple[str, list[bytes]]]:
    """Yield the address of a server that answers everything with these bytes, and what it is asked."""
    asked: list[bytes] = []

    def serve(listening: socket.socket) -> None:
        while True:
            connection, _ = listening.accept()
            with connection:
                if not (request := connection.recv(10_000)):
                    return
                asked.append(request)
                connection.sendall(answer)

    with socket.create_server(("127.0.0.1", 0)) as listening:
        thread = threading.Thread(target=serve, args=(listening,), daemon=True)
        thread.start()
        address = listening.getsockname()
        yield f"http://127.0.0.1:{address[1]}", asked
        socket.create_connection(address).close()  # the last
        thread.join()


@pytest.mark.parametrize(
    ("scheme", "cause"),
    [
        ("https", "the proxy opened no connection to the site: it answered with status 407"),
        ("http", "the proxy asks for a name and a password (status 407)"),
    ],
)
def test_a_proxy_that_refuses_ends_the_crawl_at_once(scheme: str, cause: str, tmp_path: Path) -> None:
    answer = b"HTTP/1.1 407 Password\r\n\r\n"
    with server(answer) as (url, asked):
        proxies = {f"{scheme}_proxy": url, "no_proxy": ""}
        at = ["--start-url", f"{scheme}://www.osce.org/press-releases", "--delay", "0", "--db", "a.db"]
        done = run("crawl", *at, cwd=tmp_path, env=proxies)
    assert (done.status, len(asked)) == (1, 1 + (scheme == "http"))  # robots.txt, and the page
    assert done.errors[-1].endswith(cause)
