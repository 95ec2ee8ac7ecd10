"""Doubtful pages are held: the crawl goes on after them, and a person or a later crawl decides."""

from __future__ import annotations

import dataclasses
import json
import re
import shutil
from pathlib import Path

import pytest

from tests.archive.replaying import assert_same, replay
from tests.crawl.over_http.crawling import ROBOTS, at, crawl, nodes, rows, stored
from tests.helpers import run
from tests.newsroom import Newsroom, Reply, faults, make_newer, make_stories

STORIES = 330
FIFTY = ("--rows", "50")


def doubtful(exchange: faults.Exchange) -> None:
    """The usual page, with dates in the future."""
    exchange.reply(Reply(body=re.sub(rb"\b20\d\d\b", b"2099", exchange.usual().body)))


@pytest.fixture
def newsroom() -> Newsroom:
    return Newsroom(make_stories(STORIES), robots=ROBOTS)


def without_types(newsroom: Newsroom, first: int, last: int) -> None:
    """The stories of one part of the list lose their content type."""
    newsroom.stories = [
        dataclasses.replace(story, content_type=None) if first <= number < last else story
        for number, story in enumerate(newsroom.stories)
    ]


def test_a_doubtful_page_is_held_and_the_crawl_goes_on_after_it(newsroom: Newsroom, tmp_path: Path) -> None:
    """And so it is by a replay."""
    db, options = tmp_path / "a.db", (*FIFTY, "--archive", str(tmp_path / "archive"))
    with newsroom:
        assert crawl(newsroom, db, *options, before=at("2026-02-01T06:00:00Z")).status == 0
        without_types(newsroom, 147, 184)
        newsroom.edit(newsroom.stories[-1].node, title="A new title for the last of all")
        newsroom.remove(newsroom.stories[250].node)
        done = crawl(newsroom, db, "--full", *options, before=at("2026-02-02T06:00:00Z"))
        assert (done.status, done.summary["status"], done.summary["held"]) == (4, "partial", 1), done.errors
        assert "1 doubtful page is held" in done.lines[-1]
        assert f"see `osce-news held --db {db}`" in done.lines[-1]
        # The list was read to its end: what is gone is found, and nothing of the held page counts as gone.
        assert done.summary["withdrawn"] == 1
        assert rows(db, "SELECT count(*) FROM items WHERE title LIKE 'A new title%'") == [(1,)]
        held = "SELECT value ->> 'id' FROM held, json_each(page, '$.records')"
        on_others = rows(db, f"SELECT count(*) FROM revisions WHERE item_id IN ({held})")
        assert on_others < [(9,)]
        assert rows(db, "SELECT list_status FROM runs WHERE status = 'partial'") == [("complete",)]
        assert rows(db, "SELECT label, stored_run FROM held") == [("Content type", None)]
        # It holds up no later crawl.
        assert crawl(newsroom, db, *options, before=at("2026-02-03T06:00:00Z")).status == 0
        assert replay(tmp_path).status == 0
        assert_same(tmp_path)
        newsroom.stories = make_stories(STORIES)
        assert crawl(newsroom, db, "--full", *FIFTY, before=at("2026-02-04T06:00:00Z")).status == 0
    assert rows(db, "SELECT count(*) FROM held") == [(0,)]  # it passes now, and has left the list


def test_a_person_discards_or_stores_a_held_page(newsroom: Newsroom, tmp_path: Path) -> None:
    db = tmp_path / "osce-news.db"
    with newsroom:
        crawl(newsroom, db, *FIFTY, before=at("2026-02-01T06:00:00Z"))
        without_types(newsroom, 147, 184)
        assert crawl(newsroom, db, "--full", *FIFTY, before=at("2026-02-02T06:00:00Z")).status == 4
        shutil.copy(db, tmp_path / "copy.db")
        assert run("held", "1", "--discard", "--db", "copy.db", cwd=tmp_path).out == "page 1 was discarded\n"
        missing = run("held", "1", "--db", "copy.db", cwd=tmp_path)
        assert missing.status == 2
        assert missing.err.endswith("no held page 1; `osce-news held --db copy.db` lists them\n")
        typed = "SELECT count(content_type) FROM items"
        (before,) = rows(db, typed)
        listed = run("held", "--format", "table", cwd=tmp_path)
        assert listed.status == 0
        assert listed.out.startswith("1: http://127.0.0.1")
        assert "Content type: expected " in listed.out
        shown = json.loads(run("held", "1", "--json", cwd=tmp_path).out)
        assert (shown["id"], shown["run"], len(shown["results"])) == (1, 2, 47)
        assert any(result["stored"] == {"content_type_raw": "Press release"} for result in shown["results"])
        text = run("held", "1", "--format", "table", cwd=tmp_path)
        assert "content_type, stored: Press release\n" in text.out
        done = run("held", "1", "--store", cwd=tmp_path)
        assert (done.status, done.err) == (0, "")
        assert done.out.endswith("; `osce-news held 1 --discard` takes it back\n")
        (decided,) = rows(db, typed)
        assert decided < before
        assert "was stored by run 3" in run("held", "1", "--store", cwd=tmp_path).err
        assert json.loads(run("held", "--json", cwd=tmp_path).out)[0]["stored_run"] == 3
        assert (
            crawl(newsroom, db, "--full", *FIFTY, before=at("2026-02-03T06:00:00Z")).status == 0
        )  # what a person has stored passes
    taken_back = run("held", "1", "--discard", cwd=tmp_path)
    assert "run 3 was taken back" in taken_back.out
    (after,) = rows(db, typed)
    assert after > decided
    assert run("held", cwd=tmp_path).err == "no page is held\n"
    assert rows(db, "SELECT mode FROM runs ORDER BY id")[-1] == ("undo",)


