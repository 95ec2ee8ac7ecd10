"""What a page of a list, or an answer of the search service, says about the list as a whole."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from osce_news.normalize import parse_date
from osce_news.urls import page_number


class PagerLinks(NamedTuple):
    """The addresses of the next and of the last page; None if the pager does not give them.

    If neither is recognised by its words or its class, `last` is the farthest page that is linked.
    """

    next: str | None
    last: str | None


@dataclass(frozen=True, slots=True)
class PageFacts:
    """The facts about a page that the traversal needs; keys and dates are in printed order."""

    url: str  # after redirects
    keys: list[str]
    dates: Sequence[str | None] = ()
    pager: PagerLinks | None = None  # None for a page that has not changed (304)
    has_news: bool | None = True  # whether anything on the page is new or changed; None for a held page
    is_whole_list: bool = False  # whether the list has no other pages, however long this one is
    least_length: int = 0  # results of the list, as the page says: so many, or more

    @property
    def number(self) -> int:
        """The number of the page, counted from 0."""
        return page_number(self.url) or 0

    def is_before(self, day: str) -> bool:
        """Whether all known dates of the page are before this day; false if none is known."""
        known = [date for date in map(parse_date, self.dates) if date is not None]
        return bool(known) and max(known) < day


@dataclass(frozen=True, slots=True)
class AnswerFacts(PageFacts):
    """The facts about an answer of the search service."""

    seconds: Sequence[float] = ()  # the dates of its documents, as numbers and in order
    found: int = 0  # documents that the question finds
    is_cut_off: bool = False  # whether the service stopped searching early
    others: Mapping[str, str] = field(default_factory=dict)  # types of documents that are not stored, by key
