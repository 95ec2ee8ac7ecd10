"""Crawls that are killed, stopped, paused or given other times; what they requested and stored."""

from __future__ import annotations

import signal
import sqlite3
import threading
import time
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from pathlib import Path
from typing import Any

from osce_news.crawl.list_rules import window_at
from tests.helpers import Dump, dump
from tests.newsroom import Newsroom
from tests.processes import Command, Ended

ROBOTS = "User-agent: *\nCrawl-delay: 0.02\n"
LIST = "/press-releases"
ROWS = 10
STORIES = 65  # so 10 pages

# The items' own pages are requested from a server of the test, at any address.
OWN_PAGES = """
from osce_news.storage import own_pages
due_pages = own_pages.due_pages
def at_test_server(*arguments):
    for due in due_pages(*arguments):
        yield due._replace(url={url!r} + due.url[due.url.index("/", 8):])
own_pages.due_pages = at_test_server
"""

# What says when and in which order things were read, not what was read.
TIMES = ("key", "first_run", "first_seen", "last_seen", "seen_at", "run_id", "listing_url")


def start(
    newsroom: Newsroom, db: Path | str, *options: str, path: str = LIST, cwd: Path = Path(), before: str = ""
) -> Command:
    """Start a crawl with small pages; `before` is Python that its process runs first."""
    place = ["--start-url", newsroom.url + path, "--db", str(db), "--json"]
    pace = ["--delay", "0", "--rows", str(ROWS)]
    contact = {"OSCE_NEWS_CONTACT": "someone@example.org"}
    return Command(["crawl", *place, *pace, *options], cwd, contact, before)


def crawl(
    newsroom: Newsroom, db: Path, *options: str, path: str = LIST, before: str = "", wait_s: float = 60
) -> Ended:
    """Crawl, and return how it ended; `before` as in `start`."""
    with start(newsroom, db, *options, path=path, before=before) as command:
        return command.wait(wait_s)


def at(clock: str) -> str:
    """Return code to run before a crawl, so that its clock shows this time."""
    return f"import osce_news.clock as clock\nclock.utc_now = lambda: {clock!r}"


def killed(newsroom: Newsroom, db: Path, request: int, *options: str, before: str = "") -> None:
    """Crawl, and kill the crawl when it requests its n-th list page."""
    done = signalled(newsroom, db, request, signal.SIGKILL, *options, before=before)
    assert done.status == -signal.SIGKILL, done.errors


def signalled(
    newsroom: Newsroom, db: Path, request: int, number: signal.Signals, *options: str, before: str = ""
) -> Ended:
    """Crawl, and send a signal when the crawl requests its n-th list page, which is sent later."""
    with held(newsroom, db, request, *options, before=before) as crawl:
        crawl.command.send(number)
        time.sleep(0.1)
        return crawl.go_on()


class Held:
    """A crawl that waits for a list page."""

    def __init__(self, newsroom: Newsroom, command: Command) -> None:
        self.newsroom, self.command = newsroom, command
        self.reached, self.released = threading.Event(), threading.Event()
        self.answered = 0

    def hold(self, newsroom: Newsroom) -> None:
        self.answered = len(newsroom.log) + 1
        self.reached.set()
        self.released.wait(60)

    def go_on(self) -> Ended:
        """Send the page, and return how the crawl ended."""
        self.released.set()
        done = self.command.wait()
        until(lambda: len(self.newsroom.log) >= self.answered)  # a request is logged when it is answered
        return done


@contextmanager
def held(newsroom: Newsroom, db: Path, request: int, *options: str, before: str = "") -> Iterator[Held]:
    """Yield a crawl that waits for its n-th list page, until it is continued or the block ends."""
    with start(newsroom, db, *options, before=before) as command:
        crawl = Held(newsroom, command)
        newsroom.at_request(request, crawl.hold)
        try:
            until(lambda: crawl.reached.is_set() or not command.is_running)
            assert crawl.reached.is_set(), command.wait()
            yield crawl
        finally:
            crawl.released.set()


def until(true: Callable[[], bool], seconds: float = 60) -> None:
    """Wait until something is true; raises TimeoutError."""
    deadline = time.monotonic() + seconds
    while not true():
        if time.monotonic() > deadline:
            raise TimeoutError(f"not within {seconds} s")
        time.sleep(0.005)


def rows(db: Path, sql: str, *parameters: object) -> list[tuple[Any, ...]]:
    with closing(sqlite3.connect(db)) as connection:
        return connection.execute(sql, parameters).fetchall()


def content(db: Path, *without: str) -> Dump:
    """Return all that was read, in order, without times and these columns."""
    with closing(sqlite3.connect(db)) as connection:
        connection.row_factory = sqlite3.Row
        return dump(connection, without=(*TIMES, *without))


def stored(db: Path) -> set[int]:
    """Return the nodes of the items that are on the list, according to the database."""
    return {int(row[0]) for row in rows(db, "SELECT id FROM items WHERE withdrawn IS NULL")}


def nodes(newsroom: Newsroom) -> set[int]:
    return {story.node for story in newsroom.stories}


def is_sound(db: Path) -> bool:
    """Whether `osce-news verify` finds nothing wrong."""
    with Command(["verify", "--db", str(db)], db.parent) as command:
        return command.wait().status == 0


def asked(newsroom: Newsroom) -> list[str]:
    """Return the requested list pages, in order."""
    return [path for path in newsroom.paths if path.startswith(LIST)]


def pages_asked(newsroom: Newsroom) -> int:
    return len(asked(newsroom))


def pages_of(count: int, most_rows: int = ROWS) -> int:
    """Return how many pages a full crawl of this number of results needs."""
    pages, end = 1, most_rows
    while end < count:
        pages, end = pages + 1, window_at(end - 1, most_rows).end
    return pages
