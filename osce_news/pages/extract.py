"""The road from the bytes of a page to what is stored of it, the same for crawls and for saved pages."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from dataclasses import asdict

from w3lib.encoding import html_to_unicode

from osce_news.errors import ChallengePageError, LayoutError
from osce_news.items import ArticleItem, Listing, NewsItem, Rejected
from osce_news.normalize import item_id, parse_date
from osce_news.pages import ListingPage, RawResult
from osce_news.pages.article import ArticlePage

_NOT_MODIFIED = 304
_GONE = (404, 410)


def decode(body: bytes, content_type: str | None = None) -> str:
    """Return the text of a page as a browser would read it: header, byte order mark, meta, UTF-8."""
    return html_to_unicode(content_type, body, default_encoding="utf-8")[1]


def read_listing(page: ListingPage, *, body: bytes, fetched_at: str, status: int | None) -> Listing:
    """Return the page's records with their raw fields.

    Raises LayoutError or ChallengePageError if the page is not understood.
    """
    _refuse_unreadable_dates([result.published for result in page.complete])
    return Listing(
        url=page.url,
        fetched_at=fetched_at,
        sha256=hashlib.sha256(body).hexdigest(),
        status=status,
        results=len(page.results),
        records=[_record(result) for result in page.complete],
        rejected=[
            Rejected(result.position, f"no {' and no '.join(result.lacks)}", _printed(result))
            for result in page.incomplete
        ],
    )


def is_html(content_type: str | None) -> bool:
    """Whether the header calls the body a page; so does one that is not there."""
    return not content_type or "html" in content_type or "xml" in content_type


def read_article(
    body: bytes,
    url: str,
    *,
    asked_for: str,
    fetched_at: str,
    status: int | None,
    content_type: str | None = None,
    etag: str | None = None,
    last_modified: str | None = None,
) -> ArticleItem:
    """Return what an answer says of the item that it was asked for; never anything but an ArticleItem.

    `url` is where the answer was found, `asked_for` the item's identifier, `status` that of HTTP (None for a
    saved page). What is not understood is "unreadable" with the reason; only a challenge page raises, a
    ChallengePageError, for it says nothing of the item.
    """
    item = ArticleItem(
        item_id=asked_for,
        url=url,
        fetched_at=fetched_at,
        status="read",
        http_status=status,
        sha256=hashlib.sha256(body).hexdigest(),
        etag=etag,
        last_modified=last_modified,
    )
    if status == _NOT_MODIFIED:
        item.status, item.sha256 = "unchanged", None
    elif status in _GONE:
        item.status = "gone"
    elif status is not None and not 200 <= status < 300:
        item.status, item.reason = "failed", f"the site answered with status {status}"
    elif is_html(content_type):
        _read_page(item, ArticlePage.from_body(body, url, content_type))
    elif _is_other(url, asked_for):
        item.status, item.moved_to = "moved", url
    else:
        item.status, item.reason = "unreadable", f"no HTML page but content of type {content_type}"
    return item


def html_page(body: bytes, url: str, content_type: str | None) -> ListingPage:
    """Return the page of an answer; raises LayoutError if it calls itself anything but HTML."""
    if not is_html(content_type):
        raise LayoutError("html", expected="an HTML page", got=f"content of type {content_type}")
    return ListingPage(decode(body, content_type), url)


def result_keys(page: ListingPage) -> list[str]:
    """Return a key for each result, in printed order: its identifier and its date as printed.

    They tell its place in a list that is ordered by date. A result that stands twice on the page has
    two keys; one without an address has "-" and a hash of its title for an identifier.
    """
    keys: list[str] = []
    for result in page.results:
        key = f"{_identifier(result)}:{result.published}"
        keys.append(f"{key}:{keys.count(key) + 1}" if key in keys else key)
    return keys


def _read_page(item: ArticleItem, page: ArticlePage) -> None:
    """Set what the page says of the item; raises ChallengePageError."""
    try:
        if page.is_not_found:
            item.status = "not_found"
            return
        item.article = page.article
    except ChallengePageError:
        raise
    except LayoutError as error:
        item.status, item.reason = "unreadable", str(error)
    if _is_other(item.url, item.item_id):
        # What another page says is not this item's.
        item.status, item.moved_to, item.reason, item.article = "moved", item.url, None, None


def _is_other(url: str, asked_for: str) -> bool:
    try:
        return item_id(url) != asked_for
    except ValueError:  # no address of an item
        return True


def _identifier(result: RawResult) -> str:
    try:
        if result.url:
            return item_id(result.url)
    except ValueError:  # no address of an item
        pass
    return f"-{hashlib.blake2b((result.title or '').encode(), digest_size=6).hexdigest()}"


def _refuse_unreadable_dates(printed: Sequence[str | None]) -> None:
    """Raise LayoutError if most of a page's dates are in no form that is known."""
    unknown = [text for text in printed if parse_date(text) is None]
    if len(unknown) > 1 and len(unknown) * 2 > len(printed):
        raise LayoutError(
            "Publishing date",
            expected="dates such as '15 March 2022'",
            got=f"{len(unknown)} of {len(printed)} in another form, such as {str(unknown[0])[:60]!r}",
        )


def _record(result: RawResult) -> NewsItem:
    return NewsItem(
        url_raw=result.url or "",
        title_raw=result.title or "",
        published_raw=result.published,
        content_type_raw=result.content_type,
        offices_raw=result.offices,
        topics_raw=result.topics,
        collections_raw=result.collections,
        teaser_raw=result.teaser,
        language_raw=result.language,
    )


def _printed(result: RawResult) -> dict[str, object]:
    printed = {name: value for name, value in asdict(result).items() if value is not None}
    del printed["position"]  # the same result may be elsewhere on the next page
    if "unlabelled" in printed:
        printed["stray"] = printed.pop("unlabelled")  # the key in all databases: equal rows are stored once
    return printed
