"""Which pages overlap, and what a page says of those before it."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from osce_news.crawl.list_rules import ReadResults, window_at


@given(st.integers(0, 40_000), st.integers(11, 50))
def test_a_page_shows_the_result_that_it_is_asked_for_and_most_others_below(position: int, rows: int) -> None:
    window = window_at(position, rows)
    assert window.start <= position < window.end
    assert rows // 2 <= window.rows <= rows


def test_only_a_page_that_begins_with_the_last_result_or_two_others_overlaps() -> None:
    """Another one may be on the list twice; then what is between the pages was not seen."""
    read = ReadResults()
    assert read.add(0, ["a", "b", "c"], 3) == 3
    assert read.begins(["c", "d"])
    assert not read.begins(["d", "c"])
    assert not read.begins([])
    read.add(2, ["d", "e"], 5)
    assert not read.begins(["a"])


@pytest.mark.parametrize("last", ["1:2026-06-02T10:30", "1:2 June 2026, 10:30"])
def test_a_page_that_begins_with_the_last_result_overlaps_also_if_its_date_has_a_time(last: str) -> None:
    read = ReadResults()
    read.add(0, ["2:3 June 2026, 9:00", last], 2)
    assert read.begins([last, "3:1 June 2026, 12:15"])


def test_a_page_overlaps_if_its_first_result_was_the_second_copy_on_the_page_before() -> None:
    read = ReadResults()
    read.add(0, ["1:x", "2:x", "1:x:2"], 3)
    assert read.begins(["1:x", "3:x"])


def test_a_page_without_a_new_result_says_how_far_the_list_has_moved() -> None:
    read = ReadResults()
    read.add(0, list("abcdef"), 6)
    assert read.end_after(3, ["a", "b"]) == 9
    assert read.end_after(0, ["b", "c"]) == 5
    assert read.end_after(3, ["a", "x"]) is None
    assert read.end_after(3, []) is None


def test_an_item_that_is_listed_again_further_down_skips_nothing() -> None:
    read = ReadResults()
    read.add(0, list("abcdef"), 6)
    assert read.end_after(1, ["a", "b", "e", "c"]) == 5


def test_a_page_further_up_without_a_new_result_leaves_the_last_result_as_it_is() -> None:
    read = ReadResults()
    read.add(0, list("abcdef"), 6)
    read.add(2, list("cd"), 6)
    assert read.begins(["f", "g"])
    assert not read.begins(["d", "g"])


def test_a_lower_part_of_the_list_is_joined_and_moved() -> None:
    below, read = ReadResults(), ReadResults()
    below.add(0, list("cdefg"), 5)
    read.add(0, list("abcd"), 4)
    read.join(below, 7)
    assert read.positions == {key: place for place, key in enumerate("abcdefg")}
    assert read.end == 7
