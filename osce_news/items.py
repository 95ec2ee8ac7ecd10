"""The data dictionary: each field of a news item, with its meaning, form and origin."""

from __future__ import annotations

import dataclasses
from dataclasses import dataclass
from typing import Any


def _column(meaning: str, *, form: str = "text", required: bool = False, default: Any = None) -> Any:
    metadata = {"meaning": meaning, "form": form, "required": required}
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

    id: str = _column("The node number; else a hash of the canonical address.", required=True, default="")
    url: str = _column("The item's canonical address.", form="URL", required=True, default="")
    url_raw: str = _column("The address as linked.", form="URL", required=True, default="")
    title: str = _column("The title, white space evened out.", required=True, default="")
    title_raw: str = _column("The title as printed.", required=True, default="")
    published: str | None = _column("The publishing date.", form="YYYY-MM-DD")
    published_raw: str | None = _column("The publishing date as printed.")
    content_type: str | None = _column("The content type's identifier.", form="identifier")
    content_type_raw: str | None = _column("The content type as printed.")
    offices: tuple[Term, ...] = _column("The offices, in printed order.", form="list", default=())
    offices_raw: str | None = _column("The offices as printed.")
    topics: tuple[Term, ...] = _column("The topics, in printed order.", form="list", default=())
    topics_raw: str | None = _column("The topics as printed.")
    collections_raw: str | None = _column("The collections as printed; rare.")
    teaser: str | None = _column("The teaser, white space evened out.")
    teaser_raw: str | None = _column("The teaser as printed.")
    language: str | None = _column("The item's language.", form="ISO 639-1")
    language_raw: str | None = _column("The language of the list that shows the item.", form="ISO 639-1")
    dateline_raw: str | None = _column("The dateline as printed, with its dash.")
    dateline_places: tuple[Term, ...] = _column("The dateline's places.", form="list", default=())
    dateline_date: str | None = _column("The dateline's date; it may differ.", form="YYYY-MM-DD")


@dataclass(frozen=True, slots=True)
class Rejected:
    """A result that can't be stored, with the reason and what was printed."""

    position: int
    reason: str
    raw: dict[str, Any]


@dataclass
class ListingItem:
    """One listing page on its way through the pipelines: it is stored whole or not at all."""

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
