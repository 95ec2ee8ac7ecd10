"""Incremental crawls over HTTP: what they ask for, what they find, when they stop."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.crawl.over_http.crawling import ROWS, at, crawl, killed, nodes, pages_asked, pages_of, rows, stored
from tests.newsroom import Newsroom, faults, make_newer

CONDITIONS = {"If-None-Match", "If-Modified-Since"}
FIRST, LATER, WEEKS_LATER = "2026-01-01T00:00:00Z", "2026-01-02T00:00:00Z", "2026-01-20T00:00:00Z"


def conditional(newsroom: Newsroom) -> list[bool]:
    """Whether each page that was asked for since the log was cleared was asked for on a condition."""
    pages = [entry for entry in newsroom.log if faults.listing(entry.path)]
    return [not CONDITIONS.isdisjoint(entry.headers) for entry in pages]


@pytest.mark.slow
@pytest.mark.parametrize("validator", [None, "etags", "last_modified"])
def test_an_unchanged_site_costs_two_pages(newsroom: Newsroom, db: Path, validator: str | None) -> None:
    if validator is not None:
        setattr(newsroom, validator, True)
    crawl(newsroom, db, before=at(FIRST))
    newsroom.log.clear()
    done = crawl(newsroom, db, before=at(LATER))
    assert done.status == 0, done.errors
    assert newsroom.paths[0] == "/robots.txt"
    assert conditional(newsroom) == [validator is not None] * 2
    assert [entry.status for entry in newsroom.log[1:]] == [304 if validator else 200] * 2
    counts = [done.summary[name] for name in ("mode", "requests", "pages", "not_modified", "new", "changed")]
    assert counts == ["incremental", 3, 2, 2 if validator else 0, 0, 0]
    assert done.summary["unchanged"] == done.summary["seen"] == 2 * ROWS - 2  # they overlap; page 2 has 9
    seen_again = rows(db, "SELECT count(*) FROM items WHERE last_seen = ?", LATER)
    assert seen_again == [(done.summary["seen"],)]
    assert rows(db, "SELECT DISTINCT first_seen FROM items") == [(FIRST,)]


@pytest.mark.slow
@pytest.mark.parametrize("before", ["nothing", "killed"])
def test_a_sample_does_not_pass_for_the_list(newsroom: Newsroom, db: Path, before: str) -> None:
    """Neither in place of a first crawl nor of one that was cut short."""
    if before == "killed":
        killed(newsroom, db, 4)
    sample = crawl(newsroom, db, "--max-pages", "2")
    assert (sample.status, sample.summary["pages"]) == (0, 2)
    done = crawl(newsroom, db)
    assert (done.status, done.summary["continues"]) == (0, 1 if before == "killed" else None)
    assert stored(db) == nodes(newsroom)
    assert crawl(newsroom, db).summary["pages"] == 2


@pytest.mark.slow
def test_crawls_since_a_day_cost_two_pages_as_well(newsroom: Newsroom, db: Path) -> None:
    since = str(newsroom.stories[40].published)
    assert crawl(newsroom, db, "--since", since).summary["pages"] > 4
    assert crawl(newsroom, db, "--since", since).summary["pages"] == 2


def test_news_is_read_until_two_whole_pages_hold_none(newsroom: Newsroom, db: Path) -> None:
    crawl(newsroom, db)
    newsroom.publish(*make_newer(newsroom.stories, 25))
    newsroom.log.clear()
    done = crawl(newsroom, db)
    assert done.summary["new"] == 25
    assert stored(db) == nodes(newsroom)
    assert pages_asked(newsroom) == pages_of(25) + 2


def upgraded(db: Path, column: str) -> None:
    with closing(sqlite3.connect(db)) as connection, connection:
        connection.execute(f"UPDATE runs SET {column} = 'of before'")


@pytest.mark.slow
@pytest.mark.parametrize("column", ["tool_version", "rules"])
def test_after_an_upgrade_no_request_has_a_condition(newsroom: Newsroom, db: Path, column: str) -> None:
    """What was read by other rules has to be read again."""
    newsroom.etags = newsroom.last_modified = True
    crawl(newsroom, db)
    upgraded(db, column)
    newsroom.log.clear()
    done = crawl(newsroom, db)
    assert conditional(newsroom) == [False] * 2
    assert (done.status, done.summary["not_modified"]) == (0, 0)
    newsroom.log.clear()
    crawl(newsroom, db)
    assert conditional(newsroom) == [True] * 2


@pytest.mark.slow
def test_a_server_that_always_answers_304_hides_nothing_for_good(newsroom: Newsroom, db: Path) -> None:
    """A full crawl asks without a condition, and so does any crawl when the last reading is a week old."""
    newsroom.etags = newsroom.always_304 = True
    crawl(newsroom, db, before=at(FIRST))
    newsroom.publish(*make_newer(newsroom.stories, 2))
    hidden = crawl(newsroom, db, before=at(LATER))
    assert (hidden.summary["not_modified"], hidden.summary["new"]) == (2, 0)
    newsroom.log.clear()
    full = crawl(newsroom, db, "--full", before=at(LATER))
    assert not any(conditional(newsroom))
    assert (full.status, full.summary["new"]) == (0, 2)
    newsroom.publish(*make_newer(newsroom.stories, 1))
    assert crawl(newsroom, db, before=at(WEEKS_LATER)).summary["new"] == 1
