"""Compare how many results of a page show something with how many stored items of that time do."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import replace
from typing import NamedTuple

from osce_news.checks import limits
from osce_news.checks.neighbours import Neighbours
from osce_news.checks.rules import Usual
from osce_news.items import NewsItem

_LAGS = (1, 2, 3, 5, 8, 13, 21)  # places between items whose numbers and dates are compared

Near = Callable[[], Sequence[NewsItem]]  # reads stored items of the time


class Finding(NamedTuple):
    """A failed check: the label that the message names, what was expected, and what was found."""

    label: str
    expected: str
    got: str


def too_short(records: Sequence[NewsItem], stored: Neighbours) -> str | None:
    """Return a sentence if too few items are stored to compare with, else None."""
    if stored.comparable >= limits.MIN_STORED:
        return None
    language = Counter(item.language for item in records).most_common(1)[0][0]
    return (
        f"history too short to compare labels with: {stored.comparable} stored items in the language "
        f"{language or 'unknown'}, {limits.MIN_STORED} are needed"
    )


def findings(records: Sequence[NewsItem], stored: Neighbours) -> Iterator[Finding | None]:
    """Yield what the records lack, None for each rule that they pass; nothing if too few items are stored."""
    if stored.comparable < limits.MIN_STORED:
        return
    near = stored.near
    for usual in limits.USUAL:
        yield _lacking(usual, records, near)
    if not _offices_agree(records):
        yield _lacking(_office_of_address(near()), records, near)
    yield _numbers_against_dates(records, near)


def _lacking(usual: Usual, records: Sequence[NewsItem], near: Near) -> Finding | None:
    answers = [(item, shows) for item in records if (shows := usual.shows(item)) is not None]
    if sum(shows for _, shows in answers) > len(answers) * usual.few:
        return None  # the stored items need not be read
    shares = _shares(usual, near())
    shown, expected, alike = [], 0.0, Counter[Hashable]()
    for item, shows in answers:
        kind = usual.kind(item)
        alike[kind] += kind is not None
        if kind in shares and alike[kind] <= limits.MAX_ALIKE:
            shown.append(shows)
            expected += shares[kind]
    if not shown or not _too_few(usual.few, sum(shown), len(shown), expected / len(shown)):
        return None
    return Finding(
        usual.label,
        f"{usual.name} in {expected / len(shown):.0%} of results, as in stored items from that time",
        f"{sum(shown) or 'none'} of {len(shown)}",
    )


def _shares(usual: Usual, near: Sequence[NewsItem]) -> dict[Hashable, float]:
    """Return the share of stored items that show it, by kind; kinds with too few items are left out."""
    counts: dict[Hashable, list[bool]] = defaultdict(list)
    for item in near:
        if (shows := usual.shows(item)) is not None:
            counts[usual.kind(item)].append(shows)
    return {kind: sum(all_) / len(all_) for kind, all_ in counts.items() if len(all_) >= limits.MIN_KIND}


def _too_few(few: float, shown: int, of: int, share: float) -> bool:
    """Whether so low a count is not chance.

    The binomial probability of `shown` or fewer is taken at smaller odds than those of the stored items,
    because the items of a page are no random sample: they share a mission, an event, a keyword.
    """
    if shown > of * share * few:
        return False
    odds = (share + 0.002) / (1.002 - share) / limits.ODDS_RATIO
    low = odds / (1 + odds)
    chance = sum(math.comb(of, n) * low**n * (1 - low) ** (of - n) for n in range(shown + 1))
    return chance < limits.P_VALUE


def _offices_agree(records: Sequence[NewsItem]) -> bool:
    """Whether most results with addresses in one folder, such as /odihr/, have an office in common.

    False also if that can't be known, because there are few such results or half of all have one office.
    """
    agreeing = count = 0
    last: dict[str, NewsItem] = {}
    offices: Counter[str | None] = Counter()
    for item in records:
        if item.offices and (folder := _folder(item)) != "node":
            offices[item.offices[0].id] += 1
            if other := last.get(folder):
                count += 1
                agreeing += not {one.id for one in item.offices}.isdisjoint(one.id for one in other.offices)
            last[folder] = item
    if count < limits.MIN_KIND or offices.most_common(1)[0][1] * 2 > offices.total():
        return False
    return agreeing > count * limits.MIN_AGREEING


def _office_of_address(near: Sequence[NewsItem]) -> Usual:
    """Return the rule that items have the office which their address names, such as /odihr/.

    The stored items show which folder belongs to which offices.
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
        if not 0 < len(names) <= limits.MAX_OFFICES or not item.offices:
            return None
        return any(term.id in names for term in item.offices)

    return replace(limits.OFFICE_OF_ADDRESS, shows=shows)


def _folder(item: NewsItem) -> str:
    parts = item.url.split("/", 4)
    return parts[3] if len(parts) == 5 else ""


def _numbers_against_dates(records: Sequence[NewsItem], near: Near) -> Finding | None:
    """Refuse a page on which later items do not have larger numbers: titles have the dates of others."""
    same, of = _in_step(_dated(records))
    if of < limits.MIN_PAIRS or same > of * limits.MIN_IN_STEP:
        return None
    usual, stored = _in_step(sorted(_dated(near()), reverse=True))
    if stored < limits.MIN_STORED or usual < stored * limits.USUALLY_IN_STEP:
        return None
    return Finding(
        "titles and dates",
        f"numbers that rise with the dates, as in {usual / stored:.0%} of stored ones do",
        f"{same / of:.0%} that do",
    )


def _dated(items: Sequence[NewsItem]) -> list[tuple[str, int]]:
    return [(item.published, int(item.id)) for item in items if item.published and item.id.isdigit()]


def _in_step(dated: Sequence[tuple[str, int]]) -> tuple[int, int]:
    """Return how many pairs of items with different dates have numbers in the same order, of how many.

    The items of a pair stand up to 21 places apart, as neighbours are often of the same day.
    """
    same = of = 0
    for lag in _LAGS:
        for (date, number), (other_date, other) in zip(dated, dated[lag:], strict=False):
            if date != other_date:
                of += 1
                same += (date < other_date) == (number < other)
    return same, of
