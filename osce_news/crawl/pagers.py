"""What the pagers of a list say. Plain values, no network."""

from __future__ import annotations

from collections.abc import Container

from osce_news.pages.page_facts import PageFacts
from osce_news.urls import page_number, same_site


class Pagers:
    """The pagers of the pages read so far.

    >>> from osce_news.pages.page_facts import PagerLinks
    >>> from osce_news.urls import LISTING_URL
    >>> pagers = Pagers(LISTING_URL)
    >>> page = PageFacts(LISTING_URL, ["1", "2"], pager=PagerLinks(None, f"{LISTING_URL}?page=3"))
    >>> pagers.read(page, 2)
    >>> pagers.results, pagers.has_later(page)
    (8, True)
    """

    def __init__(self, start_url: str) -> None:
        self._start_url = start_url
        self.has_links = False  # whether any page linked to a later one
        self.last_page, self.last_link = 0, ""
        self.size = 0  # of the page that named the last page
        self.least_length = 0  # the smallest that a page gave, because the list may become shorter

    def read(self, page: PageFacts, size: int) -> None:
        """Add what a page says, which shows `size` results of the list."""
        if page.pager is None:
            return
        self.has_links |= page.pager.next is not None or self.has_later(page)
        if page.least_length:
            self.least_length = min(page.least_length, self.least_length or page.least_length)
        link = page.pager.last or ""
        last = page_number(link)
        if last is not None and same_site(link, self._start_url):
            self.last_page, self.last_link, self.size = last, link, size

    @property
    def results(self) -> int | None:
        """The length of the list, rounded up to whole pages; None if no page says it."""
        return (self.last_page + 1) * self.size or None

    def has_later(self, page: PageFacts) -> bool:
        """Whether the page links to a later last page."""
        last = page_number(page.pager.last or "") if page.pager else None
        return last is not None and last > page.number

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


class PagerError(ValueError):
    """A link to the next page can't be followed."""
