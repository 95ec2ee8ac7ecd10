"""Checks whether a page of the list is plausible, before anything of it is stored.

The page objects reject pages without the structure of the list. The checks look at the values: on their own,
compared with the same items as stored, and with stored items from the same time. They correct nothing. All
limits are in `limits`; one result alone never fails a page.
"""

from __future__ import annotations

import bisect
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterator, Sequence, Set
from dataclasses import replace
from fractions import Fraction
from typing import Any, NamedTuple

from osce_news import urls
from osce_news.checks import limits
from osce_news.checks.neighbours import (
    Neighbours,
    language_of,
    missing_history,
    read_neighbours,
    unusual_shares,
)
from osce_news.checks.rules import Context, Finding, Pair, Rule, T, long_words
from osce_news.errors import DoubtfulPageError
from osce_news.items import RAW_FIELDS, REVISED_FIELDS, Listing, NewsItem
from osce_news.normalize.record import keep_unprinted
from osce_news.normalize.vocabulary import fold


class Name(NamedTuple):
    """The identifier of an office, a topic or a type; for one that the vocabulary lacks, its text, folded."""

    id: str | None
    text: str | None

    @classmethod
    def of(cls, identifier: str | None, printed: str) -> Name:
        """Return the name of a printed text."""
        return cls(identifier, None if identifier else fold(printed))


def check_page(connection: sqlite3.Connection, page: Listing, *, start_url: str) -> str | None:
    """Check a page against the database; return a message if too few items are stored to compare with.

    `start_url` is the address at which the crawl began. Raises DoubtfulPageError if it is not plausible.
    """
    return check_against(
        page,
        read_neighbours(connection, page),
        newest_first=urls.newest_first(start_url),
        empty_expected=bool(urls.page_number(page.url)) or not urls.is_unfiltered(start_url),
    )


def site_has_changed(held: int, pages: int) -> bool:
    """Whether so many of a run's pages are held that the site must have changed."""
    first = pages <= limits.FIRST_PAGES and held >= limits.MAX_HELD_OF_FIRST
    return first or (pages >= limits.MANY_PAGES and held > limits.MAX_HELD_SHARE * pages)


def check_against(
    page: Listing, stored: Neighbours, *, newest_first: bool, empty_expected: bool = False
) -> str | None:
    """Return None for a page that may be stored, or a message if too few items are stored to compare with.

    The records of the page are normalised. `newest_first` says that the list was requested in this order,
    `empty_expected` that it may have no results. Raises DoubtfulPageError if the page is not plausible.
    """
    if page.origin == "search":  # a document may have each field, even if the whole answer has none
        page = replace(page, fields=frozenset(RAW_FIELDS))
    if not page.records:
        if page.results == 0 and stored.had_results and not empty_expected:
            expected = f"results, as this list had before ({stored.items} items are stored)"
            raise DoubtfulPageError("results", expected=expected, got="a page that says there are none")
        return None
    for finding in findings(page, stored, newest_first=newest_first):
        if finding is not None:
            raise DoubtfulPageError(finding.label, expected=finding.expected, got=finding.got)
    return missing_history(page.records, stored)


def _fresh(page: Listing, stored: Neighbours) -> list[NewsItem]:
    """Return the records of a page that are new or changed."""
    names = [
        "url_raw",
        "language_raw",
        *(f"{name}_raw" for name in REVISED_FIELDS if f"{name}_raw" in page.fields),
    ]
    return [
        item
        for item in page.records
        if (known := stored.known.get(item.id)) is None
        or any(getattr(item, name) != getattr(known, name) for name in names)
    ]


def _with_new_text(page: Listing, stored: Neighbours) -> set[str]:
    """Return the items whose full text on the page is new or changed, and would be stored."""
    texts = {one.item_id: one.article.text for one in page.articles if one.article}
    return {item for item, text in texts.items() if stored.texts.get(item, "") not in (None, text)}


