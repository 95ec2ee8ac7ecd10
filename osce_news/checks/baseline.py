"""Compares how often the results of a page have something with how often stored items of that time do."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import replace
from typing import NamedTuple

from osce_news.checks import limits
from osce_news.checks.faults import first_office
from osce_news.checks.neighbours import Neighbours, language_of
from osce_news.checks.rules import ShareRule
from osce_news.items import RAW_FIELDS, Listing, NewsItem
from osce_news.storage.merge import LIST

ReadNear = Callable[[], Sequence[NewsItem]]  # reads the stored items nearest in date


class Finding(NamedTuple):
    """A failed check: the rule, the label that the message names, what was expected, and what was found."""

    rule: str
    label: str
    expected: str
    got: str


def missing_history(records: Sequence[NewsItem], stored: Neighbours) -> str | None:
    """Return a message if too few items are stored to compare with, else None."""
    if stored.comparable >= limits.MIN_STORED:
        return None
    return (
        f"too few stored items to compare labels with: {stored.comparable} in the language "
        f"{language_of(records)}, {limits.MIN_STORED} are needed"
    )


def findings(page: Listing, stored: Neighbours) -> Iterator[Finding | None]:
    """Yield the failed checks, and None for each passed one; nothing if too few items are stored."""
    if stored.comparable < limits.MIN_STORED:
        return
    records, near = page.records, stored.near
    is_cards = page.origin == LIST and not page.fields.issuperset(RAW_FIELDS)
    for rule in limits.SHARE_RULES:
        if page.fields.issuperset(rule.fields) and (rule.cards or not is_cards):
            # A stored item that did not show it before says nothing.
            of = [item for item in records if not (known := stored.known.get(item.id)) or rule.shows(known)]
            yield _too_rare(rule, of, stored.near_alike)
    # Stored items are compared with their own offices.
    new = [item for item in records if item.id not in stored.known]
    if page.fields.issuperset(limits.OFFICE_OF_ADDRESS.fields) and not _offices_agree(new):
        yield _too_rare(_office_of_address(near()), new, near)
    offices = {first_office(item) for item in new}
    is_of_one = len(offices) == 1 and None not in offices  # an office may publish items of one type only
    if new and not is_of_one and page.fields.issuperset(limits.OTHER_TYPES.fields):
        yield _too_rare(_other_types(new), new, near)


def _too_rare(rule: ShareRule, records: Sequence[NewsItem], near: ReadNear) -> Finding | None:
    answers = [(item, shows) for item in records if (shows := rule.shows(item)) is not None]
    if sum(shows for _, shows in answers) > len(answers) * rule.min_ratio:
        return None  # the stored items need not be read
    shares = _shares(rule, near())
    shown, expected, sizes = [], 0.0, Counter[Hashable]()
    for item, shows in answers:
        group = rule.group(item)
        sizes[group] += group is not None
        if group in shares and sizes[group] <= limits.MAX_ALIKE:
            shown.append(shows)
            expected += shares[group]
    if len(shown) < rule.min_results:
        return None
    share = expected / len(shown)
    if share <= rule.min_share or not _too_few(rule.min_ratio, sum(shown), len(shown), share):
        return None
    return Finding(
        rule.name,
        rule.label,
        f"{rule.name} in {share:.0%} of results, as in stored items from that time",
        f"{sum(shown) or 'none'} of {len(shown)}",
    )


def _shares(rule: ShareRule, near: Sequence[NewsItem]) -> dict[Hashable, float]:
    """Return the share of stored items that show it, by group, without the groups that are too small."""
    answers: dict[Hashable, list[bool]] = defaultdict(list)
    for item in near:
        if (shows := rule.shows(item)) is not None:
            answers[rule.group(item)].append(shows)
    return {
        group: sum(shown) / len(shown) for group, shown in answers.items() if len(shown) >= limits.MIN_GROUP
    }


def _too_few(min_ratio: float, shown: int, of: int, share: float) -> bool:
    """Whether a count is so low that it can't be chance.

    The binomial probability of `shown` or fewer is computed with lower odds than those of the stored items,
    because the items of a page are not a random sample: they share a mission, an event, a keyword.
    """
    if shown >= of * share * min_ratio:
        return False
    odds = (share + 0.002) / (1.002 - share) / limits.ODDS_RATIO
    low = odds / (1 + odds)
    return sum(_binomial(of, number, low) for number in range(shown + 1)) < limits.P_VALUE


def _binomial(of: int, number: int, odds: float) -> float:
    """Return the probability of a number; by logarithms, because the ways may be too many for a float."""
    ways = math.lgamma(of + 1) - math.lgamma(number + 1) - math.lgamma(of - number + 1)
    return math.exp(ways + number * math.log(odds) + (of - number) * math.log1p(-odds))


def _offices_agree(records: Sequence[NewsItem]) -> bool:
    """Whether most results with addresses in one folder, such as /odihr/, have an office in common.

    Also false if there are too few such results to know, or if more than half of them have one office.
    """
    agreeing = count = 0
    last: dict[str, NewsItem] = {}
    offices: Counter[str | None] = Counter()
    for item in records:
        if item.offices and (folder := _folder(item)) != "node":
            offices[item.offices[0].id] += 1
            if other := last.get(folder):
                count += 1
                agreeing += not {term.id for term in item.offices}.isdisjoint(
                    term.id for term in other.offices
                )
            last[folder] = item
    if count < limits.MIN_GROUP or offices.most_common(1)[0][1] * 2 > offices.total():
        return False
    return agreeing > count * limits.MIN_AGREEING


def _office_of_address(near: Sequence[NewsItem]) -> ShareRule:
    """Return the rule that items have an office of their address's folder, such as /odihr/.

    The offices of a folder are those of the stored items in it.
    """
    offices: dict[str, Counter[str]] = defaultdict(Counter)
    for item in near:
        if item.offices:
            offices[_folder(item)].update([term.id for term in item.offices if term.id])
    common = {
        folder: {office for office, count in counts.items() if count >= max(counts.values()) * limits.COMMON}
        for folder, counts in offices.items()
        if counts and folder != "node"  # all offices have addresses there
    }

    def shows(item: NewsItem) -> bool | None:
        names = common.get(_folder(item), set())
        if not 0 < len(names) <= limits.MAX_OFFICES or all(term.id is None for term in item.offices):
            return None  # also for new names of offices
        return any(term.id in names for term in item.offices)

    return replace(limits.OFFICE_OF_ADDRESS, shows=shows)


def _folder(item: NewsItem) -> str:
    parts = item.url.split("/", 4)
    return parts[3] if len(parts) == 5 else ""


def _other_types(records: Sequence[NewsItem]) -> ShareRule:
    """Return the rule that items have other types than the most common one of these."""
    ((common, _),) = Counter(item.content_type_raw for item in records).most_common(1)
    return replace(limits.OTHER_TYPES, shows=lambda item: item.content_type_raw != common)
