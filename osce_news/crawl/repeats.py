"""Tells results that stand on the list twice from those that moved while it was read.

The site lists some items twice. Then the list is longer than the number of results with different keys, as it
is when a result moved from the part that was read to the other, and another one the other way, unseen.
A look at both places, one right after the other, tells which it is.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Container, Sequence
from itertools import count

from osce_news.crawl.overlap import Repeat, Result
from osce_news.crawl.windows import Window

MOST_CHECKED = 100  # requests


class Checks:
    """The second look: which pages to ask for, and what they prove.

    >>> checks = Checks([Repeat("a", (48, 52))], 50)
    >>> checks.next()
    Window(page=1, rows=34)
    >>> checks.see(["z:x", "a:x", "b:x", "a:x:2"])
    >>> checks.next(), checks.proven({hash(Result("a", "1"))})
    (None, 1)
    """

    def __init__(self, found: Sequence[Repeat], most_rows: int) -> None:
        places: dict[str, set[int]] = {}
        for one in found:
            places.setdefault(one.item, set()).update(one.places)
        self._waiting = [
            (item, ask) for item, at in places.items() for ask in _windows(sorted(at), most_rows)
        ][:MOST_CHECKED]
        self._asked: str | None = None
        self._copies: Counter[str] = Counter()

    def next(self) -> Window | None:
        """Return the page to ask for next; None if all were seen."""
        self._asked, ask = self._waiting.pop(0) if self._waiting else (None, None)
        return ask

    def see(self, keys: Sequence[str]) -> None:
        """Take note of the page that was asked for."""
        if self._asked is not None:
            self._copies[self._asked] += sum(Result.of(key).item == self._asked for key in keys)

    def proven(self, known: Container[int]) -> int:
        """Return how many results stand on the list beside the known ones, which are hashes of `Result`."""
        return sum(max(0, copies - _counted(item, known)) for item, copies in self._copies.items())


def _counted(item: str, known: Container[int]) -> int:
    return next(number - 1 for number in count(1) if hash(Result(item, str(number))) not in known)


def _windows(places: Sequence[int], most_rows: int) -> list[Window]:
    """Return pages that show these places, as few as can be, of which no two share one."""
    found: list[Window] = []
    left = list(places)
    while left:
        behind = found[-1].end if found else 0
        sizes = range(len(left), 0, -1)
        pages = ((size, _around(left[0], left[size - 1], behind, most_rows)) for size in sizes)
        size, ask = next(((size, page) for size, page in pages if page), (1, None))
        found += [ask] if ask else []
        left = left[size:]
    return found


def _around(first: int, last: int, behind: int, most_rows: int) -> Window | None:
    """Return the page that shows both places with most room on both sides, for the list may be shifted."""
    pages = (Window(first // rows, rows) for rows in range(max(1, most_rows // 2), most_rows + 1))
    wide = [page for page in pages if page.start >= behind and page.end > last]
    return max(wide, key=lambda page: min(first - page.start, page.end - 1 - last), default=None)
