"""Which page is asked for, and how pages are joined."""

from __future__ import annotations

from hypothesis import given
from hypothesis import strategies as st

from osce_news.crawl.windows import window


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
