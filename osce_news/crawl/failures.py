"""Why requests fail: the exceptions of our middlewares, and what these and Scrapy's mean for the crawl."""

from __future__ import annotations

import re
from http import HTTPStatus
from urllib.request import getproxies

from OpenSSL import SSL
from scrapy.core.downloader.handlers.http11 import TunnelError
from scrapy.exceptions import (
    CannotResolveHostError,
    DownloadCancelledError,
    DownloadConnectionRefusedError,
    DownloadFailedError,
    DownloadTimeoutError,
    IgnoreRequest,
    ResponseDataLossError,
    UnsupportedURLSchemeError,
)
from scrapy.http import Request, Response
from scrapy.spidermiddlewares.httperror import HttpError
from service_identity import VerificationError
from twisted.internet.error import ConnectionClosed
from twisted.python.failure import Failure
from twisted.web._newclient import ParseError

from osce_news.crawl import settings
from osce_news.crawl.downloader import MAX_HEAD_BYTES, HeadTooLargeError
from osce_news.errors import (
    LayoutError,
    NetworkError,
    OsceNewsError,
    PartialError,
    RefusedError,
    UnavailableError,
)
from osce_news.search_query import COLLECTION
from osce_news.urls import short_address

_NOT_HTTP = "the answer is not HTTP"
# The first that matches counts.
_MEANINGS: tuple[tuple[type[Exception], str], ...] = (
    (CannotResolveHostError, "no such host, or no network: check the address and the connection"),
    (DownloadConnectionRefusedError, "the connection was refused"),
    (DownloadTimeoutError, "no answer within {timeout:g} s"),
    (DownloadCancelledError, "too large for a page: larger than the setting DOWNLOAD_MAXSIZE allows"),
    (HeadTooLargeError, f"headers of more than {MAX_HEAD_BYTES // 1024} KiB"),
    (ResponseDataLossError, "the response is empty or truncated"),
    (ConnectionClosed, "the connection was closed before there was an answer"),
    (VerificationError, "the server's certificate is that of another host"),
    (ParseError, _NOT_HTTP),
    (UnsupportedURLSchemeError, "the address of the proxy must begin with http://"),  # that of a page does
    (DownloadFailedError, "the connection failed"),
)
_REFUSING = frozenset({401, 403, 429, 451})
_OF_NETWORK = (
    CannotResolveHostError,
    DownloadConnectionRefusedError,
    DownloadTimeoutError,
    DownloadFailedError,
)


class OffsiteError(IgnoreRequest):
    """No request was sent, because it leads to another site."""


class RobotsError(IgnoreRequest):
    """robots.txt forbids the request, or can't be read, so that everything is forbidden."""


class RobotsUnreachableError(IgnoreRequest):
    """No request was sent, because the server did not answer the request for robots.txt."""


class CircuitOpenError(IgnoreRequest):
    """No request was sent: the ones before it failed, or the site asked for a long wait."""


class CrawlStoppedError(IgnoreRequest):
    """No request was sent, because the crawl was stopped while it waited for its turn."""


def error_from_failure(failure: Failure) -> OsceNewsError:
    """Return the error for a failed request; an UnavailableError means that no other page can be read."""
    error = failure.value
    request = getattr(failure, "request", None)
    url = short_address(request.url) if request else "the site"
    if isinstance(error, HttpError):
        return _status_error(url, error.response)
    if isinstance(error, RobotsError) or str(error) == "Forbidden by robots.txt":
        return RefusedError(f"{url}: {str(error)[0].lower()}{str(error)[1:]}")
    if isinstance(error, CircuitOpenError | RobotsUnreachableError):
        return UnavailableError(f"{url}: not requested: {error}")
    if isinstance(error, OffsiteError):
        return NetworkError(f"{url}: on another site, so it was not followed")
    return NetworkError(f"{url}: can't be read: {cause_of(error, request)}")


