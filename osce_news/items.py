"""The items that the spiders yield, with a description of each column.

Only `NewsItem` describes the columns of items. The tables and the view of the database, the data dictionary,
exports, history and the tables of docs/data.md are derived from it.
"""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from http import HTTPStatus
from typing import Any, Literal

BY_EXTRACTOR = "trafilatura"  # the `layout` of an article that matches no known one
BY_SEARCH = "search"  # the `layout` of an article from the search service
HTTP_GONE = (HTTPStatus.NOT_FOUND, HTTPStatus.GONE)  # 404, 410: the page no longer exists
_LIST = "the list"  # the origin of fields that are read from a page of the list


def _column(
    meaning: str,
    *,
    form: str = "text",
    required: bool = False,
    default: Any = None,
    origin: str = _LIST,
    pitfalls: str | None = None,
    change: Literal["text", "labels", "date"] | None = None,
) -> Any:
    """Return a dataclass field with its description; dictionary.toml describes the columns of other tables.

    `change` is the class of revisions of this field; None if its changes are not recorded.
    """
    metadata = {
        "meaning": meaning, "form": form, "required": required, "origin": origin, "pitfalls": pitfalls,
        "change": change,
    }  # fmt: skip
    return dataclasses.field(default=default, metadata=metadata)


@dataclass(frozen=True, slots=True)
class Term:
    """A printed name, and its entry in the vocabulary."""

    raw: str = _column("The name as printed.", required=True)
    id: str | None = _column("The identifier of the entry; null if no entry has this name.")
    status: str | None = _column("What the site prints after an office's name.", form="closed, discontinued")


@dataclass(slots=True)
class NewsItem:
    """One press release or news item, as a page of the list shows it.

    Fields whose names end in `_raw` are as printed. The normalised value of `x_raw` is `x`: dates and texts
    are normalised by their form, other fields by a rule in normalize/record.py.
    """

    id: str = _column(
        "The node number, which ends the address, or a hash of the address if there is none.",
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
        pitfalls="The site answers under several addresses; `addresses` has all that were seen.",
    )
    url_raw: str = _column("The address as linked.", form="URL", required=True, default="")
    title: str = _column(
        "The title, with white space normalised.",
        required=True,
        default="",
        origin="title_raw",
        pitfalls="Several items may have the same title.",
    )
    title_raw: str = _column("The title as printed.", required=True, default="", change="text")
    published: str | None = _column(
        "The publishing date.",
        form="YYYY-MM-DD",
        origin="published_raw",
        pitfalls="The date is the site's: some items are back-dated. See first_seen and dateline_date.",
    )
    published_raw: str | None = _column("The publishing date as printed.", change="date")
    content_type: str | None = _column(
        "The identifier of the content type.",
        form="identifier",
        origin="content_type_raw",
        pitfalls="Often not printed; a filter by type misses those items.",
    )
    content_type_raw: str | None = _column("The content type as printed.", change="labels")
    offices: tuple[Term, ...] = _column(
        "The offices, in printed order.",
        form="list",
        default=(),
        origin="offices_raw",
        pitfalls="The site prints an office's present name on old items, and often no office at all.",
    )
    offices_raw: str | None = _column("The offices as printed.", change="labels")
    topics: tuple[Term, ...] = _column(
        "The topics, in printed order.",
        form="list",
        default=(),
        origin="topics_raw",
        pitfalls="Often not printed. Topics have two levels; an item of the lower level may lack the upper.",
    )
    topics_raw: str | None = _column("The topics as printed.", change="labels")
    collections_raw: str | None = _column(
        "The collections as printed.", pitfalls="Rarely printed.", change="labels"
    )
    teaser: str | None = _column(
        "The teaser, with white space normalised.",
        origin="teaser_raw",
        pitfalls="The site cuts it, sometimes in mid-sentence; the full text is in `articles`.",
    )
    teaser_raw: str | None = _column("The teaser as printed.", change="text")
    language: str | None = _column(
        "The item's language.",
        form="ISO 639-1",
        origin="url_raw, language_raw",
        pitfalls="Taken from the address, or else from the list; the words are not examined. NULL for "
        "English items that only the search service has shown.",
    )
    language_raw: str | None = _column(
        "The language of the list that shows the item.",
        pitfalls="As the list states it, such as en-GB. The list's language, not the item's.",
    )
    dateline_raw: str | None = _column("The dateline as printed, with its dash.", origin="teaser")
    dateline_places: tuple[Term, ...] = _column(
        "The places of the dateline.",
        form="list",
        default=(),
        origin="teaser",
        pitfalls="Where the text was dated, not what it is about. About two items in three have one.",
    )
    dateline_date: str | None = _column(
        "The date of the dateline.",
        form="YYYY-MM-DD",
        origin="teaser",
        pitfalls="It may differ from `published` by days or months. NULL if the dateline has no year.",
    )


