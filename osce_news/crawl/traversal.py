"""Which page of the list to read next, and whether the whole list was read. Plain values, no network.

The list moves while it is read: results are added on top and removed anywhere. If one is removed from a page
already read, another moves up from the next page onto that page and is never seen. Therefore neighbouring
pages overlap: each shows the last result of the page before (`overlap.window_at` chooses number and size). A
page that shows it proves that no result was missed. A full traversal has three phases:

1. From the top down to the end (`_read_down`). A page that does not show the last result means that results
   were removed. Pages that begin 10, 25, ... results further up are then read until one does. A short page in
   the middle of the list is read a second time.
2. The end shows how long the list is. If fewer different results were read, some moved up unseen: read from
   the top again, down to what was read before.
3. If results are still missing, some items may be listed twice: read again the places where an item was seen
   twice (`_probe_duplicates`), and count what is there.

If the site ignores the requested page size, the links of its pager are followed (`_follow_links`); then
nothing proves that the list was read completely. A resumed traversal also begins at the top, and continues
where the unfinished one stopped as soon as it reaches what that one had read.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from osce_news.crawl.options import CrawlOptions
from osce_news.crawl.overlap import DuplicateProbe, OverlapTracker, Window, window_at
from osce_news.crawl.pagers import MAX_REPEATED, OwnPageSizeError, PageFacts, Pagers, Steps, may_be_own_size
from osce_news.urls import newest_first, page_number, page_size, with_page, without_query

STEPS_BACK = (10, 25, 50, 100, 200)  # results to go back if a page does not overlap what was read
MAX_FAILURES = 3  # pages in a row that can't be read
MAX_PAGES = 20_000  # of any list; the newsroom has about 700
SMALL_PAGE = 10  # results; such a page shares only one with the page before
MIN_FULL = 0.8  # of the requested results, on a page after which the list continues


class Traversal:
    """Reads the list from the top to its end, or until nothing is new.

    `url` is the address to read next, None at the end. Call `read` with each page, or `skip` if it could not
    be read. `problems` lists the parts that may not have been read completely.

    >>> traversal = Traversal(CrawlOptions.parse(start_url="https://www.osce.org/press-releases"))
    >>> keys = [str(number) for number in range(50)]
    >>> traversal.read(PageFacts(traversal.url, keys))
    >>> traversal.url
    'https://www.osce.org/press-releases?page=1&rows=49&solrsort=ds_date+desc'
    """

    def __init__(self, options: CrawlOptions, *, overlap: int | None = None) -> None:
        """Begin at the top; end after `overlap` pages in a row without news."""
        self.options, self.overlap = options, overlap
        self.url: str | None = options.start_url
        self.pages = 0  # read so far
        self.problems: list[str] = []
        self.reached_end = False  # whether the end of the list was reached
        self.follows_links = False  # whether the pager's links are followed
        self.is_joined = True  # whether the last page belongs to what was read without a gap
        self._base, self._from_top = options.start_url, not page_number(options.start_url)
        self._max_rows = page_size(options.start_url) or options.rows
        self._known = OverlapTracker()  # read from the top
        self._below = OverlapTracker()  # read earlier and not reached yet
        self._pagers = Pagers(options.start_url)
        self._proved = bool(self._shared)  # whether every page overlaps the one before
        self._hidden = 0  # results that the site counts and does not show
        self._joined = self._without_news = self._failures = 0
        self._saved: dict[str, Any] | None = None
        self._start(self._read_list())

    def resume(self, position: dict[str, Any], listed: Sequence[tuple[str, list[str]]]) -> None:
        """Continue from a position of `save`; `listed` has the address and the keys of each page read."""
        self._max_rows, self._hidden = position["most_rows"], position["hidden"]
        self._proved, self._joined = position["proved"], position["pages"]
        self.problems, self._saved = list(position["problems"]), position
        if position["link"]:
            self._pagers.first_next = position["link"]  # a pager was understood
            self._start(self._follow_links(position["link"]))
            return
        for url, keys in listed:
            start = (page_number(url) or 0) * (page_size(url) or self._max_rows)
            self._below.add(start, keys, position["end"])

    def read(self, page: PageFacts) -> None:
        """Add a page that was read, and choose the next."""
        self.pages += 1
        self._failures, self.is_joined = 0, True
        if self.pages == 1 and not self.follows_links:
            self._base = page.url
            self._pagers.first_next = page.pager.next if page.pager else None
        self._step(page)
        self._pagers.read(page)
        self._joined += self.is_joined
        if self.is_joined and page.has_news is not None:
            self._without_news = 0 if page.has_news else self._without_news + 1
        no_news = self.overlap is not None and self._without_news >= self.overlap
        since = self.options.since if newest_first(self.options.start_url) else None
        past = since is not None and page.is_before(since)
        if no_news or past or self.pages == self.options.max_pages:
            self.url = None  # before the end of the list

    def skip(self, reason: str) -> None:
        """Skip a page that can't be read; end after several, or if the pages after it can't be reached."""
        self._failures += 1
        self.problems.append(reason)
        if self.follows_links or self.pages == 0 or self._failures >= MAX_FAILURES or not self._shared:
            self.url = None
        else:
            self._step(None)

    def save(self) -> dict[str, Any] | None:
        """Return the position at which a later traversal can resume, for JSON; None if there is none.

        While there is a gap between two parts that were read, this is the last position before the gap.
        """
        if self.url is None or self.overlap is not None or self.options.is_limited or not self._from_top:
            return None
        if not self._below.positions:
            self._saved = {
                "end": self._known.end,
                "pages": self._joined,
                "most_rows": self._max_rows,
                "hidden": self._hidden,
                "proved": self._proved,
                "problems": self.problems,
                "link": self.url if self.follows_links else None,
            }
        return self._saved

    @property
    def is_whole(self) -> bool:
        """Whether every result that stayed on the list has certainly been read."""
        # Small pages share a single result, which may be one that is listed twice.
        unsure = self._max_rows <= SMALL_PAGE and bool(self._known.repeats)
        sure = self._from_top and self._proved and not self.follows_links
        return self.reached_end and not self.problems and sure and not unsure

    @property
    def list_url(self) -> str:
        """The address of the list without its query, as the site spells it."""
        return without_query(self._base)

    @property
    def expected_pages(self) -> int | None:
        """About how many pages will be read in all; None if that is not known."""
        results = self._pagers.results
        if self.overlap is not None or results is None:
            return self.options.max_pages
        gain = self._max_rows if self.follows_links or not self._shared else self._max_rows * 0.83
        left = results if self.follows_links else max(0, results - self._known.end)
        pages = (0 if self.follows_links else self.pages) + -(-left // max(1, int(gain)))
        return min(pages, self.options.max_pages or pages)

    @property
    def _shared(self) -> int:
        """How many results neighbouring pages share: 0 with max_pages, or if a page has only one result."""
        return 0 if self.options.max_pages or self._max_rows < 2 else 1

    def _start(self, steps: Steps[None]) -> None:
        self._steps = steps
        if isinstance(request := next(steps), str):
            self.url = request

    def _step(self, page: PageFacts | None) -> None:
        try:
            request = self._steps.send(page)
        except StopIteration:
            self.url = None
            return
        if isinstance(request, Window):
            request = with_page(self._base, request.page, request.rows)
        self.url = request
        if self.pages >= MAX_PAGES:
            self.problems.append(f"no end of the list after {self.pages} pages")
            self.url = None

    def _read_list(self) -> Steps[None]:
        """Go through the three phases."""
        rows = page_size(self.options.start_url) or self.options.rows  # not _max_rows, which `resume` sets
        window = Window(page_number(self.options.start_url) or 0, rows)
        try:
            length = yield from self._read_down(window)
            self._below = OverlapTracker()  # results that only an earlier traversal read are gone
            if length is not None and self._lacks_results(length):
                self._below, self._known = self._known, OverlapTracker()
                length = yield from self._read_down(window_at(0, self._max_rows), length)
                self._below = OverlapTracker()
        except OwnPageSizeError as own:
            # A later page was requested by its number, so no link leads to it: follow the first page's link.
            first_next = self._pagers.first_next if self.pages > 1 else None
            yield from self._follow_links(first_next, None if first_next else own.page)
            return
        if length is None:
            return
        duplicates = yield from self._probe_duplicates(length)
        read = len(self._known.results) + self._hidden + duplicates
        self.reached_end = True
        if self.overlap is None and read < length:
            self.problems.append(f"the list has {length} results, of which {read} were read")

    def _lacks_results(self, length: int) -> bool:
        read = len(self._known.results) + self._hidden
        return self.overlap is None and not self.problems and read < length

    def _read_down(self, window: Window, length: int | None = None) -> Steps[int | None]:
        """Read overlapping pages down to the end; return the length of the list, or None if no end is found.

        If `length` is known, read only down to what was read before.
        """
        attempts = repeated = 0
        gap = False  # the page before could not be read, or no page overlaps it
        while True:
            window, page = yield from self._read_page(window)
            if page is None:
                self._known.end, gap = window.end, True
                window = window_at(window.end, self._max_rows)
                continue
            first = not self._known.positions or window.start == 0 or not self._shared
            if not first and not gap and not self._known.meets(page.keys):
                attempts += 1
                if attempts > 1 and self._pagers.may_ignore_size:
                    raise OwnPageSizeError(page)
                if attempts <= len(STEPS_BACK):
                    self.is_joined = False
                    window = window_at(max(0, self._known.end - STEPS_BACK[attempts - 1]), self._max_rows)
                    continue
                self.problems.append(f"the list moved while it was read, near result {window.start + 1}")
            attempts, gap = 0, False
            goes_on = self._pagers.continues_after(page, window, shared=self._shared)
            end = window.start + len(page.keys)
            if len(page.keys) == window.rows:
                self._pagers.sizes.add(window.rows)
            new = self._known.add(window.start, page.keys, window.end if goes_on else end)
            repeated = 0 if new else repeated + 1
            if self._below.positions and self._known.join(self._below):
                self._below = OverlapTracker()
                if length is not None:
                    return length
            elif page.is_whole_list or (
                not goes_on and (len(page.keys) < window.rows or self._pagers.proves_end(page))
            ):
                return end
            if repeated >= MAX_REPEATED:
                if self._shared and self._pagers.may_ignore_size:
                    raise OwnPageSizeError(page)
                if len(self._pagers.sizes) < 2 and not goes_on:
                    self._proved = False  # the site shows the same page whatever is requested
                    return len(self._known.positions)
                if not self._below.positions:
                    self.problems += [f"{page.url} and the pages before it show nothing new"]
                    return None
            window = window_at(max(0, self._known.end - self._shared), self._max_rows)
            if self._shared and window.end <= self._known.end:
                # No page size overlaps the results on both sides of this position.
                gap, self._proved = True, False
                window = window_at(self._known.end, self._max_rows)

    def _read_page(self, window: Window) -> Steps[tuple[Window, PageFacts | None]]:
        """Read a page, and read it again if it is short although the list continues.

        Raises OwnPageSizeError if the site ignores the page size.
        """
        for second in (False, True):
            page = yield window
            if page is None:
                return window, None
            got, first = len(page.keys), self.pages == 1 and window.page == 0
            if first and (page.is_whole_list or (page.pager is None and got > window.rows)):
                return Window(0, got), replace(page, is_whole_list=True)
            goes_on = self._pagers.continues_after(page, window, shared=self._shared)
            goes_on = goes_on or (first and self._shared > 0 and may_be_own_size(page))
            if got == window.rows or (got < window.rows and not goes_on):
                break
            if first and 0 < got < window.rows:
                self._max_rows, window = got, Window(0, got)  # the site's largest page
                break
            if got > window.rows or (
                got < window.rows * MIN_FULL and self._shared and len(self._pagers.sizes) < 2
            ):
                raise OwnPageSizeError(page)
            if not second:
                self.is_joined = False
                continue
            if got < window.rows * MIN_FULL:
                self.problems += [
                    f"{page.url} shows {got} results of {window.rows}, although the list continues"
                ]
            self._hidden += window.rows - got
        return window, page

    def _probe_duplicates(self, length: int) -> Steps[int]:
        """Read items that were seen at two places again; return how many results are listed twice."""
        probe = DuplicateProbe(self._known.repeats, self._max_rows)
        while self._lacks_results(length) and (window := probe.next()) is not None:
            page = yield window
            self.is_joined = False
            if page is not None:
                probe.read(page.keys)
                self._known.count(page.keys)
        return probe.duplicates(self._known.results)

    def _follow_links(self, link: str | None, page: PageFacts | None = None) -> Steps[None]:
        """Follow the pager's links from an address, or from a page already read."""
        self.follows_links = True
        yield from self._pagers.follow_links(link, page, self._known, self.problems)
        self.reached_end = not self.problems
