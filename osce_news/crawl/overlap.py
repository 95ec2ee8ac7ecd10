"""Overlapping pages: which page to request so that it begins with a result that was read.

Page p of `rows` results begins at result p × rows. Pages of one size never share a result, so nothing shows
whether a result was missed between them while the list moved. Pages of different sizes can overlap: results
0 to 49 are page 0 of 50 rows, results 49 to 97 are page 1 of 49 rows. Reading the whole list this way takes
about a fifth more pages.

Plain values, no network. Positions count from 0, at the time of reading.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

RECENT = 300  # results


class Window(NamedTuple):
    """A page of the list: its number, counted from 0, and its size."""

    page: int
    rows: int

    @property
    def start(self) -> int:
        """The position of the first result."""
        return self.page * self.rows

    @property
    def end(self) -> int:
        """The position after the last result."""
        return self.start + self.rows


def window_at(position: int, max_rows: int) -> Window:
    """Return the page that contains `position` and extends farthest beyond it.

    >>> window_at(0, 50), window_at(49, 50), window_at(97, 50)
    (Window(page=0, rows=50), Window(page=1, rows=49), Window(page=2, rows=48))
    """
    sizes = range(max(1, max_rows // 2), max_rows + 1)
    return max((Window(position // rows, rows) for rows in sizes), key=lambda one: (one.end, one.rows))


def list_part(keys: Sequence[str], before: Sequence[str]) -> list[str]:
    """Return the results of a page without those at the same place of the page before, at the top or end.

    Such results, for example pinned items, are next to the list.

    >>> list_part(["pin", "c", "d", "read"], ["pin", "a", "b", "c", "read"])
    ['c', 'd']
    """
    top = _count_equal(keys, before)
    left = keys[top:]
    return list(left[: len(left) - _count_equal(left[::-1], before[::-1])])


def _count_equal(one: Sequence[str], other: Sequence[str]) -> int:
    """Return with how many equal keys the two begin."""
    pairs = enumerate(zip(one, other, strict=False))
    return next((number for number, (a, b) in pairs if a != b), min(len(one), len(other)))


def count_shared(page: Sequence[str], following: Sequence[str]) -> int:
    """Return how many of the last results of a page the following one begins with.

    >>> count_shared("abcd", "cdef"), count_shared("abcd", "efgh")
    (2, 0)
    """
    sizes = range(min(len(page), len(following)), 0, -1)
    return next((size for size in sizes if page[-size:] == following[:size]), 0)


@dataclass
class ReadResults:
    """The results that were read without a gap, by key, with their positions.

    >>> read = ReadResults()
    >>> read.add(0, ["a", "b", "c"], 3)
    3
    >>> [read.begins(keys) for keys in (["c", "d"], ["b", "c", "d"], ["b", "d"])]
    [True, True, False]
    >>> read.end_after(2, ["a", "b"])  # two results were added on top
    5
    """

    positions: dict[str, int] = field(default_factory=dict)
    end: int = 0  # the position after the last result
    last: str | None = None  # the key of the last result

    def begins(self, keys: Sequence[str]) -> bool:
        """Whether a page with these keys begins with the last result, or with two that were read before.

        The two must have been read recently: a single result, or two read long ago, may be on the list twice.
        """
        first, second = (self.positions.get(key, -1) for key in [*keys[:2], "", ""][:2])
        are_two = max(0, self.end - RECENT) <= first < second
        return are_two or (bool(keys) and keys[0] == self.last)

    def end_after(self, start: int, keys: Sequence[str]) -> int | None:
        """Return the present end, as a page that begins at `start` shows it; None if it shows other results.

        Results that were added on top have moved all that was read down by the same number of positions.
        """
        if not keys or not all(key in self.positions for key in keys):
            return None
        return self.end + min(now - self.positions[key] for now, key in enumerate(keys, start))

    def add(self, start: int, keys: Sequence[str], end: int) -> int:
        """Add a page that begins at `start`, and set `end`; return the number of new results."""
        known = len(self.positions)
        self.positions.update((key, place) for place, key in enumerate(keys, start))
        self.end, self.last = end, _without_copy(keys) if keys else self.last
        return len(self.positions) - known

    def join(self, below: ReadResults, end: int) -> None:
        """Add the results of a lower part of the list, which now ends at `end`."""
        shift = end - below.end
        moved = {key: place + shift for key, place in below.positions.items()}
        self.positions, self.end, self.last = moved | self.positions, end, below.last


def _without_copy(keys: Sequence[str]) -> str:
    """Return the last key of a page without the number of the copy, which differs from page to page.

    What follows a colon is the number of a copy only if the page has the key without it too; else it may be
    a part of the printed date, such as the minutes of "1:2 June 2026, 10:30".
    """
    key = keys[-1]
    before = key.rpartition(":")[0]
    return before if before in keys else key
