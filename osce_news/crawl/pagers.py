"""What a page showed, and what its pager tells: how long the list is, and whether it goes on."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

from osce_news.crawl.windows import Window
from osce_news.pages.listing import PagerLink
from osce_news.urls import page_number

FEW_REMOVED = 10  # results between two pages


@dataclass(frozen=True, slots=True)
class PageFacts:
    """What a page showed: a key for each result, in printed order, and the dates as printed."""

    url: str  # where it was found, after redirects
    keys: list[str]
    dates: Sequence[str | None] = ()
    pager: PagerLink | None = None  # None: the page was not read, for it has not changed
    has_news: bool = True  # the page held something new or changed


class Pagers:
    """What the pagers of the pages read so far told of the list.

    >>> pagers = Pagers()
    >>> page = PageFacts("https://www.osce.org/press-releases", ["1", "2"], pager=PagerLink(None, "/?page=3"))
    >>> pagers.note(page)
    >>> pagers.results, pagers.more(page, Window(0, 2), overlapping=True)
    (8, True)
    """

    def __init__(self) -> None:
        self.first_next: str | None = None  # where the first page's "next" led: a pager was understood
        self.results: int | None = None  # the length of the list, as far as a pager told
        self.last_page = 0  # that the last pager told of
        self._least = 0  # the fewest results that the list has by that pager

    def note(self, page: PageFacts) -> None:
        """Take note of the pager of a page that was read."""
        last = page_number((page.pager and page.pager.last) or "")
        if last is not None:
            self.last_page, self._least = last, last * len(page.keys) + 1
            self.results = (last + 1) * len(page.keys)

    def more(self, page: PageFacts, asked: Window, *, overlapping: bool) -> bool:
        """Whether the list goes on behind this page, which was asked for by that window.

        `overlapping` says that neighbouring pages share results.
        """
        if page.pager is None:
            return len(page.keys) >= asked.rows
        last = page_number(page.pager.last or "")
        here = page_number(page.url) or 0
        if page.pager.next is not None or (last is not None and last > here):
            return True
        # Without a pager a page does not end the list that the page before told of. A full one is gone on
        # from; a short one may be the end, if a few results were removed meanwhile; an empty one may stand
        # behind it, and where pages overlap the step back tells.
        end = asked.start + len(page.keys) + (0 if len(page.keys) >= asked.rows else FEW_REMOVED)
        behind = end >= self._least or (not page.keys and overlapping)
        return last is None and not behind

    def known(self, page: PageFacts) -> bool:
        """Whether a pager was read on this list, so that the silence of this page's means the end."""
        return self.first_next is not None and page.pager is not None


def may_go_on(page: PageFacts) -> bool:
    """Whether a first page without a pager may be of the site's own size, and its pager not known."""
    return bool(page.pager and page.keys) and len(page.keys) % 5 == 0