def findings(page: Listing, stored: Neighbours, *, newest_first: bool) -> Iterator[Finding | None]:
    """Yield the failed checks, the most specific first, and None for each passed one.

    A page that shows nothing new or changed passes all of them.
    """
    fresh = _fresh(page, stored)
    if not (changed := {item.id for item in fresh} | _with_new_text(page, stored)):
        return
    context = Context.of(page, limits.MAX_DAYS_AHEAD, changed)
    for rule in limits.PAGE_RULES:
        yield _apply(rule, page.records, context, stored.near)
    pairs = [
        Pair(known, keep_unprinted(item, known, page.fields.difference(stored.foreign.get(item.id, ()))))
        for item in page.records
        if (known := stored.known.get(item.id))
    ]
    # An item in another language has other texts.
    same_language = [pair for pair in pairs if language_of([pair.stored]) == language_of([pair.read])]
    for item_rule in limits.ITEM_RULES:
        yield _apply(item_rule, same_language, context)
    yield from _neighbours_values(same_language)
    yield _relabelled(same_language, "types", limits.TYPE)
    yield _relabelled(same_language, "offices", limits.OFFICES)
    yield _relabelled(same_language, "topics", limits.TOPICS)
    yield _lost_texts(page, stored)
    yield _duplicates(page.possible_duplicates, len(page.records) - len(pairs) + page.possible_duplicates)
    yield from unusual_shares(replace(page, records=fresh), stored)
    if newest_first and page.fields.issuperset(RAW_FIELDS):  # lists of cards don't obey the address
        dates = {item.id: item.published for item in page.records}  # a page may show its list twice
        yield _out_of_order([day for day in dates.values() if day])


def _apply(
    rule: Rule[T], records: Sequence[T], context: Context, near: Callable[[], Sequence[NewsItem]] = tuple
) -> Finding | None:
    """Return the finding if the records break the rule; `near` reads the stored items nearest in date.

    Values that are stored already do not count as wrong, because a person may have decided to store them.
    """
    applicable = rule.applicable(records, context)
    wrong = [
        (record, fault)
        for record in applicable
        if (fault := rule.fault(record, context)) and record.id in context.changed
    ]
    for group_of in rule.apart:
        groups = Counter(group_of(record, context) for record, _ in wrong)
        for group, count in groups.most_common(1):
            if group is not None and count > limits.OF_ONE_OFFICE * len(wrong):
                applicable = [record for record in applicable if group_of(record, context) != group]
                wrong = [(record, fault) for record, fault in wrong if group_of(record, context) != group]
    if len(wrong) < rule.min_wrong:
        return None
    faults: list[Any] = [fault for _, fault in wrong]
    most_common, _ = Counter(faults).most_common(1)[0]
    if rule.most_common:  # an item listed twice counts once
        faults = list({record.id: fault for record, fault in wrong if fault == most_common}.values())
    if not rule.exceeded(len(faults), len(applicable)) or _count_distinct(faults) < rule.min_distinct:
        return None
    if rule.usual is not None and _is_usual(rule, rule.usual, set(faults), context, near()):
        return None
    example = "" if rule.label is None or faults[0] is True else f", such as {_quoted(faults[0])}"
    got = f"{len(faults)} of {len(applicable)} {rule.wrong_records}{example}"
    return Finding(rule.name, rule.label or most_common, rule.expected, got)


def _count_distinct(faults: Sequence[Any]) -> int:
    return len({name for fault in faults for name in (fault if isinstance(fault, tuple) else (fault,))})


def _quoted(fault: Any) -> str:
    return repr(str(fault[0] if isinstance(fault, tuple) else fault)[:60])


def _is_usual(
    rule: Rule[Any], share: Fraction, faults: set[Any], context: Context, near: Sequence[NewsItem]
) -> bool:
    """Whether more than this share of stored items have a fault; only one of `faults` if that is counted."""
    applicable = rule.applicable(near, context)
    stored = [fault for item in applicable if (fault := rule.fault(item, context))]
    same = [fault for fault in stored if fault in faults] if rule.most_common else stored
    return len(same) > share * len(applicable)


def _neighbours_values(pairs: Sequence[Pair]) -> Iterator[Finding | None]:
    """Yield a finding if many items now have the date of the item next to them, or another item's teaser."""
    dates = [None, *(pair.stored.published for pair in pairs), None]
    moved = [
        pair.stored.published not in (None, pair.read.published)
        and pair.read.published in dates[place : place + 3 : 2]
        for place, pair in enumerate(pairs)
    ]
    yield _of_others("date", limits.DATE, moved)
    teasers = {pair.stored.teaser for pair in pairs} - {None}
    yield _of_others("teaser", "teaser", [_has_teaser_of_other(pair, teasers) for pair in pairs])


def _has_teaser_of_other(pair: Pair, teasers: Set[str | None]) -> bool:
    """Whether the item has another one's teaser now, and not with more words of its title than before."""
    before, after, words = pair.stored.teaser or "", pair.read.teaser or "", long_words(pair.read.title)
    is_moved = after != before and after in teasers
    return is_moved and len(words & long_words(after)) <= len(words & long_words(before))


