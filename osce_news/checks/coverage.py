"""Field coverage: how many results of a page have each field."""

from __future__ import annotations

from dataclasses import dataclass

from osce_news.items import Listing
from osce_news.normalize import unknown_terms

_FIELDS = ("title", "published", "content_type", "offices", "topics", "teaser", "dateline_raw", "language")


@dataclass(frozen=True, slots=True)
class Coverage:
    """The number of results with each field, and the unknown values; its fields are the keys of `--json`."""

    url: str
    results: int
    quarantined: int
    fields: dict[str, int]
    unknown: list[str]
    newest: str | None
    oldest: str | None
    pages: int | None  # of the list, if the pager says how many


def coverage(page: Listing, pages: int | None = None) -> Coverage:
    """Return the coverage of a page with normalised records."""
    dates = [item.published for item in page.records if item.published]
    return Coverage(
        url=page.url,
        results=page.results,
        quarantined=len(page.quarantined),
        fields={name: sum(bool(getattr(item, name)) for item in page.records) for name in _FIELDS},
        unknown=sorted({f"{kind} {name!r}" for item in page.records for kind, name in unknown_terms(item)}),
        newest=max(dates, default=None),
        oldest=min(dates, default=None),
        pages=pages,
    )
