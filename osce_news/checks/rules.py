"""The classes of the rules in `limits`, and two functions that rules have in common."""

from __future__ import annotations

from collections.abc import Callable, Hashable, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Generic, TypeVar

from osce_news.checks.faults import Context, Pair
from osce_news.items import NewsItem

T = TypeVar("T", NewsItem, Pair)


@dataclass(frozen=True, slots=True, kw_only=True)
class Rule(Generic[T]):
    """Fails a page with at least `min_wrong` wrong records, if these are a larger share than `max_share`."""

    name: str
    label: str | None  # what the message names; None: the most common fault
    expected: str
    wrong_records: str  # how the message describes them
    fault: Callable[[T, Context], object]  # what is wrong with a record; false if nothing is
    applies_to: Callable[[T], object] | None = None  # the records that count; None: all
    min_records: int = 1  # with fewer records that count, the page passes
    min_wrong: int
    max_share: Fraction  # of the records that count
    min_distinct: int = 1  # with fewer different faults, the page passes
    most_common: bool = False  # only the most common fault is counted, once per item
    # The page passes if stored items from that time show the same: more than this share, or this many.
    usual: Fraction | int | None = None
    usual_of_all: bool = False  # the share is of all stored items, not only of those that count
    reason: str

    def applicable(self, records: Sequence[T]) -> Sequence[T]:
        """Return the records that the rule applies to."""
        return records if self.applies_to is None else [one for one in records if self.applies_to(one)]

    def exceeded(self, wrong: int, records: int) -> bool:
        """Whether this number of wrong records, out of those that the rule applies to, fails a page."""
        return records >= self.min_records and wrong >= self.min_wrong and wrong > self.max_share * records


@dataclass(frozen=True, slots=True, kw_only=True)
class ShareRule:
    """Fails a page that shows something less often than stored items of its time, unless by chance.

    `shows` returns None for an item to which the question does not apply. Items are compared with stored
    items of the same `group`. A count below `min_ratio` of the expected number is too low. Only pages that
    print the raw `fields` are checked.
    """

    name: str
    label: str
    fields: tuple[str, ...] = ()
    shows: Callable[[NewsItem], bool | None]
    group: Callable[[NewsItem], Hashable] = lambda item: None
    min_ratio: float
    reason: str


def has_among(name: str, *others: str) -> Callable[[NewsItem], bool | None]:
    """Return a test of whether an item has this field; it returns None if the others are empty."""

    def shows(item: NewsItem) -> bool | None:
        return getattr(item, name) is not None if any(getattr(item, other) for other in others) else None

    return shows


def first_office(item: NewsItem) -> str | None:
    """Return the identifier of the first office, or its name if it is unknown; None without offices."""
    return item.offices[0].id or item.offices[0].raw if item.offices else None
