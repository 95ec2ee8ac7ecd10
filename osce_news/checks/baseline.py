"""Compares how often the results of a page have something with how often stored items of that time do."""

from __future__ import annotations

import itertools
import math
from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import replace
from typing import NamedTuple

from osce_news.checks import limits
from osce_news.checks.faults import ShareRule, first_office
from osce_news.checks.neighbours import Neighbours, language_of
from osce_news.items import RAW_FIELDS, Listing, NewsItem
from osce_news.storage.merge import LIST

_LAGS = (1, 2, 3, 5, 8, 13, 21)  # distances in the list between items whose numbers and dates are compared

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
        f"history too short to compare labels with: {stored.comparable} stored items in the language "
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
    yield _numbers_against_dates(records, near)
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
    if not shown or not _too_few(rule.min_ratio, sum(shown), len(shown), expected / len(shown)):
        return None
    return Finding(
        rule.name,
        rule.label,
        f"{rule.name} in {expected / len(shown):.0%} of results, as in stored items from that time",
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
    if shown > of * share * min_ratio:
        return False
    odds = (share + 0.002) / (1.002 - share) / limits.ODDS_RATIO
    low = odds / (1 + odds)
    chance = sum(math.comb(of, n) * low**n * (1 - low) ** (of - n) for n in range(shown + 1))
    return chance < limits.P_VALUE


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


def _numbers_against_dates(records: Sequence[NewsItem], near: ReadNear) -> Finding | None:
    """Return a finding if later items do not have higher node numbers: titles and dates were mixed up.

    Old items that were put on the site later, many at once, have numbers of that time, in any order. A page
    with some of them shows nothing.
    """
    dated = _dated(records)
    rising, pairs = _count_rising(dated)
    if pairs < limits.MIN_PAIRS or rising > pairs * limits.MIN_IN_STEP or _are_of_two_times(dated):
        return None
    stored_rising, stored_pairs = _count_rising(sorted(_dated(near()), reverse=True))
    if stored_pairs < limits.MIN_STORED or stored_rising < stored_pairs * limits.USUALLY_IN_STEP:
        return None
    return Finding(
        "numbers and dates",
        "titles and dates",
        f"node numbers that rise with the dates, as in {stored_rising / stored_pairs:.0%} of stored pairs",
        f"{rising / pairs:.0%} that do",
    )


def _are_of_two_times(dated: Sequence[tuple[str, int]]) -> bool:
    """Whether the numbers lie in two groups, farther apart than half of all that lies between them."""
    numbers = sorted(number for _, number in dated)
    return (
        max(after - before for before, after in itertools.pairwise(numbers)) > (numbers[-1] - numbers[0]) / 2
    )


def _dated(items: Sequence[NewsItem]) -> list[tuple[str, int]]:
    return [(item.published, int(item.id)) for item in items if item.published and item.id.isdigit()]


def _count_rising(dated: Sequence[tuple[str, int]]) -> tuple[int, int]:
    """Return how many pairs have numbers in the order of their dates, and how many pairs there are.

    A pair is two items of different dates, up to 21 places apart: neighbours are often of the same day.
    """
    rising = pairs = 0
    for lag in _LAGS:
        for (date, number), (other_date, other) in zip(dated, dated[lag:], strict=False):
            if date != other_date:
                pairs += 1
                rising += (date < other_date) == (number < other)
    return rising, pairs
