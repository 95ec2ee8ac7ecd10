"""Full crawls that are killed or stopped, and go on where they stood."""

from __future__ import annotations

import signal
import time
from pathlib import Path

import pytest

from tests.crawl.over_http.crawling import (
    LIST,
    STORIES,
    at,
    crawl,
    held,
    is_sound,
    killed,
    nodes,
    pages_asked,
    pages_of,
    rows,
    signalled,
    start,
    stored,
    until,
)
from tests.helpers import slow
from tests.newsroom import Newsroom, faults, make_newer
from tests.processes import Command

ALL = pages_of(STORIES)
DAYS = [f"2026-01-0{day}T12:00:00Z" for day in range(1, 5)]


def test_the_next_crawl_goes_on_where_one_was_killed(newsroom: Newsroom, db: Path) -> None:
    killed(newsroom, db, 7)
    assert is_sound(db)
    assert rows(db, "SELECT status, pages, position NOT NULL FROM runs") == [("running", 6, 1)]
    newsroom.log.clear()
    done = crawl(newsroom, db)
    assert (done.status, done.summary["mode"], done.summary["continues"]) == (0, "full", 1)
    assert stored(db) == nodes(newsroom)
    # The six are not read again, but for the first of them: what is new on top comes first.
    assert pages_asked(newsroom) == ALL - 6 + 1
    assert rows(db, "SELECT status FROM runs") == [("interrupted",), ("complete",)]
    assert rows(db, "SELECT count(*) FROM runs WHERE position NOT NULL AND status = 'complete'") == [(0,)]


def test_news_since_the_kill_is_read_and_shifts_what_is_left(newsroom: Newsroom, db: Path) -> None:
    killed(newsroom, db, 7)
    newsroom.publish(*make_newer(newsroom.stories, 15))
    newsroom.log.clear()
    done = crawl(newsroom, db)
    assert (done.status, done.summary["continues"]) == (0, 1)
    assert stored(db) == nodes(newsroom)
    # Two pages lead down to what was read, and what is left begins elsewhere on its page.
    assert pages_asked(newsroom) <= 2 + ALL - 6 + 1


@pytest.mark.slow
def test_a_full_crawl_of_a_known_list_is_resumed(newsroom: Newsroom, db: Path) -> None:
    """An incremental crawl in between does not disturb it."""
    crawl(newsroom, db, before=at(DAYS[0]))
    newsroom.remove(newsroom.stories[50].node)
    killed(newsroom, db, 6, "--full", before=at(DAYS[1]))
    done = crawl(newsroom, db, before=at(DAYS[2]))
    assert (done.summary["mode"], done.summary["pages"]) == ("incremental", 2)
    newsroom.log.clear()
    done = crawl(newsroom, db, "--full", before=at(DAYS[3]))
    assert (done.status, done.summary["continues"], done.summary["withdrawn"]) == (0, 2, 1)
    assert pages_asked(newsroom) == ALL - 5 + 1
    assert stored(db) == nodes(newsroom)


@pytest.mark.slow
def test_restart_begins_at_the_top(newsroom: Newsroom, db: Path) -> None:
    killed(newsroom, db, 7)
    newsroom.log.clear()
    done = crawl(newsroom, db, "--restart")
    assert (done.status, done.summary["mode"], done.summary["continues"]) == (0, "full", None)
    assert pages_asked(newsroom) == ALL


@pytest.mark.slow
def test_after_a_kill_long_ago_the_list_is_read_from_its_top(newsroom: Newsroom, db: Path) -> None:
    killed(newsroom, db, 7, before=at("2026-01-01T00:00:00Z"))
    newsroom.log.clear()
    done = crawl(newsroom, db, before=at("2026-03-01T00:00:00Z"))
    assert (done.status, done.summary["continues"]) == (0, None)
    assert pages_asked(newsroom) == ALL
    assert stored(db) == nodes(newsroom)


@pytest.mark.parametrize("number", [signal.SIGINT, *slow(signal.SIGTERM)])
def test_signals_stop_after_the_page_in_hand(newsroom: Newsroom, db: Path, number: signal.Signals) -> None:
    done = signalled(newsroom, db, 4, number)
    assert done.status == 130
    assert done.lines == ["osce-news: interrupted; what was read is stored"]
    assert (done.summary["status"], done.summary["pages"]) == ("interrupted", 4)
    assert pages_asked(newsroom) == 4
    kept = rows(db, "SELECT status, finished NOT NULL, position NOT NULL FROM runs")
    assert kept == [("interrupted", 1, 1)]
    newsroom.log.clear()
    done = crawl(newsroom, db)
    assert (done.status, done.summary["continues"]) == (0, 1)
    assert pages_asked(newsroom) == ALL - 4 + 1
    assert stored(db) == nodes(newsroom)


@pytest.mark.parametrize("page", ["<p>No scripts</p>", "<script src='/search.js'></script>"])
def test_ctrl_c_while_the_key_is_looked_for_interrupts(newsroom: Newsroom, db: Path, page: str) -> None:
    newsroom.fail(LIST, faults.status(200, body=page))
    done = signalled(newsroom, db, 1, signal.SIGINT, "--source", "search")
    assert done.status == 130, done.errors
    assert len(done.lines) == 1
    assert newsroom.paths == ["/robots.txt", LIST]


def stopped_at_once(command: Command, number: signal.Signals) -> float:
    """Send two signals to a crawl whose site does not answer; return the seconds until its end."""
    command.send(number)
    time.sleep(0.3)
    assert command.is_running  # it waits for the page in hand
    command.send(number)
    began = time.monotonic()
    done = command.wait()
    assert done.status == 130, done.errors
    assert len(done.lines) == 1
    return time.monotonic() - began


@pytest.mark.slow
@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
@pytest.mark.parametrize("where", ["a page", "robots.txt"])
def test_a_second_signal_stops(newsroom: Newsroom, db: Path, number: signal.Signals, where: str) -> None:
    path = "/robots.txt" if where == "robots.txt" else lambda path: "page=1&" in path
    fault = newsroom.fail(path, faults.stall())
    with start(newsroom, db) as command:
        until(lambda: fault.seen == 1)
        assert stopped_at_once(command, number) < 30  # of the 60 s
    stalled = 0 if where == "robots.txt" else 1
    assert rows(db, "SELECT status, pages, finished NOT NULL FROM runs") == [("interrupted", stalled, 1)]
    newsroom.faults.clear()
    assert crawl(newsroom, db).status == 0
    assert stored(db) == nodes(newsroom)


@pytest.mark.slow
def test_a_crawl_interrupted_before_its_first_page_begins_at_the_top(newsroom: Newsroom, db: Path) -> None:
    with held(newsroom, db, 1) as waiting:
        waiting.command.process.kill()
    assert crawl(newsroom, db).status == 0
    assert stored(db) == nodes(newsroom)
