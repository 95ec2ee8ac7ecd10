"""The checks in a crawl: a page that cannot be right, and a record that fails alone."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import pytest

from osce_news.errors import with_database
from tests.crawl.over_http.crawling import ROBOTS, crawl, nodes, rows, stored
from tests.newsroom import Newsroom, Reply, faults, make_newer, make_stories

STORIES = 150
FIFTY = ("--rows", "50")


def changed(before: bytes, after: bytes) -> faults.Answer:
    """The usual page, in other words."""

    def answer(exchange: faults.Exchange) -> None:
        usual = exchange.usual()
        assert before in usual.body
        exchange.reply(Reply(body=usual.body.replace(before, after)))

    return answer


def without_types(newsroom: Newsroom) -> None:
    """All stories lose their content type, as if it had never been printed."""
    newsroom.stories = [dataclasses.replace(story, content_type=None) for story in newsroom.stories]


@pytest.fixture
def newsroom() -> Newsroom:
    return Newsroom(make_stories(STORIES), robots=ROBOTS)


@pytest.mark.slow
def test_a_page_with_another_label_ends_the_crawl_and_is_kept(newsroom: Newsroom, tmp_path: Path) -> None:
    db = tmp_path / "a.db"
    with newsroom:
        crawl(newsroom, db, *FIFTY)
        newsroom.publish(*make_newer(newsroom.stories, 60))
        newsroom.fail(faults.page(1), changed(b"Content type:", b"Kind of thing:"))
        done = crawl(newsroom, db, *FIFTY)
    assert (done.status, done.summary["status"], done.summary["pages"]) == (3, "failed", 1), done.errors
    assert len(stored(db)) == STORIES + 50  # the first page, and nothing of the second
    (line,) = done.lines
    assert "Kind of thing" in line
    (kept,) = (tmp_path / "a.db-not-understood").iterdir()
    assert str(kept) in line
    assert b"Kind of thing:" in kept.read_bytes()
    ended, message = rows(db, "SELECT status, message FROM runs")[-1]
    assert (ended, with_database(message, db)) == ("failed", line.removeprefix("osce-news: "))


def test_a_label_that_is_gone_is_let_through_by_accept_and_only_by_it(newsroom: Newsroom, db: Path) -> None:
    """Type after type is gone: the site prints none any more."""
    with newsroom:
        crawl(newsroom, db, *FIFTY)
        without_types(newsroom)
        refused = crawl(newsroom, db, *FIFTY, "--full")
        assert (refused.status, refused.summary["pages"], refused.summary["held"]) == (3, 3, 3)
        (line,) = refused.lines
        assert "Content type" in line
        assert "3 of 3 pages are held, so the site has changed" in line
        assert f"`osce-news held --db {db}` shows them; " in line
        assert "repeat this crawl with --full --accept" in line
        assert rows(db, "SELECT count(*) > 60 FROM items WHERE content_type NOT NULL") == [(1,)]
        for options in (("--full", "--accept"), (), ("--full",)):  # once is enough
            done = crawl(newsroom, db, *FIFTY, *options)
            assert done.status == 0, done.errors
    assert rows(db, "SELECT count(*) FROM items WHERE content_type NOT NULL") == [(0,)]
    assert rows(db, "SELECT count(*) > 60 FROM revisions WHERE field = 'content_type'") == [(1,)]


@pytest.mark.slow
def test_after_a_page_that_was_refused_the_next_crawl_leaves_no_gap(newsroom: Newsroom, db: Path) -> None:
    with newsroom:
        crawl(newsroom, db, *FIFTY)
        newsroom.publish(*make_newer(newsroom.stories, 180))
        newsroom.fail(lambda path: "page=2&" in path, changed(b"Content type:", b"Kind of thing:"))
        assert crawl(newsroom, db, *FIFTY).status == 3
        newsroom.faults.clear()
        assert crawl(newsroom, db, *FIFTY).status == 0
        assert stored(db) == nodes(newsroom)


@pytest.mark.slow
def test_a_short_history_is_logged_once(newsroom: Newsroom, db: Path) -> None:
    with newsroom:
        first = crawl(newsroom, db, *FIFTY)
        second = crawl(newsroom, db, *FIFTY)
    assert first.errors.count("too few stored items") == 1
    assert "too few stored items" not in second.errors


def test_a_record_that_fails_alone_is_quarantined_and_the_page_goes_on(newsroom: Newsroom, db: Path) -> None:
    broken = newsroom.stories[70].node
    newsroom.edit(broken, title="\u200b")
    with newsroom:
        done = crawl(newsroom, db, *FIFTY)
    assert (done.status, done.summary["new"], done.summary["quarantined"]) == (0, STORIES - 1, 1), done.errors
    assert stored(db) == nodes(newsroom) - {broken}
    ((reason, raw),) = rows(db, "SELECT reason, raw FROM quarantine")
    assert reason
    assert newsroom.story(broken).offices[0] in raw


@pytest.mark.slow
def test_a_stored_item_that_is_quarantined_later_is_not_withdrawn(newsroom: Newsroom, db: Path) -> None:
    """It still stands on the list, though what it prints is no item."""
    with newsroom:
        crawl(newsroom, db, *FIFTY)
        newsroom.edit(newsroom.stories[70].node, title="\u200b")
        done = crawl(newsroom, db, *FIFTY, "--full")
    assert (done.status, done.summary["withdrawn"], done.summary["quarantined"]) == (0, 0, 1)
    assert stored(db) == nodes(newsroom)
