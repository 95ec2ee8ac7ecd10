"""A list that moves while it is read: plain values, no network."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import dataclass, field
from typing import Literal

from osce_news.crawl.options import CrawlOptions
from osce_news.crawl.traversal import ListTraversal
from osce_news.normalize.keys import number_copies
from osce_news.pages.page_facts import PageFacts, PagerLinks
from osce_news.urls import page_number

LISTING = "https://www.osce.org/press-releases"


def new_traversal(overlap: int | None = None, **options: object) -> ListTraversal:
    return ListTraversal(CrawlOptions.parse(start_url=LISTING, **options), overlap=overlap)


@dataclass
class MovingList:
    """The list, newest first; an item is a number, its key is what the page prints of it."""

    items: list[str] = field(default_factory=list)
    made: int = 0
    largest: int = 50  # the most results that a page has
    fixed: int | None = None  # the size of every page, whatever is asked for
    pager: bool = True
    names_last: bool = True  # whether the pager also links to the last page
    pinned: int = 0  # items above the list, on the first page
    pinned_on_each: bool = False
    beyond_end: Literal["empty", "last", "gone"] = "empty"  # the page that is shown there

    def grow(self, count: int) -> MovingList:
        self.items = [self.new() for _ in range(count)] + self.items
        return self

    def new(self) -> str:
        self.made += 1
        return f"{self.made}:x"

    def insert(self, place: int) -> None:
        self.items.insert(place % (len(self.items) + 1), self.new())

    def remove(self, place: int) -> None:
        if self.items:
            del self.items[place % len(self.items)]

    def edit(self, place: int) -> None:
        if self.items:
            self.items[place % len(self.items)] += "'"

    def repeat(self, place: int, distance: int) -> None:
        """List an item a second time, so far below."""
        if self.items:
            place %= len(self.items)
            self.items.insert(place + distance, self.items[place])

    def has(self, url: str) -> bool:
        """Whether the site has this page; else it answers with status 404."""
        rows = self.fixed or min(rows_of(url), self.largest)
        return self.beyond_end != "gone" or (page_number(url) or 0) * rows < max(1, len(self.items))

    def read(self, url: str) -> PageFacts:
        page, rows = page_number(url) or 0, rows_of(url)
        rows = self.fixed or min(rows, self.largest)
        last = max(0, (len(self.items) - 1) // rows)
        start = (min(page, last) if self.beyond_end == "last" else page) * rows
        shown = self.items[start : start + rows]
        if page == 0 or self.pinned_on_each:
            shown = [*(f"pin{number}:x" for number in range(self.pinned)), *shown]
        links = PagerLinks(None, None)
        if self.pager and page < last:
            following, farthest = (f"{LISTING}?page={number}&rows={rows}" for number in (page + 1, last))
            links = PagerLinks(following, farthest if self.names_last else None)
        return PageFacts(url, number_copies(shown), pager=links)


def rows_of(url: str) -> int:
    return int(url.split("rows=")[1].split("&")[0])


@dataclass
class Crawler:
    """Reads a moving list as a crawl does, and can be killed after each page."""

    site: MovingList
    rows: int = 50
    seen: set[str] = field(default_factory=set)
    listed: list[tuple[str, list[str]]] = field(default_factory=list)
    position: str | None = None
    requests: int = 0

    def crawl(self, move: Callable[[], None] = lambda: None, stop_after: int | None = None) -> ListTraversal:
        """Go on, `move` before each page; stop as if killed after so many pages."""
        traversal = ListTraversal(CrawlOptions.parse(start_url=LISTING, rows=self.rows))
        if self.position is not None:
            position = json.loads(self.position)
            self.listed = self.listed[: position["pages"]]
            traversal.resume(position, self.listed)
        while traversal.url is not None and stop_after != 0:
            move()
            self.requests += 1
            assert self.requests < 5_000, "the traversal does not end"
            if not self.site.has(traversal.url):
                traversal.skip("status 404", is_gone=True)
                continue
            page = self.site.read(traversal.url)
            traversal.read(page)
            self.seen.update(identifier(key) for key in page.keys)
            if traversal.is_joined:
                self.listed.append((page.url, page.keys))
            position = traversal.save()
            self.position = json.dumps(position) if position else None
            stop_after = None if stop_after is None else stop_after - 1
        return traversal


def identifier(key: str) -> str:
    return key.partition(":")[0]
