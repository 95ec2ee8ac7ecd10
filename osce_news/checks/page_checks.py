"""Decide whether a page can be what the site meant, before anything of it is stored.

The page objects refuse pages without the structure of the list. The checks look at values: by themselves, by
what is stored of the same items, and by what is usual for items of that time. They repair nothing. All
limits are in `limits`; one result alone never fails a page.
"""

from __future__ import annotations

import itertools
import sqlite3
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from typing import Any

from osce_news.checks import baseline, limits
from osce_news.checks.baseline import Finding
from osce_news.checks.faults import Context, Pair
from osce_news.checks.neighbours import Neighbours, read_neighbours
from osce_news.checks.rules import Rule, T
from osce_news.errors import LayoutError, PartialError
from osce_news.items import Listing, NewsItem
from osce_news.normalize.vocabulary import fold
from osce_news.storage import crawl_state
from osce_news.urls import newest_first as is_newest_first
from osce_news.urls import page_number

ACCEPT = "; if the page is right, run again with --accept"


def check_page(
    connection: sqlite3.Connection, page: Listing, *, start_url: str, whole_list: bool
) -> str | None:
    """Check a page against the database; return a sentence if that holds too little to compare with.

    `start_url` is where the crawl of the list began, `whole_list` whether it is the list without a filter.
    Raises LayoutError if the page can't be right.
    """
    return check(
        page,
        read_neighbours(connection, page),
        newest_first=is_newest_first(start_url),
        empty_expected=bool(page_number(page.url)) or not whole_list,
    )


def withdrawn(connection: sqlite3.Connection, run: int, list_url: str, *, accept: bool) -> list[str]:
    """Return the items that are no longer on a list which the run read whole.

    Raises PartialError if there are too many, unless `accept` is true.
    """
    found = crawl_state.missing_items(connection, run, list_url)
    share = limits.MAX_WITHDRAWN_SHARE * crawl_state.count_listed(connection, list_url)
    if len(found) > max(limits.MAX_WITHDRAWN, int(share)) and not accept:
        raise PartialError(
            f"{len(found)} items are no longer on the list, too many to believe, so none was marked as "
            "withdrawn; if this is right, run `osce-news crawl --full --accept`"
        )
    return found


def check(
    page: Listing, stored: Neighbours, *, newest_first: bool, empty_expected: bool = False
) -> str | None:
    """Return None for a page that may be stored, or a sentence if too little is stored to compare it with.

    The records of the page are normalised. `newest_first` says that the list was requested in this order,
    `empty_expected` that it may have no results. Raises LayoutError, which names what is wrong, with numbers.
    """
    if not page.records:
        if page.results == 0 and stored.listed and not empty_expected:
            expected = f"results, as this list had before ({stored.items} items are stored)"
            raise LayoutError("results", expected=expected, got=f"a page that says there are none{ACCEPT}")
        return None
    for finding in _findings(page, stored, newest_first):
        if finding is not None:
            raise LayoutError(finding.label, expected=finding.expected, got=finding.got + ACCEPT)
    return baseline.too_short(page.records, stored)


def _findings(page: Listing, stored: Neighbours, newest_first: bool) -> Iterator[Finding | None]:
    """Yield the failed checks, the most telling first; None for each rule that the page passes."""
    context = Context.of(page, limits.MAX_DAYS_AHEAD)
    for rule in limits.PAGE_RULES:
        yield _broken(rule, page.records, context, stored.near)
    pairs = [Pair(stored.known[item.id], item) for item in page.records if item.id in stored.known]
    # A page in another language says the same in other words.
    same_language = [pair for pair in pairs if pair.stored.language == pair.read.language]
    for item_rule in limits.ITEM_RULES:
        yield _broken(item_rule, same_language, context)
    yield _relabelled(same_language, "types", limits.TYPE)
    yield _relabelled(same_language, "offices", limits.OFFICES)
    yield _relabelled(same_language, "topics", limits.TOPICS)
    yield _broken(limits.LANGUAGE_RULE, pairs, context)
    yield _duplicates(stored.duplicates, len(page.records) - len(pairs))
    yield from baseline.findings(page.records, stored)
    if newest_first:
        yield _out_of_order([item.published for item in page.records if item.published])


def _broken(
    rule: Rule[T], records: Sequence[T], context: Context, near: Callable[[], Sequence[NewsItem]] = tuple
) -> Finding | None:
    """Apply a rule to the records; `near` reads stored items of the time."""
    of = rule.of(records)
    wrong = [(record, value) for record in of if (value := rule.wrong(record, context))]
    if len(wrong) < rule.least:
        return None
    values: list[Any] = [value for _, value in wrong]
    most_common, _ = Counter(values).most_common(1)[0]
    if rule.alike:  # an item listed twice counts once
        values = list({_id(record): value for record, value in wrong if value == most_common}.values())
    if not rule.exceeded(len(values), len(of)) or _distinct(values) < rule.distinct:
        return None
    if rule.usual is not None and _is_usual(rule, set(values), context, near()):
        return None
    such = "" if rule.label is None or values[0] is True else f", such as {_quoted(values[0])}"
    return Finding(
        rule.label or most_common, rule.expected, f"{len(values)} of {len(of)} {rule.counted}{such}"
    )