_FIELDS = dataclasses.fields(NewsItem)
# Fields that are read from a page, as printed; all others are derived from them.
RAW_FIELDS = tuple(
    field.name for field in _FIELDS if field.name.endswith("_raw") and field.metadata["origin"] == _LIST
)
# The columns of the view `newsroom`: identity and normalised values, the article's text, and times.
NEWSROOM_COLUMNS = (
    *(field.name for field in _FIELDS if not field.name.endswith("_raw")),
    "text", "first_seen", "last_seen", "withdrawn", "origin",
)  # fmt: skip
# Fields whose changes are recorded, without "_raw", each with the class of its revisions.
REVISED_FIELDS: dict[str, str] = {
    field.name.removesuffix("_raw"): field.metadata["change"] for field in _FIELDS if field.metadata["change"]
}


@dataclass(frozen=True, slots=True)
class Quarantined:
    """A result that can't be stored, with the reason and the printed values."""

    reason: str
    raw: dict[str, Any]


@dataclass
class Listing:
    """A list page as it was read, with its records; it is stored completely or not at all."""

    url: str
    fetched_at: str  # UTC, ISO 8601
    sha256: str  # of the body, hexadecimal
    status: int | None = None  # of the HTTP response; None for a saved page
    results: int = 0  # printed on the page, stored or not
    listed: list[str] = dataclasses.field(default_factory=list)  # one key per result, in printed order
    etag: str | None = None
    last_modified: str | None = None
    records: list[NewsItem] = dataclasses.field(default_factory=list)
    quarantined: list[Quarantined] = dataclasses.field(default_factory=list)
    possible_duplicates: int = 0  # of the quarantined ones: perhaps stored items under another address
    origin: str = "list"  # or "search", an answer of the search service, or "page", an item's own page
    # The raw fields that pages of this form print; an item keeps its stored values of the others.
    fields: frozenset[str] = frozenset(RAW_FIELDS)
    articles: list[ArticleItem] = dataclasses.field(default_factory=list)  # full texts on the page itself


@dataclass(frozen=True, slots=True)
class Image:
    """The article's first image; `caption` is None if it has none."""

    url: str
    caption: str | None = None


@dataclass(frozen=True, slots=True)
class Download:
    """A document to download: its title as printed, and its language code or None."""

    title: str | None
    url: str
    language: str | None = None


@dataclass(frozen=True, slots=True)
class Translation:
    """Another language version: the language code (or the name as printed), and the address."""

    language: str
    url: str


@dataclass(frozen=True, slots=True)
class RawArticle:
    """An article as printed; None or an empty tuple for what is not printed.

    `text` and `contact` are paragraphs separated by empty lines; list items are lines of their own. `layout`
    is the name of the layout, "trafilatura" if no known layout gives the text, or "search" if the text comes
    from an answer of the search service.
    """

    url: str  # the address of the response
    canonical: str | None  # the address in the page's rel=canonical link
    title: str
    published: str | None
    text: str | None
    place: str | None = None  # the city between title and date, on pages that print it
    image: Image | None = None
    downloads: tuple[Download, ...] = ()
    contact: str | None = None
    languages: tuple[Translation, ...] = ()
    content_type: str | None = None
    offices: str | None = None
    topics: str | None = None
    language: str | None = None  # of the page, as declared
    layout: str = BY_EXTRACTOR
    note: str | None = None  # remarks on this reading in English, separated by "; "


ArticleStatus = Literal[
    "read",
    "unchanged",  # status 304
    "gone",  # status 404 or 410
    "moved",  # redirected to another item
    "not_found",  # a page that says so with status 200
    "unreadable",  # not understood
    "failed",  # could not be fetched
]
GONE: tuple[ArticleStatus, ...] = ("gone", "moved", "not_found")
FAILED: tuple[ArticleStatus, ...] = ("unreadable", "failed")


@dataclass
class ArticleItem:
    """The response to one request for an item's own page; it is stored in one transaction."""

    item_id: str  # the item that was requested
    url: str  # after redirects
    fetched_at: str  # UTC, ISO 8601
    status: ArticleStatus
    http_status: int | None = None  # None without a response, and for a saved page
    sha256: str | None = None  # of the body, hexadecimal
    etag: str | None = None
    last_modified: str | None = None
    moved_to: str | None = None  # the other item's address
    reason: str | None = None  # only if `status` is in FAILED
    article: RawArticle | None = None  # of "read", and of "moved" to an address without a number

    def as_failed(self, reason: str | None) -> ArticleItem:
        """Return the response as a failed one, of which only the reason is stored."""
        return dataclasses.replace(self, status="failed", reason=reason, moved_to=None, article=None)
