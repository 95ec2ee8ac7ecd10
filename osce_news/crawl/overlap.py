"""What was read of the list so far: results without a gap, and where each was met."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from statistics import mode
from typing import NamedTuple

from osce_news.numbers import NumberMap

SURE = 3  # results that stand in the same order at two readings are the same, and not listed twice


class Result(NamedTuple):
    """A result, whatever its date: which item, and which of the times that it stands on one page."""

    item: str
    copy: str

    @classmethod
    def of(cls, key: str) -> Result:
        """Return the result of a key (`reading.result_keys`).

        >>> Result.of("575719:5 August 2024:2"), Result.of("575719:5 August 2024")
        (Result(item='575719', copy='2'), Result(item='575719', copy='1'))
        """
        item, *others = key.split(":")
        return cls(item, others[-1] if len(others) > 1 and others[-1].isdecimal() else "1")


class Repeat(NamedTuple):
    """An item that was met at a second place, though the list had not been shifted by as much."""

    item: str
    places: tuple[int, ...]


def repeats(positions: Mapping[int, int], end: int, start: int, keys: Sequence[str]) -> list[Repeat]:
    """Return which items of a page were met elsewhere; `positions` are those so far, by the keys' hashes.

    Results that a page shares with the one before, which end at `end`, are met a second time, too, all
    shifted by as much.

    >>> repeats({hash("a"): 0, hash("b"): 1}, 2, 1, ["b", "c", "a"])
    [Repeat(item='a', places=(0, 3))]
    """
    before = {key: positions[hash(key)] for key in keys if hash(key) in positions}
    shift = (
        mode(place - before[key] for place, key in enumerate(keys, start) if key in before) if before else 0
    )
    found: dict[str, set[int]] = {}
    for place, key in enumerate(keys, start):
        if key in before and place - before[key] != shift:
            found.setdefault(Result.of(key).item, set()).update((before[key], place))
    for place, key in enumerate(keys, start):
        if (item := Result.of(key).item) in found:
            found[item].add(place)
    return [Repeat(item, tuple(sorted(places))) for item, places in found.items()]


@dataclass
class OverlapTracker:
    """Results that were read without a gap, each page sharing some with those before it.

    Keys tell results and their dates apart, and are kept as hashes, for there are many. Positions are
    those at the time of reading. An item may stand on the list twice, so one shared key proves little.
    """

    positions: NumberMap = field(default_factory=NumberMap)
    results: NumberMap = field(default_factory=NumberMap)  # what was read, whatever its date: 1 each
    end: int = 0  # the position behind the last result
    last: str | None = None  # the key of the last result
    repeats: list[Repeat] = field(default_factory=list)  # what was met at two places

    def meets(self, keys: list[str]) -> bool:
        """Whether a page with these results goes on from what was read: shows its last, or enough of it."""
        known = sum(hash(key) in self.positions for key in keys)
        ends = {_without_copy(key) for key in keys}
        return known >= min(SURE, 1 + len(keys) // 8) or (self.last is not None and self.last in ends)

    def lacks(self, keys: list[str]) -> bool:
        """Whether a page with these results shows one that was not read."""
        return not all(hash(key) in self.positions for key in keys)

    def add(self, start: int, keys: list[str], end: int) -> int:
        """Add a page; return how many of its results are not known yet."""
        before = len(self.positions)
        self.repeats += repeats(self.positions, self.end, start, keys)
        self.positions.update({hash(key): start + number for number, key in enumerate(keys)})
        self.count(keys)
        self.end, self.last = end, _without_copy(keys[-1]) if keys else self.last
        return len(self.positions) - before

    def count(self, keys: Sequence[str]) -> None:
        """Count results as read, wherever they stand."""
        self.results.update({hash(Result.of(key)): 1 for key in keys})

    def join(self, below: OverlapTracker) -> bool:
        """Take over an older chain if this one, read from the top, has come down to it.

        What is new on top has shifted the older one: its end is moved accordingly.
        """
        shifts = [
            place - below.positions[key] for key, place in self.positions.items() if key in below.positions
        ]
        shift = mode(shifts) if shifts else 0
        if shifts.count(shift) < min(SURE, len(below.positions)):
            return False
        for key, position in below.positions.items():
            self.positions.setdefault(key, position + shift)
        self.results.update(below.results)
        self.repeats += [
            Repeat(one.item, tuple(place + shift for place in one.places)) for one in below.repeats
        ]
        if below.end + shift >= self.end:
            self.end, self.last = below.end + shift, below.last
        return True


def _without_copy(key: str) -> str:
    """Return the key without the number of the copy, which is another on a page that shows another copy."""
    return key if Result.of(key).copy == "1" else key.rpartition(":")[0]
