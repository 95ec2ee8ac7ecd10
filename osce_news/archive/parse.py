"""Reads one captured page: no network, no database, no clock, the same result wherever it runs."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from http import HTTPStatus
from typing import NamedTuple, Self
from urllib.parse import urljoin, urlsplit

from osce_news import errors
from osce_news.archive.reader.captures import Capture
from osce_news.archive.reader.revisits import NOT_MODIFIED
from osce_news.errors import LayoutError, OsceNewsError
from osce_news.items import ArticleItem, Listing
from osce_news.normalize import is_web_address, item_id, normalize_listing
from osce_news.pages.extract import html_page, read_article, read_listing, result_keys
from osce_news.serialize import from_json, to_json
from osce_news.site import is_listing_path

LISTING, ARTICLE = "listing", "article"
_OF_LISTS = frozenset({"rows", "solrsort"})
_REDIRECTS = (301, 302, 303, 307, 308)


@dataclass(frozen=True, slots=True)
class Problem:
    """Why a page could not be read: an error in plain values, so that it can go from process to process."""

    error: str  # the name of its class in errors.py
    text: str
    selector: str | None = None  # these three of a LayoutError
    expected: str | None = None
    got: str | None = None

    @classmethod
    def of(cls, error: OsceNewsError) -> Self:
        """Return the error in plain values."""
        if isinstance(error, LayoutError):
            return cls(type(error).__name__, str(error), error.selector, error.expected, error.got)
        return cls(type(error).__name__, str(error))

    def as_error(self) -> OsceNewsError:
        """Return the error."""
        if self.selector is not None:
            return LayoutError(self.selector, expected=self.expected or "", got=self.got or "")
        kind: type[OsceNewsError] = getattr(errors, self.error, OsceNewsError)
        return kind(self.text)


class Asked(NamedTuple):
    """What a page was asked for: a listing or an article, and of which item if the address does not tell."""

    kind: str
    item_id: str | None = None

    def at(self, capture: Capture) -> Asked:
        """Return it with the item of an article, which the capture's address tells if nothing else does."""
        return Asked(self.kind, (self.item_id or item_id(capture.url)) if self.kind == ARTICLE else None)


@dataclass(frozen=True, slots=True)
class Parsed:
    """What a captured page shows, after all steps that need no database: one of the last three is there."""

    url: str
    fetched_at: str
    kind: str
    listing: Listing | None = None
    article: ArticleItem | None = None
    problem: Problem | None = None

    def to_json(self) -> str:
        """Return all of it as JSON, for files and other machines."""
        return to_json(self)

    @classmethod
    def from_json(cls, text: str) -> Self:
        """Return what `to_json` was given; raises ValueError for other texts."""
        return from_json(cls, text)


@dataclass(frozen=True, slots=True)
class ParsedCapture(Capture):
    """A capture that was parsed before, on another machine perhaps; its body is no longer there.

    `parsed` has, as JSON, each page that a replay may ask for; the key is `key_of`.
    """

    parsed: Mapping[tuple[str, str | None, bool], str] = field(default_factory=dict)


def key_of(capture: Capture, asked: Asked) -> tuple[str, str | None, bool]:
    """Return what makes a difference to `parse`, beside the capture's bytes."""
    return *asked.at(capture), asked.kind == ARTICLE and capture.revisit == NOT_MODIFIED


def kind_of(url: str) -> str | None:
    """Return what an address of the newsroom shows, a listing or an article; None: neither, as it seems.

    >>> kind_of("https://www.osce.org/press-releases/ukraine?page=3"), kind_of("https://www.osce.org/node/1")
    ('listing', 'article')
    """
    try:
        parts = urlsplit(url)
        asked = {part.partition("=")[0] for part in parts.query.split("&")}
        if is_listing_path(parts.path) or _OF_LISTS & asked:
            return LISTING
        return None if item_id(url).startswith("u") else ARTICLE
    except ValueError:
        return None


def redirected_to(capture: Capture) -> str | None:
    """Return the address to which an answer sends on; None if it does not, or to nothing on the web."""
    location = capture.header("location")
    if not location or capture.status not in _REDIRECTS:
        return None
    try:
        address = urljoin(capture.url, location)
    except ValueError:  # such as "http://["
        return None
    return address if is_web_address(address) else None


def parse(capture: Capture, asked: Asked | None = None) -> Parsed:
    """Return what a capture shows; never raises for what a page may hold.

    `asked` is what was asked for, if the address does not tell.
    """
    kind, of_item = (asked or Asked(kind_of(capture.url) or LISTING)).at(capture)
    if isinstance(capture, ParsedCapture):
        return Parsed.from_json(capture.parsed[key_of(capture, Asked(kind, of_item))])
    listing, article, problem = None, None, None
    try:
        if kind == ARTICLE:
            assert of_item is not None, "an article is asked for by its item"
            article = _article(capture, of_item)
        else:
            listing = _listing(capture)
    except OsceNewsError as error:
        problem = Problem.of(error)
    return Parsed(capture.url, capture.fetched_at, kind, listing, article, problem)


def _listing(capture: Capture) -> Listing:
    page = html_page(capture.body, capture.url, capture.header("content-type"))
    item = read_listing(page, body=capture.body, fetched_at=capture.fetched_at, status=capture.status)
    item.listed = result_keys(page)
    item.etag, item.last_modified = capture.header("etag") or None, capture.header("last-modified") or None
    return normalize_listing(item)


def _article(capture: Capture, asked_for: str) -> ArticleItem:
    if (location := redirected_to(capture)) is not None:
        at, status = capture.fetched_at, capture.status
        return ArticleItem(asked_for, capture.url, at, "moved", status, moved_to=location)
    return read_article(
        capture.body,
        capture.url,
        asked_for=asked_for,
        fetched_at=capture.fetched_at,
        status=HTTPStatus.NOT_MODIFIED if capture.revisit == NOT_MODIFIED else capture.status,
        content_type=capture.header("content-type"),
        etag=capture.header("etag") or None,
        last_modified=capture.header("last-modified") or None,
    )
