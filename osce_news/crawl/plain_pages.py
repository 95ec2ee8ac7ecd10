"""Pages of a size that the site chooses itself, one after another. Plain values, no network.

Such pages do not overlap. If a result is removed from a page that was read, another moves up from the next
page, unseen. So the last page is read first, because it shows how long the list is. If the list is shorter
when its end is reached, not counting results that were seen to move down, results were removed meanwhile.
"""

from __future__ import annotations

from collections.abc import Sequence

from osce_news.crawl.overlapping_pages import count_shared, list_part
from osce_news.crawl.pagers import MAX_REPEATED, PagerError, Pagers, Steps, note_if_short
from osce_news.pages.page_facts import PageFacts
from osce_news.urls import page_number, page_size, with_page


class PlainPages:
    """Follows the links to the next page; without a link, counts up page numbers while the list continues.

    `link` is where a later traversal can resume, `end` the number of results read.
    """

    def __init__(self, base: str, asked: int, pagers: Pagers, problems: list[str]) -> None:
        """Read the list at `base`, of which pages of `asked` results were requested; add to `problems`."""
        self.link: str | None = None
        self.end = 0
        self._base, self._asked, self._pagers, self._problems = base, asked, pagers, problems
        self._keys: set[str] = set()
        self._visited: set[str] = set()

    def follow(self, link: str | None, read: Sequence[PageFacts] = (), *, counted: bool) -> Steps[bool]:
        """Read on after pages that were read, or from a link; return whether the end was reached.

        With `counted`, the last page is read first, to see whether the list becomes shorter.
        """
        waiting, self.link = list(read), link
        before: Sequence[str] = ()
        size = 0  # of a page, but not of the first one, above which others may stand
        length: int | None = None
        repeated = moved_down = 0
        while repeated < MAX_REPEATED:
            page = waiting.pop(0) if waiting else (yield self.link or "")
            assert page is not None, "without it the traversal ends"
            keys = list_part(page.keys, before)
            moved_down += count_shared(before, keys)
            size = size or (len(page.keys) if self._visited else 0)
            has_new = not self._keys.issuperset(keys)
            repeated = 0 if has_new else repeated + 1
            self._add(page, keys)
            before = page.keys
            if waiting:
                continue
            try:
                self.link = self._next_address(page, read, is_full=has_new and len(page.keys) >= size)
            except PagerError as error:
                self._problems.append(str(error))
                return False
            if self.link is None:
                is_same = not has_new and self._keys.issubset(page.keys)
                if is_same and (page.number <= self._pagers.last_page or len(page.keys) == self._asked):
                    self._problems.append(f"{page.url} shows the results of the page before it again")
                    return False
                end = page.number * size + len(page.keys)
                if length is not None and (lost := length + moved_down - end) > 0:
                    self._problems.append(
                        f"the list lost {lost} results while it was read, so others may have moved unseen to "
                        "pages that had been read"
                    )
                return True
            note_if_short(page, size, self._problems)
            if counted and size and page.number + 1 < self._pagers.last_page:
                last = yield self._pagers.last_link
                counted = False
                if last is not None:
                    length = last.number * size + len(last.keys)  # with what stands next to the list
                    moved_down, before = 0, ()  # what moved down before is part of the length
        self._problems.append(f"{self.link} and the pages before it show nothing new")
        return False

    def _add(self, page: PageFacts, keys: Sequence[str]) -> None:
        self._keys.update(keys)
        self._visited.add(page.url)
        self.end = len(self._keys)

    def _next_address(self, page: PageFacts, read: Sequence[PageFacts], *, is_full: bool) -> str | None:
        """Return the address of the next page; None at the end of the list.

        `is_full` is whether the page has as many results as others, not all of them read before. Raises
        PagerError.
        """
        by_number = with_page(self._base, page.number + 1, self._asked)
        link = self._pagers.next_link(page, self._visited)
        if link is not None:
            # If the site respects the size, a link without it leads to pages of another size.
            is_respected = bool(read) and len(read[0].keys) >= self._asked
            loses_size = page_size(link) != self._asked and page_number(link) is not None
            return by_number if is_respected and loses_size else link
        if page.number >= self._pagers.last_page:
            if not is_full or self._pagers.is_last(page):
                return None
            self._pagers.may_be_beyond = True
        return by_number
