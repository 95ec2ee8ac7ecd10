"""Which page to ask for, so that neighbouring pages overlap: plain numbers, no network.

The list is given in pages of `rows` results: page p holds the results from p × rows on. Two pages of
one size never share a result, so nothing tells whether one slipped through between them while the
list moved. Pages of different sizes do overlap: results 0 to 49 are page 0 of 50, and results 49 to 97
are page 1 of 49. A full list takes about a fifth more pages that way.
"""

from __future__ import annotations

from typing import NamedTuple


class Window(NamedTuple):
    """A page of the list by its number, counted from 0, and its size."""

    page: int
    rows: int

    @property
    def start(self) -> int:
        """The position of its first result, counted from 0."""
        return self.page * self.rows

    @property
    def end(self) -> int:
        """The position behind its last result."""
        return self.start + self.rows


def window(position: int, most_rows: int) -> Window:
    """Return the page that shows the result at `position` and reaches farthest beyond it.

    >>> window(0, 50), window(49, 50), window(97, 50)
    (Window(page=0, rows=50), Window(page=1, rows=49), Window(page=2, rows=48))
    """
    sizes = range(max(1, most_rows // 2), most_rows + 1)
    return max((Window(position // rows, rows) for rows in sizes), key=lambda one: (one.end, one.rows))
