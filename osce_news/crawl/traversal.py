"""Where the traversal through the list goes next, and when it is at its end. Plain values, no network."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from osce_news.crawl.links import Links
from osce_news.crawl.options import CrawlOptions
from osce_news.crawl.overlap import OverlapTracker
from osce_news.crawl.pagers import PageFacts, Pagers, may_go_on
from osce_news.crawl.repeats import Checks
from osce_news.crawl.stop import no_news, past
from osce_news.crawl.windows import Window, window
from osce_news.urls import list_of, newest_first, page_number, page_size, with_page

BACK = (10, 25, 50, 100, 200)  # results before the end of what was read, where pages did not meet
MOST_FAILURES = 3  # pages in a row that can't be read
MOST_IDLE = 5  # pages in a row that show nothing but what was read before
MOST_PAGES = 20_000  # of any list: the newsroom has some 700
SMALL = 10  # results on a page that shares only one with the page before
FEWEST = 0.8  # the share of the results asked for that a page shows, if the list goes on


class Traversal:
    """The traversal from the top of the list to its end, or until there is nothing new.

    `url` is the address to read next, None at the end. `read` takes note of a page, `skip` of one that
    could not be read. Neighbouring pages overlap; where they do not meet, for results were removed
    above, they are read again. What could not be made whole is in `problems`.

    >>> from osce_news.pages.listing import PagerLink
    >>> traversal = Traversal(CrawlOptions.parse(start_url="https://www.osce.org/press-releases"))
    >>> keys = [str(number) for number in range(50)]
    >>> pager = PagerLink("https://www.osce.org/press-releases?page=1", None)
    >>> traversal.read(PageFacts(traversal.url, keys, pager=pager))
    >>> traversal.url
    'https://www.osce.org/press-releases?page=1&rows=49&solrsort=ds_date+desc'
    """

    def __init__(self, options: CrawlOptions, *, overlap: int | None = None) -> None:
        """Begin at the top; with `overlap`, end after so many pages in a row without news."""
        self.options = options
        self.overlap = overlap
        self.url: str | None = options.start_url
        self.pages = 0  # read in this traversal
        self.problems: list[str] = []
        self.ended = False  # whether the end of the list was reached
        self.by_links = False  # the site does not take `rows`: the pager's links are followed
        self.accepted = True  # whether the last page is a part of the chain
        self._base = options.start_url
        self._most_rows = page_size(options.start_url) or options.rows
        self._asked = Window(page_number(options.start_url) or 0, self._most_rows)
        self._chain, self._below = OverlapTracker(), OverlapTracker()
        self._pagers, self._links = Pagers(), Links(options.start_url)
        self._checks: Checks | None = None  # the second look at what was met twice
        self._sizes: set[int] = set()  # of which pages came back as asked for
        self._tries = self._idle = self._failures = self._settled = self._hidden = self._length = 0
        self._joined = 0  # pages that the chain is made of
        self._broken = self._again = self._closing = False
        self._proved = bool(self._border)  # pages were made to overlap
        self._saved: dict[str, Any] | None = None

    @property
    def whole(self) -> bool:
        """Whether every result that stood on the list throughout was read, for certain."""
        sure = self._from_the_top and self._proved and not self.by_links
        # Of small pages one shared result has to be enough, and it may be one that is listed twice.
        unsure = self._most_rows <= SMALL and bool(self._chain.repeats)
        return self.ended and not self.problems and sure and not unsure

    @property
    def list_url(self) -> str:
        """The address of the list without its query, as the site spells it."""
        return list_of(self._base)

    @property
    def total(self) -> int | None:
        """How many pages the traversal will read in all, about; None if nothing tells."""
        results = self._pagers.results
        if self.overlap is not None or results is None:
            return self.options.max_pages
        gain = self._most_rows if self.by_links or not self._border else self._most_rows * 0.83
        left = max(0, results - self._chain.end) if not self.by_links else results
        pages = (0 if self.by_links else self.pages) + -(-left // max(1, int(gain)))
        return min(pages, self.options.max_pages or pages)

    def save(self) -> dict[str, Any] | None:
        """Return where a later traversal can resume, ready for JSON; None at the end, or if it need not."""
        if self.url is None or self.overlap is not None or self.options.limited or not self._from_the_top:
            return None
        if not self._below.positions:  # else the two parts do not meet yet
            self._saved = {
                "end": self._chain.end,
                "pages": self._joined,
                "most_rows": self._most_rows,
                "hidden": self._hidden,
                "proved": self._proved,
                "problems": self.problems,
                "link": self.url if self.by_links else None,
            }
        return self._saved

    def resume(self, position: dict[str, Any], listed: Sequence[tuple[str, list[str]]]) -> None:
        """Go on where an unfinished traversal stood: what is new on top first, then what it had not read.

        `listed` are the keys of the pages that it had joined, `position["pages"]` of them.
        """
        self._most_rows = position["most_rows"]
        self._hidden, self._proved = position["hidden"], position["proved"]
        self.problems = list(position["problems"])
        self._saved, self._joined = position, position["pages"]
        if position["link"]:
            self.by_links, self.url = True, position["link"]
            self._pagers.first_next = position["link"]  # a pager was understood
            return
        for url, keys in listed:
            start = (page_number(url) or 0) * (page_size(url) or self._most_rows)
            self._below.add(start, keys, 0)
        self._below.end = position["end"]

    def read(self, page: PageFacts) -> None:
        """Take note of a page that was read, and choose the next."""
        self.pages += 1
        self._failures = 0
        self.accepted = True
        if self.pages == 1 and not self.by_links:
            self._base = page.url
            self._pagers.first_next = page.pager.next if page.pager else None
        if self._checks is not None:
            self.accepted = False
            self._checks.see(page.keys)
            self._chain.count(page.keys)
            self._close()
        elif self.by_links or not self._takes_rows(page):
            self._follow(page)
        elif not self._again:
            self._add(page)
        self._pagers.note(page)
        self._joined += self.accepted
        if self.url is not None and self._is_enough(page):
            self.url = None

    def skip(self, reason: str) -> None:
        """Leave out a page that can't be read; end after several, or where there is no way on."""
        self._failures += 1
        if self.by_links or self.pages == 0 or self._failures >= MOST_FAILURES or self._border == 0:
            self.url = None
        else:
            self._chain.end, self._broken = self._asked.end, True
            self._ask(self._asked.end)
        self.problems.append(reason)

    @property
    def _border(self) -> int:
        """How many results neighbouring pages share: none in a sample, and none where a page has but one."""
        return 0 if self.options.max_pages or self._most_rows < 2 else 1

    @property
    def _from_the_top(self) -> bool:
        return not page_number(self.options.start_url)

    def _takes_rows(self, page: PageFacts) -> bool:
        """Whether the page is of the size asked for; False if the site gives pages as it likes."""
        asked, got = self._asked, len(page.keys)
        self._again, again = False, self._again
        first = self.pages == 1 and asked.page == 0
        more = self._more(page) or (first and bool(self._border) and may_go_on(page))
        if got == asked.rows or (got < asked.rows and not more):
            return True
        if got < asked.rows and first and got:
            self._most_rows, self._asked = got, Window(0, got)  # the most that it gives
            return True
        if got > asked.rows or (got < asked.rows * FEWEST and self._border and len(self._sizes) < 2):
            return False
        if not again:  # short, though the list goes on: was it cut?
            self._again, self.accepted = True, False
            return True
        if got < asked.rows * FEWEST:
            self.problems.append(f"{page.url} shows {got} results of {asked.rows}, though the list goes on")
        self._hidden += asked.rows - got
        return True

    def _more(self, page: PageFacts) -> bool:
        """Whether the list goes on behind this page."""
        return self._pagers.more(page, self._asked, overlapping=bool(self._border))

    def _add(self, page: PageFacts) -> None:
        """Join a page to what was read before, if they meet, and choose the next."""
        asked, more = self._asked, self._more(page)
        first = not self._chain.positions or asked.start == 0 or self._border == 0
        if not first and not self._broken and not self._chain.meets(page.keys):
            self._tries += 1
            if self._tries > 1 and self._may_follow:
                return self._follow(page)
            if self._tries <= len(BACK):
                self.accepted = False
                return self._ask(self._chain.end - BACK[self._tries - 1])
            self.problems.append(f"the list moved while it was read, near result {asked.start + 1}")
        self._tries, self._broken = 0, False
        if len(page.keys) == asked.rows:
            self._sizes.add(asked.rows)
        end = asked.end if more else asked.start + len(page.keys)
        self._idle = 0 if self._chain.add(asked.start, page.keys, end) else self._idle + 1
        if self._below.positions and self._chain.join(self._below):
            self._below = OverlapTracker()
            if self._closing:
                return self._close()
        elif not more and (len(page.keys) < asked.rows or self._pagers.known(page)):
            return self._end(asked.start + len(page.keys))
        if self._idle >= MOST_IDLE and self._may_follow:
            return self._follow(page)
        if self._idle >= MOST_IDLE and len(self._sizes) < 2 and not more:
            self._proved = False  # one page, by all that the site says
            return self._end(len(self._chain.positions))
        if self._idle >= MOST_IDLE and not self._below.positions:
            self.problems.append(f"{page.url} and the pages before it show nothing but what was read before")
            self.url = None
            return None
        if self._border and window(max(0, self._chain.end - 1), self._most_rows).end <= self._chain.end:
            # No page of these sizes shows both what stands before this place and what stands behind it.
            self._broken, self._proved = True, False
            return self._ask(self._chain.end)
        return self._ask(self._chain.end - self._border)

    @property
    def _may_follow(self) -> bool:
        """Whether it may be that the site does not take `rows`: no page of a second size came whole."""
        return len(self._sizes) < 2 and self._pagers.first_next is not None and bool(self._border)

    def _end(self, length: int) -> None:
        """Compare the list's own length with what was read; look at the top again if that is less."""
        self._below = OverlapTracker()  # what an earlier traversal had read and this one has not met is gone
        self._length = length
        short = len(self._chain.results) + self._hidden < length
        if self.overlap is None and short and not (self._closing or self.problems):
            self._closing, self._below, self._chain = True, self._chain, OverlapTracker()
            return self._ask(0)
        return self._close()

    def _close(self) -> None:
        """End the traversal; if the list is longer than what was read, look at what was met twice first."""
        read = len(self._chain.results) + self._hidden
        if self.overlap is None and read < self._length and not self.problems:
            self._checks = self._checks or Checks(self._chain.repeats, self._most_rows)
            if (ask := self._checks.next()) is not None:
                self._ask_for(ask)
                return
            read += self._checks.proven(self._chain.results)
        self.url, self.ended = None, True
        if self.overlap is None and read < self._length:
            self.problems.append(f"the list has {self._length} results, of which {read} were read")

    def _ask(self, position: int) -> None:
        self._ask_for(window(max(0, position), self._most_rows))

    def _ask_for(self, asked: Window) -> None:
        self._asked = asked
        self.url = with_page(self._base, asked.page, asked.rows)
        if self.pages >= MOST_PAGES:
            self.problems.append(f"no end of the list after {self.pages} pages")
            self.url = None

    def _follow(self, page: PageFacts) -> None:
        """Go where the pager's link leads."""
        if not self.by_links:
            self.by_links = True
            if self.pages > 1 and self._pagers.first_next is not None:  # this page was asked for in vain
                self.url = self._pagers.first_next
                return
        no_pager = self._pagers.first_next is None and self._chain.lacks(page.keys)
        self.url, problem = self._links.after(page.url, page.pager, self._pagers.last_page, no_pager=no_pager)
        if problem is None and self.url is not None and self.pages >= MOST_PAGES:
            self.url, problem = None, f"no end of the list after {self.pages} pages"
        self.problems += [problem] if problem else []
        self.ended = self.url is None and not self.problems

    def _is_enough(self, page: PageFacts) -> bool:
        """Whether the traversal may end before the list does."""
        if self.accepted:
            self._settled = self._settled + 1 if (not page.has_news) else 0
        if self.options.max_pages is not None and self.pages >= self.options.max_pages:
            return True
        return no_news(self._settled, self.overlap) or past(
            self.options.since if newest_first(self.options.start_url) else None, page.dates
        )
