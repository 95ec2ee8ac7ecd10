"""Which page is asked for, and what was read of the list so far."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from osce_news.crawl.overlap import OverlapTracker, window_at


@given(st.integers(0, 40_000), st.integers(1, 50))
def test_a_window_shows_the_position_and_no_size_reaches_farther(position: int, most_rows: int) -> None:
    chosen = window_at(position, most_rows)
    assert chosen.start <= position < chosen.end
    assert 1 <= chosen.rows <= most_rows
    ends = [(position // rows + 1) * rows for rows in range(max(1, most_rows // 2), most_rows + 1)]
    assert chosen.end == max(ends)


@given(st.integers(0, 600), st.integers(1, 50))
def test_without_overlap_the_windows_are_the_pages_of_one_size(page: int, rows: int) -> None:
    assert window_at(page * rows, rows) == (page, rows)


def test_overlapping_pages_cost_about_a_fifth_more() -> None:
    position = pages = 0
    while position < 28_000:
        position = window_at(max(0, position - 1), 50).end
        pages += 1
    assert pages <= 560 * 1.22


def test_a_chain_grows_by_what_is_not_known() -> None:
    chain = OverlapTracker()
    assert chain.add(0, ["a", "b", "c"], 3) == 3
    assert chain.meets(["c", "d"])
    assert not chain.meets(["d"])
    assert chain.add(2, ["c", "d"], 4) == 1
    assert chain.end == 4


def test_one_shared_result_is_no_meeting_unless_it_is_the_last() -> None:
    """It may be an item that stands on the list twice; then what is between the pages was not seen."""
    chain = OverlapTracker()
    chain.add(0, list("abcde"), 5)
    others = [f"{number}:x" for number in range(20)]
    assert not chain.meets(["b", *others])
    assert not chain.meets(["a", "b", *others])
    assert chain.meets(["b", "c", "d", *others])
    assert chain.meets(["e", *others])


def test_a_chain_from_the_top_takes_over_the_one_below_and_shifts_it() -> None:
    below = OverlapTracker()
    below.add(0, list("cdefg"), 5)
    chain = OverlapTracker()
    chain.add(0, list("ab"), 2)
    assert not chain.join(below)
    chain.add(1, list("bcd"), 4)
    assert not chain.join(below)
    chain.add(3, list("def"), 6)
    assert chain.join(below)
    assert chain.positions == {key: place for place, key in enumerate("abcdefg")}
    assert chain.end == 7


def test_an_item_that_is_listed_again_on_top_does_not_join_the_chains() -> None:
    below = OverlapTracker()
    below.add(0, list("abcdefgh"), 8)
    chain = OverlapTracker()
    chain.add(0, list("xgya"), 4)
    assert not chain.join(below)
    assert chain.end == 4


def test_a_shared_result_that_moved_up_does_not_shorten_the_chain() -> None:
    below = OverlapTracker()
    below.add(0, list("abcde"), 5)
    chain = OverlapTracker()
    chain.add(0, list("cdef"), 4)
    assert chain.join(below)
    assert chain.end == 4


def test_the_same_result_with_another_date_counts_once_and_twice_on_a_page_twice() -> None:
    chain = OverlapTracker()
    chain.add(0, ["1:5 May", "2:5 May"], 2)
    chain.add(0, ["1:6 May", "2:5 May", "2:5 May:2"], 3)
    assert len(chain.results) == 3
