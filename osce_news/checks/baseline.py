"""Compares how many results of a page show a thing with how many stored items of that time do."""

from __future__ import annotations

import math
from collections import Counter, defaultdict
from collections.abc import Callable, Hashable, Iterator, Sequence
from dataclasses import dataclass

from osce_news.checks.limits import Finding, Near
from osce_news.checks.neighbours import History
from osce_news.items import NewsItem

ENOUGH = 100  # stored items to compare with; fewer are too short a history
_GROUP = 10  # items of one kind among them that tell what is usual for it
_DOUBT = 2.5  # the odds of a page's items may be so many times smaller than those of the stored ones
_CHANCE = 1e-4  # of so few or fewer results, at those smaller odds
_MOST, _FEW = 0.6, 0.25  # of the expected number: too few of what nearly all show, and of other things
_ALIKE = 5  # results of one kind count: a page of one office says the same fifty times
_LAGS = (1, 2, 3, 5, 8, 13, 21)  # places between items whose numbers and dates are compared
_SHORT_TEASER = 60

# Whether an item shows the thing; None where the question does not arise.
Shows = Callable[[NewsItem], bool | None]


@dataclass(frozen=True, slots=True)
class _Trait:
    """Something that is usual for items; `kind` tells items apart that differ in it by their nature."""

    thing: str
    meaning: str
    shows: Shows
    kind: Callable[[NewsItem], Hashable] = lambda item: None
    few: float = _MOST  # so large a part of the expected number is too few, unless by chance


def too_short(records: Sequence[NewsItem], history: History) -> str | None:
    """Return a sentence if the history is too short to compare shares with, else None."""
    if history.comparable >= ENOUGH:
        return None
    language = Counter(item.language for item in records).most_common(1)[0][0]
    return (
        f"history too short to compare labels with: {history.comparable} stored items in the language "
        f"{language or 'unknown'}, {ENOUGH} are needed"
    )


def find(records: Sequence[NewsItem], history: History) -> Iterator[Finding | None]:
    """Yield what the page's records lack; None for each rule kept, nothing if the history is too short."""
    if history.comparable < ENOUGH:
        return
    near = history.near
    for trait in _TRAITS:
        yield _lacking(trait, records, near)
    if not _offices_agree(records):
        yield _lacking(_under_office(near()), records, near)
    yield _numbers_against_dates(records, near)


def _lacking(trait: _Trait, records: Sequence[NewsItem], near: Near) -> Finding | None:
    answers = [(trait.kind(item), trait.shows(item)) for item in records]
    asked = [(kind, answer) for kind, answer in answers if answer is not None]
    if sum(answer for _, answer in asked) > len(asked) * trait.few:
        return None  # as nearly always: nothing need be counted
    usual = _usual(trait, near())
    shown, expected, alike = [], 0.0, Counter[Hashable]()
    for kind, answer in asked:
        alike[kind] += kind is not None
        if kind in usual and alike[kind] <= _ALIKE:
            shown.append(answer)
            expected += usual[kind]
    if not shown or not _too_few(trait.few, sum(shown), len(shown), expected / len(shown)):
        return None
    return Finding(
        trait.thing,
        f"{trait.meaning} in {expected / len(shown):.0%} of results, as in stored ones of the time",
        f"{sum(shown) or 'none'} of {len(shown)}",
    )


def _usual(trait: _Trait, near: Sequence[NewsItem]) -> dict[Hashable, float]:
    """Return the share of stored items that show it, by kind; kinds with too few items are left out."""
    counts: dict[Hashable, list[int]] = defaultdict(lambda: [0, 0])
    for item in near:
        answer = trait.shows(item)
        if answer is not None:
            count = counts[trait.kind(item)]
            count[0] += answer
            count[1] += 1
    return {kind: shown / of for kind, (shown, of) in counts.items() if of >= _GROUP}


def _too_few(few: float, shown: int, of: int, share: float) -> bool:
    """Whether so few are no accident, also when the items of the page are much alike.

    The chance of `shown` or fewer of `of` (binomial) is taken at smaller odds than the stored items
    have, because the items of a page are not drawn by lot: one mission, one event, one keyword.
    """
    if shown > of * share * few:
        return False
    odds = (share + 0.002) / (1.002 - share) / _DOUBT
    low = odds / (1 + odds)
    chance = sum(math.comb(of, n) * low**n * (1 - low) ** (of - n) for n in range(shown + 1))
    return chance < _CHANCE


