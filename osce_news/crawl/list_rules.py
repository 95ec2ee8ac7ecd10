"""The rules by which a list is read, in the order in which they apply. Plain values, no network.

1. Results at the same place of two pages in a row are not part of the list (`list_part`).
2. The next page is the one that begins with the last result read, and extends farthest (`window_at`).
3. A page joins those before it if it begins with a result that was read (`ReadResults.begins`). Then nothing
   was missed between them. Else the list has moved, and pages further up are read until one joins. If it has
   not moved, the page shows results otherwise than a page before; the list is read on from there.
4. The list ends with a page that links to no later one if others do (`Pagers.continues`). If none links to
   the last page, this page is read twice, because it may have lost its link. Without any links, overlapping
   pages end if the page after a short one shows nothing new; other pages end with a short one, or with one
   that shows nothing new.
5. The page size is the site's own if a page has another number of results than requested (`takes_size`), or
   does not join although the list has not moved. Then pages are read one after another, and rules 2 and 3 do
   not apply.

A list was read only partly if a page could not be read, if a page does not join, if pages show nothing new
again and again, if the list does not end, and, if they do not overlap, if a page was short or the list
became shorter meanwhile.

Positions count from 0, at the time of reading.
"""

from __future__ import annotations

from collections.abc import Generator, Iterable, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple, TypeVar

from osce_news.normalize.keys import without_copy
from osce_news.pages.page_facts import PageFacts
from osce_news.urls import page_number, same_site

STEPS_BACK = (10, 25, 50, 100, 200)  # results to go back if a page does not join
RECENT = 300  # results; two that were read longer ago do not show that a page joins
MAX_SHRINK = 10  # results that may be removed from the list between two requests
MAX_REPEATED = 5  # pages in a row that show nothing new


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


T = TypeVar("T")
# A part of the traversal: a generator that yields the page to request (a window or an address), is sent the
# page (None if it could not be read), and returns a result.
Steps = Generator[Window | str, PageFacts | None, T]


def list_part(keys: Sequence[str], before: Sequence[str]) -> list[str]:
    """Return the results of a page without those at the same place of the page before, at the top or end.

    Such results, for example pinned items, are not part of the list. If all are the same, the page is
    returned whole.

    >>> list_part(["pin", "c", "d", "read"], ["pin", "a", "b", "c", "read"])
    ['c', 'd']
    """
    top = _count_equal(keys, before)
    left = keys[top:]
    return list(left[: len(left) - _count_equal(left[::-1], before[::-1])] or keys)


def _count_equal(one: Sequence[str], other: Sequence[str]) -> int:
    """Return how many keys at the beginning of both are equal."""
    pairs = enumerate(zip(one, other, strict=False))
    return next((number for number, (a, b) in pairs if a != b), min(len(one), len(other)))


def window_at(position: int, max_rows: int) -> Window:
    """Return the page that contains `position` and extends farthest beyond it.

    Pages of one size never share a result, pages of different sizes can: results 0 to 49 are page 0 of 50
    rows, results 49 to 97 are page 1 of 49 rows.

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

        The two must have been read recently: a single result, or two read long ago, may be on the list twice,
        and a server may once send a page of the top again.
        """
        first, second = (self.positions.get(key, -1) for key in [*keys[:2], "", ""][:2])
        are_two = max(0, self.end - RECENT) <= first < second
        return are_two or (bool(keys) and keys[0] == self.last)

    def end_after(self, start: int, keys: Sequence[str]) -> int | None:
        """Return the present end, as a page that begins at `start` shows it; None if it shows other results.

        Results that were added on top have moved all that was read down by the same number of positions.
        """
        if not keys or not self.has_all(keys):
            return None
        return self.end + min(now - self.positions[key] for now, key in enumerate(keys, start))

    def has_all(self, keys: Iterable[str]) -> bool:
        """Whether all of these results were read."""
        return all(key in self.positions for key in keys)

    def add(self, start: int, keys: Sequence[str], end: int) -> int:
        """Add a page that begins at `start`, and set `end`; return the number of new results."""
        known = len(self.positions)
        self.positions.update((key, place) for place, key in enumerate(keys, start))
        self.end = end
        if len(self.positions) > known:  # else the last result that was read is on another page
            self.last = without_copy(keys[-1], keys)  # a copy is counted on one page only
        return len(self.positions) - known

    def join(self, below: ReadResults, end: int) -> None:
        """Add the results of a lower part of the list, which now ends at `end`."""
        shift = end - below.end
        moved = {key: place + shift for key, place in below.positions.items()}
        self.positions = moved | self.positions
        self.end, self.last = end, below.last


