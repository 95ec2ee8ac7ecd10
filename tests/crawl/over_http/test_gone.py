"""A list that is gone: exit status 3, what was found there, and what to type next."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.crawl.over_http.crawling import ROBOTS, crawl, rows
from tests.helpers import environment, run
from tests.newsroom import Newsroom, Reply, faults, make_stories
from tests.pages.test_findings import START_PAGE
from tests.processes import on_a_terminal

LIST = "/press-releases"


@pytest.fixture
def newsroom() -> Iterator[Newsroom]:
    with Newsroom(make_stories(30), robots=ROBOTS) as server:
        server.fail("/", faults.always(Reply(body=START_PAGE.encode())))
        yield server


def not_found(newsroom: Newsroom) -> None:
    newsroom.fail(LIST, faults.status(404, body=START_PAGE))


def start_page(newsroom: Newsroom) -> None:
    newsroom.fail(LIST, faults.redirect("/"))


GONE = {"not found": not_found, "a redirect to the start page": start_page}


@pytest.mark.parametrize("name", GONE)
def test_a_crawl_says_what_it_found_and_what_to_type(newsroom: Newsroom, db: Path, name: str) -> None:
    GONE[name](newsroom)
    done = crawl(newsroom, db)
    assert (done.status, done.summary["status"]) == (3, "failed")
    (line,) = done.lines
    assert "the list is gone" in line
    assert "Drupal 11" in line
    assert "2 numbered links and 2 <time> elements" in line
    assert f"next: `osce-news crawl --start-url {newsroom.url}/newsroom --db {db}`" in line
    assert rows(db, "SELECT count(*) FROM items") == [(0,)]


@pytest.mark.parametrize("name", GONE)
def test_check_says_the_same_and_keeps_the_page(newsroom: Newsroom, tmp_path: Path, name: str) -> None:
    GONE[name](newsroom)
    start = ("--start-url", newsroom.url + LIST, "--delay", "0")
    done = run("check", *start, "--save", "page", cwd=tmp_path, env={"OSCE_NEWS_CONTACT": "x@example.org"})
    assert done.status == 3
    assert "layout        no list that can be read" in done.out
    assert f"other lists   Newsroom {newsroom.url}/newsroom" in done.out
    assert "next: `osce-news crawl --start-url" in done.errors[-1]
    assert len(list(tmp_path.glob("page/listing/*/page.html"))) == 1
    held = json.loads(run("check", *start, "--json", cwd=tmp_path).out)
    assert (held["understood"], held["source"], held["numbered_links"]) == (False, None, 2)


def test_a_redirect_to_another_site_is_a_list_that_is_gone(newsroom: Newsroom, tmp_path: Path) -> None:
    """It is not followed."""
    with Newsroom(robots=ROBOTS) as elsewhere:
        there = elsewhere.url.replace("127.0.0.1", "localhost") + "/news"
        newsroom.fail(LIST, faults.redirect(f"{there}?page=0"))
        done = crawl(newsroom, tmp_path / "a.db", "--archive", str(tmp_path / "archive"))
        assert (done.status, done.summary["status"]) == (3, "failed")
        (line,) = done.lines
        assert f"the list is gone: expected a list, got a redirect to another site, {there}?page=0" in line
        assert f"next: `osce-news crawl --start-url {there} --db {tmp_path}/a.db`" in line
        start = ("--start-url", newsroom.url + LIST, "--delay", "0")
        checked = run("check", *start, cwd=tmp_path, env={"OSCE_NEWS_CONTACT": "x@example.org"})
        assert (checked.status, "the list is gone" in checked.errors[-1]) == (3, True)
        assert elsewhere.log == []
    assert run("replay", "archive", "--db", "b.db", cwd=tmp_path).status == 0
    assert rows(tmp_path / "b.db", "SELECT status FROM runs") == [("failed",)]


@pytest.mark.slow
def test_a_replay_does_not_take_the_start_page_for_the_list(newsroom: Newsroom, tmp_path: Path) -> None:
    newsroom.fail(LIST, faults.redirect("/?page=0&rows=10&solrsort=ds_date+desc"))
    newsroom.fail(lambda path: path.startswith("/?"), faults.always(Reply(body=START_PAGE.encode())))
    assert crawl(newsroom, tmp_path / "a.db", "--archive", str(tmp_path / "archive")).status == 3
    assert run("replay", "archive", "--db", "b.db", cwd=tmp_path).status == 0
    assert rows(tmp_path / "b.db", "SELECT status, pages FROM runs") == [("failed", 0)]


@pytest.mark.slow
def test_a_crawl_says_in_one_line_what_it_found(newsroom: Newsroom, db: Path) -> None:
    done = crawl(newsroom, db)
    assert done.status == 0
    assert "a labelled list with 10 results" in done.errors


def test_on_a_terminal_it_stands_above_the_progress_bar(newsroom: Newsroom, tmp_path: Path) -> None:
    arguments = ["crawl", "--start-url", newsroom.url + LIST, "--delay", "0", "--db", str(tmp_path / "a.db")]
    shown = on_a_terminal("errors", arguments, tmp_path, environment({"TERM": "xterm"}))
    assert re.search(r"(?:\x1b\[2K|\n)[0-9:]{8} NOTICE\s", shown), shown[:1500]
