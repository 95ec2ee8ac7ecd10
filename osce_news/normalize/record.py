"""Computes the normalised fields of records from their raw ones, and rejects what can't be an item."""

from __future__ import annotations

import dataclasses
import logging
from collections.abc import Callable, Collection, Mapping, Sized
from typing import Any

from osce_news.items import RAW_FIELDS, Listing, NewsItem, Quarantined
from osce_news.normalize.dateline import parse_dateline
from osce_news.normalize.dates import parse_date
from osce_news.normalize.identity import canonical_url, item_id, language_of
from osce_news.normalize.terms import find_content_type, find_places, split_offices, split_topics
from osce_news.normalize.text import plain_text
from osce_news.normalize.vocabulary import fingerprint, known_language

logger = logging.getLogger(__name__)

MOST_NAMES = 100  # after one label; the most seen is seven
# Raise this number with every change in this package that gives another value for the same raw text. A
# database written under another number is renormalised before anything is written to it.
RULES = 8


def rules() -> str:
    """Return a text that names the rules and the vocabulary: if it differs, so may normalised values."""
    return f"{RULES}-{fingerprint()}"


# How a field is made from its raw one, by its form, unless it has a rule of its own below.
_BY_FORM: dict[str, Callable[[str | None], str | None]] = {"text": plain_text, "YYYY-MM-DD": parse_date}
_SIMPLE = {
    field.name: _BY_FORM[field.metadata["form"]]
    for field in dataclasses.fields(NewsItem)
    if f"{field.name}_raw" in RAW_FIELDS and field.metadata["form"] in _BY_FORM
}


def normalized_values(raw: Mapping[str, Any]) -> dict[str, Any]:
    """Return the normalised fields by name; `raw` holds the raw ones, such as an `ItemAdapter` of an item.

    Only `url_raw` is required. A value that is missing or not recognised is None, or an empty tuple.

    >>> values = normalized_values({"url_raw": "http://osce.org/odihr/1?x", "published_raw": "6 марта 2023"})
    >>> values["id"], values["url"], values["published"], values["offices"]
    ('1', 'https://www.osce.org/odihr/1', '2023-03-06', ())
    """
    values = {name: rule(raw.get(f"{name}_raw")) for name, rule in _SIMPLE.items()}
    url, dateline = raw["url_raw"], parse_dateline(values["teaser"])
    return {
        **values,
        "id": item_id(url),
        "url": canonical_url(url),
        "title": values["title"] or "",
        "content_type": find_content_type(plain_text(raw.get("content_type_raw"))),
        "offices": split_offices(plain_text(raw.get("offices_raw"))),
        "topics": split_topics(plain_text(raw.get("topics_raw"))),
        "language": language_of(url) or known_language(raw.get("language_raw")),
        "dateline_raw": dateline.raw if dateline else None,
        "dateline_places": find_places(dateline.places) if dateline else (),
        "dateline_date": dateline.date if dateline else None,
    }


def normalize(item: NewsItem) -> NewsItem:
    """Set all normalised fields of the item from its raw ones, and return it."""
    raw = {name: getattr(item, name) for name in RAW_FIELDS}
    for name, value in normalized_values(raw).items():
        setattr(item, name, value)
    return item


def unknown_terms(item: NewsItem) -> list[tuple[str, str]]:
    """Return the printed values that were not recognised, as pairs of kind and value as printed."""
    unknown = [("office", term.raw) for term in item.offices if term.id is None]
    unknown += [("topic", term.raw) for term in item.topics if term.id is None]
    unknown += [("place", term.raw) for term in item.dateline_places if term.id is None]
    if item.content_type_raw and item.content_type is None:
        unknown.append(("type", plain_text(item.content_type_raw) or ""))
    if item.published_raw and item.published is None:
        unknown.append(("date", plain_text(item.published_raw) or ""))
    return unknown


def normalize_listing(listing: Listing) -> Listing:
    """Return the page with its records normalised; those that can't be stored are in `quarantined`."""
    accepted = []
    for record in listing.records:
        normalize(record)
        if (reason := reason_to_quarantine(record.title, record.offices, record.topics)) is None:
            accepted.append(record)
        else:
            listing.quarantined.append(quarantine(record, reason, listing.url))
    listing.records = accepted
    return listing


def reason_to_quarantine(title: str, offices: Sized, topics: Sized) -> str | None:
    """Return why a record with these normalised values can't be stored; None if it can."""
    if not title:
        return "a title without a visible character"
    if title.count("?") * 2 > len(title.replace(" ", "")):
        return "a title with question marks instead of letters"
    for name, terms in (("offices", offices), ("topics", topics)):
        if len(terms) > MOST_NAMES:
            return f"{len(terms)} {name}; more than {MOST_NAMES} are taken for a misreading"
    return None


def quarantine(record: NewsItem, reason: str, url: str) -> Quarantined:
    """Return the record for the quarantine, and log it with the address of its page."""
    logger.warning("%s: %s is quarantined: %s", url, record.url_raw, reason)
    raw = {name: value for name, value in dataclasses.asdict(record).items() if "raw" in name}
    return Quarantined(reason, raw)


def renormalized(item: NewsItem, **raw: Any) -> NewsItem:
    """Return a copy with these raw fields, and with its identifier, which another address may have given."""
    changed = normalize(dataclasses.replace(item, **raw))
    changed.id = item.id
    return changed


def keep_unprinted(read: NewsItem, stored: NewsItem, printed: Collection[str]) -> NewsItem:
    """Return a reading with the stored values of the raw fields that its form of page need not print.

    Both are normalised, and so is the result. Returns the reading itself if all fields are printed.
    """
    kept = {name: getattr(stored, name) or getattr(read, name) for name in RAW_FIELDS if name not in printed}
    return renormalized(read, **kept) if kept else read