def test_of_a_page_held_by_a_crawl_with_a_period_only_that_period_is_held(
    newsroom: Newsroom, tmp_path: Path
) -> None:
    db = tmp_path / "osce-news.db"
    with newsroom:
        crawl(newsroom, db, *FIFTY, before=at("2026-02-01T06:00:00Z"))
        since = min(story.published for story in newsroom.stories[:165])
        recent = {str(story.node) for story in newsroom.stories if story.published >= since}
        options = (*FIFTY, "--full", "--since", str(since))
        without_types(newsroom, 147, 184)
        assert crawl(newsroom, db, *options, before=at("2026-02-02T06:00:00Z")).status == 4
        held = {row[0] for row in rows(db, "SELECT value ->> 'id' FROM held, json_each(page, '$.records')")}
        assert len(held) > 10
        assert held <= recent
        newsroom.stories = make_stories(STORIES)
        assert crawl(newsroom, db, *options, before=at("2026-02-03T06:00:00Z")).status == 0
    assert rows(db, "SELECT count(*) FROM held") == [(0,)]


def test_a_crawl_goes_on_after_a_first_page_whose_dates_have_moved(newsroom: Newsroom, db: Path) -> None:
    def with_earlier_years(exchange: faults.Exchange) -> None:
        body = re.sub(rb"\b20(\d\d)\b", lambda year: b"20%d" % (int(year[1]) - 1), exchange.usual().body)
        exchange.reply(Reply(body=body))

    with newsroom:
        assert crawl(newsroom, db, *FIFTY, before=at("2026-02-01T06:00:00Z")).status == 0
        newsroom.fail(lambda path: "page=0&rows=50&" in path, with_earlier_years)
        done = crawl(newsroom, db, "--full", *FIFTY, before=at("2026-02-02T06:00:00Z"))
    assert (done.status, done.summary["held"]) == (4, 1), done.errors
    assert done.summary["seen"] > STORIES - 50
    assert "1 doubtful page is held" in done.lines[-1]
    assert "does not continue the pages before it" in done.lines[-1]


@pytest.mark.slow
def test_a_list_that_says_that_it_is_empty_withdraws_nothing(newsroom: Newsroom, db: Path) -> None:
    with newsroom:
        assert crawl(newsroom, db, *FIFTY, before=at("2026-02-01T06:00:00Z")).status == 0
        newsroom.stories = []
        done = crawl(newsroom, db, "--full", *FIFTY, before=at("2026-02-02T06:00:00Z"))
        assert (done.status, done.summary["held"], done.summary["withdrawn"]) == (4, 1, 0), done.errors
        assert done.summary["requests"] == 2  # robots.txt and the page, and no items' own pages
        assert rows(db, "SELECT list_status FROM runs ORDER BY id DESC LIMIT 1") == [(None,)]
        newsroom.stories = make_stories(STORIES)
        assert crawl(newsroom, db, *FIFTY, before=at("2026-02-03T06:00:00Z")).status == 0
    assert rows(db, "SELECT count(*) FROM held") == [(0,)]  # the list has results again


@pytest.mark.slow
def test_a_first_crawl_is_not_left_incomplete_by_a_held_page(newsroom: Newsroom, db: Path) -> None:
    newsroom.fail(lambda path: "page=3&" in path, doubtful, times=1)
    with newsroom:
        first = crawl(newsroom, db, *FIFTY, before=at("2026-02-01T06:00:00Z"))
        assert (first.status, first.summary["held"]) == (4, 1), first.errors
        newsroom.publish(*make_newer(newsroom.stories, 20))
        second = crawl(newsroom, db, *FIFTY, before=at("2026-02-02T06:00:00Z"))
        assert (second.status, second.summary["new"], second.summary["pages"] < 5) == (0, 20, True)
        third = crawl(newsroom, db, "--full", *FIFTY, before=at("2026-02-03T06:00:00Z"))
        assert third.status == 0, third.errors
    assert stored(db) == nodes(newsroom)
    assert rows(db, "SELECT count(*) FROM held") == [(0,)]


