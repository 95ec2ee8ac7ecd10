"""Overlapping pages: which page to ask for, what was read so far, and what the list holds twice.

The site gives page p of `rows` results from result p × rows on. Pages of one size never share a result, so
nothing shows whether a result slipped through between them while the list moved. Pages of different sizes
do overlap: results 0 to 49 are page 0 of 50 rows, results 49 to 97 are page 1 of 49 rows. Reading the whole
list this way takes about a fifth more pages.

All values are plain; nothing here asks the network. Positions count from 0, at the time of reading.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count
from statistics import mode, multimode
from typing import NamedTuple

MIN_SHARED = 3  # results in the same order at two readings are the same ones, not results listed twice
MAX_PROBES = 100  # requests for a second look


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
    """Return the page that shows the result at `position` and reaches farthest beyond it.

    >>> window_at(0, 50), window_at(49, 50), window_at(97, 50)
    (Window(page=0, rows=50), Window(page=1, rows=49), Window(page=2, rows=48))
    """
    return max(_windows(position, max_rows), key=lambda one: (one.end, one.rows))


def _windows(position: int, max_rows: int) -> list[Window]:
    """Return the pages that show this position, one for each size that is worth a request."""
    return [Window(position // rows, rows) for rows in range(max(1, max_rows // 2), max_rows + 1)]


class Result(NamedTuple):
    """A result of the list, whatever date it shows: the item, and which of its copies on one page."""

    item: str
    copy: str

    @classmethod
    def from_key(cls, key: str) -> Result:
        """Return the result that a key stands for (see `Listing.listed`).

        >>> Result.from_key("575719:5 August 2024:2"), Result.from_key("575719:5 August 2024")
        (Result(item='575719', copy='2'), Result(item='575719', copy='1'))
        """
        item, *others = key.split(":")
        return cls(item, others[-1] if len(others) > 1 and others[-1].isdecimal() else "1")


class Repeat(NamedTuple):
    """An item that was read at two or more places of the list."""

    item: str
    places: tuple[int, ...]


def repeats(positions: Mapping[str, int], start: int, keys: Sequence[str]) -> list[Repeat]:
    """Return the items of a page that were read at another place before.

    Results that a page shares with the page before are no repeats. They have all moved by the same number
    of places, which is 0 if the list stood still.

    >>> repeats({"a": 0, "b": 1}, 1, ["b", "c", "a"])
    [Repeat(item='a', places=(0, 3))]
    """
    moved = [place - positions[key] for place, key in enumerate(keys, start) if key in positions]
    shift = mode(moved) if moved else 0
    found: dict[str, set[int]] = {}
    for place, key in enumerate(keys, start):
        before = positions.get(key)
        if before is not None and place - before != shift:
            found.setdefault(Result.from_key(key).item, set()).update((before, place))
    for place, key in enumerate(keys, start):
        if (item := Result.from_key(key).item) in found:
            found[item].add(place)
    return [Repeat(item, tuple(sorted(places))) for item, places in found.items()]


@dataclass
class OverlapTracker:
    """The results that were read without a gap: each page shares some with the pages before it.

    A key identifies a result by its item and its date as printed. The site lists some items twice, so one
    shared key proves little, unless it is the last one that was read.
    """

    positions: dict[str, int] = field(default_factory=dict)  # by key
    results: set[Result] = field(default_factory=set)  # the same, whatever their dates
    end: int = 0  # the position after the last result
    last: str | None = None  # the key of the last result
    repeats: list[Repeat] = field(default_factory=list)  # items that were read at two places

    def meets(self, keys: list[str]) -> bool:
        """Whether a page with these results shares the last one that was read, or enough of the others."""
        known = sum(key in self.positions for key in keys)
        ends = {_without_copy(key) for key in keys}
        return known >= min(MIN_SHARED, 1 + len(keys) // 8) or (self.last is not None and self.last in ends)

    def has_unread(self, keys: list[str]) -> bool:
        """Whether a page with these results shows one that was not read before."""
        return not all(key in self.positions for key in keys)

    def add(self, start: int, keys: list[str], end: int) -> int:
        """Add a page that begins at `start`, and move the end to `end`; return how many results are new."""
        before = len(self.positions)
        self.repeats += repeats(self.positions, start, keys)
        self.positions.update((key, start + number) for number, key in enumerate(keys))
        self.count(keys)
        self.end, self.last = end, _without_copy(keys[-1]) if keys else self.last
        return len(self.positions) - before

    def count(self, keys: Sequence[str]) -> None:
        """Count results as read, wherever they stand."""
        self.results.update(map(Result.from_key, keys))

    def join(self, below: OverlapTracker) -> bool:
        """Take over what was read `below`, if this part, read from the top, has reached it.

        What is new on top has moved the part below, so its end is moved accordingly.
        """
        shifts = [
            place - below.positions[key] for key, place in self.positions.items() if key in below.positions
        ]
        shift = min(multimode(shifts), default=0)  # the smallest leaves nothing out
        if shifts.count(shift) < min(MIN_SHARED, len(below.positions)):
            return False
        for key, position in below.positions.items():
            self.positions.setdefault(key, position + shift)
        self.results |= below.results
        self.repeats += [
            Repeat(one.item, tuple(place + shift for place in one.places)) for one in below.repeats
        ]
        if below.end + shift >= self.end:
            self.end, self.last = below.end + shift, below.last
        return True


def _without_copy(key: str) -> str:
    """Return the key without the number of the copy, which depends on the page that shows it."""
    return key if Result.from_key(key).copy == "1" else key.rpartition(":")[0]


class DuplicateProbe:
    """A second look at items that were read at two places, to tell whether the list holds them twice.

    An item that is listed twice makes the list longer than the number of different results. So does a
    result that moved past the reader, unseen. Reading both places again, one right after the other, tells
    these two cases apart.

    >>> probe = DuplicateProbe([Repeat("a", (48, 52))], 50)
    >>> probe.next()
    Window(page=1, rows=34)
    >>> probe.read(["z:x", "a:x", "b:x", "a:x:2"])
    >>> probe.next(), probe.duplicates({Result("a", "1")})
    (None, 1)
    """

    def __init__(self, found: Sequence[Repeat], max_rows: int) -> None:
        places: dict[str, set[int]] = {}
        for one in found:
            places.setdefault(one.item, set()).update(one.places)
        self._waiting = [
            (item, asked) for item, at in places.items() for asked in _covering(sorted(at), max_rows)
        ][:MAX_PROBES]
        self._item: str | None = None
        self._copies: Counter[str] = Counter()

    def next(self) -> Window | None:
        """Return the page to ask for next; None if all were read."""
        self._item, asked = self._waiting.pop(0) if self._waiting else (None, None)
        return asked

    def read(self, keys: Sequence[str]) -> None:
        """Take note of the results on the requested page."""
        if self._item is not None:
            self._copies[self._item] += sum(Result.from_key(key).item == self._item for key in keys)

    def duplicates(self, known: Container[Result]) -> int:
        """Return how many results the list holds in addition to the known ones."""
        return sum(max(0, copies - _copies(item, known)) for item, copies in self._copies.items())


def _copies(item: str, known: Container[Result]) -> int:
    return next(number - 1 for number in count(1) if Result(item, str(number)) not in known)


def _covering(places: Sequence[int], max_rows: int) -> list[Window]:
    """Return the fewest pages that show these places; no two of the pages share a result."""
    found: list[Window] = []
    left = list(places)
    while left:
        behind = found[-1].end if found else 0
        sizes = range(len(left), 0, -1)
        pages = ((size, _around(left[0], left[size - 1], behind, max_rows)) for size in sizes)
        size, page = next(((size, page) for size, page in pages if page), (1, None))
        found += [page] if page else []
        left = left[size:]
    return found


def _around(first: int, last: int, behind: int, max_rows: int) -> Window | None:
    """Return the page that shows both places with most room on both sides, as the list may have moved."""
    wide = [page for page in _windows(first, max_rows) if page.start >= behind and page.end > last]
    return max(wide, key=lambda page: min(first - page.start, page.end - 1 - last), default=None)
