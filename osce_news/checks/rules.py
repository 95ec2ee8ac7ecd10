"""The forms of the rules in `limits`, and their tables in Markdown."""

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
    """Fails a page if at least `least` records are wrong, and more than `share` of those it applies to."""

    name: str
    label: str | None  # what the message names; None: the value that is found most often
    expected: str
    counted: str  # what the wrong records are, for the message
    wrong: Callable[[T, Context], object]  # returns what is wrong with a record, false if nothing is
    applies: Callable[[T], object] | None = None  # None: to all records
    enough: int = 1  # records that it has to apply to
    least: int
    share: Fraction
    distinct: int = 1  # different wrong values that there have to be
    alike: bool = False  # only the value that is found most often counts, once for each item
    # The page passes if stored items from that time show the same: more than this share, or this many.
    usual: Fraction | int | None = None
    usual_of_all: bool = False  # the share is of all stored items, not of those that the rule applies to
    why: str

    def of(self, records: Sequence[T]) -> Sequence[T]:
        """Return the records that the rule applies to."""
        return records if self.applies is None else [record for record in records if self.applies(record)]

    def exceeded(self, wrong: int, of: int) -> bool:
        """Whether `wrong` records, out of `of` that the rule applies to, fail a page."""
        return of >= self.enough and wrong >= self.least and wrong > self.share * of


@dataclass(frozen=True, slots=True, kw_only=True)
class Usual:
    """Fails a page that shows something less often than stored items of its time, unless by chance.

    `shows` returns None for an item to which the question does not apply. `kind` separates items that differ
    by their nature. `few` is the part of the expected number below which a count is too low.
    """

    name: str
    label: str
    shows: Callable[[NewsItem], bool | None]
    kind: Callable[[NewsItem], Hashable] = lambda item: None
    few: float
    why: str


def has_among(name: str, one: str, other: str) -> Callable[[NewsItem], bool | None]:
    """Return a function: whether an item has this field, None if it has none of the two others."""

    def shows(item: NewsItem) -> bool | None:
        return getattr(item, name) is not None if getattr(item, one) or getattr(item, other) else None

    return shows


def first_office(item: NewsItem) -> str | None:
    """Return what identifies the first office; None if there is none."""
    return item.offices[0].id or item.offices[0].raw if item.offices else None
