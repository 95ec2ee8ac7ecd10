"""Merges readings of one news item into the stored record; the order of the readings does not matter.

The newer of two readings counts, but within a month a list takes precedence over the search service. The
item's own page only gives values that neither of them prints. A source that does not print a value never
erases that of another. The order does not matter if each source prints the same fields each time.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import NamedTuple, Self

from osce_news.clock import parse_utc
from osce_news.items import RAW_FIELDS, REVISED_FIELDS, Listing, NewsItem, Term
from osce_news.normalize import preferred_url
from osce_news.normalize.record import renormalized
from osce_news.normalize.vocabulary import fold
from osce_news.storage.ingest.revisions import Revision, revisions, term_keys
from osce_news.storage.schema import LISTS

LIST, SEARCH, PAGE = ORIGINS = ("list", "search", "page")
UNPRINTED = "unprinted"  # the source of a field that the lists seen so far do not have
_SAME_TIME = timedelta(days=30)
# What each source prints in the same way; labels and teasers may differ.
PRINTED_ALIKE = ("url_raw", "title_raw", "published_raw")
_TEXTS = tuple(f"{name}_raw" for name in REVISED_FIELDS if name not in LISTS)
_NAMES = tuple(name for name in RAW_FIELDS if name != "url_raw")  # the address is chosen by its form


@dataclass(frozen=True, slots=True)
class Sources:
    """Where the values of a stored item are from."""

    others: dict[str, str] = field(default_factory=dict)  # raw fields that are not from a list, or unprinted
    seen: dict[str, str] = field(default_factory=dict)  # when each source last showed the item, UTC
    last_seen: str = ""  # when any source last showed it

    @classmethod
    def of(cls, stored: str | None, last_seen: str) -> Self:
        """Return the sources from the column `sources`, which is NULL if only lists gave values."""
        if stored is None:
            return cls({}, {LIST: last_seen}, last_seen)
        values = json.loads(stored)
        others = {f"{name}_raw": source for name, source in values.items() if name not in ORIGINS}
        # Older versions only stored the time of a list.
        seen = dict.fromkeys((source for source in others.values() if source != UNPRINTED), last_seen)
        return cls(others, seen | {name: at for name, at in values.items() if name in ORIGINS}, last_seen)

    def to_json(self) -> str | None:
        """Return the value of the column `sources`."""
        if not self.others and self.seen == {LIST: self.last_seen}:
            return None
        others = {name.removesuffix("_raw"): source for name, source in self.others.items()}
        # Sorted, so that the order of the readings does not matter.
        return json.dumps(self.seen | others, sort_keys=True)

    def shown(self, origin: str, at: str) -> Sources:
        """Return the sources after this one has shown the item at that time."""
        seen = self.seen | {origin: max(self.seen.get(origin, ""), at)}
        return replace(self, seen=seen, last_seen=max(self.last_seen, at))

    def of_field(self, name: str) -> str | None:
        """Return the source of a raw field, even if it is empty; None if no source has the field."""
        return self.others.get(name, LIST if LIST in self.seen else None)

    def last_seen_in(self, origin: str) -> str:
        """Return when this source last showed the item; if that is not known, when any source did."""
        return self.seen.get(origin, self.last_seen)


class FormerValue(NamedTuple):
    """The printed value of a field before a reading, and its source; None for a list."""

    field: str  # without "_raw"
    before: str | None
    source: str | None


def foreign_fields(stored: str | None, origin: str) -> set[str]:
    """Return the raw fields that another source prints in its own way, given the column `sources`."""
    others = Sources.of(stored, "").others
    return {name for name in _NAMES if name not in PRINTED_ALIKE and others.get(name, LIST) != origin}


def sources_of(item: NewsItem, page: Listing) -> Sources:
    """Return the sources of an item that only this page has shown."""
    if page.origin == LIST:
        unprinted = dict.fromkeys((name for name in _NAMES if name not in page.fields), UNPRINTED)
        return Sources(unprinted, {LIST: page.fetched_at}, page.fetched_at)
    printed = {name: page.origin for name in _NAMES if getattr(item, name) is not None}
    return Sources(printed, {page.origin: page.fetched_at}, page.fetched_at)


def merge_reading(
    known: NewsItem, sources: Sources, read: NewsItem, page: Listing, *, saved: bool, same_reading: bool
) -> tuple[NewsItem, Sources]:
    """Return a stored item and its sources after another reading of it; both are normalised.

    Of two languages English counts, else the one whose code comes first. In the `same_reading` of a list, at
    another place, labels of both places are kept. A page that is not `saved` is the newest, even if its time
    is older: the clock may have been set back.
    """
    origin, at = page.origin, page.fetched_at
    language = better_language(known, read)
    # If two pages are from the same second, the same one always counts, in any order of reading.
    is_newer = not saved or (at, _texts(read)) > (sources.last_seen_in(origin), _texts(known))
    if same_reading and language is None:
        foreign = dict.fromkeys(name for name in sources.others if sources.others[name] != origin)
        own = renormalized(known, **foreign) if foreign else known
        read, is_newer = merge_records(*((read, own) if is_newer else (own, read))), True
    counts = language is read or (language is None and is_newer)
    others, values = dict(sources.others), {"url_raw": preferred_raw(known, read)}
    for name in _NAMES:
        mine, theirs = getattr(known, name), getattr(read, name)
        source = sources.of_field(name)
        if source == origin:
            replaces = counts and (mine is None or name in page.fields)
        elif mine is None or theirs is None:
            replaces = theirs is not None
        elif language is not None:
            replaces = language is read
        elif PAGE in (origin, source):
            replaces = source == PAGE
        else:
            stored_at = sources.last_seen_in(source or LIST)
            passed = parse_utc(at if saved else max(at, stored_at)) - parse_utc(stored_at)
            replaces = passed >= -_SAME_TIME if origin == LIST else passed > _SAME_TIME
        if mine is None and theirs is None and origin == LIST:
            if name in page.fields:
                others.pop(name, None)  # a list that has the field prints no value
            elif LIST not in sources.seen:
                others[name] = UNPRINTED
        elif replaces:
            values[name] = theirs
            others.pop(name, None)
            others |= {} if theirs is None or origin == LIST else {name: origin}
    changed = {name: value for name, value in values.items() if value != getattr(known, name)}
    after = renormalized(known, **changed) if changed else known
    return after, replace(sources.shown(origin, at), others=others)


def recorded_changes(
    known: NewsItem, sources: Sources, after: NewsItem, merged: Sources, saved_at: str | None
) -> list[Revision]:
    """Return the revisions to record: the values that a source no longer prints as before.

    Sources may print labels and teasers in their own way. Titles and dates are the same everywhere, so a
    different one is an edit, whichever source prints it. A page that was saved before the value that it
    replaces was read shows no edit. `saved_at` is None if the page was not saved: it is the newest then.
    """
    return [
        change
        for change in revisions(known, after)
        for name in [f"{change.field}_raw"]
        if saved_at is None or saved_at >= sources.last_seen_in(sources.of_field(name) or LIST)
        if sources.others.get(name) == merged.others.get(name)
        or (name in PRINTED_ALIKE and change.before is not None and change.kind != "cosmetic")
    ]


def former_values(known: NewsItem, sources: Sources, after: NewsItem, merged: Sources) -> list[FormerValue]:
    """Return the fields whose printed value or source has changed, with what was stored before."""
    return [
        FormerValue(name.removesuffix("_raw"), getattr(known, name), sources.others.get(name))
        for name in RAW_FIELDS
        if getattr(known, name) != getattr(after, name) or sources.others.get(name) != merged.others.get(name)
    ]


def records_by_id(records: Iterable[NewsItem]) -> dict[str, NewsItem]:
    """Return the records of one page by identifier; several of one item are merged.

    A later record takes precedence over an earlier one, and English over other languages.
    """
    merged: dict[str, NewsItem] = {}
    for item in records:
        other = merged.get(item.id)
        merged[item.id] = merge_records(*sorted((item, other), key=_by_language)) if other else item
    return merged


def merge_records(first: NewsItem, second: NewsItem) -> NewsItem:
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


def better_language(one: NewsItem, other: NewsItem) -> NewsItem | None:
    """Return the reading in English, or in the first language by its code; None if they do not differ."""
    if one.language is None or other.language is None or one.language == other.language:
        return None
    return min(one, other, key=_by_language)


def preferred_raw(one: NewsItem, other: NewsItem) -> str:
    """Return the better of two addresses as linked; their order does not matter."""
    raws = {item.url: item.url_raw for item in (other, one)}
    return raws[preferred_url(raws)]


def _texts(item: NewsItem) -> list[str]:
    return [getattr(item, name) or "" for name in _TEXTS]


def _by_language(item: NewsItem) -> tuple[bool, str]:
    return item.language not in ("en", None), item.language or ""


def _joined(
    one_raw: str | None, one: tuple[Term, ...], other_raw: str | None, other: tuple[Term, ...]
) -> str | None:
    """Return the longer list's text, followed by the names that only the shorter one has."""
    if term_keys(other) > term_keys(one):
        return other_raw
    keys = {term.id or fold(term.raw) for term in one}
    more = [term.raw for term in other if (term.id or fold(term.raw)) not in keys]
    return ", ".join([*([one_raw] if one_raw else []), *more]) or None
