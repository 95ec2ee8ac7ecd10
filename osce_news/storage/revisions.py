"""Tells what changed between two readings of an item, and what kind of change it is."""

from __future__ import annotations

from dataclasses import dataclass

from osce_news.items import NewsItem
from osce_news.normalize.record import same_terms
from osce_news.vocabulary import fold


@dataclass(frozen=True, slots=True)
class Revision:
    """A field's former and later value; `kind` is cosmetic, labels, date or text."""

    field: str
    before: str | None
    after: str | None
    kind: str


def revisions(before: NewsItem, after: NewsItem) -> list[Revision]:
    """Return the changes of meaning; an empty list if both readings say the same.

    Labels are compared by what they mean, so an office that the site renames everywhere at once
    changes nothing. A text that differs only in case, quotes, dashes or diacritics is cosmetic.
    """
    found = []
    for name in ("title", "teaser"):
        old, new = getattr(before, name), getattr(after, name)
        if old != new:
            kind = "cosmetic" if old and new and fold(old) == fold(new) else "text"
            found.append(Revision(name, old, new, kind))
    if (before.published or before.published_raw) != (after.published or after.published_raw):
        found.append(Revision("published", before.published_raw, after.published_raw, "date"))
    if not same_terms(before.offices, after.offices):
        found.append(Revision("offices", before.offices_raw, after.offices_raw, "labels"))
    if not same_terms(before.topics, after.topics):
        found.append(Revision("topics", before.topics_raw, after.topics_raw, "labels"))
    if _meaning(before.content_type, before.content_type_raw) != _meaning(
        after.content_type, after.content_type_raw
    ):
        found.append(Revision("content_type", before.content_type_raw, after.content_type_raw, "labels"))
    if _meaning(None, before.collections_raw) != _meaning(None, after.collections_raw):
        found.append(Revision("collections", before.collections_raw, after.collections_raw, "labels"))
    return found


def _meaning(identifier: str | None, raw: str | None) -> str | None:
    return identifier or (fold(raw) if raw else None)