def _of_others(name: str, label: str, wrong: Sequence[bool]) -> Finding | None:
    if sum(wrong) < limits.MIN_RELABELLED or sum(wrong) <= limits.MAX_OF_OTHERS * len(wrong):
        return None
    got = f"{sum(wrong)} of {len(wrong)} items with the {name} of another one"
    return Finding(f"{name}s of others", label, "the stored values of these items", got)


def _relabelled(pairs: Sequence[Pair], kind: str, label: str) -> Finding | None:
    """Return a finding if many items have other names than before, and the site has not renamed any.

    An editor adds or removes names. If many items have others in their place, these belong to other items. If
    all have the same type now, it was read from the page around the results.
    """
    swaps: Counter[tuple[Sequence[Name], Sequence[Name]]] = Counter()
    swapped = gained = lost = 0
    for stored, read in pairs:
        before, after = _names(stored, kind), _names(read, kind)
        gone = [(name,) for name in before if name not in after]
        added = [(name,) for name in after if name not in before]
        if gone and added:
            swapped += 1
            alike = len(gone) == len(added)
            swaps.update(zip(gone, added, strict=True) if alike else [(before, after)])
        gained += bool(after and not before)
        lost += bool(before and not after)
    if _is_renaming(swaps, {name for pair in pairs for name in _names(pair.stored, kind)}):
        return None
    wrong = swapped + 2 * min(gained, lost)
    is_one = kind == "types" and len({_names(pair.read, kind) for pair in pairs}) == 1
    if wrong < limits.MIN_RELABELLED or (wrong <= limits.MAX_MOVED * len(pairs) and not is_one):
        return None
    got = f"other {kind} in {wrong} of {len(pairs)}"
    return Finding(f"other {kind}", label, "the stored values of these items", got)


def _is_renaming(swaps: Counter[tuple[Sequence[Name], Sequence[Name]]], stored: Set[Name]) -> bool:
    """Whether names were replaced throughout, each by one new name.

    New names that the vocabulary lacks can't be those of other items. Among such names, two may have become
    one, and other stored items may have them already, because an earlier page showed those.
    """
    new = {after for _, after in swaps}
    if not swaps or len({before for before, _ in swaps}) < len(swaps):
        return False
    if all(name.id is None for names in new for name in names):
        is_one_to_one = 2 * len(new) > len(swaps)
    else:
        is_one_to_one = len(new) == len(swaps) and not any(name in stored for names in new for name in names)
    is_throughout = 2 * swaps.total() >= 3 * len(swaps)
    return is_one_to_one and (len(swaps) <= limits.MAX_RENAMED or is_throughout)


def _names(item: NewsItem, kind: str) -> tuple[Name, ...]:
    """Return the names of a kind as printed, in printed order."""
    if kind == "types":
        printed = item.content_type_raw or item.content_type
        return (Name.of(item.content_type, printed),) if printed else ()
    return tuple(Name.of(term.id, term.raw) for term in getattr(item, kind))


def _lost_texts(page: Listing, stored: Neighbours) -> Finding | None:
    """Return a finding if most of the full texts that the search service gave before are missing."""
    had = [identifier for identifier, text in stored.texts.items() if text]
    lost = set(had).difference(one.item_id for one in page.articles)
    if len(lost) < limits.MIN_LOST_TEXTS or len(lost) <= len(had) * limits.HALF:
        return None
    return Finding(
        "lost texts", "full texts", "a text, as these items had before", f"none in {len(lost)} of {len(had)}"
    )


def _duplicates(possible: int, new: int) -> Finding | None:
    """Return a finding if many results may be stored items under another address, or share a number."""
    if possible < limits.MIN_DUPLICATES or possible <= limits.MAX_DUPLICATES * new:
        return None
    got = f"{possible} of {new} new items that may be stored under another address"
    return Finding("stored twice", "addresses", "the same number for the same item", got)


def _out_of_order(dates: Sequence[str]) -> Finding | None:
    """Return a finding if a list that was requested newest first is in another order."""
    wrong = _count_misplaced(dates)
    if len(dates) < limits.MIN_ORDERED or wrong <= limits.MAX_MISPLACED * len(dates):
        return None
    got = f"{wrong} of {len(dates)} results in another place (the first dates: {', '.join(dates[:3])})"
    return Finding("order", "order of the results", "the newest first, as requested", got)


def _count_misplaced(dates: Sequence[str]) -> int:
    """Return how few dates have to be left out so that the others are in order, the newest first."""
    ends: list[str] = []  # the oldest possible last date of a run in order, by its length, from the end
    for date in reversed(dates):
        place = bisect.bisect_right(ends, date)
        ends[place : place + 1] = [date]
    return len(dates) - len(ends)
