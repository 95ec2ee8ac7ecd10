"""Compares readings of one news item, and merges them into the stored record in any order.

The newer of two readings counts, but within a month a list takes precedence over the search service. The
item's own page only gives values that neither of them prints. A source that does not print a value never
erases that of another. The order does not matter if each source prints the same fields each time.
"""

from __future__ import annotations

import json
import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass, field, replace
from datetime import timedelta
from typing import NamedTuple, Self

from osce_news.clock import parse_utc
from osce_news.items import RAW_FIELDS, REVISED_FIELDS, Listing, NewsItem, Term
from osce_news.normalize import plain_text, preferred_url
from osce_news.normalize.record import renormalized
from osce_news.normalize.vocabulary import fold
from osce_news.storage.schema import LISTS

LIST, SEARCH, PAGE = ORIGINS = ("list", "search", "page")
UNPRINTED = "unprinted"  # the source of a field that the lists seen so far do not have
_SAME_TIME = timedelta(days=30)
# What each source prints in the same way; labels and teasers may differ.
PRINTED_ALIKE = ("url_raw", "title_raw", "published_raw")
_TEXTS = tuple(f"{name}_raw" for name in REVISED_FIELDS if name not in LISTS)
_NAMES = tuple(name for name in RAW_FIELDS if name != "url_raw")  # the address is chosen by its form
LABELS = tuple(name for name, kind in REVISED_FIELDS.items() if kind == "labels")

_QUOTES = dict.fromkeys(map(ord, "\"'`´‘’‚‛“”„‟«»‹›ʼ′″＂＇"), "'")
_DASHES = dict.fromkeys(map(ord, "-‐‑‒–—―−﹘﹣－"), "-")
_DOUBLED = re.compile(r"(['-])\1+")  # "--" is typed for a dash, two apostrophes for a quotation mark


@dataclass(frozen=True, slots=True)
class Revision:
    """A field's printed values before and after a change; `kind` is cosmetic, labels, date or text."""

    field: str
    before: str | None
    after: str | None
    kind: str


def revisions(before: NewsItem, after: NewsItem) -> list[Revision]:
    """Return the fields whose printed value has changed; both readings are normalised.

    Differences in white space, quotes and dashes of a text, in the case and order of labels, and in the form
    of a date are cosmetic. An office that is printed under another of its names has not changed: the site
    renames an office everywhere at once, on old items too.
    """
    changes = []
    for name, kind in REVISED_FIELDS.items():
        old, new = getattr(before, f"{name}_raw"), getattr(after, f"{name}_raw")
        if old != new and (change := _kind(name, kind, before, after)):
            changes.append(Revision(name, old, new, change))
    return changes


def term_key(term: Term) -> str:
    """Return the entry of a term, or the printed name if it is unknown."""
    return term.id or fold(term.raw)


def term_keys(terms: Iterable[Term]) -> set[tuple[str, str | None]]:
    """Return the key and the status of each term."""
    return {(term_key(term), term.status) for term in terms}


def _kind(name: str, kind: str, before: NewsItem, after: NewsItem) -> str | None:
    """Return the kind of a change, "cosmetic" or the field's own; None if nothing changed."""
    if name == "offices":
        return _offices_kind(before.offices, after.offices)
    if kind == "text":
        return text_kind(getattr(before, f"{name}_raw"), getattr(after, f"{name}_raw"))
    return "cosmetic" if _meaning(before, name) == _meaning(after, name) else kind


def _meaning(item: NewsItem, name: str) -> object:
    """Return the keys of topics, or the normalised value of a field, else its printed value, case-folded."""
    if name == "topics":
        return term_keys(item.topics)
    return fold(getattr(item, name, None) or getattr(item, f"{name}_raw") or "")


def text_kind(before: str | None, after: str | None) -> str:
    """Return "cosmetic" if two texts differ only in white space, quotes or dashes, else "text"."""
    return "cosmetic" if _without_typography(before) == _without_typography(after) else "text"


def _without_typography(text: str | None) -> str:
    """Return the text without markup and white space, and with one kind of quote and dash."""
    uniform = unicodedata.normalize("NFC", plain_text(text) or "").translate(_QUOTES).translate(_DASHES)
    return _DOUBLED.sub(r"\1", "".join(uniform.split()))


def _offices_kind(before: Iterable[Term], after: Iterable[Term]) -> str | None:
    """Return the kind of a change of offices; None if only the names of the same offices changed."""
    if term_keys(before) != term_keys(after):
        return "labels"
    old, new = _spellings(before), _spellings(after)
    renamed = {key for key in old if set(map(fold, old[key])) != set(map(fold, new[key]))}
    same = all(old[key] == new[key] for key in old.keys() - renamed)
    return None if renamed and same and list(old) == list(new) else "cosmetic"


def _spellings(offices: Iterable[Term]) -> dict[str, list[str]]:
    """Return the offices in printed order, each with the names under which it is printed."""
    names: dict[str, list[str]] = {}
    for term in offices:
        names.setdefault(term_key(term), []).append(term.raw)
    return names


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
        others = dict.fromkeys((name for name in _NAMES if name not in page.fields), UNPRINTED)
    else:
        others = {name: page.origin for name in _NAMES if getattr(item, name) is not None}
    return Sources(others, {page.origin: page.fetched_at}, page.fetched_at)


