"""Merges two readings of one news item into the record that is stored."""

from __future__ import annotations

from collections.abc import Iterable

from osce_news.items import RAW_FIELDS, NewsItem, Term
from osce_news.normalize import preferred_url
from osce_news.normalize.record import renormalized
from osce_news.normalize.vocabulary import fold


def combine(known: NewsItem, read: NewsItem, *, read_is_newer: bool, same_reading: bool) -> NewsItem:
    """Return the record to store, given the stored item and a new reading of it; both are normalised.

    Readings that belong `same_reading` (pages of one run) are merged; otherwise the newer one replaces the
    older. If the two are in different languages, the English one wins, else the first by language code: an
    item may appear in several languages and must not change with each crawl. The choice of address does not
    depend on the order of the readings.
    """
    first, second = (read, known) if read_is_newer else (known, read)
    if (better := better_language(known, read)) is not None:
        first, second = (better, read if better is known else known)
    elif same_reading:
        return union(first, second)
    return renormalized(first, url_raw=preferred_raw(first, second))


def records_by_id(records: Iterable[NewsItem]) -> dict[str, NewsItem]:
    """Return the records of one page by identifier; several of one item are merged.

    A later record takes precedence over an earlier one, and English over other languages.
    """
    merged: dict[str, NewsItem] = {}
    for item in records:
        other = merged.get(item.id)
        merged[item.id] = union(*sorted((item, other), key=_by_language)) if other else item
    return merged


def union(first: NewsItem, second: NewsItem) -> NewsItem:
    """Return one record made of two readings of the same item.

    Values of the first reading take precedence; gaps are filled from the second. Offices and topics that only
    one of them lists are all kept.
    """
    raw = {name: getattr(first, name) or getattr(second, name) for name in RAW_FIELDS}
    raw["url_raw"] = preferred_raw(first, second)
    for name in ("offices", "topics"):
        raw[f"{name}_raw"] = _joined(
            getattr(first, f"{name}_raw"),
            getattr(first, name),
            getattr(second, f"{name}_raw"),
            getattr(second, name),
        )
    return renormalized(first, **raw)


def same_terms(one: Iterable[Term], other: Iterable[Term]) -> bool:
    """Whether two lists name the same entries with the same status, in any order or spelling."""
    return _keys(one) == _keys(other)


def better_language(one: NewsItem, other: NewsItem) -> NewsItem | None:
    """Return the reading in English, or in the first language by its code; None if they do not differ."""
    if one.language is None or other.language is None or one.language == other.language:
        return None
    return min(one, other, key=_by_language)


def preferred_raw(one: NewsItem, other: NewsItem) -> str:
    """Return the better of two addresses as linked, whatever their order."""
    raws = {item.url: item.url_raw for item in (other, one)}
    return raws[preferred_url(raws)]


def _by_language(item: NewsItem) -> tuple[bool, str]:
    return item.language not in ("en", None), item.language or ""


def _keys(terms: Iterable[Term]) -> set[tuple[str, str | None]]:
    return {(term.id or fold(term.raw), term.status) for term in terms}


def _joined(
    one_raw: str | None, one: tuple[Term, ...], other_raw: str | None, other: tuple[Term, ...]
) -> str | None:
    """Return the longer list's text, followed by the names that only the shorter one has."""
    if _keys(other) > _keys(one):
        return other_raw
    keys = {term.id or fold(term.raw) for term in one}
    more = [term.raw for term in other if (term.id or fold(term.raw)) not in keys]
    return ", ".join([*([one_raw] if one_raw else []), *more]) or None
