"""Parses captured pages; pure functions, so the result is the same on every machine."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import Any, NamedTuple, Self
from urllib.parse import urljoin, urlsplit

from osce_news import errors
from osce_news.archive.captures import SERVER_NOT_MODIFIED, Capture
from osce_news.errors import LayoutError, OsceNewsError
from osce_news.items import ArticleItem, Listing
from osce_news.normalize import is_web_address, item_id, normalize_listing
from osce_news.pages.extract import extract_listing, is_html, read_article, shows_cards
from osce_news.serialize import from_json
from osce_news.urls import is_listing_path, is_search_answer

LISTING, ARTICLE = "listing", "article"  # kinds of pages
_LISTING_PARAMETERS = frozenset({"rows", "solrsort"})
_REDIRECTS = (301, 302, 303, 307, 308)


@dataclass(frozen=True, slots=True)
class PageProblem:
    """Why a page could not be read: an error in plain values, which can be stored as JSON."""

    error: str  # the name of its class in errors.py
    text: str
    selector: str | None = None  # this and the next two for a LayoutError
    expected: str | None = None
    got: str | None = None

    @classmethod
    def of(cls, error: OsceNewsError) -> Self:
        """Return the error in plain values."""
        names = ("selector", "expected", "got") if isinstance(error, LayoutError) else ()
        return cls(type(error).__name__, str(error), *(getattr(error, name) for name in names))

    def as_error(self) -> OsceNewsError:
        """Return the error."""
        if self.selector is not None:
            return LayoutError(self.selector, expected=self.expected or "", got=self.got or "")
        kind: type[OsceNewsError] = getattr(errors, self.error, OsceNewsError)
        return kind(self.text)


class PageRequest(NamedTuple):
    """How a page was requested: as a list page, or as the article of an item."""

    kind: str
    item_id: str | None = None  # of an article, if its address does not tell

    def at(self, capture: Capture) -> PageRequest:
        """Return the request with the item of an article, taken from the capture's address if unknown."""
        if self.kind != ARTICLE:
            return PageRequest(self.kind)
        return PageRequest(self.kind, self.item_id or item_id(capture.url))


@dataclass(frozen=True, slots=True)
class ParsedPage:
    """The result of `parse` in values that can be stored as JSON: exactly one of them is set."""

    listing: Listing | None = None
    article: ArticleItem | None = None
    problem: PageProblem | None = None

    def __post_init__(self) -> None:
        """Raise ValueError if none is set."""
        if not (self.listing or self.article or self.problem):
            raise ValueError("not a valid ParsedPage: neither a page nor a problem")

    @classmethod
    def of(cls, capture: Capture, request: PageRequest) -> Self:
        """Parse a capture, and return the page or the problem."""
        try:
            page = parse(capture, request)
        except OsceNewsError as error:
            return cls(problem=PageProblem.of(error))
        return cls(article=page) if isinstance(page, ArticleItem) else cls(listing=page)

    def page(self) -> Listing | ArticleItem:
        """Return the page; raises its problem."""
        if self.problem is not None:
            raise self.problem.as_error()
        page = self.listing or self.article
        assert page is not None, "one of them is set"
        return page


@dataclass(frozen=True, slots=True)
class ParsedCapture(Capture):
    """A capture that was parsed before, perhaps on another machine; it has no body.

    `parsed` holds, as JSON under its `cache_key`, every page that a replay may ask for.
    """

    parsed: Mapping[tuple[str, str | None, bool], str] = field(default_factory=dict)


def parse(capture: Capture, request: PageRequest) -> Listing | ArticleItem:
    """Return what a capture shows, normalised. Raises OsceNewsError if it can't be read."""
    request = request.at(capture)
    if isinstance(capture, ParsedCapture):
        return from_json(ParsedPage, capture.parsed[cache_key(capture, request)]).page()
    described: dict[str, Any] = {
        "fetched_at": capture.fetched_at,
        "content_type": capture.header("content-type"),
        "etag": capture.header("etag") or None,
        "last_modified": capture.header("last-modified") or None,
    }
    if request.item_id is not None:
        return _article(capture, request.item_id, described)
    listing, _ = extract_listing(capture.body, capture.url, status=capture.status, **described)
    return normalize_listing(listing)


def parse_listing(capture: Capture) -> Listing:
    """Return the list page that a capture shows; raises OsceNewsError if it can't be read."""
    page = parse(capture, PageRequest(LISTING))
    assert isinstance(page, Listing)
    return page


def parse_article(capture: Capture, item_id: str | None = None) -> ArticleItem:
    """Return the article that a capture shows, of this item or of the one that its address names.

    Raises OsceNewsError if it can't be read.
    """
    page = parse(capture, PageRequest(ARTICLE, item_id))
    assert isinstance(page, ArticleItem)
    return page


def cache_key(capture: Capture, request: PageRequest) -> tuple[str, str | None, bool]:
    """Return what the result of `parse` depends on, besides the bytes of the capture."""
    return *request.at(capture), request.kind == ARTICLE and capture.revisit == SERVER_NOT_MODIFIED


def kind_of(capture: Capture) -> str | None:
    """Return whether a captured page is a list page or an article; None if it is neither.

    If the address does not show it, the page does: lists of cards may have any address.
    """
    kind = page_kind(capture.url)
    if kind is not None:
        return kind
    if isinstance(capture, ParsedCapture):
        return LISTING if any(known == LISTING for known, *_ in capture.parsed) else None
    is_page = capture.status == HTTPStatus.OK and is_html(capture.header("content-type"))
    return LISTING if is_page and shows_cards(capture.body, capture.header("content-type")) else None


def page_kind(url: str) -> str | None:
    """Return whether an address of the newsroom is that of a list page or an article; None if it is neither.

    An answer of the search service counts as a list page.

    >>> page_kind("https://www.osce.org/press-releases/ukraine?page=3")
    'listing'
    >>> page_kind("https://www.osce.org/node/1")
    'article'
    """
    try:
        parts = urlsplit(url)
        parameters = {part.partition("=")[0] for part in parts.query.split("&")}
        if is_listing_path(parts.path) or _LISTING_PARAMETERS & parameters or is_search_answer(url):
            return LISTING
        return None if item_id(url).startswith("u") else ARTICLE
    except ValueError:
        return None


def redirected_to(capture: Capture) -> str | None:
    """Return the web address that a response redirects to; None if it does not redirect to one."""
    location = capture.header("location")
    if not location or capture.status not in _REDIRECTS:
        return None
    try:
        address = urljoin(capture.url, location)
    except ValueError:  # such as "http://["
        return None
    return address if is_web_address(address) else None


def _article(capture: Capture, requested: str, described: dict[str, Any]) -> ArticleItem:
    url, status = capture.url, capture.status
    if (location := redirected_to(capture)) is not None:
        return ArticleItem(requested, url, capture.fetched_at, "moved", status, moved_to=location)
    if capture.revisit == SERVER_NOT_MODIFIED:
        status = HTTPStatus.NOT_MODIFIED
    return read_article(capture.body, url, asked_for=requested, status=status, **described)
