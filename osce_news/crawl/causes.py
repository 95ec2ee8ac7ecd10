"""Says in words why a request got no response. Most of the downloader's errors have no message for people."""

from __future__ import annotations

from urllib.request import getproxies

from OpenSSL import SSL
from scrapy import Request
from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadCancelledError,
    DownloadConnectionRefusedError,
    DownloadFailedError,
    DownloadTimeoutError,
    ResponseDataLossError,
)
from service_identity import VerificationError
from twisted.internet.error import ConnectionClosed
from twisted.web._newclient import ParseError

from osce_news.crawl import settings
from osce_news.crawl.downloader import MAX_HEAD_BYTES, HeadTooLargeError

_NOT_HTTP = "the answer is not HTTP"
# The first that fits.
_MEANINGS: tuple[tuple[type[Exception], str], ...] = (
    (CannotResolveHostError, "no such host, or no network: check the address and the connection"),
    (DownloadConnectionRefusedError, "the connection was refused"),
    (DownloadTimeoutError, "no answer within {timeout:g} s"),
    (
        DownloadCancelledError,
        f"more than {settings.DOWNLOAD_MAXSIZE // 1024**2} MiB, too much for a page",
    ),
    (HeadTooLargeError, f"headers of more than {MAX_HEAD_BYTES // 1024} KiB"),
    (ResponseDataLossError, "the response is truncated"),
    (ConnectionClosed, "the connection was closed before there was an answer"),
    (VerificationError, "the server's certificate is that of another host"),
    (ParseError, _NOT_HTTP),
    (DownloadFailedError, "the connection failed"),
)
_OF_NETWORK = (CannotResolveHostError, DownloadConnectionRefusedError, DownloadTimeoutError)


def cause_of(error: BaseException | None, request: Request | None = None) -> str:
    """Return why a request failed."""
    reasons = getattr(getattr(error, "__cause__", None), "reasons", [])  # of Twisted's ResponseFailed
    deepest = reasons[-1].value if reasons and type(error) is DownloadFailedError else error
    if isinstance(deepest, ValueError) and deepest is not error:  # about a header
        return _NOT_HTTP
    if isinstance(deepest, SSL.Error):
        return _tls_cause(deepest)
    timeout = (request.meta if request else {}).get("download_timeout", settings.DOWNLOAD_TIMEOUT)
    meanings = (text.format(timeout=timeout) for kind, text in _MEANINGS if isinstance(deepest, kind))
    meaning = next(meanings, str(deepest).strip() or type(deepest).__name__)
    is_behind_proxy = isinstance(error, _OF_NETWORK) and getproxies()
    return f"{meaning}; requests go through a proxy" if is_behind_proxy else meaning


def _tls_cause(error: SSL.Error) -> str:
    details = ", ".join(entry[-1] for entry in error.args[0]) if error.args else "closed"
    what = "the server's certificate is not valid" if "certificate" in details else "no encrypted connection"
    return f"{what} ({details})"
