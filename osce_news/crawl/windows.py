"""Which page to ask for, so that neighbouring pages overlap: plain numbers, no network.

The list is given in pages of `rows` results: page p holds the results from p × rows on. Two pages of
one size never share a result, so nothing tells whether one slipped through between them while the
list moved. Pages of different sizes do overlap: results 0 to 49 are page 0 of 50, and results 49 to 97
are page 1 of 49. A full list takes about a fifth more pages that way.
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import NamedTuple

from osce_news.numbers import NumberMap


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


@dataclass
class Chain:
    """Results that were read without a gap, each page sharing one with those before it.

    Keys tell results and their dates apart, and are kept as hashes, for there are many. Positions are
    those at the time of reading.
    """

    positions: NumberMap = field(default_factory=NumberMap)
    end: int = 0  # the position behind the last result

    def meets(self, keys: list[str]) -> bool:
        """Whether a page with these results shares one with what was read."""
        return any(hash(key) in self.positions for key in keys)

    def lacks(self, keys: list[str]) -> bool:
        """Whether a page with these results shows one that was not read."""
        return not all(hash(key) in self.positions for key in keys)

    def add(self, start: int, keys: list[str], end: int) -> int:
        """Add a page; return how many of its results are not known yet."""
        before = len(self.positions)
        self.positions.update({hash(key): start + number for number, key in enumerate(keys)})
        self.end = end
        return len(self.positions) - before

    def join(self, below: Chain) -> bool:
        """Take over an older chain if this one, read from the top, has come down to it.

        What is new on top has shifted the older one: its end is moved accordingly.
        """
        shared = ((place, key) for key, place in self.positions.items() if key in below.positions)
        place, first = min(shared, default=(0, None))
        if first is None:
            return False
        shift = place - below.positions[first]
        for key, position in below.positions.items():
            self.positions.setdefault(key, position + shift)
        self.end = max(self.end, below.end + shift)
        return True
