"""Scrapy's download handler, with a limit for the head of a response, and an end to waiting for a proxy."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from scrapy.core.downloader.handlers import http11
from scrapy.core.downloader.handlers.http11 import TunnelError
from scrapy.exceptions import DownloadFailedError
from twisted.python.failure import Failure
from twisted.web._newclient import HEADER, STATUS

if TYPE_CHECKING:
    from collections.abc import Callable

    from scrapy.crawler import Crawler
    from twisted.internet.protocol import Protocol

MAX_HEAD_BYTES = 256 * 1024  # as in browsers
_HTTP = b"HTTP/"


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


class _ProxyEndpoint(http11._TunnelingTCP4ClientEndpoint):
    """Gives up as soon as the proxy closes the connection or answers with something that is not HTTP.

    Scrapy 2.19 waits for the time-out (github.com/scrapy/scrapy/issues/3614).
    """

    def requestTunnel(self, protocol: Protocol) -> Protocol:  # noqa: N802
        close: Callable[..., None] = protocol.connectionLost

        def closed(*reason: Failure) -> None:
            self._give_up("it closed the connection")
            close(*reason)

        protocol.connectionLost = closed  # type: ignore[assignment,method-assign]
        return super().requestTunnel(protocol)

    def processProxyResponse(self, data: bytes) -> None:  # noqa: N802
        begin = bytes(self._connectBuffer + data)[: len(_HTTP)]
        if not _HTTP.startswith(begin):
            self._give_up("its answer is not HTTP")
            transport: Any = self._protocol.transport
            transport.loseConnection()
        else:
            super().processProxyResponse(data)

    def _give_up(self, reason: str) -> None:
        if not self._tunnelReadyDeferred.called:
            self._tunnelReadyDeferred.errback(TunnelError(reason))


# Scrapy has no setting for it.
http11._TunnelingTCP4ClientEndpoint = _ProxyEndpoint  # type: ignore[misc]