def merge_reading(
    known: NewsItem, sources: Sources, read: NewsItem, page: Listing, *, saved: bool, same_reading: bool
) -> tuple[NewsItem, Sources]:
    """Return a stored item and its sources after another reading of it; both are normalised.

    The value of a field that counts is, by the first rule that applies:

    1. of two readings of one source: the newer one's, if its page has the field at all, or if no value is
       stored; in two languages, that of the language that counts
    2. if only one source prints a value: this value
    3. in two languages: that of the language that counts, English or else the one whose code comes first
    4. of an item's own page and another source: the other's
    5. of a list and the search service: the list's, unless the service was read more than a month later

    In the `same_reading` of a list, at another place, labels of both places are kept. A page that is not
    `saved` is the newest, even if its time is older: the clock may have been set back.
    """
    origin, at = page.origin, page.fetched_at
    rank, known_rank = language_rank(read.language), language_rank(known.language)
    # The reading whose language counts; None if both have the same.
    language = None if rank == known_rank else read if rank < known_rank else known
    # If two pages are from the same second, the same one always counts, in any order of reading.
    texts, known_texts = ([getattr(one, name) or "" for name in _TEXTS] for one in (read, known))
    is_newer = not saved or (at, texts) > (sources.last_seen_in(origin), known_texts)
    if same_reading and language is None:
        foreign = dict.fromkeys(name for name in sources.others if sources.others[name] != origin)
        own = renormalized(known, **foreign) if foreign else known
        read, is_newer = merge_records(*((read, own) if is_newer else (own, read))), True

    def replaces(name: str) -> bool:
        """Whether the value that was read replaces the stored one, by the rules above."""
        stored, printed, source = getattr(known, name), getattr(read, name), sources.of_field(name)
        if source == origin:
            counts = is_newer if language is None else language is read
            return counts and (stored is None or name in page.fields)
        if stored is None or printed is None:
            return printed is not None
        if language is not None:
            return language is read
        if PAGE in (origin, source):
            return source == PAGE
        stored_at = sources.last_seen_in(source or LIST)
        passed = parse_utc(at if saved else max(at, stored_at)) - parse_utc(stored_at)
        return passed >= -_SAME_TIME if origin == LIST else passed > _SAME_TIME

    others, values = dict(sources.others), {"url_raw": preferred_raw(known, read)}
    for name in _NAMES:
        printed = getattr(read, name)
        if origin == LIST and printed is None and getattr(known, name) is None:
            if name in page.fields:
                others.pop(name, None)  # a list that has the field prints no value
            elif LIST not in sources.seen:
                others[name] = UNPRINTED
        elif replaces(name):
            values[name] = printed
            others.pop(name, None)
            if printed is not None and origin != LIST:
                others[name] = origin
    changed = {name: value for name, value in values.items() if value != getattr(known, name)}
    after = renormalized(known, **changed) if changed else known
    return after, replace(sources.shown(origin, at), others=others)


def recorded_changes(
    known: NewsItem, sources: Sources, after: NewsItem, merged: Sources, saved_at: str | None
) -> list[Revision]:
    """Return the revisions to record: the values that a source no longer prints as before.

    Sources may print labels and teasers in their own way. Titles and dates are the same everywhere, so a
    different one is an edit, whichever source prints it. A page saved before the value that it replaces was
    read shows no edit; `saved_at` is None if it was not saved, and so is the newest.
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
        if other is not None:
            item = merge_records(*sorted((item, other), key=lambda one: language_rank(one.language)))
        merged[item.id] = item
    return merged


def merge_records(first: NewsItem, second: NewsItem) -> NewsItem:
    """Return one record made of two readings of the same item.

    Values of the first reading take precedence; gaps are filled from the second. Offices and topics that only
    one of them lists are all kept.
    """
    raw = {name: getattr(first, name) or getattr(second, name) for name in RAW_FIELDS}
    raw["url_raw"] = preferred_raw(first, second)
    raw |= {f"{name}_raw": _joined(first, second, name) for name in ("offices", "topics")}
    return renormalized(first, **raw)


def preferred_raw(one: NewsItem, other: NewsItem) -> str:
    """Return the better of two addresses as linked; their order does not matter."""
    raws = {item.url: item.url_raw for item in (other, one)}
    return raws[preferred_url(raws)]


def language_rank(language: str | None) -> tuple[bool, str]:
    """Return a key that sorts the language that counts first: English, or none, which counts as English."""
    return (False, "") if language is None or language == "en" else (True, language)


def _joined(first: NewsItem, second: NewsItem, name: str) -> str | None:
    """Return the longer list's text, followed by the names that only the shorter one has."""
    terms, others = getattr(first, name), getattr(second, name)
    if term_keys(others) > term_keys(terms):
        return str(getattr(second, f"{name}_raw"))
    keys = set(map(term_key, terms))
    more = [term.raw for term in others if term_key(term) not in keys]
    return ", ".join(filter(None, [getattr(first, f"{name}_raw"), *more])) or None
