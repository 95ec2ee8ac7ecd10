"""A mapping of whole numbers that a crawl of the whole list can hold without growing by much."""

from __future__ import annotations

from array import array
from bisect import bisect_left
from collections.abc import Iterator, MutableMapping


class NumberMap(MutableMapping[int, int]):
    """A mapping of whole numbers of 64 bits, in the order of its keys: 16 bytes an entry.

    A dictionary takes some 130. An entry costs some microseconds, which is nothing beside the
    seconds between two pages.

    >>> numbers = NumberMap()
    >>> numbers.update({7: 1, -3: 2})
    >>> list(numbers.items()), 7 in numbers, numbers.get(8)
    ([(-3, 2), (7, 1)], True, None)
    """

    def __init__(self) -> None:
        self._keys, self._values = array("q"), array("q")

    def __getitem__(self, key: int) -> int:
        place = bisect_left(self._keys, key)
        if place == len(self._keys) or self._keys[place] != key:
            raise KeyError(key)
        return self._values[place]

    def __setitem__(self, key: int, value: int) -> None:
        place = bisect_left(self._keys, key)
        if place < len(self._keys) and self._keys[place] == key:
            self._values[place] = value
        else:
            self._keys.insert(place, key)
            self._values.insert(place, value)

    def __delitem__(self, key: int) -> None:
        self[key]  # raises KeyError
        place = bisect_left(self._keys, key)
        del self._keys[place], self._values[place]

    def __iter__(self) -> Iterator[int]:
        return iter(self._keys)

    def __len__(self) -> int:
        return len(self._keys)