@pytest.mark.slow
def test_a_crawl_that_is_killed_after_a_held_page_is_resumed(newsroom: Newsroom, db: Path) -> None:
    kill = (
        "import os, osce_news.storage.writer as writer\n"
        "store, count = writer.Writer.store, []\n"
        "def stop(self, *arguments):\n"
        "    count.append(1)\n"
        "    if len(count) == 6:\n"
        "        os.kill(os.getpid(), 9)\n"
        "    return store(self, *arguments)\n"
        "writer.Writer.store = stop\n"
    )
    newsroom.fail(lambda path: "page=3&" in path, doubtful, times=1)
    with newsroom:
        assert crawl(newsroom, db, *FIFTY, before=kill).status == -9
        done = crawl(newsroom, db, *FIFTY, before=at("2026-02-01T06:00:00Z"))
        assert done.status == 0, done.errors
        assert crawl(newsroom, db, "--full", *FIFTY, before=at("2026-02-02T06:00:00Z")).status == 0
    assert stored(db) == nodes(newsroom)


def test_undo_takes_back_what_a_run_stored(newsroom: Newsroom, tmp_path: Path) -> None:
    db = tmp_path / "osce-news.db"
    tables = "items item_offices item_topics item_places withdrawals".split()
    with newsroom:
        crawl(newsroom, db, *FIFTY, "--articles", "--max-articles", "5", before=at("2026-02-01T06:00:00Z"))
        before = {table: rows(db, f"SELECT * FROM {table} ORDER BY 1, 2") for table in tables}
        newsroom.publish(*make_newer(newsroom.stories, 7))
        newsroom.edit(newsroom.stories[100].node, title="Another title", topics=("Elections",))
        newsroom.remove(newsroom.stories[200].node)
        done = crawl(newsroom, db, "--full", *FIFTY, before=at("2026-02-02T06:00:00Z"))
        assert (done.summary["new"], done.summary["changed"], done.summary["withdrawn"]) == (7, 1, 1)
    undone = run("undo", "3", cwd=tmp_path)
    assert undone.status == 0
    assert undone.err.startswith("`osce-news crawl --full` reads again what was removed")
    counts = "run 3 was taken back: 7 items removed, 1 changed back, 1 withdrawal, 0 texts; "
    assert undone.out == f"{counts}1 crawl of its list no longer counts as complete\n"
    after = {table: rows(db, f"SELECT * FROM {table} ORDER BY 1, 2") for table in tables}
    for table in tables[1:4]:
        assert after[table] == before[table]
    without_seen = "SELECT id, title, topics, withdrawn FROM newsroom ORDER BY id"
    assert len(rows(db, without_seen)) == STORIES
    assert rows(db, "SELECT count(*) FROM newsroom WHERE withdrawn IS NOT NULL") == [(0,)]
    assert "nothing found" in run("search", "Another title", cwd=tmp_path).err
    assert run("verify", cwd=tmp_path).status == 0
    assert "5 texts" in run("undo", "2", cwd=tmp_path).out
    assert rows(db, "SELECT count(text), count(*) FROM newsroom") == [(0, STORIES)]
    missing = run("undo", "99", cwd=tmp_path)
    assert (missing.status, len(missing.errors)) == (2, 1)


@pytest.mark.slow
def test_a_full_crawl_that_is_taken_back_has_not_read_the_list(newsroom: Newsroom, tmp_path: Path) -> None:
    db = tmp_path / "osce-news.db"
    with newsroom:
        crawl(newsroom, db, *FIFTY, "--max-pages", "2", before=at("2026-02-01T06:00:00Z"))
        crawl(newsroom, db, *FIFTY, "--full", before=at("2026-02-02T06:00:00Z"))
        said = run("status", "--format", "json", cwd=tmp_path)
        assert json.loads(said.out)["last_complete_run"] == 2
        assert run("undo", "2", cwd=tmp_path).status == 0
        said = run("status", "--format", "json", cwd=tmp_path)
        assert json.loads(said.out)["last_complete_run"] == 1
        assert crawl(newsroom, db, *FIFTY, before=at("2026-02-03T06:00:00Z")).summary["mode"] == "full"
    assert stored(db) == nodes(newsroom)  # it went down to what had been taken back
