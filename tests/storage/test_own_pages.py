"""Which items' own pages are requested: articles by their age, and items that a list no longer shows."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from http import HTTPStatus
from pathlib import Path

import pytest

from osce_news.storage import Writer
from osce_news.storage.crawl_state import resumed_run
from osce_news.storage.own_pages import AGES, due_pages, missing_items, old_enough
from tests.helpers import listing
from tests.newsroom.samples import TEN
from tests.storage.ingest.test_articles import answer
from tests.storage.ingest.test_sources import TITLES, form_of

LIST = "https://www.osce.org/press-releases"
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


def test_a_replayed_page_of_the_past_shows_nothing_of_today(db: Path) -> None:
    with Writer(db) as writer:
        for at, shown in (("2026-01-01T12:00:00Z", TEN[:3]), ("2026-02-01T12:00:00Z", TEN[:1])):
            run = writer.begin("full", LIST, list_name=LIST, started=at).run
            writer.store(listing(shown, at))
            writer.finish("complete" if len(shown) > 1 else "interrupted", whole=len(shown) > 1)
        writer.begin("replay")
        writer.store(listing(TEN[1:2], "2015-01-01T12:00:00Z"))
        writer.finish("complete")
        resumed = resumed_run(writer.connection, run, {"end": 1, "pages": 1})
        at = "2026-02-02T12:00:00Z"
        last = writer.begin("full", LIST, list_name=LIST, continues=resumed, started=at).run
        writer.store(listing(TEN[2:3], at))
        missing = missing_items(writer.connection, last, LIST)
    assert missing == [str(TEN[1].node)]


@pytest.mark.parametrize(("read_to_end", "is_missing"), [("2026-01-01", True), ("2026-04-01", False)])
def test_another_list_counts_if_it_was_read_to_its_end_in_the_last_90_days(
    db: Path, read_to_end: str, is_missing: bool
) -> None:
    """That only its top has been read since then does not suffice."""
    other = "https://odihr.osce.org/press-releases"
    with Writer(db) as writer:
        for mode, url, day, shown in (
            ("full", other, read_to_end, TEN[:2]),
            ("full", LIST, "2026-04-02", TEN[:2]),
            ("incremental", other, "2026-05-01", TEN[1:2]),
            ("full", LIST, "2026-06-01", TEN[:1]),
        ):
            at = f"{day}T12:00:00Z"
            run = writer.begin(mode, url, list_name=url, started=at).run
            writer.store(listing(shown, at, url))
            missing = missing_items(writer.connection, run, LIST)
            writer.finish("complete", whole=mode == "full", finished=at)
    assert missing == ([str(TEN[1].node)] if is_missing else [])


@pytest.mark.parametrize("first", ["list", "search"])
def test_a_page_that_was_there_is_requested_again_after_a_month_or_when_a_list_loses_its_item_again(
    writer: Writer, first: str
) -> None:
    """Also if its item is from a list of cards or the search service, and if the latter still has it."""

    def is_due(at: str) -> bool:
        return bool(due_pages(writer.connection, [str(TEN[0].node)], at))

    writer.store(form_of(TEN[:1], (*TITLES, "published_raw"), "2026-01-01T12:00:00Z", first))
    assert is_due("2026-01-02T12:00:00Z")
    page = answer(TEN[0], 1, fetched_at="2026-01-02T12:00:00Z")
    assert page.article is not None
    page.article = replace(page.article, content_type="Press release")
    writer.store_article(page)
    assert not is_due("2026-01-31T12:00:00Z")
    assert is_due("2026-02-02T12:00:00Z")
    writer.store(form_of(TEN[:1], TITLES, "2026-01-05T12:00:00Z", "search"))
    assert is_due("2026-01-10T12:00:00Z") == (first == "search")
    writer.store(form_of(TEN[:1], TITLES, "2026-01-05T12:00:00Z"))
    assert is_due("2026-01-10T12:00:00Z")
    writer.store_article(replace(page, fetched_at="2026-01-06T12:00:00Z"))
    assert not is_due("2026-01-10T12:00:00Z")
    unchanged = form_of(TEN[:1], TITLES, "2026-01-07T12:00:00Z")
    writer.store(replace(unchanged, status=HTTPStatus.NOT_MODIFIED, records=[]))
    assert is_due("2026-01-10T12:00:00Z")