def _id(record: NewsItem | Pair) -> str:
    return record.id if isinstance(record, NewsItem) else record.read.id


def _distinct(values: Sequence[Any]) -> int:
    return len({name for value in values for name in (value if isinstance(value, tuple) else (value,))})


def _quoted(value: Any) -> str:
    return repr(str(value[0] if isinstance(value, tuple) else value)[:60])


def _is_usual(rule: Rule[Any], values: set[Any], context: Context, near: Sequence[NewsItem]) -> bool:
    """Whether stored items show the same: these values, or any if the rule counts a share of them."""
    of = rule.of(near)
    found = [value for item in of if (value := rule.wrong(item, context))]
    if isinstance(rule.usual, int):
        return sum(value in values for value in found) >= rule.usual
    return rule.usual is not None and len(found) > rule.usual * len(near if rule.usual_of_all else of)


def _relabelled(pairs: Sequence[Pair], kind: str, label: str) -> Finding | None:
    """Compare the names after a label, unless the site has renamed one.

    An editor adds a topic or removes one; other names in many items belong to other items.
    """
    swaps: Counter[tuple[frozenset[str], frozenset[str]]] = Counter()
    others = gained = lost = 0
    for stored, read in pairs:
        before, after = _names(stored, kind), _names(read, kind)
        if before and after and before != after:
            swaps[(before - after, after - before)] += 1
            others += before.isdisjoint(after)
        gained += bool(after and not before)
        lost += bool(before and not after)
    named = [names for pair in pairs if (names := _names(pair.stored, kind))]
    if _is_renaming(list(swaps), frozenset().union(*named)):
        return None
    changed, moved = swaps.total(), others + 2 * min(gained, lost)
    few = changed <= limits.MAX_RELABELLED * len(named) and moved <= limits.MAX_MOVED * len(pairs)
    if few or max(changed, moved) < limits.MIN_RELABELLED:
        return None
    got = f"other {kind} in {max(changed, moved)} of {len(pairs)}"
    return Finding(label, "the stored values of these items", got)


def _is_renaming(swaps: Sequence[tuple[frozenset[str], frozenset[str]]], stored: frozenset[str]) -> bool:
    """Whether a name or two became new ones, each old name one new name."""
    new = [after for _, after in swaps]
    few = 0 < len(new) <= limits.MAX_RENAMED
    return few and len(set(new)) == len(new) and not any(after & stored for after in new)


def _names(item: NewsItem, kind: str) -> frozenset[str]:
    """Return identifiers of the names, or the names as printed if they are not known."""
    if kind == "types":
        return frozenset(filter(None, [item.content_type or item.content_type_raw]))
    return frozenset(term.id or fold(term.raw) for term in getattr(item, kind))


def _duplicates(found: int, new: int) -> Finding | None:
    """Refuse items that would be stored a second time, under another number."""
    if found < limits.MIN_DUPLICATES or found <= limits.MAX_DUPLICATES * new:
        return None
    got = f"{found} of {new} new items that are stored under another number, with the same title and date"
    return Finding("addresses", "the same number for the same item", got)


def _out_of_order(dates: Sequence[str]) -> Finding | None:
    """Refuse a page far out of order: the list was requested newest first, so this is another list."""
    if len(dates) < limits.MIN_ORDERED or all(one >= later for one, later in itertools.pairwise(dates)):
        return None
    pairs = [pair for pair in itertools.combinations(_without_misplaced(dates), 2) if pair[0] != pair[1]]
    wrong = sum(earlier < later for earlier, later in pairs)
    if wrong <= limits.MAX_OUT_OF_ORDER * len(pairs):
        return None
    got = f"{wrong} of {len(pairs)} pairs in the wrong order (the first dates: {', '.join(dates[:3])})"
    return Finding("order of the results", "the newest first, as requested", got)


def _without_misplaced(dates: Sequence[str]) -> list[str]:
    """Return the dates without the few that are out of order with most of the others."""
    left = list(dates)
    for _ in range(max(1, len(dates) // limits.MISPLACED)):
        conflicts = [
            sum(date < here for date in left[:place]) + sum(date > here for date in left[place + 1 :])
            for place, here in enumerate(left)
        ]
        if not max(conflicts):
            break
        del left[conflicts.index(max(conflicts))]
    return left
