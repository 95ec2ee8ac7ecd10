"""Records and stored items that the tests of the checks are made of."""

from __future__ import annotations

import datetime
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import cache

import pytest

from osce_news.checks import check_against
from osce_news.checks.neighbours import Neighbours
from osce_news.errors import LayoutError
from osce_news.items import Listing, NewsItem
from osce_news.normalize import normalize
from tests.generated import record
from tests.newsroom.dates import print_day
from tests.newsroom.stories import NEWEST, make_stories

URL = "https://www.osce.org/press-releases?page=0&rows=50&solrsort=ds_date+desc"
FETCHED = "2025-12-01T12:00:00Z"
Change = Callable[[NewsItem], NewsItem]


@cache
def records(count: int, seed: int = 0, newest: datetime.date = NEWEST) -> list[NewsItem]:
    return [record(story) for story in make_stories(count, seed, newest=newest)]


def page(of: Sequence[NewsItem], results: int | None = None) -> Listing:
    count = len(of) if results is None else results
    return Listing(url=URL, fetched_at=FETCHED, sha256="", results=count, records=list(of))


def near(seed: int = 1, newest: datetime.date = NEWEST) -> Neighbours:
    """300 other stored items of the time."""
    near = records(300, seed, newest)
    return Neighbours(items=300, comparable=300, near=lambda: near, near_alike=lambda: near)


def knowing(of: Sequence[NewsItem]) -> Neighbours:
    """Nothing stored but the items of the page."""
    return Neighbours(items=len(of), known={item.id: item for item in of})


def verdict(of: Sequence[NewsItem], stored: Neighbours, *, newest_first: bool = True) -> str | None:
    return check_against(page(of), stored, newest_first=newest_first)


def refusal(of: Sequence[NewsItem], stored: Neighbours) -> LayoutError:
    with pytest.raises(LayoutError) as raised:
        verdict(of, stored)
    assert "\n" not in str(raised.value)
    assert len(str(raised.value)) < 300
    return raised.value


def raw(**fields: Callable[[NewsItem], str | None] | str | None) -> Change:
    """A change of raw fields, followed by normalising."""
    return lambda item: normalize(
        replace(item, **{name: to(item) if callable(to) else to for name, to in fields.items()})  # type: ignore[arg-type]
    )


def shifted(item: NewsItem, days: int) -> str:
    assert item.published
    return print_day(datetime.date.fromisoformat(item.published) + datetime.timedelta(days=days))
