"""Pages of a size that the site chooses, which do not overlap. Plain values, no network."""

from __future__ import annotations

from collections.abc import Sequence

from osce_news.crawl.list_rules import MAX_REPEATED, PagerError, Pagers, Steps, Window, continues, list_part
from osce_news.pages.page_facts import PageFacts
from osce_news.urls import page_number, page_size, with_page

MIN_FULL = 0.8  # of the usual results, on a page after which the list continues


class PlainPages:
    """Follows the links to the next page; without a link, counts up page numbers while the list continues.

    If a result is removed from a page that was read, another moves up from the next page, unseen. So the last
    page is read early, after the first ones, because it shows how long the list is. If the list is shorter
    when its end is reached, not counting results that were seen to move down, results were removed meanwhile.

    `link` is where a later traversal can resume.
    """

    def __init__(self, base: str, asked: int, pagers: Pagers, problems: list[str]) -> None:
        """Read the list at `base`, of which pages of `asked` results were requested; add to `problems`."""
        self.link: str | None = None
        self._base, self._asked, self._pagers, self._problems = base, asked, pagers, problems
        self._keys: set[str] = set()
        self._visited: set[str] = set()
        self._size = 0  # of a page other than the first, which may have pinned results

    @property
    def end(self) -> int:
        """The number of results read."""
        return len(self._keys)

    def follow(self, link: str | None, read: Sequence[PageFacts] = (), *, counted: bool) -> Steps[bool]:
        """Continue after pages that were read, or from a link; return whether the end was reached.

        With `counted`, the last page is also read early, to see whether the list becomes shorter.
        """
        waiting, self.link = list(read), link
        before: Sequence[str] = ()
        length: int | None = None  # of the list now, if no results were removed since its last page was read
        repeated = 0
        while repeated < MAX_REPEATED:
            page = waiting.pop(0) if waiting else (yield self.link or "")
            assert page is not None, "without it the traversal ends"
            keys = list_part(page.keys, before)
            if length is not None:
                length += count_shared(before, keys)  # those that moved down
            has_new = not self._keys.issuperset(keys)
            repeated = 0 if has_new else repeated + 1
            self._size = self._size or (len(page.keys) if self._visited else 0)
            self._keys.update(keys)
            self._visited.add(page.url)
            before = page.keys
            if waiting:
                continue
            if not self._continues(page, has_new=has_new):
                return self._is_end(page, length, has_new=has_new, counted=counted)
            if len(page.keys) < self._size * MIN_FULL:
                shown = f"{len(page.keys)} results of {self._size}"
                self._problems.append(f"{page.url} shows {shown}, although the list continues")
            try:
                self.link = self._next_address(page, read)
            except PagerError as error:
                self._problems.append(str(error))
                return False
            if counted and self._size and page.number + 1 < self._pagers.last_page:
                last = yield self._pagers.last_link
                counted = False
                if last is not None:  # with results that are not part of the list
                    length, before = last.number * self._size + len(last.keys), ()
        self._problems.append(f"{self.link} and the pages before it show nothing new")
        return False

    def _continues(self, page: PageFacts, *, has_new: bool) -> bool:
        more = continues(page, Window(page.number, self._pagers.size or len(page.keys)), self._pagers)
        return has_new and len(page.keys) >= self._size if more is None else more

    def _is_end(self, page: PageFacts, length: int | None, *, has_new: bool, counted: bool) -> bool:
        """Whether the list has its end on the last page read; adds a problem if others may be missing."""
        is_same = not has_new and self._keys.issubset(page.keys)
        if is_same and (page.number <= self._pagers.last_page or len(page.keys) == self._asked):
            self._problems.append(f"{page.url} shows the results of the page before it again")
            return False
        lost = 0 if length is None else length - page.number * self._size - len(page.keys)
        if lost > 0:
            self._problems.append(
                f"the list lost {lost} results while it was read, so others may have moved unseen to pages "
                "that had been read"
            )
        elif counted and page.number + bool(page.keys) <= self._pagers.first_last_page:
            self._problems.append(f"the list became shorter while it was read: it ends with {page.url}")
        return True

    def _next_address(self, page: PageFacts, read: Sequence[PageFacts]) -> str:
        """Return the link to the next page, or its address by number; raises PagerError."""
        link = self._pagers.next_link(page, self._visited)
        # If the site respects the size, a link without it leads to pages of another size.
        is_respected = bool(read) and len(read[0].keys) >= self._asked
        if link is None or (
            is_respected and page_size(link) != self._asked and page_number(link) is not None
        ):
            return with_page(self._base, page.number + 1, self._asked)
        return link


def count_shared(page: Sequence[str], following: Sequence[str]) -> int:
    """Return how many of the last results of a page the following one begins with.

    >>> count_shared("abcd", "cdef"), count_shared("abcd", "efgh")
    (2, 0)
    """
    sizes = range(min(len(page), len(following)), 0, -1)
    return next((size for size in sizes if page[-size:] == following[:size]), 0)
