"""The form of the rules of the checks: a rule counts the records of a page that have a fault.

`faults` holds what is counted, and `limits` the rules.
"""

from __future__ import annotations

import itertools
import re
from collections import Counter
from collections.abc import Callable, Hashable, Sequence, Set
from dataclasses import dataclass
from datetime import date, timedelta
from fractions import Fraction
from typing import Generic, NamedTuple, TypeVar

from osce_news.items import Listing, NewsItem
from osce_news.normalize.identity import letters
from osce_news.normalize.vocabulary import fold

OPENING = 40  # letters with which a text begins
_LONG_WORD = re.compile(r"\b[^\W\d_]{5}")  # its first letters, which its other forms share


class Finding(NamedTuple):
    """A failed check: the rule, the label that the message names, what was expected, and what was found."""

    rule: str
    label: str
    expected: str
    got: str


class Pair(NamedTuple):
    """An item as it is stored, and as the page shows it."""

    stored: NewsItem
    read: NewsItem


T = TypeVar("T", NewsItem, Pair)


@dataclass(frozen=True, slots=True, kw_only=True)
class Context:
    """The properties of the page that faults are compared with."""

    url: str
    day: str  # of its fetch
    latest: str  # the last plausible publishing date
    days: Counter[str | None]  # the number of results by publishing date
    titles: dict[str, str]  # the first title of each item, folded
    is_dated: bool  # whether pages of this form print dates
    neighbour_dates: dict[str, list[str | None]]  # the dates of the results before and after each item
    after_teaser: set[str]  # the items that follow a result with a teaser
    title_words: dict[str, set[str]]  # the long words of each title that no other one has, by item
    teaser_words: set[str]  # the long words of all teasers
    texts: dict[str, str]  # the full texts on the page itself, by item
    openings: dict[str, str]  # the items with these texts, by how a text begins
    changed: Set[str]  # the items that are new, or differ from what is stored

    @classmethod
    def of(cls, page: Listing, days_ahead: int, changed: Set[str]) -> Context:
        """Return the context of a page; publishing dates may be `days_ahead` days after its fetch."""
        try:
            latest = (date.fromisoformat(page.fetched_at[:10]) + timedelta(days_ahead)).isoformat()
        except (ValueError, OverflowError):
            latest = "9999"
        titles = {item.id: fold(item.title) for item in reversed(page.records)}
        dates = [None, *(item.published for item in page.records), None]
        neighbour_dates = {item.id: dates[place : place + 3 : 2] for place, item in enumerate(page.records)}
        after_teaser = {item.id for before, item in itertools.pairwise(page.records) if before.teaser}
        words = {identifier: long_words(title) for identifier, title in titles.items()}
        counts = Counter(itertools.chain.from_iterable(words.values()))
        articles = {one.item_id: one.article for one in page.articles}
        texts = {item: one.text for item, one in articles.items() if one and one.text}
        openings = {first_letters(text): item for item, text in texts.items()}
        return cls(
            url=page.url,
            day=page.fetched_at[:10],
            latest=latest,
            days=Counter(item.published for item in page.records),
            titles=titles,
            is_dated="published_raw" in page.fields,
            neighbour_dates=neighbour_dates,
            after_teaser=after_teaser,
            title_words={item: {one for one in found if counts[one] == 1} for item, found in words.items()},
            teaser_words=set().union(*(long_words(item.teaser or "") for item in page.records)),
            texts=texts,
            openings=openings,
            changed=changed,
        )


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule(Generic[T]):
    """Fails a page with at least `min_wrong` wrong records, if these are a larger share than `max_share`."""

    name: str
    label: str | None  # what the message names; None: the most common fault
    expected: str
    wrong_records: str  # how the message describes them
    fault: Callable[[T, Context], object]  # what is wrong with a record; false if nothing is
    applies_to: Callable[[T, Context], object] | None = None  # the records that count; None: all
    apart: tuple[
        Callable[[T, Context], Hashable], ...
    ] = ()  # of each, a group with most of them does not count
    min_records: int = 1  # with fewer records that count, the page passes
    min_wrong: int
    max_share: Fraction  # of the records that count
    min_distinct: int = 1  # with fewer different faults, the page passes
    most_common: bool = False  # only the most common fault is counted, once per item, also in stored items
    usual: Fraction | None = None  # the page passes if more stored items from that time have the fault
    reason: str

    def applicable(self, records: Sequence[T], page: Context) -> Sequence[T]:
        """Return the records that the rule applies to."""
        return records if self.applies_to is None else [one for one in records if self.applies_to(one, page)]

    def exceeded(self, wrong: int, records: int) -> bool:
        """Whether this number of wrong records, out of those that the rule applies to, fails a page."""
        return records >= self.min_records and wrong >= self.min_wrong and wrong > self.max_share * records


@dataclass(frozen=True, slots=True, kw_only=True)
class ShareRule:
    """Fails a page that shows something less often than stored items of its time, unless by chance.

    `shows` returns None for an item to which the question does not apply. Items are compared with stored
    items of the same `group`. A count below `min_ratio` of the expected number is too low, if at least
    `min_results` results were counted, and more than `min_share` of the stored items show it. Only pages that
    print the raw `fields` are checked.
    """

    name: str
    label: str
    fields: tuple[str, ...] = ()
    shows: Callable[[NewsItem], bool | None]
    group: Callable[[NewsItem], Hashable] = lambda item: None
    min_ratio: float
    min_results: int
    min_share: float = 0.0  # of the stored items
    cards: bool = True  # whether it applies to lists of cards, which have short teasers
    reason: str


def long_words(text: str) -> set[str]:
    """Return the first five letters of each word that has as many, folded."""
    return set(_LONG_WORD.findall(fold(text)))


def first_letters(text: str) -> str:
    """Return the first letters of a text, up to OPENING of them: enough to recognise it."""
    return letters(text[: 3 * OPENING])[:OPENING]
