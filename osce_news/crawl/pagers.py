"""What the pagers of a list say, and the pages that are read by following them. Plain values, no network."""

from __future__ import annotations

from collections.abc import Container, Generator, Sequence
from typing import NamedTuple, TypeVar

from osce_news.pages.page_facts import PageFacts
from osce_news.urls import page_number, page_size, same_site, with_page

MAX_REPEATED = 5  # pages in a row without a result that was not read before
MIN_FULL = 0.8  # of the usual results, on a page after which the list continues
MAX_SHRINK = 10  # results that may be removed from the list between two requests


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


class Pagers:
    """The pagers of the pages read so far.

    >>> from osce_news.pages.page_facts import PagerLinks
    >>> from osce_news.urls import LISTING_URL
    >>> pagers = Pagers(LISTING_URL)
    >>> page = PageFacts(LISTING_URL, ["1", "2"], pager=PagerLinks(None, f"{LISTING_URL}?page=3"))
    >>> pagers.read(page, 2)
    >>> pagers.results, pagers.continues_after(page, Window(0, 2))
    (8, True)
    """

    def __init__(self, start_url: str) -> None:
        self._start_url = start_url
        self.has_links = False  # whether any page had a link to the next one
        self.results: int | None = None  # the length of the list, rounded up to whole pages
        self.last_page, self.last_link = 0, ""
        self.may_be_beyond = False  # whether the page requested next may lie beyond the end of the list
        self._min_results = 0
        self._least_lengths: list[int] = []  # that pages gave

    def read(self, page: PageFacts, size: int) -> None:
        """Update the length of the list from the pager of a page, which shows `size` results of the list."""
        if page.pager is None:
            return
        self.has_links = self.has_links or page.pager.next is not None
        if page.least_length:
            self._least_lengths.append(page.least_length)
        link = page.pager.last or ""
        last = page_number(link)
        if last is not None and same_site(link, self._start_url):
            self.last_page, self.last_link = last, link
            self._min_results = last * size + 1
            self.results = (last + 1) * size

    def continues_after(self, page: PageFacts, window: Window) -> bool:
        """Whether the list continues after this page, which was requested as `window`."""
        is_full = len(page.keys) >= window.rows
        if page.pager is None:
            return is_full
        last = page_number(page.pager.last or "")
        if page.pager.next is not None or (last is not None and last > page.number):
            return True
        if page.least_length > window.start + len(page.keys) and page.keys:
            return True
        # A page without a pager does not prove the end. If the page is full, the list continues. If it is
        # short, it is the last one only if at most MAX_SHRINK results are missing. An empty page may lie
        # beyond the end; the next step shows that, because pages overlap.
        end = window.start + len(page.keys) + (0 if is_full else MAX_SHRINK)
        return last is None and end < self._min_results and bool(page.keys)

    @property
    def least_length(self) -> int:
        """The smallest length that pages gave for the list, which may become shorter; 0 if none gave one."""
        return min(self._least_lengths, default=0)

    def is_last(self, page: PageFacts) -> bool:
        """Whether a page without a link to the next page is the last one, because others had such a link."""
        return self.has_links and page.pager is not None

    def next_link(self, page: PageFacts, visited: Container[str]) -> str | None:
        """Return the link to the next page, or None; raises PagerError if it can't be followed."""
        link = page.pager.next if page.pager else None
        if link is None:
            return None
        if not same_site(link, self._start_url):
            raise PagerError(f"{page.url} links to a next page on another site: {link}")
        number = page_number(link)
        if link in visited or (number is not None and number <= page.number):
            raise PagerError(f"{page.url} links to a next page that was read before: {link}")
        return link


