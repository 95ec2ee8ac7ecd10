"""A captured page and what it shows; pure functions, so the result is the same on every machine."""

from __future__ import annotations

from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from urllib.parse import urljoin, urlsplit

from osce_news.archive.http_messages import Headers, header
from osce_news.items import ArticleItem, Listing
from osce_news.normalize import is_web_address, item_id, normalize_listing
from osce_news.pages import HttpResponse, read_article, read_listing
from osce_news.pages.extract import shows_cards
from osce_news.urls import is_listing_path, is_search_answer, without_user

LISTING, ARTICLE = "listing", "article"  # kinds of pages
SERVER_NOT_MODIFIED = "server-not-modified"  # the profile of a 304
_LISTING_PARAMETERS = frozenset({"rows", "solrsort"})
_REDIRECTS = (301, 302, 303, 307, 308)


@dataclass(frozen=True, slots=True)
class Capture:
    """A page as it was fetched once. A revisit record gives the page that it refers to."""

    url: str
    fetched_at: str  # UTC, in the form of clock.py
    status: int | None  # None for a saved page, whose status is unknown
    headers: Headers
    body: bytes  # without transfer-encoding and content-encoding
    record_id: str | None
    path: Path
    offset: int  # in the file, of the record or of the gzip member that it is in
    revisit: str | None = None  # "identical-payload-digest", "server-not-modified", or the profile's address
    seekable: bool = True  # whether it can be read from `offset` on, without what comes before it

    def kind(self) -> str | None:
        """Return whether the page is a list page or an article; None if it is neither.

        If the address does not show it, the page does: lists of cards may have any address.
        """
        kind = page_kind(self.url)
        if kind is not None:
            return kind
        is_page = self.status in (None, HTTPStatus.OK)
        return LISTING if is_page and shows_cards(self.response) else None

    @property
    def response(self) -> HttpResponse:
        """The response from which the page is read."""
        names = ("content-type", "etag", "last-modified")
        headers = (header(self.headers, name) or None for name in names)
        status = HTTPStatus.NOT_MODIFIED if self.revisit == SERVER_NOT_MODIFIED else self.status
        return HttpResponse(self.body, self.url, self.fetched_at, status, *headers)

    def listing(self) -> Listing:
        """Return the list page, normalised; raises OsceNewsError if it can't be read."""
        return normalize_listing(read_listing(self.response)[0])

    def article(self, requested: str | None = None) -> ArticleItem:
        """Return the article of the requested item, by default the one that the address names.

        Raises OsceNewsError if it can't be read.
        """
        requested = requested or item_id(self.url)
        if (location := self.redirect()) is not None:
            return ArticleItem(requested, self.url, self.fetched_at, "moved", self.status, moved_to=location)
        return read_article(self.response, requested)

    def redirect(self) -> str | None:
        """Return the web address that the response redirects to; None if it does not redirect to one."""
        location = header(self.headers, "location")
        if not location or self.status not in _REDIRECTS:
            return None
        try:
            address = without_user(urljoin(self.url, location))
        except ValueError:  # such as "http://["
            return None
        return address if is_web_address(address) else None


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
