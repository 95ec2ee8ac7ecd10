"""The two ways to read a list: pages that overlap, and pages of the site's own size, one after another.

Pages of one size never share a result, so nothing shows whether a result was missed between them while the
list moved. So pages of different sizes are requested, each of which should begin with the last result of the
page before. Reading the whole list in this way takes about a fifth more pages.
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
    list_part,
    takes_size,
    window_at,
)
from osce_news.pages.page_facts import PageFacts
from osce_news.urls import page_number, page_size, same_site, with_page

NEW_SHARE = 0.83  # about this share of the results of a page is new; the others were on the page before
MIN_FULL = 0.8  # of the usual results, on a page of the site's own size after which the list continues


class OverlappingPages:
    """Reads the list from a first page on, in pages that overlap.

    `results` are those read from the top, `earlier` those of an unfinished traversal until they are reached.
    """

    def __init__(self, pagers: Pagers, problems: list[str]) -> None:
        self.results, self.earlier = ReadResults(), ReadResults()
        self._before: Sequence[str] = ()  # the keys of the last page that joined
        self._apart: PageFacts | None = None  # the last page that did not join
        self._pagers, self._problems = pagers, problems
        self._most_rows = self._first_rows = 0  # the most results on a page, and on the first one
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
        self._most_rows = self._first_rows = window.rows
        repeated, number = 0, -1  # pages in a row that show nothing new; the number of the page before
        while True:
            if page is None:  # it could not be read
                self.results.end = window.end
            else:
                new = self._add(page, window)
                repeated = 0 if new else repeated + 1
                if (yield from self._is_last(page, window, is_beyond=not new and window.page > number)):
                    is_longer = window.start + len(page.keys) > len(self.results.positions)
                    if is_longer and looks_at_top and not self._problems:
                        yield from self._look_at_top()
                    return True
                if repeated == MAX_REPEATED:
                    self._problems.append(f"{page.url} and the pages before it show nothing new")
                    return False
                number = window.page
            window, page = yield from self._read_next(is_after_gap=page is None)

    def _is_last(self, page: PageFacts, window: Window, *, is_beyond: bool) -> Steps[bool]:
        """Whether the list ends with a page, or before it; without links, the page after it is read.

        If the page itself `is_beyond` the one before and shows nothing new, no other is read. Raises
        OwnPageSizeError if a short page, or one that is shown again, is followed by new results.
        """
        more = self._pagers.continues(page, window)
        is_near_end = window.end + window.rows > self.results.end
        is_repeated = page.keys == self._before and is_near_end  # as some sites do beyond the end
        if more is not None or (len(page.keys) >= window.rows and not is_repeated):
            return more is False
        if is_beyond:
            return True
        self._apart = following = yield Window(window.page + 1, window.rows)
        if following is not None and not self.results.has_all(following.keys):
            raise OwnPageSizeError(page)
        return True

    def _look_at_top(self) -> Steps[None]:
        """Read from the top down to what was read: the list is longer, so results were added."""
        end = 1
        while True:
            window = window_at(end - 1, self._most_rows)
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
            if read:
                self._apart = read[-1][1]
            window = window_at(max(0, end - 1 - back), self._most_rows)
            is_apart = not back and (is_after_gap or window.end <= end)
            if is_apart:
                window = window_at(end, self._most_rows)
            page = yield window
            if page is None:
                return window, None
            self._compare_size(page, window)
            if back and self.results.end_after(window.start, page.keys) == end:
                window, page = read[0]
                if not self._takes_size:
                    raise OwnPageSizeError(page)
                self._problems.append(f"{page.url} does not continue the pages before it")
                return window, page
            if is_apart or window.start == 0 or self.joins(page):
                return window, page
            read.append((window, page))
        self._problems.append(f"the list moved while it was read, near result {end}")
        return window, page

    def _compare_size(self, page: PageFacts, window: Window) -> None:
        """Raise OwnPageSizeError if a page shows that the site ignores the page size.

        If the largest page is smaller than the first one, which had a result above the list, smaller ones are
        requested from now on.
        """
        more = self._pagers.continues(page, window)
        if more is False or (more is None and len(page.keys) < window.rows):
            return  # the last page may be shorter
        results = {len(page.keys), len(self.list_keys(page))}
        if not self._takes_size and window.start:
            self._sizes.append((window.rows, results))
            self._takes_size = takes_size(self._sizes, self._most_rows)
            if self._takes_size is False:
                raise OwnPageSizeError(page)
        is_largest = window.rows == self._most_rows == self._first_rows
        if self._takes_size and is_largest and min(results) == window.rows - 1:
            self._most_rows -= 1

    def keep_if_joined(self, page: PageFacts) -> bool:
        """Return whether a page that was read joins; if so, it is the one before the next."""
        if page is self._apart:
            return False
        self._before = page.keys
        return True

    def list_keys(self, page: PageFacts) -> list[str]:
        """Return the keys of the results that are part of the list; pinned ones, for example, are not."""
        return list_part(page.keys, self._before)

    def joins(self, page: PageFacts) -> bool:
        """Whether a page begins with results that were read."""
        return self.results.begins(self.list_keys(page))


class OwnPageSizeError(Exception):
    """The site ignores the requested page size; `page` shows it."""

    def __init__(self, page: PageFacts) -> None:
        super().__init__(page.url)
        self.page = page


class PlainPages:
    """Follows the links to the next page; without a link, counts up page numbers while the list continues.

    If a result is removed from a page that was read, another moves up from the next page, unseen. So the last
    page is read early, after the first ones, because it shows how long the list is. If the list is shorter
    when its end is reached, not counting results that were seen to move down, results were removed meanwhile.

    `link` is the page to request next, where a later traversal can resume.
    """

    def __init__(self, base: str, rows: int, pagers: Pagers, problems: list[str]) -> None:
        """Read the list at `base`, of which pages of `rows` results were requested; add to `problems`."""
        self.link: str | None = None
        self._base, self._rows, self._pagers, self._problems = base, rows, pagers, problems
        self._keys: set[str] = set()
        self._visited: set[str] = set()
        self._before: Sequence[str] = ()  # the keys of the page before
        self._size = 0  # of a page other than the first, which may have pinned results
        self._takes_size = False  # whether the site gave the first page the requested size
        # The length of the list if no results were removed since its last page was read; None before that.
        self._length: int | None = None

    @property
    def end(self) -> int:
        """The number of results read."""
        return len(self._keys)

    def follow(
        self, link: str | None, read: Sequence[PageFacts] = (), *, compares_length: bool
    ) -> Steps[bool]:
        """Continue after pages that were read, or from a link; return whether the end was reached.

        With `compares_length`, the last page is also read early, to see whether the list becomes shorter.
        """
        waiting, self.link = list(read), link
        self._takes_size = bool(read) and len(read[0].keys) >= self._rows
        repeated = 0  # pages in a row that show nothing new
        while repeated < MAX_REPEATED:
            page = waiting.pop(0) if waiting else (yield self.link or "")
            assert page is not None, "without it the traversal ends"
            has_new = self._add(page)
            repeated = 0 if has_new else repeated + 1
            if waiting:
                continue
            more = self._pagers.continues(page, Window(page.number, self._pagers.size or len(page.keys)))
            if more is False or (more is None and not (has_new and len(page.keys) >= self._size)):
                if problem := self._problem_at_end(page, has_new=has_new, compares_length=compares_length):
                    self._problems.append(problem)
                return True
            if len(page.keys) < self._size * MIN_FULL:
                shown = f"{len(page.keys)} results of {self._size}"
                self._problems.append(f"{page.url} shows {shown}, although the list continues")
            if problem := self._leads_astray(page):
                self._problems.append(problem)
                return False
            self.link = self._next_link(page)
            if compares_length and self._size and page.number + 1 < self._pagers.last_page:
                compares_length = False  # from now on `_length` does that
                yield from self._read_last_page()
        self._problems.append(f"{self.link} and the pages before it show nothing new")
        return False

    def _add(self, page: PageFacts) -> bool:
        """Add the results of a page, and return whether any are new."""
        keys = list_part(page.keys, self._before)
        if self._length is not None:
            self._length += count_shared(self._before, keys)  # those that moved down
        has_new = not self._keys.issuperset(keys)
        self._size = self._size or (len(page.keys) if self._visited else 0)
        self._keys.update(keys)
        self._visited.add(page.url)
        self._before = page.keys
        return has_new

    def _next_link(self, page: PageFacts) -> str:
        """Return the page's link to the next one, or the address with the next number if it has none.

        If the site takes the size, a link without it leads to pages of another size, so it does not count.
        """
        link = page.pager.next if page.pager else None
        is_of_other_size = link is not None and self._takes_size and page_size(link) != self._rows
        if link is None or (is_of_other_size and page_number(link) is not None):
            return with_page(self._base, page.number + 1, self._rows)
        return link

    def _read_last_page(self) -> Steps[None]:
        """Read the last page early, and set the length of the list."""
        last = yield self._pagers.last_link
        if last is not None:  # with results that are not part of the list
            self._length, self._before = last.number * self._size + len(last.keys), ()

    def _problem_at_end(self, page: PageFacts, *, has_new: bool, compares_length: bool) -> str | None:
        """Return why results may be missing, although the last page was read; None if none are."""
        is_same = not has_new and self._keys.issubset(page.keys)
        if is_same and (page.number <= self._pagers.last_page or len(page.keys) == self._rows):
            return f"{page.url} shows the results of the page before it again"
        lost = 0 if self._length is None else self._length - page.number * self._size - len(page.keys)
        if lost > 0:
            return (
                f"the list lost {lost} results while it was read, so others may have moved unseen to pages "
                "that had been read"
            )
        if compares_length and page.number + bool(page.keys) <= self._pagers.last_page_at_first:
            return f"the list became shorter while it was read: it ends with {page.url}"
        return None

    def _leads_astray(self, page: PageFacts) -> str | None:
        """Return why the page's link to the next one can't be followed; None if it can, or without a link."""
        link = page.pager.next if page.pager else None
        if link is None:
            return None
        number = page_number(link)
        if not same_site(link, self._base):
            return f"{page.url} links to a next page on another site: {link}"
        if link in self._visited or (number is not None and number <= page.number):
            return f"{page.url} links to a next page that was read before: {link}"
        return None


def count_shared(page: Sequence[str], following: Sequence[str]) -> int:
    """Return how many of the last results of a page the following one begins with.

    >>> count_shared("abcd", "cdef"), count_shared("abcd", "efgh")
    (2, 0)
    """
    sizes = range(min(len(page), len(following)), 0, -1)
    return next((size for size in sizes if page[-size:] == following[:size]), 0)