class PlainPages:
    """Follows the links to the next page; without a link, counts up page numbers while the list continues.

    Pages of a size that the site chooses do not overlap. If a result is removed from a page that was read,
    another moves up from the next page, unseen. So the last page is read first, because it shows how long the
    list is. If the list is shorter when its end is reached, not counting results that were seen to move down,
    results were removed meanwhile.

    `link` is where a later traversal can resume, `end` the number of results read.
    """

    def __init__(self, base: str, asked: int, pagers: Pagers, problems: list[str]) -> None:
        """Read the list at `base`, of which pages of `asked` results were requested; add to `problems`."""
        self.link: str | None = None
        self.end = 0
        self._base, self._asked, self._pagers, self._problems = base, asked, pagers, problems
        self._keys: set[str] = set()
        self._visited: set[str] = set()

    def follow(self, link: str | None, read: Sequence[PageFacts] = (), *, counted: bool) -> Steps[bool]:
        """Continue after pages that were read, or from a link; return whether the end was reached.

        With `counted`, the last page is read first, to see whether the list becomes shorter.
        """
        waiting, self.link = list(read), link
        before: Sequence[str] = ()
        size = 0  # of a page other than the first, which may have pinned results
        length: int | None = None
        repeated = moved_down = 0
        while repeated < MAX_REPEATED:
            page = waiting.pop(0) if waiting else (yield self.link or "")
            assert page is not None, "without it the traversal ends"
            keys = list_part(page.keys, before)
            moved_down += count_shared(before, keys)
            size = size or (len(page.keys) if self._visited else 0)
            has_new = not self._keys.issuperset(keys)
            repeated = 0 if has_new else repeated + 1
            self._add(page, keys)
            before = page.keys
            if waiting:
                continue
            try:
                self.link = self._next_address(page, read, is_full=has_new and len(page.keys) >= size)
            except PagerError as error:
                self._problems.append(str(error))
                return False
            if self.link is None:
                is_same = not has_new and self._keys.issubset(page.keys)
                if is_same and (page.number <= self._pagers.last_page or len(page.keys) == self._asked):
                    self._problems.append(f"{page.url} shows the results of the page before it again")
                    return False
                end = page.number * size + len(page.keys)
                if length is not None and (lost := length + moved_down - end) > 0:
                    self._problems.append(
                        f"the list lost {lost} results while it was read, so others may have moved unseen to "
                        "pages that had been read"
                    )
                return True
            note_if_short(page, size, self._problems)
            if counted and size and page.number + 1 < self._pagers.last_page:
                last = yield self._pagers.last_link
                counted = False
                if last is not None:
                    length = last.number * size + len(last.keys)  # with results that are not part of the list
                    moved_down, before = 0, ()  # what moved down before is part of the length
        self._problems.append(f"{self.link} and the pages before it show nothing new")
        return False

    def _add(self, page: PageFacts, keys: Sequence[str]) -> None:
        self._keys.update(keys)
        self._visited.add(page.url)
        self.end = len(self._keys)

    def _next_address(self, page: PageFacts, read: Sequence[PageFacts], *, is_full: bool) -> str | None:
        """Return the address of the next page; None at the end of the list.

        `is_full` is whether the page has as many results as others, not all of them read before. Raises
        PagerError.
        """
        by_number = with_page(self._base, page.number + 1, self._asked)
        link = self._pagers.next_link(page, self._visited)
        if link is not None:
            # If the site respects the size, a link without it leads to pages of another size.
            is_respected = bool(read) and len(read[0].keys) >= self._asked
            loses_size = page_size(link) != self._asked and page_number(link) is not None
            return by_number if is_respected and loses_size else link
        if page.number >= self._pagers.last_page:
            if not is_full or self._pagers.is_last(page):
                return None
            self._pagers.may_be_beyond = True
        return by_number


def list_part(keys: Sequence[str], before: Sequence[str]) -> list[str]:
    """Return the results of a page without those at the same place of the page before, at the top or end.

    Such results, for example pinned items, are not part of the list.

    >>> list_part(["pin", "c", "d", "read"], ["pin", "a", "b", "c", "read"])
    ['c', 'd']
    """
    top = _count_equal(keys, before)
    left = keys[top:]
    return list(left[: len(left) - _count_equal(left[::-1], before[::-1])])


def _count_equal(one: Sequence[str], other: Sequence[str]) -> int:
    """Return how many keys at the beginning of both are equal."""
    pairs = enumerate(zip(one, other, strict=False))
    return next((number for number, (a, b) in pairs if a != b), min(len(one), len(other)))


def count_shared(page: Sequence[str], following: Sequence[str]) -> int:
    """Return how many of the last results of a page the following one begins with.

    >>> count_shared("abcd", "cdef"), count_shared("abcd", "efgh")
    (2, 0)
    """
    sizes = range(min(len(page), len(following)), 0, -1)
    return next((size for size in sizes if page[-size:] == following[:size]), 0)


def note_if_short(page: PageFacts, size: int, problems: list[str]) -> None:
    """Add a problem if a page after which the list continues has far fewer results than its size."""
    if len(page.keys) < size * MIN_FULL:
        shown = f"{len(page.keys)} results of {size}"
        problems.append(f"{page.url} shows {shown}, although the list continues")


class PagerError(ValueError):
    """A link to the next page can't be followed."""
