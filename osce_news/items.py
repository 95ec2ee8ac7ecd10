"""The data dictionary: each field of a news item, with its meaning, form and origin."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from osce_news.pages.article import RawArticle


def _column(
    meaning: str,
    *,
    form: str = "text",
    required: bool = False,
    default: Any = None,
    origin: str = "the list",
    pitfalls: str | None = None,
) -> Any:
    """A field that says what it holds (dictionary.toml says the same of what no item has)."""
    metadata = {
        "meaning": meaning, "form": form, "required": required, "origin": origin, "pitfalls": pitfalls
    }  # fmt: skip
    return dataclasses.field(default=default, metadata=metadata)


@dataclass(frozen=True, slots=True)
class Term:
    """A printed name with the entry of the vocabulary that it means."""

    raw: str = _column("The name as printed.", required=True)
    id: str | None = _column("The entry's identifier; null if no entry bears this name.")
    status: str | None = _column("What the site prints behind an office's name.", form="closed")


@dataclass(slots=True)
class NewsItem:
    """One press release or news item, as one reading of the listing shows it."""

    id: str = _column(
        "The node number; else a hash of the canonical address.",
        required=True,
        default="",
        origin="url_raw",
        pitfalls="Text, not a number.",
    )
    url: str = _column(
        "The item's canonical address.",
        form="URL",
        required=True,
        default="",
        origin="url_raw",
        pitfalls="One node answers under several; `addresses` has all that were seen.",
    )
    url_raw: str = _column("The address as linked.", form="URL", required=True, default="")
    title: str = _column(
        "The title, white space evened out.",
        required=True,
        default="",
        origin="title_raw",
        pitfalls="Two items may bear one title.",
    )
    title_raw: str = _column("The title as printed.", required=True, default="")
    published: str | None = _column(
        "The publishing date.",
        form="YYYY-MM-DD",
        origin="published_raw",
        pitfalls="The site's: items are back-dated now and then. See first_seen and dateline_date.",
    )
    published_raw: str | None = _column("The publishing date as printed.")
    content_type: str | None = _column(
        "The content type's identifier.",
        form="identifier",
        origin="content_type_raw",
        pitfalls="Often not printed; a filter by type misses those items.",
    )
    content_type_raw: str | None = _column("The content type as printed.")
    offices: tuple[Term, ...] = _column(
        "The offices, in printed order.",
        form="list",
        default=(),
        origin="offices_raw",
        pitfalls="The site prints an office's present name on old items, and often none at all.",
    )
    offices_raw: str | None = _column("The offices as printed.")
    topics: tuple[Term, ...] = _column(
        "The topics, in printed order.",
        form="list",
        default=(),
        origin="topics_raw",
        pitfalls="Often not printed. Of two levels: an item of the lower one need not bear the upper one.",
    )
    topics_raw: str | None = _column("The topics as printed.")
    collections_raw: str | None = _column(
        "The collections as printed; rare.", pitfalls="Hardly ever printed."
    )
    teaser: str | None = _column(
        "The teaser, white space evened out.",
        origin="teaser_raw",
        pitfalls="Cut by the site, in mid-sentence too; the text is in `articles`.",
    )
    teaser_raw: str | None = _column("The teaser as printed.")
    language: str | None = _column(
        "The item's language.",
        form="ISO 639-1",
        origin="url_raw, language_raw",
        pitfalls="That of the address, else that of the list; not told from the words.",
    )
    language_raw: str | None = _column(
        "The language of the list that shows the item.",
        form="ISO 639-1",
        pitfalls="Of the list, not of the item.",
    )
    dateline_raw: str | None = _column("The dateline as printed, with its dash.", origin="teaser")
    dateline_places: tuple[Term, ...] = _column(
        "The dateline's places.",
        form="list",
        default=(),
        origin="teaser",
        pitfalls="Where the text is dated, not what it is about; about two items in three.",
    )
    dateline_date: str | None = _column(
        "The dateline's date; it may differ.",
        form="YYYY-MM-DD",
        origin="teaser",
        pitfalls="Now and then another than `published`, by days or months; none without a year.",
    )


@dataclass(frozen=True, slots=True)
class Rejected:
    """A result that can't be stored, with the reason and what was printed."""

    position: int
    reason: str
    raw: dict[str, Any]


@dataclass
class Listing:
    """One reading of a listing page, with its records: it is stored whole or not at all."""

    url: str
    fetched_at: str  # UTC, ISO 8601
    sha256: str  # of the body, hexadecimal
    status: int | None = None  # of the HTTP response; None for a saved page
    results: int = 0  # how many the page prints, whatever becomes of them
    listed: list[str] = dataclasses.field(default_factory=list)  # a key a result, in printed order
    etag: str | None = None
    last_modified: str | None = None
    records: list[NewsItem] = dataclasses.field(default_factory=list)
    rejected: list[Rejected] = dataclasses.field(default_factory=list)


@dataclass
class ArticleItem:
    """One answer to the request for an item's own page; it is stored in one transaction.

    `status` is "read", "unchanged" (304), "gone" (404, 410), "moved" (redirected to another item),
    "not_found" (a page that says so with status 200), "unreadable" (not understood), or "failed" (not to
    be had).
    """

    item_id: str  # the item that it was asked for
    url: str  # where the answer was found, after redirects
    fetched_at: str  # UTC, ISO 8601
    status: str
    http_status: int | None = None  # None: no answer, or a saved page
    sha256: str | None = None  # of the body, hexadecimal
    etag: str | None = None
    last_modified: str | None = None
    moved_to: str | None = None  # the other item's address
    reason: str | None = None  # of "unreadable" and "failed"
    article: RawArticle | None = None  # of "read"
