"""Which page of the list to read next, and whether the whole list was read. Plain values, no network.

The list moves while it is read: results are added on top and removed anywhere. If one is removed from a page
already read, the first result of the next page moves up onto that page, and is never seen. `list_rules` has
the rules that notice it. Pages that overlap are read by `OverlappingPages`; if the site ignores the requested
size, its pages are read one after another by `PlainPages`.

A resumed traversal begins at the top, and continues where the unfinished one stopped: as soon as a page shows
only results that were read, or after the first page if pages do not overlap.

If a traversal misses an item because the list moved, the next one finds it. Missed items do not count as
withdrawn, because the own pages of missing items are requested first (storage/own_pages.py).
"""

from __future__ import annotations

import math
from abc import ABC, abstractmethod
from collections.abc import Sequence
from typing import Any

from osce_news.crawl.list_pages import NEW_SHARE, OverlappingPages, OwnPageSizeError, PlainPages
from osce_news.crawl.list_rules import Pagers, Steps, Window
from osce_news.crawl.options import CrawlOptions
from osce_news.pages.page_facts import PageFacts, PagerLinks
from osce_news.urls import newest_first, page_number, page_size, with_page, without_query

MAX_FAILURES = 3  # pages in a row that can't be read
MAX_PAGES = 20_000  # of any list; the newsroom has about 700


class Traversal(ABC):
    """Chooses the next page until the end of a list, or until the options or pages without news end it.

    `url` is the address to read next, None at the end. Call `read` with each page, or `skip` if it could not
    be read. `problems` lists the parts that may not have been read completely. `save` returns a position for
    JSON, from which a later traversal can `resume`; None if there is none.
    """

    def __init__(self, url: str, options: CrawlOptions, overlap: int | None) -> None:
        """Begin at `url`; end after `overlap` pages in a row without news."""
        self.options, self.overlap = options, overlap
        self.url: str | None = url
        self.pages = 0  # read so far
        self.problems: list[str] = []
        self.reached_end = False  # whether the end of the list was reached
        self.is_joined = True  # whether the last page continues those before it, up to unreadable ones
        self._base, self._is_newest_first, self._from_top = url, True, True
        self._is_resumable = overlap is None and not options.is_limited
        self._joined_pages = self._without_news = self._failures = 0

    def read(self, page: PageFacts) -> None:
        """Add a page that was read, and choose the next."""
        self.pages += 1
        self._failures = 0
        self.is_joined = self._add_page(page)
        self._joined_pages += self.is_joined
        if self.is_joined and page.has_news is not None:
            self._without_news = 0 if page.has_news else self._without_news + 1
        no_news = self.overlap is not None and self._without_news >= self.overlap
        since = self.options.since if self._is_newest_first else None
        past = since is not None and page.is_before(since)
        if no_news or past or self.pages == self.options.max_pages:
            self.url = None  # before the end of the list
        elif self.url is not None and self.pages >= MAX_PAGES:
            self.problems.append(f"no end of the list after {self.pages} pages")
            self.url = None

    @abstractmethod
    def _add_page(self, page: PageFacts) -> bool:
        """Add a page, and choose the next as if nothing ended the traversal early; return `is_joined`."""

    @property
    def has_read_all(self) -> bool:
        """Whether the list was read from its top to its end, as far as the pages show."""
        return self._from_top and self.reached_end and not self.problems

    @property
    def list_url(self) -> str:
        """The address of the list without its query, as the site spells it."""
        return without_query(self._base)

    @property
    def expected_pages(self) -> int | None:
        """About how many pages will be read in all; None if that is not known."""
        left = self._pages_left if self.overlap is None else None
        pages = None if left is None else self.pages + left
        return min(filter(None, (pages, self.options.max_pages)), default=None)

    @property
    @abstractmethod
    def _pages_left(self) -> int | None:
        """About how many pages the rest of the list has; None if that is not known."""

    def _end(self) -> None:
        self.reached_end, self.url = True, None


