"""Which page is asked for, and how pages are joined."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from osce_news.crawl.windows import Chain, window


@given(st.integers(0, 40_000), st.integers(1, 50))
def test_a_window_shows_the_position_and_no_size_reaches_farther(position: int, most_rows: int) -> None:
    chosen = window(position, most_rows)
    assert chosen.start <= position < chosen.end
    assert 1 <= chosen.rows <= most_rows
    ends = [(position // rows + 1) * rows for rows in range(max(1, most_rows // 2), most_rows + 1)]
    assert chosen.end == max(ends)


@given(st.integers(0, 600), st.integers(1, 50))
def test_without_overlap_the_windows_are_the_pages_of_one_size(page: int, rows: int) -> None:
    assert window(page * rows, rows) == (page, rows)


def test_overlapping_pages_cost_about_a_fifth_more() -> None:
    position = pages = 0
    while position < 28_000:
        position = window(max(0, position - 1), 50).end
        pages += 1
    assert pages <= 560 * 1.22


def test_a_chain_grows_by_what_is_not_known() -> None:
    chain = Chain()
    assert chain.add(0, ["a", "b", "c"], 3) == 3
    assert chain.meets(["c", "d"])
    assert not chain.meets(["d"])
    assert chain.add(2, ["c", "d"], 4) == 1
    assert chain.end == 4


def test_a_chain_from_the_top_takes_over_the_one_below_and_shifts_it() -> None:
    below = Chain()
    below.add(0, ["c", "d", "e"], 3)
    chain = Chain()
    chain.add(0, ["a", "b"], 2)
    assert not chain.join(below)
    chain.add(1, ["b", "c"], 3)
    assert chain.join(below)
    assert chain.positions == {hash(key): place for place, key in enumerate("abcde")}
    assert chain.end == 5


def test_a_shared_result_that_moved_up_does_not_shorten_the_chain() -> None:
    below = Chain()
    below.add(0, ["a", "b", "c", "d"], 4)
    chain = Chain()
    chain.add(0, ["c", "d", "e"], 3)
    assert chain.join(below)
    assert chain.end == 3
