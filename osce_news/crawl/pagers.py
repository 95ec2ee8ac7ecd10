"""Pagers: how long the list is according to the links of its pages, and where it continues."""

from __future__ import annotations

from collections.abc import Container, Generator, Sequence
from dataclasses import dataclass
from typing import TypeVar

from osce_news.crawl.overlap import OverlapTracker, Window
from osce_news.normalize import parse_date
from osce_news.pages.listing import PagerLink
from osce_news.urls import page_number, same_site

MAX_REPEATED = 5  # pages in a row without a result that was not read before
MAX_SHRINK = 10  # results that may be removed from the list between two requests


@dataclass(frozen=True, slots=True)
class PageFacts:
    """The facts about a page that the traversal needs; keys and dates are in printed order."""

    url: str  # after redirects
    keys: list[str]
    dates: Sequence[str | None] = ()
    pager: PagerLink | None = None  # None for a page that has not changed (304)
    has_news: bool | None = True  # whether anything on the page is new or changed; None for a held page
    is_whole_list: bool = False  # whether it is a list that has one page, whatever number of results

    def is_before(self, day: str) -> bool:
        """Whether all known dates of the page are before this day; false if none is known."""
        known = [date for date in map(parse_date, self.dates) if date is not None]
        return bool(known) and max(known) < day


T = TypeVar("T")
# A phase of the traversal: a generator that yields the page to request (a window or an address), is sent the
# page (None if it could not be read), and returns a result.
Steps = Generator[Window | str, PageFacts | None, T]


class Pagers:
    """The pagers of the pages read so far.

    >>> pagers = Pagers("https://www.osce.org/press-releases")
    >>> page = PageFacts("https://www.osce.org/press-releases", ["1", "2"], pager=PagerLink(None, "/?page=3"))
    >>> pagers.read(page)
    >>> pagers.results, pagers.continues_after(page, Window(0, 2), shared=1)
    (8, True)
    """

    def __init__(self, start_url: str) -> None:
        self._start_url = start_url
        self.first_next: str | None = None  # the "next" link of the first page; None if there is none
        self.results: int | None = None  # the length of the list, rounded up to whole pages
        self.sizes: set[int] = set()  # requested page sizes that the site respected
        self._last_page = 0
        self._min_results = 0

    def read(self, page: PageFacts) -> None:
        """Update the length of the list from the pager of a page."""
        last = page_number((page.pager and page.pager.last) or "")
        if last is not None:
            self._last_page, self._min_results = last, last * len(page.keys) + 1
            self.results = (last + 1) * len(page.keys)

    def continues_after(self, page: PageFacts, window: Window, *, shared: int) -> bool:
        """Whether the list continues after this page, which was requested as `window`.

        `shared` is the number of results that neighbouring pages share.
        """
        if page.pager is None:
            return len(page.keys) >= window.rows
        last = page_number(page.pager.last or "")
        here = page_number(page.url) or 0
        if page.pager.next is not None or (last is not None and last > here):
            return True
        # A page without a pager does not prove the end. If the page is full, the list continues. If it is
        # short, it is the last one only if at most MAX_SHRINK results are missing. An empty page may lie
        # beyond the end; where pages overlap, the next step shows that.
        end = window.start + len(page.keys) + (0 if len(page.keys) >= window.rows else MAX_SHRINK)
        at_end = end >= self._min_results or (not page.keys and shared > 0)
        return last is None and not at_end

    @property
    def may_ignore_size(self) -> bool:
        """Whether the site may ignore the page size: it has not respected a second size yet."""
        return len(self.sizes) < 2 and self.first_next is not None

    def proves_end(self, page: PageFacts) -> bool:
        """Whether a page without a "next" link is the last one, since the first page had such a link."""
        return self.first_next is not None and page.pager is not None

    def follow_links(
        self, link: str | None, page: PageFacts | None, read: OverlapTracker, problems: list[str]
    ) -> Steps[None]:
        """Follow the "next" links from an address, or from a page already read; each page is read once.

        `read` holds the results read before. A link that can't be followed is added to `problems`.
        """
        visited: set[str] = set()
        shown: set[str] = set()
        repeated = 0
        while page is not None or link is not None:
            if page is None:
                page = yield link or ""
                assert page is not None, "a page that can't be read ends the traversal"
            visited.add(page.url)
            repeated = repeated + 1 if shown.issuperset(page.keys) else 0
            shown.update(page.keys)
            if repeated >= MAX_REPEATED:
                problems += [f"{page.url} and the pages before it show nothing new"]
                return
            link, problem = self._next_link(page, visited, unread=read.has_unread(page.keys))
            problems += [problem] if problem else []
            page = None

    def _next_link(
        self, page: PageFacts, visited: Container[str], *, unread: bool
    ) -> tuple[str | None, str | None]:
        """Return the "next" link, None at the end; and the problem with it, None if there is none."""
        here, pager = page_number(page.url) or 0, page.pager or PagerLink(None, None)
        if pager.next is None:
            last = self._last_page if pager.last is None else page_number(pager.last) or 0
            if last > here:
                return None, f"{page.url} names a later last page, but has no link to the next page"
            if unread and self.first_next is None:
                return None, f"{page.url} shows that the list continues, but its pager is not understood"
            return None, None
        if not same_site(pager.next, self._start_url):
            return None, f"{page.url} links to a next page on another site: {pager.next}"
        if pager.next in visited or (page_number(pager.next) or here + 1) <= here:
            return None, f"{page.url} links to a next page that was read before: {pager.next}"
        return pager.next, None


class OwnPageSizeError(Exception):
    """The site ignores the requested page size; `page` shows it."""

    def __init__(self, page: PageFacts) -> None:
        super().__init__(page.url)
        self.page = page


def may_be_own_size(page: PageFacts) -> bool:
    """Whether a first page may have a size that the site chose, and a pager in an unknown form."""
    return bool(page.pager and page.keys) and len(page.keys) % 5 == 0
