"""Turns responses into items or, if they are not understood, into findings and files."""

from __future__ import annotations

import json
import logging
from http import HTTPStatus
from pathlib import Path

from scrapy.http import Response
from scrapy.spidermiddlewares.httperror import HttpError
from twisted.python.failure import Failure

from osce_news.clock import utc_now
from osce_news.crawl.failures import OffsiteError
from osce_news.errors import LayoutError
from osce_news.items import HTTP_GONE, ArticleItem, Listing
from osce_news.pages import HttpResponse, ListingPage, read_article, read_listing
from osce_news.pages.findings import Findings
from osce_news.pages.html_page import decode
from osce_news.pages.search_answer import SearchAnswer
from osce_news.pages.search_settings import without_keys
from osce_news.urls import is_search_answer, same_path, without_query

logger = logging.getLogger(__name__)

MAX_KEPT_PAGES = 20


def listing_from_response(response: Response) -> tuple[Listing, ListingPage | SearchAnswer]:
    """Return the list page with its raw records, and its page object.

    Raises LayoutError with the findings if the page is not understood, or if a redirect led to another path;
    ChallengePageError for a challenge page.
    """
    requested = _requested(response)
    is_list = not is_search_answer(requested)
    if is_list and not same_path(requested, response.url):
        raise _gone(f"a redirect from {requested}", response)
    try:
        return read_listing(_http_response(response))
    except LayoutError as error:
        if is_list:
            error.args = (f"{error}; {findings_of(response)}",)
        raise


def findings_of(response: Response) -> Findings:
    """Return what a page that was requested as a list shows; raises nothing."""
    page = ListingPage(decode(response.body, header(response, "Content-Type"))[0], response.url)
    requested = _requested(response)
    is_list = response.status == HTTPStatus.OK and same_path(requested, response.url)
    return Findings.of(page, instead_of=None if is_list else requested)


def gone_list(failure: Failure) -> LayoutError | None:
    """Return the error for a list that the server says is gone; None for another failure.

    A redirect to another site is not followed, so there is no page to look at.
    """
    request = getattr(failure, "request", None)
    if isinstance(failure.value, OffsiteError) and request is not None and "redirect_urls" in request.meta:
        got = f"a redirect to another site, {request.url}, which was not followed"
        hint = f"if the list is there now, next: `osce-news crawl --start-url {without_query(request.url)}`"
        return LayoutError("the list is gone", expected="a list", got=f"{got}; {hint}")
    if not isinstance(failure.value, HttpError) or failure.value.response.status not in HTTP_GONE:
        return None
    response = failure.value.response
    return _gone(f"status {response.status}", response)


def _gone(got: str, response: Response) -> LayoutError:
    return LayoutError("the list is gone", expected="a list", got=f"{got}; {findings_of(response)}")


def _requested(response: Response) -> str:
    """Return the address that was requested, before redirects."""
    return str(response.meta.get("redirect_urls", [response.url])[0])


def service_message(response: Response) -> str:
    """Return what the search service says about an error; empty if it says nothing."""
    try:
        return str(json.loads(response.body)["message"])
    except (ValueError, TypeError, KeyError, RecursionError):
        return ""


def header(response: Response, name: str) -> str | None:
    """Return a header of the response as text; None if it is missing or empty."""
    value = response.headers.get(name)
    return value.decode("latin-1") if value else None


def fetched_at(response: Response) -> str:
    """Return the time of the response, as in the archive if the run is recorded."""
    return str(response.meta.get("fetched_at") or utc_now())


def article_from_response(response: Response, requested: str) -> ArticleItem:
    """Return what a response says about the requested item; raises ChallengePageError."""
    return read_article(_http_response(response), requested)


def _http_response(response: Response) -> HttpResponse:
    return HttpResponse(
        response.body,
        response.url,
        fetched_at(response),
        response.status,
        content_type=header(response, "Content-Type"),
        etag=header(response, "ETag"),
        last_modified=header(response, "Last-Modified"),
        link=b",".join(response.headers.getlist("Link")).decode("latin-1"),
    )


def keep_page(db: Path, body: bytes, key: str | None = None) -> Path | None:
    """Write the page's bytes to a file; return its path, None if it could not be written.

    Keys of the search service are replaced, among them the `key` in use. The file can be replayed: an answer
    of the search service ends in ".json". The oldest are deleted when there are more than `MAX_KEPT_PAGES`.
    """
    body, _ = without_keys(body, key)
    folder = db.with_name(f"{db.name}-not-understood")
    suffix = ".json" if body.lstrip().startswith((b"{", b"[")) else ".html"
    time = utc_now().replace(":", "")
    number = len(list(folder.glob(f"{time}*"))) + 1  # of this second
    path = folder / f"{time}{f'-{number}' if number > 1 else ''}{suffix}"
    try:
        folder.mkdir(exist_ok=True)
        path.write_bytes(body)
        # Never this one: if the clock was set back, it may have the oldest name.
        others = sorted(old for old in folder.glob("*T*Z*.*") if old != path)
        for old in others[: max(0, len(others) + 1 - MAX_KEPT_PAGES)]:
            old.unlink()
    except OSError as error:
        logger.error("the page could not be kept in %s: %s", folder, error.strerror)
        return None
    return path
