"""The results and the pager of a page: how long the list is, and where it continues."""

from __future__ import annotations

from collections.abc import Container, Generator, Sequence
from dataclasses import dataclass
from typing import TypeVar

from osce_news.crawl.overlap import OverlapTracker, Window
from osce_news.normalize import parse_date
from osce_news.pages.listing import PagerLink
from osce_news.urls import page_number, same_site

MAX_REPEATED = 5  # pages in a row that show nothing but what was read before
MAX_SHRINK = 10  # results that may be removed from the list between two requests


@dataclass(frozen=True, slots=True)
class PageFacts:
    """The results of a page: a key for each, in printed order, and the dates as printed."""

    url: str  # after redirects
    keys: list[str]
    dates: Sequence[str | None] = ()
    pager: PagerLink | None = None  # None if the page has not changed, and so was not read again
    has_news: bool = True  # the page held something new or changed

    def is_before(self, day: str) -> bool:
        """Whether all dates of the page that are understood lie before this day, and at least one does."""
        known = [date for date in map(parse_date, self.dates) if date is not None]
        return bool(known) and max(known) < day


T = TypeVar("T")
# A phase of the traversal: yields the page to ask for (a window or an address), is sent what it shows (None
# if it could not be read), and returns what it found out.
Steps = Generator[Window | str, PageFacts | None, T]


class Pagers:
    """The pagers of all pages read so far, and what they say about the list.

    >>> pagers = Pagers("https://www.osce.org/press-releases")
    >>> page = PageFacts("https://www.osce.org/press-releases", ["1", "2"], pager=PagerLink(None, "/?page=3"))
    >>> pagers.read(page)
    >>> pagers.results, pagers.continues_after(page, Window(0, 2), shared=1)
    (8, True)
    """

    def __init__(self, start_url: str) -> None:
        self._start_url = start_url
        self.first_next: str | None = None  # the "next" link of the first page; None: no pager understood
        self.results: int | None = None  # the length of the list, rounded up to whole pages
        self.sizes: set[int] = set()  # page sizes that the site respected
        self._last_page = 0
        self._min_results = 0

    def read(self, page: PageFacts) -> None:
        """Take note of the pager of a page."""
        last = page_number((page.pager and page.pager.last) or "")
        if last is not None:
            self._last_page, self._min_results = last, last * len(page.keys) + 1
            self.results = (last + 1) * len(page.keys)

    def continues_after(self, page: PageFacts, asked: Window, *, shared: int) -> bool:
        """Whether the list continues after this page, which was requested as `asked`.

        `shared` is how many results neighbouring pages share.
        """
        if page.pager is None:
            return len(page.keys) >= asked.rows
        last = page_number(page.pager.last or "")
        here = page_number(page.url) or 0
        if page.pager.next is not None or (last is not None and last > here):
            return True
        # A page without a pager does not prove the end. If it is full, go on. If it is short, take it for the
        # last one only if at most MAX_SHRINK results are missing. An empty page may lie behind the end; where
        # pages overlap, the next step shows that.
        end = asked.start + len(page.keys) + (0 if len(page.keys) >= asked.rows else MAX_SHRINK)
        at_end = end >= self._min_results or (not page.keys and shared > 0)
        return last is None and not at_end

    @property
    def may_ignore_size(self) -> bool:
        """Whether the site may ignore the page size: no second size has been respected yet."""
        return len(self.sizes) < 2 and self.first_next is not None

    def proves_end(self, page: PageFacts) -> bool:
        """Whether a page without a "next" link is the last: pagers were understood on this list."""
        return self.first_next is not None and page.pager is not None

    def follow_links(
        self, link: str | None, page: PageFacts | None, read: OverlapTracker, problems: list[str]
    ) -> Steps[None]:
        """Follow the "next" links, each page once, from an address or else the page in hand.

        `read` are the results read until then. Where a link leads astray, that is added to `problems`.
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
        """Return where the "next" link leads, None at the end; and what is wrong with it, None if nothing."""
        here, pager = page_number(page.url) or 0, page.pager or PagerLink(None, None)
        if pager.next is None:
            last = self._last_page if pager.last is None else page_number(pager.last) or 0
            if last > here:
                return None, f"{page.url} names a later last page, but links to no next page"
            if unread and self.first_next is None:
                return None, f"{page.url} shows that the list continues, but no pager is understood"
            return None, None
        if not same_site(pager.next, self._start_url):
            return None, f"{page.url} names a next page on another site: {pager.next}"
        if pager.next in visited or (page_number(pager.next) or here + 1) <= here:
            return None, f"{page.url} names a next page that was read before: {pager.next}"
        return pager.next, None


class OwnPageSizeError(Exception):
    """The site ignores the requested page size; `page` shows it."""

    def __init__(self, page: PageFacts) -> None:
        super().__init__(page.url)
        self.page = page


def may_be_own_size(page: PageFacts) -> bool:
    """Whether a first page without a pager may have the site's own size, and a pager of an unknown form."""
    return bool(page.pager and page.keys) and len(page.keys) % 5 == 0
