"""Pages of different sizes, each of which should begin with the last result of the page before.

Pages of one size never share a result, so nothing shows whether a result was missed between them while the
list moved. Reading the whole list in pages that overlap takes about a fifth more of them.
"""

from __future__ import annotations

from collections.abc import Sequence

from osce_news.crawl.list_rules import (
    MAX_REPEATED,
    STEPS_BACK,
    Pagers,
    ReadResults,
    Steps,
    Window,
    continues,
    list_part,
    takes_size,
    window_at,
)
from osce_news.pages.page_facts import PageFacts
from osce_news.urls import page_number, page_size

NEW_SHARE = 0.83  # about this share of the results of a page is new; the others were on the page before


class OverlappingPages:
    """Reads the list from a first page on.

    `results` are those read from the top, `earlier` those of an unfinished traversal until they are reached,
    and `before` the keys of the last joined page. `is_joined` is whether the last page belongs to what was
    read without a gap.
    """

    def __init__(self, pagers: Pagers, problems: list[str]) -> None:
        self.results, self.earlier = ReadResults(), ReadResults()
        self.before: Sequence[str] = ()
        self.is_joined = True
        self._pagers, self._problems = pagers, problems
        self._rows = self._first_rows = 0  # the most results on a page, and on the first one
        self._takes_size: bool | None = None
        self._sizes: list[tuple[int, set[int]]] = []  # as in `takes_size`

    def resume(self, listed: Sequence[tuple[str, list[str]]], rows: int, end: int) -> None:
        """Take what an unfinished traversal read, up to result `end`: each page's address and keys."""
        before: Sequence[str] = ()
        for url, keys in listed:
            number, size = page_number(url) or 0, page_size(url) or rows
            part = list_part(keys, before)
            self.earlier.add(number * size, part, end)
            before = keys
            if number:
                self._sizes.append((size, {len(keys), len(part)}))
        self._takes_size = takes_size(self._sizes, rows)

    def follow(self, window: Window, page: PageFacts | None, *, looks_at_top: bool) -> Steps[bool]:
        """Continue after a first page, the largest; return whether the end was reached.

        With `looks_at_top`, the top is read again if the list has become longer. Raises OwnPageSizeError if
        the site ignores the page size.
        """
        self._rows = self._first_rows = window.rows
        repeated, number = 0, -1  # pages in a row that show nothing new; the number of the page before
        while True:
            if page is None:  # it could not be read
                self.results.end = window.end
            else:
                new = self._add(page, window)
                repeated = 0 if new else repeated + 1
                more = continues(page, window, self._pagers)
                is_near_end = window.end + window.rows > self.results.end
                is_repeated = page.keys == self.before and is_near_end  # as some sites do beyond the end
                if more is None and (len(page.keys) < window.rows or is_repeated):
                    more = (new > 0 or window.page <= number) and (yield from self._has_more(window))
                    if more:
                        raise OwnPageSizeError(page)
                if more is False:
                    is_longer = window.start + len(page.keys) > len(self.results.positions)
                    if is_longer and looks_at_top and not self._problems:
                        yield from self._look_at_top()
                    return True
                if repeated == MAX_REPEATED:
                    self._problems.append(f"{page.url} and the pages before it show nothing new")
                    return False
                number = window.page
            window, page = yield from self._read_next(is_after_gap=page is None)

    def _has_more(self, window: Window) -> Steps[bool]:
        """Whether the page after this one shows results that were not read."""
        page = yield Window(window.page + 1, window.rows)
        self.is_joined = False
        return page is not None and not self.results.has_all(page.keys)

    def _look_at_top(self) -> Steps[None]:
        """Read from the top down to what was read: the list is longer, so results were added."""
        end = 1
        while True:
            window = window_at(end - 1, self._rows)
            page = yield window
            if page is None or not self.results.add(window.start, page.keys, self.results.end):
                return
            end = window.end

    def _add(self, page: PageFacts, window: Window) -> int:
        """Add the results of a page, and return how many are new.

        If the page joins what an earlier crawl read, the traversal continues below all of that.
        """
        keys = self.list_keys(page)
        end = window.start + min(len(page.keys), window.rows)  # fewer if the page was cut short
        end = max(end, self.results.end_after(window.start, keys) or 0)
        reached = self.earlier.end_after(window.start, keys)
        new = self.results.add(window.start, keys, end)
        if reached is not None:
            self.results.join(self.earlier, max(end, reached))
            self.earlier = ReadResults()
        return new

    def _read_next(self, *, is_after_gap: bool) -> Steps[tuple[Window, PageFacts | None]]:
        """Read the page that begins with the last result; go further up until a page joins.

        After a gap, or if no page shows the results on both sides of the end, read the page from there. The
        page is returned although it does not join if the list has not moved: then it shows these results
        otherwise than a page before, and would do so again. Raises OwnPageSizeError if the site ignores the
        page size.
        """
        end, read = self.results.end, list[tuple[Window, PageFacts]]()
        for back in (0, *STEPS_BACK):
            if back:
                self.is_joined = False
            window = window_at(max(0, end - 1 - back), self._rows)
            is_apart = not back and (is_after_gap or window.end <= end)
            if is_apart:
                window = window_at(end, self._rows)
            page = yield window
            if page is None:
                return window, None
            if self._note_size(page, window):
                self.is_joined = False
                return (yield from self._read_next(is_after_gap=is_after_gap))
            if back and self.results.end_after(window.start, page.keys) == end:
                window, page = read[0]
                if not self._takes_size:
                    raise OwnPageSizeError(page)
                self._problems.append(f"{page.url} does not continue the pages before it")
                return window, page
            if is_apart or window.start == 0 or self.results.begins(self.list_keys(page)):
                return window, page
            read.append((window, page))
        self._problems.append(f"the list moved while it was read, near result {end}")
        return window, page

    def _note_size(self, page: PageFacts, window: Window) -> bool:
        """Raise OwnPageSizeError if a page shows that the site ignores the page size.

        Return whether the largest page is smaller than the first one, which had a result above the list.
        """
        more = continues(page, window, self._pagers)
        is_last = more is False or (more is None and len(page.keys) < window.rows)
        if not self._takes_size and window.start and not is_last:
            self._sizes.append((window.rows, {len(page.keys), len(self.list_keys(page))}))
            self._takes_size = takes_size(self._sizes, self._rows)
            if self._takes_size is False:
                raise OwnPageSizeError(page)
        has_less = bool(self._takes_size) and not is_last and len(self.list_keys(page)) == window.rows - 1
        if not has_less or not window.rows == self._rows == self._first_rows:
            return False
        self._rows -= 1
        return True

    def list_keys(self, page: PageFacts) -> list[str]:
        """Return the keys of the results that are part of the list; pinned ones, for example, are not."""
        return list_part(page.keys, self.before)


class OwnPageSizeError(Exception):
    """The site ignores the requested page size; `page` shows it."""

    def __init__(self, page: PageFacts) -> None:
        super().__init__(page.url)
        self.page = page
