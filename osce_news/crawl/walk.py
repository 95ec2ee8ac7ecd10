"""Where the walk through the list goes next, and when it is at its end. Plain values, no network."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from urllib.parse import parse_qs, urlsplit

from osce_news.crawl.options import NEWEST_FIRST, CrawlOptions
from osce_news.errors import PartialError
from osce_news.normalize import parse_date
from osce_news.pages.listing import PagerLink


@dataclass
class Walk:
    """The walk from the first page to the last.

    >>> walk = Walk(CrawlOptions.parse(start_url="https://www.osce.org/press-releases"))
    >>> pager = PagerLink(next="https://www.osce.org/press-releases?page=1", last=None)
    >>> walk.next(walk.start, pager, ["15 March 2022"])
    'https://www.osce.org/press-releases?page=1'
    """

    options: CrawlOptions
    pages: int = 0  # read so far
    last_page: int | None = None  # the number of the last page, counted from 0, as the pager says
    _visited: set[str] = field(default_factory=set)

    @property
    def start(self) -> str:
        """The address of the first page."""
        return self.options.start_url

    @property
    def total(self) -> int | None:
        """How many pages the walk will read, if the pager tells."""
        if self.last_page is None:
            return None
        pages = self.last_page - (page_number(self.start) or 0) + 1
        return min(pages, self.options.max_pages or pages)

    def next(self, url: str, pager: PagerLink, dates: Iterable[str | None]) -> str | None:
        """Return the address to read after the page `url`, or None if the walk is at its end.

        `dates` are the page's publishing dates as printed. Raises PartialError if the pager leads in
        a circle, to another site, or nowhere though it speaks of further pages.
        """
        self.pages += 1
        self._visited.add(url)
        here = page_number(url) or 0
        if pager.last is not None:
            self.last_page = page_number(pager.last)
        if self.options.max_pages is not None and self.pages >= self.options.max_pages:
            return None
        if self._all_before_since(dates):
            return None
        if pager.next is None:
            if pager.last is not None and (page_number(pager.last) or 0) > here:
                raise PartialError(
                    f"{url} names page {self.last_page} as the last, but links to no next page"
                )
            return None
        if not same_site(pager.next, self.start):
            raise PartialError(f"{url} names a next page on another site: {pager.next}")
        number = page_number(pager.next)
        if pager.next in self._visited or (number is not None and number <= here):
            raise PartialError(f"{url} names a next page that was read before: {pager.next}")
        return pager.next

    def _all_before_since(self, dates: Iterable[str | None]) -> bool:
        """Whether the list, newest first, has gone past `--since`: a page's dates all lie before it."""
        if self.options.since is None or not newest_first(self.start):
            return False
        known = [date for date in map(parse_date, dates) if date is not None]
        return bool(known) and all(date < self.options.since for date in known)


def page_number(url: str) -> int | None:
    """Return the page's number, counted from 0, or None if the address names none."""
    value = parse_qs(urlsplit(url).query).get("page", [""])[-1]
    return int(value) if value.isdecimal() and len(value) < 8 else None


def newest_first(url: str) -> bool:
    """Whether the listing at this address is asked for in order of dates."""
    return parse_qs(urlsplit(url).query).get("solrsort", [""])[-1] == NEWEST_FIRST


def site_of(url: str) -> str:
    """Return the host name that stands for the site: without "www."."""
    return (urlsplit(url).hostname or "").removeprefix("www.")


def same_site(url: str, start: str) -> bool:
    """Whether the address is on the site of the start address (or a part of it)."""
    host, site = site_of(url), site_of(start)
    return host == site or host.endswith(f".{site}")
