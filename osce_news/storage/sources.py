"""Decides which source counts for each value of an item, whatever the order of the readings.

The newer of two readings counts, but within a month a list takes precedence over the search service, and the
search service over the item's own page. A source that does not print a value never erases that of another.
"""

from __future__ import annotations

import json
from dataclasses import dataclass, field
from datetime import timedelta
from typing import Self

from osce_news.clock import parse_utc
from osce_news.items import RAW_FIELDS, Listing, NewsItem
from osce_news.normalize.record import renormalized
from osce_news.storage.merge import better_language, preferred_raw, union
from osce_news.storage.revisions import Revision, revisions

LIST, PAGE = "list", "page"
UNPRINTED = "unprinted"  # of a field that no list has printed yet, because its form has no place for it
_RANKS = (PAGE, "search", LIST)  # a later one counts over an earlier one
_SAME_TIME = timedelta(days=30)
# What each source prints in the same way; labels and teasers may differ.
PRINTED_ALIKE = ("url_raw", "title_raw", "published_raw")
_NAMES = tuple(name for name in RAW_FIELDS if name != "url_raw")  # the address is chosen by its form


@dataclass(frozen=True, slots=True)
class Sources:
    """Where the values of a stored item are from."""

    others: dict[str, str] = field(default_factory=dict)  # raw fields that are not from a list, or unprinted
    listed: str | None = None  # when a list last showed the item, UTC; None if none did
    last_seen: str = ""  # when any source last showed it

    @classmethod
    def of(cls, stored: str | None, last_seen: str) -> Self:
        """Return the sources from the column `sources`, which is NULL if all values are from lists."""
        if stored is None:
            return cls({}, last_seen, last_seen)
        others = json.loads(stored)
        listed = others.pop(LIST, None)
        return cls({f"{name}_raw": source for name, source in others.items()}, listed, last_seen)

    def to_json(self) -> str | None:
        """Return the value of the column `sources`."""
        if not self.others and self.listed == self.last_seen:
            return None
        others = {name.removesuffix("_raw"): source for name, source in self.others.items()}
        return json.dumps(({LIST: self.listed} if self.listed else {}) | others)

    def counts_over(self, name: str, origin: str, at: str) -> bool:
        """Whether a reading of this origin and time replaces the value of a raw field."""
        source = self.others.get(name, LIST)
        stored_at = self.listed if source == LIST and self.listed else self.last_seen
        if origin == source:
            return at >= stored_at
        passed = parse_utc(at) - parse_utc(stored_at)
        if abs(passed) > _SAME_TIME:
            return passed > timedelta(0)
        return _RANKS.index(origin) > _RANKS.index(source)


def foreign_fields(stored: str | None, origin: str) -> set[str]:
    """Return the raw fields that another source prints in its own way, given the column `sources`."""
    others = Sources.of(stored, "").others
    return {name for name in _NAMES if name not in PRINTED_ALIKE and others.get(name, LIST) != origin}


def sources_of(item: NewsItem, page: Listing) -> Sources:
    """Return the sources of an item that only this page has shown."""
    if page.origin == LIST:
        unprinted = dict.fromkeys((name for name in _NAMES if name not in page.fields), UNPRINTED)
        return Sources(unprinted, page.fetched_at, page.fetched_at)
    printed = {name: page.origin for name in _NAMES if getattr(item, name) is not None}
    return Sources(printed, None, page.fetched_at)


def unite(
    known: NewsItem, sources: Sources, read: NewsItem, page: Listing, *, same_reading: bool
) -> tuple[NewsItem, Sources]:
    """Return a stored item and its sources after another reading of it; both are normalised.

    Of two languages English counts, else the first by its code. In the `same_reading` of a list, at another
    place, labels of both places are kept.
    """
    origin, at = page.origin, page.fetched_at
    language = better_language(known, read)
    if same_reading and language is None:
        own = dict.fromkeys(name for name in sources.others if sources.others[name] != origin)
        read = union(read, renormalized(known, **own))
    others, values = dict(sources.others), {"url_raw": preferred_raw(known, read)}
    for name in _NAMES:
        mine, theirs = getattr(known, name), getattr(read, name)
        is_own = mine is not None and others.get(name, LIST) == origin
        if theirs is None:  # only its own value may be gone
            replaces = is_own and language is None and name in page.fields
            replaces = replaces and sources.counts_over(name, origin, at)
        elif mine is None or language is not None:
            replaces = mine is None or language is read
        else:
            may_replace = not is_own or name in page.fields
            replaces = may_replace and sources.counts_over(name, origin, at)
        if mine is None and theirs is None and origin == LIST:
            if name in page.fields:
                others.pop(name, None)  # a list with a place for it prints none
            elif sources.listed is None:
                others[name] = UNPRINTED
        if replaces:
            values[name] = theirs
            others.pop(name, None)
            others |= {} if theirs is None or origin == LIST else {name: origin}
    listed = max(sources.listed or "", at) if origin == LIST else sources.listed
    return renormalized(known, **values), Sources(others, listed, max(sources.last_seen, at))


def edits(known: NewsItem, sources: Sources, after: NewsItem, united: Sources) -> list[Revision]:
    """Return the revisions to record: the values that a source no longer prints as before.

    Sources may print labels and teasers in their own way. Titles and dates are the same everywhere, so a
    different one is an edit, whichever source prints it.
    """
    return [
        change
        for change in revisions(known, after)
        if sources.others.get(f"{change.field}_raw") == united.others.get(f"{change.field}_raw")
        or (
            f"{change.field}_raw" in PRINTED_ALIKE and change.before is not None and change.kind != "cosmetic"
        )
    ]