class Pagers:
    """The pagers of the pages read so far.

    >>> from osce_news.pages.page_facts import PagerLinks
    >>> from osce_news.urls import LISTING_URL
    >>> pagers = Pagers(LISTING_URL)
    >>> page = PageFacts(LISTING_URL, ["1", "2"], pager=PagerLinks(None, f"{LISTING_URL}?page=3"))
    >>> pagers.read(page, 2)
    >>> pagers.length, pagers.continues(page, Window(0, 2))
    (8, True)
    """

    def __init__(self, start_url: str) -> None:
        self._start_url = start_url
        self.has_links = False  # whether any page linked to a later one
        self.last_page, self.last_link = 0, ""
        self.last_page_at_first = 0  # the last page according to the first page that named one
        self.size = 0  # of the page that named the last page
        self.least_length = 0  # the smallest that a page gave, because the list may become shorter

    def read(self, page: PageFacts, size: int) -> None:
        """Add what a page says, which shows `size` results of the list."""
        if page.pager is None:
            return
        self.has_links |= page.pager.next is not None or self._has_later(page)
        if page.least_length:
            self.least_length = min(page.least_length, self.least_length or page.least_length)
        link = page.pager.last or ""
        last = page_number(link)
        if last is not None and same_site(link, self._start_url):
            self.last_page, self.last_link, self.size = last, link, size
            self.last_page_at_first = self.last_page_at_first or last

    @property
    def length(self) -> int | None:
        """The length of the list, rounded up to whole pages; None if no page says it."""
        return (self.last_page + 1) * self.size or None

    def _has_later(self, page: PageFacts) -> bool:
        """Whether the page links to a later last page."""
        last = page_number(page.pager.last or "") if page.pager else None
        return last is not None and last > page.number

    def may_have_lost_link(self, page: PageFacts) -> bool:
        """Whether a page has no link to the next one, and only such a link would show that more follow."""
        return page.pager is not None and page.pager.next is None and self.has_links and not self.last_page

    def continues(self, page: PageFacts, window: Window) -> bool | None:
        """Whether the list continues after a page; None if the page does not tell.

        - It does if the page links to a later one. A page that has not changed (304) is full, and its links
          are not known.
        - It does if other pages named a last page far below: this one has lost its links.
        - It does not if other pages had links, and the page does not say that there are more results.
        """
        if page.pager is None or page.pager.next is not None or self._has_later(page):
            return True
        end = window.start + len(page.keys)
        is_full = len(page.keys) >= window.rows
        if self.last_page and end + (0 if is_full else MAX_SHRINK) <= self.last_page * self.size:
            return True
        return False if self.has_links and page.least_length <= end else None


def takes_size(pages: Iterable[tuple[int, set[int]]], largest: int) -> bool | None:
    """Whether pages have the requested size; None if that is not known yet.

    `pages` has the requested size of each page after which the list continues, and its number of results,
    with and without those that are not part of the list. A site with its own size can give one size by
    chance, or the size of the first page, which is the `largest`; but not two others.

    >>> takes_size([(49, {49}), (48, {48})], 50), takes_size([(49, {49}), (48, {49})], 50)
    (True, False)
    """
    given = set[int]()
    for rows, results in pages:
        if rows not in results:
            return False
        given |= {rows} - {largest}
        if len(given) > 1:
            return True
    return None
