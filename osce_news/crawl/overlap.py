"""Overlapping pages: which page to request, which results were read, and which the list holds twice.

Page p of `rows` results begins at result p × rows. Pages of one size never share a result, so nothing shows
whether a result was missed between them while the list moved. Pages of different sizes can overlap: results
0 to 49 are page 0 of 50 rows, results 49 to 97 are page 1 of 49 rows. Reading the whole list this way takes
about a fifth more pages.

Plain values, no network. Positions count from 0, at the time of reading.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Mapping, Sequence
from dataclasses import dataclass, field
from itertools import count
from statistics import mode, multimode
from typing import NamedTuple

MIN_SHARED = 3  # results shared by two pages that prove an overlap; fewer may be listed twice
MAX_PROBES = 100  # requests to find out which results are listed twice


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
    return max(_windows(position, max_rows), key=lambda window: (window.end, window.rows))


def _windows(position: int, max_rows: int) -> list[Window]:
    """Return the pages that contain this position, one of each size from half of `max_rows` up."""
    return [Window(position // rows, rows) for rows in range(max(1, max_rows // 2), max_rows + 1)]


class Result(NamedTuple):
    """A result of the list without its date: the item, and the number of its copy on one page."""

    item: str
    copy: str

    @classmethod
    def from_key(cls, key: str) -> Result:
        """Return the result of a key (see `Listing.listed`).

        >>> Result.from_key("575719:5 August 2024:2"), Result.from_key("575719:5 August 2024")
        (Result(item='575719', copy='2'), Result(item='575719', copy='1'))
        """
        item, *others = key.split(":")
        return cls(item, others[-1] if len(others) > 1 and others[-1].isdecimal() else "1")


class Repeat(NamedTuple):
    """An item that was read at two or more positions of the list."""

    item: str
    places: tuple[int, ...]


def repeats(positions: Mapping[str, int], start: int, keys: Sequence[str]) -> list[Repeat]:
    """Return the items of a page that were read at another position before.

    Results that a page shares with the page before are not repeats: they have all moved by the same number of
    positions, which is 0 if the list has not changed.

    >>> repeats({"a": 0, "b": 1}, 1, ["b", "c", "a"])
    [Repeat(item='a', places=(0, 3))]
    """
    moved = [place - positions[key] for place, key in enumerate(keys, start) if key in positions]
    shift = mode(moved) if moved else 0
    repeated: dict[str, set[int]] = {}
    for place, key in enumerate(keys, start):
        before = positions.get(key)
        if before is not None and place - before != shift:
            repeated.setdefault(Result.from_key(key).item, set()).update((before, place))
    for place, key in enumerate(keys, start):
        if (item := Result.from_key(key).item) in repeated:
            repeated[item].add(place)
    return [Repeat(item, tuple(sorted(places))) for item, places in repeated.items()]


@dataclass
class OverlapTracker:
    """The results read without a gap: each page shares some of them with the pages before it.

    A key is an item and its printed date. The site lists some items twice, so a single shared key proves
    little, unless it is that of the last result.
    """

    positions: dict[str, int] = field(default_factory=dict)  # by key
    results: set[Result] = field(default_factory=set)  # the same without their dates
    end: int = 0  # the position after the last result
    last: str | None = None  # the key of the last result
    repeats: list[Repeat] = field(default_factory=list)  # items that were read at two places

    def meets(self, keys: list[str]) -> bool:
        """Whether a page with these keys shares the last result, or enough of the others."""
        shared = sum(key in self.positions for key in keys)
        has_last = self.last is not None and self.last in map(_without_copy, keys)
        return has_last or shared >= min(MIN_SHARED, 1 + len(keys) // 8)

    def has_unread(self, keys: list[str]) -> bool:
        """Whether any of these keys was not read before."""
        return not all(key in self.positions for key in keys)

    def add(self, start: int, keys: list[str], end: int) -> int:
        """Add a page that begins at `start`, and set `end`; return the number of new results."""
        before = len(self.positions)
        self.repeats += repeats(self.positions, start, keys)
        self.positions.update((key, start + number) for number, key in enumerate(keys))
        self.count(keys)
        self.end, self.last = end, _without_copy(keys[-1]) if keys else self.last
        return len(self.positions) - before

    def count(self, keys: Sequence[str]) -> None:
        """Add results as read, whatever their positions."""
        self.results.update(map(Result.from_key, keys))

    def join(self, below: OverlapTracker) -> bool:
        """Add the results of a lower part of the list if this part has reached it; return whether it has.

        New results at the top have moved the lower part down, so its positions are adjusted.
        """
        shifts = [
            place - below.positions[key] for key, place in self.positions.items() if key in below.positions
        ]
        shift = min(multimode(shifts), default=0)  # the smallest one skips nothing
        if shifts.count(shift) < min(MIN_SHARED, len(below.positions)):
            return False
        for key, position in below.positions.items():
            self.positions.setdefault(key, position + shift)
        self.results |= below.results
        self.repeats += [
            Repeat(item, tuple(place + shift for place in places)) for item, places in below.repeats
        ]
        if below.end + shift >= self.end:
            self.end, self.last = below.end + shift, below.last
        return True


def _without_copy(key: str) -> str:
    """Return the key without the number of the copy, which differs from page to page."""
    return key if Result.from_key(key).copy == "1" else key.rpartition(":")[0]


class DuplicateProbe:
    """Reads items that were seen at two positions again, to find out whether the list holds them twice.

    If fewer different results were read than the list has, an item may be listed twice, or a result may have
    been missed. Reading both positions again, one right after the other, tells these cases apart.

    >>> probe = DuplicateProbe([Repeat("a", (48, 52))], 50)
    >>> probe.next()
    Window(page=1, rows=34)
    >>> probe.read(["z:x", "a:x", "b:x", "a:x:2"])
    >>> probe.next(), probe.duplicates({Result("a", "1")})
    (None, 1)
    """

    def __init__(self, repeats: Sequence[Repeat], max_rows: int) -> None:
        places: dict[str, set[int]] = {}
        for repeat in repeats:
            places.setdefault(repeat.item, set()).update(repeat.places)
        self._queue = [
            (item, window) for item, at in places.items() for window in _covering(sorted(at), max_rows)
        ][:MAX_PROBES]
        self._item: str | None = None
        self._copies: Counter[str] = Counter()

    def next(self) -> Window | None:
        """Return the page to request next; None if all were read."""
        self._item, window = self._queue.pop(0) if self._queue else (None, None)
        return window

    def read(self, keys: Sequence[str]) -> None:
        """Count the copies of the item on the requested page."""
        if self._item is not None:
            self._copies[self._item] += sum(Result.from_key(key).item == self._item for key in keys)

    def duplicates(self, known: Container[Result]) -> int:
        """Return how many results the list holds in addition to the known ones."""
        return sum(max(0, copies - _copies(item, known)) for item, copies in self._copies.items())


def _copies(item: str, known: Container[Result]) -> int:
    return next(number - 1 for number in count(1) if Result(item, str(number)) not in known)


def _covering(places: Sequence[int], max_rows: int) -> list[Window]:
    """Return the fewest pages that contain these positions; no two of the pages overlap."""
    windows: list[Window] = []
    left = list(places)
    while left:
        start = windows[-1].end if windows else 0
        sizes = range(len(left), 0, -1)
        pages = ((size, _around(left[0], left[size - 1], start, max_rows)) for size in sizes)
        size, page = next(((size, page) for size, page in pages if page), (1, None))
        windows += [page] if page else []
        left = left[size:]
    return windows


def _around(first: int, last: int, start: int, max_rows: int) -> Window | None:
    """Return the page from `start` on that contains both positions with the most room around them.

    The room is needed because the list may have moved. Returns None if no page contains both.
    """
    wide = [page for page in _windows(first, max_rows) if page.start >= start and page.end > last]
    return max(wide, key=lambda page: min(first - page.start, page.end - 1 - last), default=None)
