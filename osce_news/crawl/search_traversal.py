"""Which request to send to the search service next, and whether all documents were read. Plain values only.

Documents are requested newest first, and each request begins at the date of the last document read: "of this
time or before". Insertions and removals shift numbered pages, but not the answer to such a request.
Neighbouring answers share the documents of one date. If a whole answer has one date, the following pages of
the same request are read, and read again from the first if one of its documents was removed meanwhile.

Documents without a date come first in a traversal of everything, because no request by date would show them.
At the end, the first request is repeated: its answer shows what was added on top meanwhile, and how many
documents there are. If some of them were not read, they were moved or removed meanwhile.
"""

from __future__ import annotations

import math
from collections.abc import Sequence
from dataclasses import replace
from typing import Any

from osce_news.crawl.options import CrawlOptions
from osce_news.crawl.traversal import MAX_FAILURES, Traversal
from osce_news.pages.page_facts import AnswerFacts, PageFacts
from osce_news.search_query import SearchQuery

_CUT_OFF = "the service stopped searching early (search_cutoff)"
MIN_HITS = 10  # documents to request, after answers that could not be read


class SearchTraversal(Traversal):
    """Requests all documents, or the newest until nothing is new.

    >>> traversal = SearchTraversal(SearchQuery("https://search.example"), CrawlOptions())
    >>> keys = [str(number) for number in range(250)]
    >>> traversal.read(AnswerFacts(traversal.url, keys, seconds=range(1250, 1000, -1), found=400))
    >>> traversal.query.until, traversal.expected_pages
    (1001, 2)
    """

    def __init__(self, query: SearchQuery, options: CrawlOptions, *, overlap: int | None = None) -> None:
        """Begin with the newest; end after `overlap` answers in a row without news."""
        super().__init__(query.url, options, overlap)
        self.first = self.query = replace(query, undated_first=overlap is None)
        self._known: set[str] = set()  # the keys of documents read
        self._found: int | None = None  # by the first request
        self._found_here = 0  # by the present query, when its first page was read
        self._is_second_look = False  # whether the end was reached, and the top is read again
        self._ask(self.first)

    def resume(self, position: dict[str, Any], listed: Sequence[tuple[str, list[str]]]) -> None:
        """Continue from a position of `save`; `listed` has the keys of each answer read."""
        self._known.update(key for _, keys in listed for key in keys)
        self._joined_pages, self._found = position["pages"], position["found"]
        self._is_second_look = position["again"]
        self.problems = list(position["problems"])
        # From the first page, because the date may have more documents by now.
        self._ask(replace(self.first, until=position["until"], undated_first=position["until"] is None))

    def _add_page(self, page: PageFacts) -> bool:
        assert isinstance(page, AnswerFacts), "the service gives answers"
        is_new = not self._known.issuperset(page.keys)
        self._known.update(page.keys)
        if page.is_cut_off and _CUT_OFF not in self.problems:
            self.problems.append(_CUT_OFF)
        if self.query.page == 1 and self.query.until is None:
            self._found = page.found
        if self.query.page == 1:
            self._found_here = page.found
        if self.query.page > 1 and page.found < self._found_here:
            # One was removed, so another may have moved up to a page that was read before.
            self._ask(replace(self.query, page=1))
        elif self._is_second_look and not is_new:
            self._end()
        elif self._is_last(page, is_new=is_new):
            self._look_again()
        else:
            self._go_on(page)
        return True

    def skip(self, reason: str, *, is_gone: bool = False) -> None:
        """Request fewer documents at a time after an answer that can't be read; end after several."""
        self._failures += 1
        if self._failures >= MAX_FAILURES or self.query.hits <= MIN_HITS:
            self.problems.append(reason)
            self.url = None
        else:
            hits = max(MIN_HITS, self.query.hits // 2)
            self.first = replace(self.first, hits=hits)
            self._ask(replace(self.query, page=1, hits=hits))

    def leave_out(self, field: str) -> bool:
        """Leave out a field that the service does not know; return False if it can't be left out."""
        if field not in self.query.optional:
            return False
        self.first, query = (replace(one, unknown=one.unknown | {field}) for one in (self.first, self.query))
        self._ask(query)
        return True

    def save(self) -> dict[str, Any] | None:
        """Return the position at which a later traversal can resume, for JSON; None if there is none."""
        if self.url is None or not self._is_resumable:
            return None
        return {
            "end": len(self._known),
            "pages": self._joined_pages,
            "until": self.query.until,
            "found": self._found,
            "again": self._is_second_look,
            "problems": self.problems,
        }

    @property
    def _pages_left(self) -> int | None:
        if self._found is None:
            return None
        return math.ceil(max(0, self._found - len(self._known)) / self.query.hits)

    @property
    def _knows_all(self) -> bool:
        return self._found is not None and len(self._known) >= self._found

    def _is_last(self, page: AnswerFacts, *, is_new: bool) -> bool:
        """Whether no documents follow those of this page; after a full page with new ones some may."""
        is_full = len(page.keys) >= self.query.hits and is_new
        is_end = (self.query.page - 1) * self.query.hits + len(page.keys) >= page.found
        return not page.keys or (is_end and not is_full)

    def _go_on(self, page: AnswerFacts) -> None:
        """Request the documents from the last date on, or the next page if all are of the same date."""
        last = page.seconds[-1] if page.seconds else None
        if last is None or last == self.query.until:
            self._ask(replace(self.query, page=self.query.page + 1))
        else:
            self._ask(replace(self.query, until=last, page=1, undated_first=False))

    def _look_again(self) -> None:
        """Repeat the first request at the end, unless a single answer had everything."""
        if self._is_second_look or self.overlap is not None or (self.pages == 1 and self._knows_all):
            self._end()
        else:
            self._is_second_look = True
            self._ask(self.first)

    def _end(self) -> None:
        super()._end()
        if self.overlap is None and not self._knows_all:
            read = f"of which {len(self._known)} were read"
            self.problems.append(f"the service has {self._found} documents, {read}: they moved meanwhile")

    def _ask(self, query: SearchQuery) -> None:
        self.query, self.url = query, query.url
