"""The steps that turn a record's raw values into normalised ones, and the union of two readings."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable, Iterable

from osce_news.items import NewsItem, Term
from osce_news.normalize.dateline import parse_dateline
from osce_news.normalize.dates import parse_date
from osce_news.normalize.identity import canonical_url, item_id, language_of, preferred_url
from osce_news.normalize.terms import find_content_type, find_places, split_offices, split_topics
from osce_news.normalize.text import clean
from osce_news.normalize.vocabulary import fold


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


Step = Callable[[NewsItem], None]
STEPS: tuple[Step, ...] = (
    set_identity,
    set_text,
    set_date,
    set_content_type,
    set_offices,
    set_topics,
    set_language,
    set_dateline,
)


def normalize(item: NewsItem) -> NewsItem:
    """Return the item with all normalised fields set anew from its raw ones."""
    for step in STEPS:
        step(item)
    return item


def unknown_terms(item: NewsItem) -> list[tuple[str, str]]:
    """Return the printed values that no rule or entry understands, as (kind, value as printed)."""
    unknown = [("office", term.raw) for term in item.offices if term.id is None]
    unknown += [("topic", term.raw) for term in item.topics if term.id is None]
    unknown += [("place", term.raw) for term in item.dateline_places if term.id is None]
    if item.content_type_raw and item.content_type is None:
        unknown.append(("type", clean(item.content_type_raw) or ""))
    if item.published_raw and item.published is None:
        unknown.append(("date", clean(item.published_raw) or ""))
    return unknown


def combine(known: NewsItem, read: NewsItem, *, read_is_newer: bool, together: bool) -> NewsItem:
    """Return what is to be kept of a stored item and of a reading of it; both are normalised.

    Readings that belong `together` (pages of one run) are united; of others the newer one counts.
    Of readings in two languages the one in English counts, or the first by its code: an item may
    answer in several, and must not change with each. The address does not depend on the order.
    """
    first, second = (read, known) if read_is_newer else (known, read)
    if known.language != read.language and known.language and read.language:
        first, second = sorted((known, read), key=_by_language)
    elif together:
        return union(first, second)
    return normalize(dataclasses.replace(first, url_raw=_preferred_raw(first, second)))


def once(records: Iterable[NewsItem]) -> dict[str, NewsItem]:
    """Return the records of one page by identifier; those of one item are united.

    The later of two counts before the earlier, and English before other languages.
    """
    found: dict[str, NewsItem] = {}
    for item in records:
        other = found.get(item.id)
        found[item.id] = union(*sorted((item, other), key=_by_language)) if other else item
    return found


def union(first: NewsItem, second: NewsItem) -> NewsItem:
    """Return one record of two readings of one item that belong together.

    The first reading's values count where it has any; labels that only one of them prints are all
    kept.
    """
    return normalize(
        dataclasses.replace(
            first,
            url_raw=_preferred_raw(first, second),
            published_raw=first.published_raw or second.published_raw,
            content_type_raw=first.content_type_raw or second.content_type_raw,
            offices_raw=_joined(first.offices_raw, first.offices, second.offices_raw, second.offices),
            topics_raw=_joined(first.topics_raw, first.topics, second.topics_raw, second.topics),
            collections_raw=first.collections_raw or second.collections_raw,
            teaser_raw=first.teaser_raw or second.teaser_raw,
            language_raw=first.language_raw or second.language_raw,
        )
    )


def same_terms(one: Iterable[Term], other: Iterable[Term]) -> bool:
    """Whether two lists name the same things with the same status, in whatever order or spelling."""
    return _keys(one) == _keys(other)


def _by_language(item: NewsItem) -> tuple[bool, str]:
    return item.language not in ("en", None), item.language or ""


def _keys(terms: Iterable[Term]) -> set[tuple[str, str | None]]:
    return {(term.id or fold(term.raw), term.status) for term in terms}


def _preferred_raw(one: NewsItem, other: NewsItem) -> str:
    raws = {item.url: item.url_raw for item in (other, one)}
    return raws[preferred_url(raws)]


def _joined(
    one_raw: str | None, one: tuple[Term, ...], other_raw: str | None, other: tuple[Term, ...]
) -> str | None:
    """Return the fuller list's text with the names that only the shorter one prints behind it."""
    if _keys(other) > _keys(one):
        return other_raw
    known = {term.id or fold(term.raw) for term in one}
    more = [term.raw for term in other if (term.id or fold(term.raw)) not in known]
    return ", ".join([*([one_raw] if one_raw else []), *more]) or None
