"""Scrapy's download handler, with a limit for the head of a response."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from scrapy.core.downloader.handlers import http11
from scrapy.exceptions import DownloadFailedError
from twisted.python.failure import Failure
from twisted.web._newclient import HEADER, STATUS

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

MAX_HEAD_BYTES = 256 * 1024  # as in browsers


class HeadTooLargeError(DownloadFailedError):
    """The status line and the headers of a response are too long, or have no end."""


class BoundedDownloadHandler(http11.HTTP11DownloadHandler):
    """Gives up responses whose head is too large.

    DOWNLOAD_MAXSIZE is for bodies. Scrapy 2.19 keeps headers until the time-out, so that endless ones fill
    the memory (github.com/scrapy/scrapy/pull/7813).
    """

    def __init__(self, crawler: Crawler) -> None:
        super().__init__(crawler)
        self._pool._factory = _Factory


class _Protocol(http11._LenientHTTP11ClientProtocol):
    _head = 0  # bytes of the present response's head so far

    def dataReceived(self, data: bytes) -> None:  # noqa: N802  # Twisted's name
        super().dataReceived(data)  # type: ignore[no-untyped-call]
        is_head = self._parser is not None and self._parser.state in (STATUS, HEADER)
        self._head = self._head + len(data) if is_head else 0
        if self._head > MAX_HEAD_BYTES:
            self._giveUp(Failure(HeadTooLargeError()))  # type: ignore[no-untyped-call]


class _Factory(http11._LenientHTTP11ClientFactory):
    def buildProtocol(self, addr: Any) -> _Protocol:  # noqa: N802
        return _Protocol(self._quiescentCallback)  # type: ignore[no-untyped-call]
