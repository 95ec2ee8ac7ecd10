"""Strategies for following a list that changes: osce-news, and alternatives.

`crawl` is called once a day and returns the number of requests. All but osce-news are simulated: they get the
results of a page as they are on the list, without HTTP and HTML, so they never misread one. They store
everything on the pages that they read, with a record of what changed.
"""

from __future__ import annotations

import itertools
import os
import sqlite3
import subprocess
import sys
from collections.abc import Callable
from contextlib import closing
from pathlib import Path
from typing import Protocol

from benchmarks.known import Known, Values, values_of
from tests.newsroom import Newsroom, Story, StoryList

ROWS = 50
_ROBOTS_TXT = 1  # request, with which each crawl begins
_COMMAND = [sys.executable, "-m", "osce_news", "crawl"]
_ENVIRONMENT = {**os.environ, "OSCE_NEWS_CONTACT": "benchmark@example.org"}

Move = Callable[[], object]


class Strategy(Protocol):
    """A way of keeping up with a list."""

    def crawl(self, day: int, move: Move) -> int:
        """Crawl on this day, counted from 0, and return how many requests it took.

        `move` changes the list; it is called once, before the second list page is returned.
        """

    def known(self) -> Known:
        """Return what is stored now."""


class OsceNews:
    """The command, over HTTP, in a process of its own: incremental, and full every `full_each` days."""

    def __init__(self, newsroom: Newsroom, db: Path, full_each: int = 7) -> None:
        self.newsroom = newsroom
        self.db = db
        self.full_each = full_each
        self.failures: list[str] = []
        shown = subprocess.run([*_COMMAND, "--help"], capture_output=True, text=True, check=True).stdout
        self._full = ["--full"] if "--full" in shown else []

    def crawl(self, day: int, move: Move) -> int:
        """Run the command; a failure is noted, and does not end the simulation."""
        hook = self.newsroom.at_request(2, lambda _: move())
        before = len(self.newsroom.log)
        options = ["--start-url", f"{self.newsroom.url}/press-releases", "--db", str(self.db)]
        full = self._full if day and day % self.full_each == 0 else []
        command = [*_COMMAND, *options, "--delay", "0", "--json", *full]
        done = subprocess.run(command, capture_output=True, text=True, env=_ENVIRONMENT, timeout=600)
        if done.returncode:
            last = (done.stderr.strip().splitlines() or [""])[-1]
            self.failures.append(f"day {day}: status {done.returncode}: {last}")
        hook.left = 0
        return len(self.newsroom.log) - before

    def known(self) -> Known:
        """Return what the database holds."""
        if not self.db.exists():
            return Known({})
        with closing(sqlite3.connect(self.db)) as connection:
            raw = "content_type_raw, offices_raw, topics_raw, teaser_raw"
            rows = connection.execute(
                f"SELECT newsroom.id, newsroom.url, title_raw, newsroom.published, {raw}, newsroom.withdrawn "
                "FROM newsroom JOIN items ON items.id = newsroom.id"
            ).fetchall()
            revised = connection.execute("SELECT DISTINCT item_id, field FROM revisions").fetchall()
        return Known(
            items={int(row[0]): Values(*(text or "" for text in row[2:8])) for row in rows},
            withdrawn={int(row[0]) for row in rows if row[8]},
            revised={(int(node), name) for node, name in revised},
            duplicates=len(rows) - len({row[1].rpartition("/")[2] for row in rows}),
        )


class _Reader:
    """What the simulated strategies have in common: pages, requests, a store."""

    def __init__(self, stories: StoryList) -> None:
        self.list = stories
        self.items: dict[int, Values] = {}
        self.revised: set[tuple[int, str]] = set()
        self.withdrawn: set[int] = set()
        self._pages = 0
        self._move: Move = int

    def begin(self, move: Move) -> None:
        """Begin a crawl."""
        self._pages, self._move = 0, move

    def page(self, number: int) -> list[Story]:
        """Return the results of a page; an empty list beyond the last one."""
        self._pages += 1
        if self._pages == 2:
            self._move()
        return self.list.stories[number * ROWS : (number + 1) * ROWS]

    def has_next(self, number: int) -> bool:
        """Whether the pager of the page links a next page."""
        return len(self.list.stories) > (number + 1) * ROWS

    def store(self, stories: list[Story]) -> None:
        """Store what a page shows."""
        for story in stories:
            new, old = values_of(story), self.items.get(story.node)
            if old is not None and old != new:
                self.revised |= {
                    (story.node, name) for name, a, b in zip(Values._fields, old, new, strict=True) if a != b
                }
            self.items[story.node] = new

    def known(self) -> Known:
        """Return what is stored."""
        return Known(self.items, self.withdrawn, self.revised)


class FullCrawl(_Reader):
    """Reads all pages every day; items that are not on them are withdrawn."""

    def crawl(self, day: int, move: Move) -> int:
        """Read all pages."""
        self.begin(move)
        seen: set[int] = set()
        for number in itertools.count():
            stories = self.page(number)
            self.store(stories)
            seen |= {story.node for story in stories}
            if not self.has_next(number):
                break
        self.withdrawn = self.items.keys() - seen
        return _ROBOTS_TXT + self._pages


class StopAtKnown(_Reader):
    """Reads from the top until some results in a row are known, as many scripts do."""

    def __init__(self, stories: StoryList, enough: int = 5) -> None:
        super().__init__(stories)
        self.enough = enough

    def crawl(self, day: int, move: Move) -> int:
        """Read pages until `enough` results in a row are known, also across the end of a page."""
        self.begin(move)
        in_a_row, known = 0, set(self.items)
        for number in itertools.count():
            stories = self.page(number)
            for story in stories:
                in_a_row = in_a_row + 1 if story.node in known else 0
                if in_a_row == self.enough:
                    break
            self.store(stories)
            if in_a_row == self.enough or not self.has_next(number):
                break
        return _ROBOTS_TXT + self._pages


class DeltaFetchItems(_Reader):
    """scrapy-deltafetch 2.1.0 as intended: all list pages, and the own page of each new item.

    It skips a request if the same request gave an item before. List pages give no items themselves, so they
    are read every time. The own page of a known item is not read again, so neither its changes nor its
    removal are ever seen. (Tried with 180 items: 4 list pages a day and one request per new item. With
    Scrapy 2.16 and later it needs an asynchronous wrapper.)
    """

    def crawl(self, day: int, move: Move) -> int:
        """Read all list pages, and the own pages of new items."""
        self.begin(move)
        asked = 0
        for number in itertools.count():
            new = [story for story in self.page(number) if story.node not in self.items]
            self.store(new)
            asked += len(new)
            if not self.has_next(number):
                break
        return _ROBOTS_TXT + self._pages + asked


class DeltaFetchListing(_Reader):
    """scrapy-deltafetch 2.1.0 with a spider that takes its items from the list pages, as osce-news does.

    Then a list page that gave items counts as seen. Only the first one is requested again, because the
    start request of a crawl is never skipped.
    """

    def __init__(self, stories: StoryList) -> None:
        super().__init__(stories)
        self._seen: set[int] = set()  # numbers of pages

    def crawl(self, day: int, move: Move) -> int:
        """Read pages from the first one up to one that was read on an earlier day."""
        self.begin(move)
        for number in itertools.count():
            stories = self.page(number)
            self.store(stories)
            if stories:
                self._seen.add(number)
            if not self.has_next(number) or number + 1 in self._seen:
                return _ROBOTS_TXT + self._pages
        raise AssertionError
