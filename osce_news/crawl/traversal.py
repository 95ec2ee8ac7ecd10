"""Which page of the list to read next, and whether the whole list was read. Plain values, no network.

The list moves while it is read: results are added on top and removed anywhere. If one is removed above the
reader, another one slips from the next page onto the page that was just read, and is never seen. Therefore
neighbouring pages overlap: each shows the last result of the page before (`overlap.window` chooses its number
and size). A page that shows it proves that nothing slipped through. A full traversal has three phases:

1. From the top down to the end (`_down`). A page that does not show the last result means that results were
   removed: pages 10, 25, ... results further up are read again until one does. A short page in the middle of
   the list is read a second time.
2. The end shows how long the list is. If fewer different results were read, some moved up past the reader:
   read from the top again, down to what was read before.
3. If results are still missing, some items may be listed twice: read the places where an item was seen
   twice again (`_second_look`), and count what is there.

If the site ignores the requested page size, the links of its pager are followed (`_by_links`); nothing then
proves that the list was read whole. A resumed traversal also begins at the top, and continues where the
unfinished one stopped as soon as it reaches what that one had read.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from osce_news.crawl.options import CrawlOptions
from osce_news.crawl.overlap import DuplicateProbe, OverlapTracker, Window, window
from osce_news.crawl.pagers import MAX_REPEATED, OwnPageSizeError, PageFacts, Pagers, Steps, may_be_own_size
from osce_news.urls import newest_first, page_number, page_size, with_page, without_query

STEPS_BACK = (10, 25, 50, 100, 200)  # results before the end of what was read, where pages do not meet
MAX_FAILURES = 3  # pages in a row that can't be read
MAX_PAGES = 20_000  # of any list; the newsroom has about 700
SMALL_PAGE = 10  # results; such a page shares only one with the page before
MIN_FULL = 0.8  # the least share of the requested results on a page, if the list continues


class Traversal:
    """The way from the top of the list to its end, or to where nothing is new.

    `url` is the address to read next, None at the end. Call `read` with each page, or `skip` if it could not
    be read. What could not be read for certain is in `problems`.

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
        self.ended = False  # whether the end of the list was reached
        self.by_links = False  # whether the pager's links are followed
        self.accepted = True  # whether the last page belongs to what was read without a gap
        self._base, self._from_top = options.start_url, not page_number(options.start_url)
        self._max_rows = page_size(options.start_url) or options.rows
        self._known = OverlapTracker()  # what was read from the top
        self._below = OverlapTracker()  # what was read before, and not met yet
        self._pagers = Pagers(options.start_url)
        self._proved = bool(self._shared)  # every page overlaps the one before
        self._hidden = 0  # results that the site counts and does not show
        self._joined = self._without_news = self._failures = 0
        self._saved: dict[str, Any] | None = None
        self._start(self._whole_list())

    def resume(self, position: dict[str, Any], listed: Sequence[tuple[str, list[str]]]) -> None:
        """Continue from a position of `save`; `listed` holds address and keys of the pages read."""
        self._max_rows, self._hidden = position["most_rows"], position["hidden"]
        self._proved, self._joined = position["proved"], position["pages"]
        self.problems, self._saved = list(position["problems"]), position
        if position["link"]:
            self._pagers.first_next = position["link"]  # a pager was understood
            self._start(self._by_links(position["link"]))
            return
        for url, keys in listed:
            start = (page_number(url) or 0) * (page_size(url) or self._max_rows)
            self._below.add(start, keys, position["end"])

    def read(self, page: PageFacts) -> None:
        """Take note of a page that was read, and choose the next."""
        self.pages += 1
        self._failures, self.accepted = 0, True
        if self.pages == 1 and not self.by_links:
            self._base = page.url
            self._pagers.first_next = page.pager.next if page.pager else None
        self._step(page)
        self._pagers.read(page)
        self._joined += self.accepted
        if self.accepted:
            self._without_news = 0 if page.has_news else self._without_news + 1
        no_news = self.overlap is not None and self._without_news >= self.overlap
        since = self.options.since if newest_first(self.options.start_url) else None
        past = since is not None and page.is_before(since)
        if no_news or past or self.pages == self.options.max_pages:
            self.url = None  # before the end of the list

    def skip(self, reason: str) -> None:
        """Leave out a page that can't be read; end after several, or if there is no way around it."""
        self._failures += 1
        self.problems.append(reason)
        if self.by_links or self.pages == 0 or self._failures >= MAX_FAILURES or not self._shared:
            self.url = None
        else:
            self._step(None)

    def save(self) -> dict[str, Any] | None:
        """Return where a later traversal can resume, ready for JSON; None at the end, or if it need not.

        While two parts of the list do not meet yet, this is the last position before they were parted.
        """
        if self.url is None or self.overlap is not None or self.options.limited or not self._from_top:
            return None
        if not self._below.positions:
            self._saved = {
                "end": self._known.end,
                "pages": self._joined,
                "most_rows": self._max_rows,
                "hidden": self._hidden,
                "proved": self._proved,
                "problems": self.problems,
                "link": self.url if self.by_links else None,
            }
        return self._saved

    @property
    def whole(self) -> bool:
        """Whether every result that was on the list throughout has certainly been read."""
        # Of small pages one shared result has to be enough, and it may be one that is listed twice.
        unsure = self._max_rows <= SMALL_PAGE and bool(self._known.repeats)
        sure = self._from_top and self._proved and not self.by_links
        return self.ended and not self.problems and sure and not unsure

    @property
    def list_url(self) -> str:
        """The address of the list without its query, as the site spells it."""
        return without_query(self._base)

    @property
    def total(self) -> int | None:
        """About how many pages will be read in all; None if that is not known."""
        results = self._pagers.results
        if self.overlap is not None or results is None:
            return self.options.max_pages
        gain = self._max_rows if self.by_links or not self._shared else self._max_rows * 0.83
        left = results if self.by_links else max(0, results - self._known.end)
        pages = (0 if self.by_links else self.pages) + -(-left // max(1, int(gain)))
        return min(pages, self.options.max_pages or pages)

    @property
    def _shared(self) -> int:
        """How many results neighbouring pages share: none in a sample, and none where a page has only one."""
        return 0 if self.options.max_pages or self._max_rows < 2 else 1

    def _start(self, steps: Steps[None]) -> None:
        self._steps = steps
        if isinstance(asked := next(steps), str):
            self.url = asked

    def _step(self, page: PageFacts | None) -> None:
        try:
            asked = self._steps.send(page)
        except StopIteration:
            self.url = None
            return
        self.url = asked if isinstance(asked, str) else with_page(self._base, asked.page, asked.rows)
        if self.pages >= MAX_PAGES:
            self.problems.append(f"no end of the list after {self.pages} pages")
            self.url = None

    def _whole_list(self) -> Steps[None]:
        """Go through the phases."""
        rows = page_size(self.options.start_url) or self.options.rows  # whatever was given since
        asked = Window(page_number(self.options.start_url) or 0, rows)
        try:
            length = yield from self._down(asked)
            self._below = OverlapTracker()  # what an earlier traversal read and this one did not meet is gone
            if length is not None and self._lacks_results(length):
                self._below, self._known = self._known, OverlapTracker()
                length = yield from self._down(window(0, self._max_rows), length)
                self._below = OverlapTracker()
        except OwnPageSizeError as own:
            # A page that was asked for in vain, behind the first one, is none that links lead to.
            first_next = self._pagers.first_next if self.pages > 1 else None
            yield from self._by_links(first_next, None if first_next else own.page)
            return
        if length is None:
            return
        duplicates = yield from self._second_look(length)
        read = len(self._known.results) + self._hidden + duplicates
        self.ended = True
        if self.overlap is None and read < length:
            self.problems.append(f"the list has {length} results, of which {read} were read")

    def _lacks_results(self, length: int) -> bool:
        read = len(self._known.results) + self._hidden
        return self.overlap is None and not self.problems and read < length

    def _down(self, asked: Window, length: int | None = None) -> Steps[int | None]:
        """Read overlapping pages down to the end; return the length of the list, None if it has no end.

        With `length`, which is known then, read only down to what was read before.
        """
        attempts = repeated = 0
        gap = False  # the page before could not be read, or no page overlaps it
        while True:
            asked, page = yield from self._page(asked)
            if page is None:
                self._known.end, gap = asked.end, True
                asked = window(asked.end, self._max_rows)
                continue
            first = not self._known.positions or asked.start == 0 or not self._shared
            if not first and not gap and not self._known.meets(page.keys):
                attempts += 1
                if attempts > 1 and self._pagers.may_ignore_size:
                    raise OwnPageSizeError(page)
                if attempts <= len(STEPS_BACK):
                    self.accepted = False
                    asked = window(max(0, self._known.end - STEPS_BACK[attempts - 1]), self._max_rows)
                    continue
                self.problems.append(f"the list moved while it was read, near result {asked.start + 1}")
            attempts, gap = 0, False
            goes_on = self._pagers.goes_on(page, asked, shared=self._shared)
            end = asked.start + len(page.keys)
            if len(page.keys) == asked.rows:
                self._pagers.sizes.add(asked.rows)
            new = self._known.add(asked.start, page.keys, asked.end if goes_on else end)
            repeated = 0 if new else repeated + 1
            if self._below.positions and self._known.join(self._below):
                self._below = OverlapTracker()
                if length is not None:
                    return length
            elif not goes_on and (len(page.keys) < asked.rows or self._pagers.proves_end(page)):
                return end
            if repeated >= MAX_REPEATED:
                if self._shared and self._pagers.may_ignore_size:
                    raise OwnPageSizeError(page)
                if len(self._pagers.sizes) < 2 and not goes_on:
                    self._proved = False  # the site shows one page only, whatever is requested
                    return len(self._known.positions)
                if not self._below.positions:
                    self.problems += [f"{page.url} and the pages before it show nothing that is new"]
                    return None
            asked = window(max(0, self._known.end - self._shared), self._max_rows)
            if self._shared and asked.end <= self._known.end:
                # No page of these sizes shows the results on both sides of this place.
                gap, self._proved = True, False
                asked = window(self._known.end, self._max_rows)

    def _page(self, asked: Window) -> Steps[tuple[Window, PageFacts | None]]:
        """Read a page, a second time if it is short although the list continues.

        Raises OwnPageSizeError.
        """
        for second in (False, True):
            page = yield asked
            if page is None:
                return asked, None
            got, first = len(page.keys), self.pages == 1 and asked.page == 0
            goes_on = self._pagers.goes_on(page, asked, shared=self._shared)
            goes_on = goes_on or (first and self._shared > 0 and may_be_own_size(page))
            if got == asked.rows or (got < asked.rows and not goes_on):
                break
            if first and 0 < got < asked.rows:
                self._max_rows, asked = got, Window(0, got)  # the site gives no larger pages
                break
            if got > asked.rows or (
                got < asked.rows * MIN_FULL and self._shared and len(self._pagers.sizes) < 2
            ):
                raise OwnPageSizeError(page)
            if not second:
                self.accepted = False
                continue
            if got < asked.rows * MIN_FULL:
                self.problems += [
                    f"{page.url} shows {got} results of {asked.rows}, though the list continues"
                ]
            self._hidden += asked.rows - got
        return asked, page

    def _second_look(self, length: int) -> Steps[int]:
        """Read again what was read at two places; return how many results the list holds twice."""
        probe = DuplicateProbe(self._known.repeats, self._max_rows)
        while self._lacks_results(length) and (asked := probe.next()) is not None:
            page = yield asked
            self.accepted = False
            if page is not None:
                probe.read(page.keys)
                self._known.count(page.keys)
        return probe.duplicates(self._known.results)

    def _by_links(self, link: str | None, page: PageFacts | None = None) -> Steps[None]:
        """Follow the pager's links from an address, or from the page in hand."""
        self.by_links = True
        yield from self._pagers.links(link, page, self._known, self.problems)
        self.ended = not self.problems
