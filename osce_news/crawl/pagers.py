"""What the pagers of a list say: how long it is, and whether it continues after a page."""

from __future__ import annotations

from collections.abc import Container, Generator
from typing import NamedTuple, TypeVar

from osce_news.pages.page_facts import PageFacts
from osce_news.urls import page_number, same_site

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
        """The length of the list at least, as its pages say; 0 if none does. The list may become shorter."""
        return min(self._least_lengths, default=0)

    def is_last(self, page: PageFacts) -> bool:
        """Whether a page without a link to the next page is the last one, since others had such a link."""
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


def note_if_short(page: PageFacts, size: int, problems: list[str]) -> None:
    """Add a problem if a page after which the list continues has far fewer results than its size."""
    if len(page.keys) < size * MIN_FULL:
        shown = f"{len(page.keys)} results of {size}"
        problems.append(f"{page.url} shows {shown}, although the list continues")


class PagerError(ValueError):
    """A link to the next page can't be followed."""
