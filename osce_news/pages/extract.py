"""From a response to raw records: one function for lists and search answers, one for articles.

Both are pure, so a crawl and a replay get the same records from the same bytes.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from dataclasses import asdict, dataclass
from http import HTTPStatus

from osce_news.errors import ChallengePageError, LayoutError, OsceNewsError
from osce_news.items import HTTP_GONE, RAW_FIELDS, ArticleItem, Listing, NewsItem, Quarantined
from osce_news.normalize import item_id, parse_date
from osce_news.pages.article import ArticlePage
from osce_news.pages.html_page import decode
from osce_news.pages.listing import ListingPage, RawResult
from osce_news.pages.search_answer import SearchAnswer
from osce_news.urls import HOME_URL, is_search_answer

# Dates in an unknown form that make a page unreadable; osce_news/checks/limits.py has a stricter limit.
MIN_UNREADABLE_DATES = 2
MAX_UNREADABLE_DATES = 0.5  # of all
_NUMBERED = re.compile(rb"""href=["']?[^"'>\s]*/[0-9]+/?["'?#\s>]""")  # a link to an item
_LINK = re.compile(r'<(?P<address>[^>]*)>(?P<parameters>(?:[^,"]|"[^"]*")*)')
_NEXT = re.compile(r""";\s*rel\s*=\s*(?:next\b|"(?:[^"]*\s)?next[\s"])""", re.IGNORECASE)


@dataclass(frozen=True, slots=True)
class HttpResponse:
    """A response from which records are read; the headers are None if they are missing."""

    body: bytes  # unpacked
    url: str  # after redirects
    fetched_at: str  # UTC, ISO 8601
    status: int | None = None  # None for a saved page
    content_type: str | None = None
    etag: str | None = None
    last_modified: str | None = None
    link: str | None = None  # all Link headers, with commas between them

    @property
    def sha256(self) -> str:
        """The hash of the body, hexadecimal."""
        return hashlib.sha256(self.body).hexdigest()

    @property
    def is_html(self) -> bool:
        """Whether the Content-Type header is that of an HTML page, or missing."""
        named = (self.content_type or "").lower()
        return not named or "html" in named or "xml" in named

    @property
    def next_href(self) -> str | None:
        """The next page in the Link header (RFC 8288); None if it names none."""
        links = _LINK.finditer(self.link or "")
        return next((one["address"] for one in links if _NEXT.search(one["parameters"])), None)


def read_listing(response: HttpResponse) -> tuple[Listing, ListingPage | SearchAnswer]:
    """Return the records of a list page or of a search answer with their raw fields, and its page object.

    The address shows which of the two it is. Raises LayoutError if the page is not understood,
    ChallengePageError for a challenge.

    >>> body = b'''<h3><a href="/node/1">A title</a></h3> <p><b>Publishing date:</b> 1 May 2020</p>'''
    >>> url = "https://www.osce.org/press-releases"
    >>> listing, page = read_listing(HttpResponse(body, url, "2020-05-02T10:00:00Z"))
    >>> [(record.url_raw, record.title_raw, record.published_raw) for record in listing.records]
    [('https://www.osce.org/node/1', 'A title', '1 May 2020')]
    >>> listing.listed, page.pager.next
    (['1:1 May 2020'], None)
    """
    listing = Listing(
        url=response.url,
        fetched_at=response.fetched_at,
        sha256=response.sha256,
        status=response.status,
        etag=response.etag,
        last_modified=response.last_modified,
    )
    if is_search_answer(response.url):
        answer = SearchAnswer(response.body, response.url, response.content_type)
        _add_documents(listing, answer)
        return listing, answer
    if not response.is_html:
        raise LayoutError("html", expected="an HTML page", got=f"content of type {response.content_type}")
    page = ListingPage(decode(response.body, response.content_type)[0], response.url, response.next_href)
    _refuse_unreadable_dates([result.published for result in page.complete if result.published])
    listing.results, listing.listed = len(page.results), page.keys
    listing.records = [_record(result) for result in page.complete]
    listing.quarantined = [
        Quarantined(f"no {' and no '.join(result.lacks)}", _printed(result)) for result in page.incomplete
    ]
    listing.fields = page.fields
    return listing, page


def _add_documents(listing: Listing, answer: SearchAnswer) -> None:
    """Add the documents of the newsroom, with their full texts, and the keys of all documents."""
    listing.origin, listing.fields = "search", answer.fields
    listing.results, listing.listed = len(answer.documents), [one.key for one in answer.documents]
    for document in answer.wanted:
        if document.fault is not None:
            listing.quarantined.append(Quarantined(document.fault, document.printed()))
            continue
        listing.records.append(document.record())
        if (article := document.article(listing.fetched_at)) is not None:
            listing.articles.append(article)


def shows_cards(response: HttpResponse) -> bool:
    """Whether a page is a list of cards, at any address.

    The site's pages until 2025, made by Drupal 7, are not: their only list of news was the labelled one.
    """
    if not response.is_html or len(_NUMBERED.findall(response.body)) < 2:
        return False  # without parsing, for most pages
    page = ListingPage(decode(response.body, response.content_type)[0], HOME_URL)
    if "Drupal 7" in (page.generator or ""):
        return False
    try:
        return page.is_card_list
    except OsceNewsError:
        return False


def read_article(response: HttpResponse, requested: str) -> ArticleItem:
    """Return the article in the response to a request for an item, or the status that says why there is none.

    `requested` is the identifier of the item. A page that is not understood gets the status "unreadable",
    with the reason. Raises only ChallengePageError: a challenge says nothing about the item.
    """
    status = response.status
    item = ArticleItem(
        item_id=requested,
        url=response.url,
        fetched_at=response.fetched_at,
        status="read",
        http_status=status,
        sha256=response.sha256,
        etag=response.etag,
        last_modified=response.last_modified,
    )
    if status == HTTPStatus.NOT_MODIFIED:
        item.status, item.sha256 = "unchanged", None
    elif status in HTTP_GONE:
        item.status = "gone"
    elif status is not None and not 200 <= status < 300:
        item.status, item.reason = "failed", f"the site answered with status {status}"
    elif not response.body.strip():
        item.status, item.reason = "failed", "the page is empty"
    elif response.is_html:
        _read_page(item, ArticlePage.from_body(response.body, response.url, response.content_type))
    elif _item_id(response.url) != requested:
        item.status, item.moved_to = "moved", response.url
    else:
        item.status, item.reason = "unreadable", f"no HTML page but content of type {response.content_type}"
    return item


def _read_page(item: ArticleItem, page: ArticlePage) -> None:
    """Set the article, or the status that says why there is none; raises ChallengePageError."""
    try:
        if page.is_not_found:
            item.status = "not_found"
            return
        item.article = page.article
    except ChallengePageError:
        raise
    except LayoutError as error:
        item.status, item.reason = "unreadable", str(error)
    if (identifier := _item_id(item.url)) != item.item_id:
        # The page is that of another item, unless an address without a number is a known one of this item.
        item.status, item.moved_to, item.reason = "moved", item.url, None
        item.article = None if identifier is None or identifier.isdigit() else item.article


def _item_id(url: str) -> str | None:
    try:
        return item_id(url)
    except ValueError:  # not the address of an item
        return None


def _refuse_unreadable_dates(printed: Sequence[str | None]) -> None:
    """Raise LayoutError if most of a page's dates are in an unknown form."""
    unknown = [text for text in printed if parse_date(text) is None]
    if len(unknown) >= MIN_UNREADABLE_DATES and len(unknown) > len(printed) * MAX_UNREADABLE_DATES:
        raise LayoutError(
            "Publishing date",
            expected="dates such as '15 March 2022'",
            got=f"{len(unknown)} of {len(printed)} in another form, such as {str(unknown[0])[:60]!r}",
        )


def _record(result: RawResult) -> NewsItem:
    return NewsItem(**{name: getattr(result, name.removesuffix("_raw")) for name in RAW_FIELDS})


def _printed(result: RawResult) -> dict[str, object]:
    printed = {name: value for name, value in asdict(result).items() if value is not None}
    del printed["needs_date"]
    if "unlabelled" in printed:
        printed["stray"] = printed.pop("unlabelled")  # the key in all databases: equal rows are stored once
    return printed