def _first_office(item: NewsItem) -> str | None:
    return item.offices[0].id or item.offices[0].raw if item.offices else None


def _labelled(item: NewsItem) -> bool:
    return bool(item.content_type_raw or item.offices_raw or item.topics_raw)


_TRAITS = (
    _Trait("Content type, Where we are, What we do", "one of these labels", _labelled, few=_FEW),
    _Trait(
        "Content type",
        "it beside other labels",
        lambda item: item.content_type_raw is not None if item.offices_raw or item.topics_raw else None,
    ),
    _Trait(
        "Where we are",
        "it beside other labels",
        lambda item: item.offices_raw is not None if item.content_type_raw or item.topics_raw else None,
        lambda item: item.topics[0].raw if item.topics else None,  # nor have some topics' an office
        few=_FEW,
    ),
    _Trait(
        "What we do",
        "it beside other labels",
        lambda item: item.topics_raw is not None if item.content_type_raw or item.offices_raw else None,
        _first_office,  # some offices' items hardly ever have topics
        few=_FEW,
    ),
    _Trait("teaser", "a teaser", lambda item: item.teaser is not None, few=0.75),
    _Trait("addresses", "a node number", lambda item: item.id.isdigit()),
    _Trait("title", "small letters", lambda item: any(map(str.islower, item.title))),
    _Trait("title", "capital letters", lambda item: any(map(str.isupper, item.title))),
    _Trait(
        "teaser",
        f"more than {_SHORT_TEASER} letters",
        lambda item: len(item.teaser) > _SHORT_TEASER if item.teaser else None,
    ),
    _Trait(
        "Content type",
        "a known type",
        lambda item: item.content_type is not None if item.content_type_raw else None,
    ),
    _Trait(
        "Publishing date",
        "the dateline's date",
        lambda item: item.dateline_date == item.published if item.dateline_date and item.published else None,
        few=0.8,  # dates that are those of the next result are often the same day's
    ),
)


def _offices_agree(records: Sequence[NewsItem]) -> bool:
    """Whether results with addresses in one folder, such as /odihr/, have mostly an office in common.

    False also if it can't be told, because there are few or nearly all have the same.
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
    if count < _GROUP or offices.most_common(1)[0][1] * 2 > offices.total():
        return False
    return agreeing > count * _MOST


def _under_office(near: Sequence[NewsItem]) -> _Trait:
    """The office that the address speaks of, such as /odihr/, as far as stored items tell."""
    offices: dict[str, Counter[str]] = defaultdict(Counter)
    for item in near:
        if item.offices:
            offices[_folder(item)].update([term.id for term in item.offices if term.id])
    # The address /node/ and those of many offices tell nothing.
    told = {
        folder: {office for office, count in counts.items() if count * 5 >= max(counts.values())}
        for folder, counts in offices.items()
        if counts and folder != "node"
    }
    telling = {folder: names for folder, names in told.items() if len(names) <= 3}

    def shows(item: NewsItem) -> bool | None:
        names = telling.get(_folder(item))
        if names is None or not item.offices:
            return None
        return any(term.id in names for term in item.offices)

    return _Trait("Where we are", "the office of the item's address", shows)


def _folder(item: NewsItem) -> str:
    parts = item.url.split("/", 4)
    return parts[3] if len(parts) == 5 else ""


def _numbers_against_dates(records: Sequence[NewsItem], near: Near) -> Finding | None:
    """Later items have larger numbers; a page on which they have not has titles with others' dates."""
    same, of = _in_step(_dated(records))
    if of < 20 or same > of * 0.65:
        return None
    usual, stored = _in_step(sorted(_dated(near()), reverse=True))
    if stored < ENOUGH or usual < stored * 0.9:
        return None
    return Finding(
        "titles and dates",
        f"numbers that rise with the dates, as {usual / stored:.0%} of stored ones do",
        f"{same / of:.0%} that do",
    )


def _dated(items: Sequence[NewsItem]) -> list[tuple[str, int]]:
    return [(item.published, int(item.id)) for item in items if item.published and item.id.isdigit()]


def _in_step(dated: Sequence[tuple[str, int]]) -> tuple[int, int]:
    """Return how many pairs of different dates have their numbers in that order, of how many.

    The pairs are some places apart, as if the list were one of days.
    """
    same = of = 0
    for lag in _LAGS:
        for (date, number), (other_date, other) in zip(dated, dated[lag:], strict=False):
            if date != other_date:
                of += 1
                same += (date < other_date) == (number < other)
    return same, of