class ListTraversal(Traversal):
    """Reads the list from the top to its end, or until nothing is new.

    >>> traversal = ListTraversal(CrawlOptions.parse(start_url="https://www.osce.org/press-releases"))
    >>> keys = [str(number) for number in range(50)]
    >>> traversal.read(PageFacts(traversal.url, keys))
    >>> traversal.url
    'https://www.osce.org/press-releases?page=1&rows=49&solrsort=ds_date+desc'
    """

    def __init__(self, options: CrawlOptions, *, overlap: int | None = None) -> None:
        """Begin at the top; end after `overlap` pages in a row without news."""
        super().__init__(options.start_url, options, overlap)
        self._is_newest_first = newest_first(options.start_url)
        self._from_top = not page_number(options.start_url)
        self._is_resumable &= self._from_top
        self._rows = page_size(options.start_url) or options.rows  # results per page, as requested
        self._most_rows = self._rows  # the most results on a page: as many as the first one has
        self._read_twice: str | None = None  # the last page without a link
        self._link: str | None = None  # where an unfinished traversal read pages of the site's own size
        self._plain: PlainPages | None = None  # if the site ignores the page size
        self._pagers = Pagers(options.start_url)
        self._overlapping = OverlappingPages(self._pagers, self.problems)
        self._saved: dict[str, Any] | None = None
        self._steps = self._read_list()
        next(self._steps)  # the first page, which has been chosen

    def resume(self, position: dict[str, Any], listed: Sequence[tuple[str, list[str]]]) -> None:
        """Continue from a position of `save`; `listed` has the address and the keys of each page read."""
        self._most_rows, self._joined_pages = position["most_rows"], position["pages"]
        self._saved = position
        self.problems[:] = position["problems"]  # in place: what reads the pages adds to the same list
        if position["link"]:
            # It is not read from the top: nothing shows what was removed meanwhile.
            self._link, self._from_top = position["link"], False
        else:
            self._overlapping.resume(listed, self._most_rows, position["end"])

    def read(self, page: PageFacts) -> None:
        """Add a page that was read, and choose the next."""
        super().read(page)
        self._compare_length()

    def _add_page(self, page: PageFacts) -> bool:
        if self.pages == 1:
            self._base = page.url
        self._pagers.read(page, len(self._overlapping.list_keys(page)))
        if self._pagers.may_have_lost_link(page) and self.url != self._read_twice:
            self._read_twice = self.url
            return self.is_plain or self._overlapping.joins(page)
        self._step(page)
        return self._overlapping.keep_if_joined(page)

    def skip(self, reason: str, *, is_gone: bool = False) -> None:
        """Skip a page that can't be read; end after several, or if the pages after it can't be reached.

        A page that `is_gone` counts as one without results if the list has no links: it is beyond the end.
        """
        if is_gone and self.pages and not self._pagers.has_links:
            self._step(PageFacts(self.url or "", [], pager=PagerLinks(None, None)))
            self._compare_length()
            return
        self._failures += 1
        self.problems.append(reason)
        # Pages of the site's own size lead from one to the next, except the last page, which is read early.
        is_needed = self._plain is not None and self.url == self._plain.link
        if is_needed or self.pages == 0 or self._failures >= MAX_FAILURES:
            self.url = None
        else:
            self._step(None)

    def save(self) -> dict[str, Any] | None:
        """Return the position at which a later traversal can resume, for JSON; None if there is none.

        A traversal that resumes an unfinished one has its position until it reaches what that one read.
        """
        if self.url is None or not self._is_resumable:
            return None
        if not self._overlapping.earlier.positions:
            self._saved = {
                "end": self._end_of_results,
                "pages": self._joined_pages,
                "most_rows": self._most_rows,
                "problems": self.problems,
                "link": self._plain.link if self._plain is not None else None,
            }
        return self._saved

    @property
    def _pages_left(self) -> int | None:
        if (length := self._pagers.length) is None:
            return None
        gain = self._most_rows if self.is_plain else self._most_rows * NEW_SHARE
        return math.ceil(max(0, length - self._end_of_results) / max(1, gain))

    @property
    def is_plain(self) -> bool:
        """Whether pages of the site's own size are read, which do not overlap."""
        return self._plain is not None

    @property
    def _end_of_results(self) -> int:
        return self._plain.end if self._plain is not None else self._overlapping.results.end

    def _step(self, page: PageFacts | None) -> None:
        try:
            request = self._steps.send(page)
        except StopIteration:
            self.url = None
            return
        if isinstance(request, Window):
            request = with_page(self._base, request.page, request.rows)
        self.url = request

    def _compare_length(self) -> None:
        """Add a problem if the whole list was read, and the pages say that it is longer."""
        if not self.reached_end or not self._from_top or (self.overlap and self._without_news):
            return
        read = self._plain.end if self._plain is not None else len(self._overlapping.results.positions)
        if read < self._pagers.least_length:
            self.problems.append(
                f"{self._base} shows {read} results and says that there are more, at least "
                f"{self._pagers.least_length}, but links no page with them"
            )

    def _read_list(self) -> Steps[None]:
        """Read the first page, and then the others: overlapping ones, unless the site ignores the size."""
        rows = self._rows  # not _most_rows, which `resume` sets
        window = Window(page_number(self.options.start_url) or 0, rows)
        first = yield window
        if first is None:
            return
        if self._link is not None:
            yield from self._read_plain(self._link)
            return
        got = len(first.keys)
        rows = min(got, rows) or rows  # the largest page that the site gives
        self._most_rows, window = rows, Window(window.page, rows)
        if first.is_only_page or not (got or self._pagers.continues(first, window)):
            self._overlapping.results.add(window.start, first.keys, window.end)
            self._end()
            return
        if self.options.max_pages or rows < 2:
            yield from self._read_plain(None, [first])
            return
        looks_at_top = self.overlap is None and self._from_top
        try:
            if (yield from self._overlapping.follow(window, first, looks_at_top=looks_at_top)):
                self._end()
        except OwnPageSizeError as own:
            # The page after the first one, if it has the same size or is the last.
            is_last = not own.page.keys or self._pagers.continues(own.page, Window(1, got)) is False
            is_next = own.page.number == first.number + 1 and (is_last or len(own.page.keys) == got)
            yield from self._read_plain(None, [first, own.page] if is_next else [first])

    def _read_plain(self, link: str | None, read: Sequence[PageFacts] = ()) -> Steps[None]:
        """Read pages of the site's own size one after another, from a link, or after pages that were read."""
        self._plain = PlainPages(self._base, self._rows, self._pagers, self.problems)
        reads_all = self._from_top and self.overlap is None and not self.options.is_limited
        if (yield from self._plain.follow(link, read, compares_length=reads_all)):
            self._end()
