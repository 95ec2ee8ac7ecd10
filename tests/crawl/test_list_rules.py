"""Which pages overlap, and what a page says of those before it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from osce_news.crawl.list_rules import RECENT, ReadResults, window_at


@given(st.integers(0, 40_000), st.integers(11, 50))
def test_a_page_shows_the_result_that_it_is_asked_for_and_most_others_below(position: int, rows: int) -> None:
    window = window_at(position, rows)
    assert window.start <= position < window.end
    assert rows // 2 <= window.rows <= rows


def test_only_a_page_that_begins_with_a_result_read_shortly_before_overlaps() -> None:
    """Another one may be on the list twice; then what is between the pages was not seen."""
    read = ReadResults()
    assert read.add(0, ["a", "b", "c"], 3) == 3
    assert read.begins(["c", "d"])
    assert not read.begins(["d", "c"])
    assert not read.begins([])
    read.add(2, [str(number) for number in range(RECENT + 5)], RECENT + 7)
    assert not read.begins(["a"])
    assert not read.begins(["a", "b"])


@pytest.mark.parametrize("last", ["1:2026-06-02T10:30", "1:2 June 2026, 10:30"])
def test_a_page_that_begins_with_the_last_result_overlaps_also_if_its_date_has_a_time(last: str) -> None:
    read = ReadResults()
    read.add(0, ["2:3 June 2026, 9:00", last], 2)
    assert read.begins([last, "3:1 June 2026, 12:15"])


def test_a_page_overlaps_if_its_first_result_was_the_second_copy_on_the_page_before() -> None:
    read = ReadResults()
    read.add(0, ["1:x", "2:x", "1:x:2"], 3)
    assert read.begins(["1:x", "3:x"])
