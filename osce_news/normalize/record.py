"""Computes the normalised fields of a record from its raw ones."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Mapping
from typing import Any

from osce_news.items import RAW_FIELDS, NewsItem
from osce_news.normalize.dateline import parse_dateline
from osce_news.normalize.dates import parse_date
from osce_news.normalize.identity import canonical_url, item_id, language_of
from osce_news.normalize.terms import find_content_type, find_places, split_offices, split_topics
from osce_news.normalize.text import clean
from osce_news.normalize.vocabulary import fingerprint

# Raise this number with every change in this package that gives another value for the same raw text. A
# database written under another number is renormalised before anything is written to it.
RULES = 1


def rules() -> str:
    """Return a text that names the rules and the vocabulary: if it differs, so may normalised values."""
    return f"{RULES}-{fingerprint()}"


# How a field is made from its raw one, by its form, unless it has a rule of its own below.
_BY_FORM: dict[str, Callable[[str | None], str | None]] = {"text": clean, "YYYY-MM-DD": parse_date}
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
        "content_type": find_content_type(raw.get("content_type_raw")),
        "offices": split_offices(raw.get("offices_raw")),
        "topics": split_topics(raw.get("topics_raw")),
        "language": language_of(url) or raw.get("language_raw"),
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
        unknown.append(("type", clean(item.content_type_raw) or ""))
    if item.published_raw and item.published is None:
        unknown.append(("date", clean(item.published_raw) or ""))
    return unknown


# The steps of the present item pipelines, one a class.
def set_identity(item: NewsItem) -> None:
    """Set `id` and `url` from the address as linked."""
    item.id = item_id(item.url_raw)
    item.url = canonical_url(item.url_raw)


def set_text(item: NewsItem) -> None:
    """Set `title` and `teaser`."""
    item.title = clean(item.title_raw) or ""
    item.teaser = clean(item.teaser_raw)


def set_date(item: NewsItem) -> None:
    """Set `published`."""
    item.published = parse_date(item.published_raw)


def set_content_type(item: NewsItem) -> None:
    """Set `content_type`."""
    item.content_type = find_content_type(item.content_type_raw)


def set_offices(item: NewsItem) -> None:
    """Set `offices`."""
    item.offices = split_offices(item.offices_raw)


def set_topics(item: NewsItem) -> None:
    """Set `topics`."""
    item.topics = split_topics(item.topics_raw)


def set_language(item: NewsItem) -> None:
    """Set `language`: that of the item's address, else that of the list."""
    item.language = language_of(item.url_raw) or item.language_raw


def set_dateline(item: NewsItem) -> None:
    """Set the dateline's fields from the cleaned teaser."""
    dateline = parse_dateline(item.teaser)
    item.dateline_raw = dateline.raw if dateline else None
    item.dateline_places = find_places(dateline.places) if dateline else ()
    item.dateline_date = dateline.date if dateline else None
