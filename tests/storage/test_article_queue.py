"""When an article is read again: by its age, whatever the clock did."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta

import pytest

from osce_news.storage.article_queue import AGES, old_enough

FIRST = datetime(2024, 8, 5, 12, tzinfo=UTC)


def day(number: float) -> str:
    return (FIRST + timedelta(days=number)).strftime("%Y-%m-%dT%H:%M:%SZ")


def asked_on(days: range) -> list[int]:
    """The days on which a crawl that comes daily asks."""
    last, found = 0, []
    for number in days:
        if old_enough(day(0), day(last), day(number)):
            found.append(number)
            last = number
    return found


def test_a_daily_crawl_asks_at_each_age_once_and_then_every_half_year() -> None:
    assert asked_on(range(1, 1000)) == [*AGES, 360, 540, 720, 900]


def test_a_crawl_that_comes_late_asks_once_for_the_ages_it_missed() -> None:
    assert asked_on(range(40, 400, 40)) == [40, 200, 360]
    assert old_enough(day(0), day(0), day(20))
    assert not old_enough(day(0), day(20), day(29))
    assert old_enough(day(0), day(20), day(30))


@pytest.mark.parametrize(("seconds", "due"), [(-1, False), (0, True), (1, True)])
def test_an_age_passes_on_the_second(seconds: int, due: bool) -> None:
    assert old_enough(day(0), day(0), day(1 + seconds / 86_400)) is due


def test_a_clock_that_was_set_back_neither_asks_without_end_nor_never_again() -> None:
    assert not old_enough(day(0), day(0), day(-0.5))  # by an hour or so: as if no time had passed
    assert old_enough(day(400), day(400), day(0))  # it was a year ahead when the article was read
    # Then the storage notes the earlier of the two times, and all is as it should be.
    assert not old_enough(day(0), day(0), day(0.5))