def _status_error(url: str, response: Response) -> OsceNewsError:
    status, wait = response.status, response.meta.get("retry_after")
    wait_note = f", and asks to wait {wait:.0f} s" if wait else ""
    if status == HTTPStatus.PROXY_AUTHENTICATION_REQUIRED:  # never from a site
        return NetworkError(f"{url}: the proxy asks for a name and a password (status {status})")
    if status in _REFUSING:
        return RefusedError(
            f"{url}: the site refuses (status {status}{wait_note}); wait, or write to the site's owner"
        )
    kind = UnavailableError if wait else NetworkError
    return kind(f"{url}: the site answered with status {status}{wait_note}")


def as_partial(error: OsceNewsError, pages: int) -> OsceNewsError:
    """Return a PartialError for a network error after stored pages; other errors are returned unchanged."""
    if pages and isinstance(error, NetworkError):
        return PartialError(f"{error}; what was read before it is stored, run the command again")
    return error


def service_error(status: int, message: str, error: OsceNewsError) -> OsceNewsError:
    """Return the error for an answer with this status; `message` is the service's own."""
    if status in (401, 403):
        return RefusedError(
            f"the search service refuses the key (status {status}): give another one with --search-key or "
            "OSCE_NEWS_SEARCH_KEY"
        )
    if status in (400, 404, 422) or 300 <= status < 400:
        got = f"status {status}" + (f", {message[:120]!r}" if message else "")
        return LayoutError("search service", expected=f"a collection at {COLLECTION}", got=got)
    return error


def cause_of(error: BaseException | None, request: Request | None = None) -> str:
    """Return why a request failed."""
    deepest = _deepest(error)
    timeout = (request.meta if request else {}).get("download_timeout", settings.DOWNLOAD_TIMEOUT)
    if isinstance(deepest, TunnelError):
        status = _proxy_status(deepest)
        reason = f"it answered with status {status}" if status else deepest
        return f"the proxy opened no connection to the site: {reason}"
    if isinstance(deepest, ValueError | KeyError) and deepest is not error:  # about a header
        meaning = _NOT_HTTP
    elif isinstance(deepest, SSL.Error):
        meaning = _tls_cause(deepest)
    else:
        meanings = (text.format(timeout=timeout) for kind, text in _MEANINGS if isinstance(deepest, kind))
        meaning = next(meanings, str(deepest).strip() or type(deepest).__name__)
    is_behind_proxy = isinstance(error, _OF_NETWORK) and {"http", "https"} & getproxies().keys()
    return f"{meaning}; requests go through a proxy" if is_behind_proxy else meaning


def is_lasting(error: BaseException) -> bool:
    """Whether another try would fail too, because of an invalid certificate or a proxy that refuses."""
    deepest = _deepest(error)
    if isinstance(deepest, TunnelError):
        return _proxy_status(deepest) < HTTPStatus.INTERNAL_SERVER_ERROR
    if isinstance(deepest, SSL.Error):
        return _is_about_certificate(deepest)
    return isinstance(deepest, VerificationError)


def _deepest(error: BaseException | None) -> BaseException | None:
    """Return what caused the downloader's error; the error itself if nothing is known."""
    reasons = getattr(getattr(error, "__cause__", None), "reasons", [])  # of Twisted's ResponseFailed
    return reasons[-1].value if reasons and type(error) is DownloadFailedError else error


def _proxy_status(error: TunnelError) -> int:
    """Return the status with which the proxy refused; 0 if its answer has none."""
    match = re.search(r"'status': (\d{3})", str(error))
    return int(match[1]) if match else 0


def _tls_cause(error: SSL.Error) -> str:
    details = _tls_details(error)
    what = (
        "the server's certificate is not valid" if _is_about_certificate(error) else "no encrypted connection"
    )
    return f"{what} ({details})"


def _tls_details(error: SSL.Error) -> str:
    return ", ".join(entry[-1] for entry in error.args[0]) if error.args else "closed"


def _is_about_certificate(error: SSL.Error) -> bool:
    return "certificate" in _tls_details(error)
