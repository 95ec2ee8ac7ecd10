"""Pages of different sizes, each of which should begin with the last result of the page before.

Page p of `rows` results begins at result p × rows. Pages of one size never share a result, so nothing shows
whether a result was missed between them while the list moved. Pages of different sizes can overlap: results
0 to 49 are page 0 of 50 rows, results 49 to 97 are page 1 of 49 rows. Reading the whole list this way takes
about a fifth more pages.

If a page begins with a result that was read, nothing was missed before it. If it does not, pages that begin
10, 25, ... results further up are read until one does. Plain values only; positions count from 0, at the time
of reading.
"""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field

from osce_news.crawl.pagers import MAX_REPEATED, Pagers, Steps, Window, list_part, note_if_short
from osce_news.pages.page_facts import PageFacts
from osce_news.urls import page_number, page_size

NEW_SHARE = 0.83  # about this share of the results of a page is new; the others were on the page before
STEPS_BACK = (10, 25, 50, 100, 200)  # results to go back if a page does not overlap what was read
RECENT = 300  # results
ENOUGH_SIZES = 3  # requested sizes that gave pages of one size: so the site ignores the requested size


def window_at(position: int, max_rows: int) -> Window:
    """Return the page that contains `position` and extends farthest beyond it.

    >>> window_at(0, 50), window_at(49, 50), window_at(97, 50)
    (Window(page=0, rows=50), Window(page=1, rows=49), Window(page=2, rows=48))
    """
    sizes = range(max(1, max_rows // 2), max_rows + 1)
    return max((Window(position // rows, rows) for rows in sizes), key=lambda one: (one.end, one.rows))


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


class OverlappingPages:
    """Reads the list from a first page on.

    `results` are those read from the top, `earlier` those of an unfinished traversal until they are reached,
    and `before` the keys of the last joined page. `is_joined` is whether the last page belongs to what was
    read without a gap, `respects_size` whether the site is known to respect the requested page size.
    """

    def __init__(self, pagers: Pagers, problems: list[str]) -> None:
        self.results, self.earlier = ReadResults(), ReadResults()
        self.before: Sequence[str] = ()
        self.is_joined, self.respects_size = True, False
        self._pagers, self._problems = pagers, problems
        self._rows = 0  # the most results on a page
        self._sizes: set[int] = set()  # of pages that had the requested number of results
        self._requested: defaultdict[int, set[int]] = defaultdict(set)  # sizes, by the number of results

    def resume(self, listed: Sequence[tuple[str, list[str]]], rows: int, end: int) -> None:
        """Take what an unfinished traversal read, up to result `end`: each page's address and keys."""
        self.respects_size = len(listed) > 1  # otherwise it would have followed links
        before: Sequence[str] = ()
        for url, keys in listed:
            start = (page_number(url) or 0) * (page_size(url) or rows)
            self.earlier.add(start, list_part(keys, before), end)
            before = keys

    def follow(self, window: Window, page: PageFacts | None, rows: int, *, looks_at_top: bool) -> Steps[bool]:
        """Continue after a first page, at most `rows` results per page; return whether the end was reached.

        With `looks_at_top`, the top is read again if the list has become longer. Raises OwnPageSizeError if
        the site ignores the page size.
        """
        self._rows = rows
        if page is not None:
            self._requested[len(page.keys)].add(window.rows)
        repeated: list[str] = []  # the last keys of pages in a row that show nothing new
        while True:
            if page is None:  # it could not be read
                self.results.end = window.end
                window = window_at(window.end, self._rows)
                page = yield from self._read_page(window)
                continue
            goes_on = self._pagers.continues_after(page, window)
            new = self._add(page, window)
            repeated = [] if new else [*repeated, (page.keys or [""])[-1]]
            if not goes_on and (len(page.keys) < window.rows or self._pagers.is_last(page)):
                is_longer = window.start + len(page.keys) > len(self.results.positions)
                if is_longer and looks_at_top and not self._problems:
                    yield from self._look_at_top()
                return True
            if len(repeated) == MAX_REPEATED:
                if not self._pagers.has_links and len(set(repeated)) == 1:
                    return True
                self._problems.append(f"{page.url} and the pages before it show nothing new")
                return False
            self._pagers.may_be_beyond = not goes_on
            window, page = yield from self._read_joined()

    def _look_at_top(self) -> Steps[None]:
        """Read from the top down to what was read: the list is longer, so results were added."""
        end = 1
        while True:
            window = window_at(end - 1, self._rows)
            page = yield window
            if page is None or not self.results.add(window.start, page.keys, self.results.end):
                return
            end = window.end

    def _add(self, page: PageFacts, window: Window) -> int:
        """Add the results of a page, and return how many are new.

        If the page joins what an earlier crawl read, the traversal continues below all of that.
        """
        keys = self.list_keys(page)
        end = max(window.end, self.results.end_after(window.start, keys) or 0)
        reached = self.earlier.end_after(window.start, keys)
        new = self.results.add(window.start, keys, end)
        if reached is not None:
            self.results.join(self.earlier, max(end, reached))
            self.earlier = ReadResults()
        return new

    def _read_joined(self) -> Steps[tuple[Window, PageFacts | None]]:
        """Read the page that begins with the last result; go back until a page begins with one of those read.

        Raises OwnPageSizeError if the site ignores the page size.
        """
        end = self.results.end
        window = window_at(max(0, end - 1), self._rows)
        if window.end <= end:  # no page shows the results on both sides of this position
            window = window_at(end, self._rows)
            return window, (yield from self._read_page(window))
        first = page = yield from self._read_page(window)
        for back in STEPS_BACK:
            if page is None or window.start == 0 or self._follows(page):
                break
            self.is_joined = False
            window = window_at(max(0, end - 1 - back), self._rows)
            page = yield from self._read_page(window)
            if first is not None and page is not None and not self.respects_size:
                has_moved = self.results.end_after(window.start, page.keys) != end
                if not has_moved or (window.start and not self._follows(page)):
                    raise OwnPageSizeError(first)
        if page is not None and window.start and not self._follows(page):
            self._problems.append(f"the list moved while it was read, near result {end}")
        return window, page

    def _read_page(self, window: Window) -> Steps[PageFacts | None]:
        """Read a page, and read it again if it is short although the list continues.

        Raises OwnPageSizeError if the site ignores the page size.
        """
        page: PageFacts | None = None
        for is_second in (False, True):
            page = yield window
            if page is None:
                return None
            got = {len(page.keys), len(self.list_keys(page))}
            goes_on = self._pagers.continues_after(page, window)
            if self._has_own_size(page, window):
                raise OwnPageSizeError(page)
            if window.rows in got:
                # The last page may have this number of results by chance, and others their own size, if
                # pinned items are above the first one.
                is_last = not goes_on and self._pagers.has_links
                if not is_last and window.rows != self._rows:
                    self._sizes.add(window.rows)
                    self.respects_size |= len(self._sizes) > 1 or self._follows(page)
                return page
            is_short = max(got) < window.rows
            if is_short and not goes_on:
                return page
            if not self.respects_size:
                raise OwnPageSizeError(page)
            if not is_short:
                return page
            self.is_joined = is_second
        assert page is not None, "returned above"
        note_if_short(page, window.rows, self._problems)
        return page

    def _has_own_size(self, page: PageFacts, window: Window) -> bool:
        """Whether pages of three requested sizes had the same number of results, not fewer than requested.

        Such a page may continue what was read by chance, because a result was added on top. Two such pages
        prove nothing: a new pinned result may make up for one result fewer.
        """
        requested = self._requested[len(page.keys)]
        if len(page.keys) < window.rows:
            return False
        requested.add(window.rows)
        return len(requested) >= ENOUGH_SIZES

    def list_keys(self, page: PageFacts) -> list[str]:
        """Return the keys of the results that are part of the list; pinned ones, for example, are not."""
        return list_part(page.keys, self.before)

    def _follows(self, page: PageFacts) -> bool:
        """Whether a page begins with a result that was read, or is the previous page again."""
        keys = self.list_keys(page)
        return self.results.begins(keys) or (bool(page.keys) and not keys)


class OwnPageSizeError(Exception):
    """The site ignores the requested page size; `page` shows it."""

    def __init__(self, page: PageFacts) -> None:
        super().__init__(page.url)
        self.page = page
