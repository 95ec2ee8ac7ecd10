"""What a crawl keeps of pages that it did not understand."""

from __future__ import annotations

import sqlite3
from pathlib import Path
from typing import NoReturn

import pytest

from osce_news.clock import utc_now
from osce_news.crawl import responses as kept_module
from osce_news.crawl.crawl import Crawl
from osce_news.crawl.crawl_run import ArticlesRun
from osce_news.crawl.list_run import ListRun
from osce_news.crawl.options import CrawlOptions
from osce_news.crawl.responses import MAX_KEPT_PAGES, keep_page
from osce_news.errors import (
    DoubtfulPageError,
    PartialError,
    RefusedError,
    StorageError,
)
from osce_news.items import ArticleItem, Listing
from osce_news.pages.page_facts import PageFacts
from osce_news.storage import Writer
from tests.generated import fill
from tests.helpers import ADDRESS, listing
from tests.newsroom import make_stories


@pytest.mark.parametrize("step", [1, -1], ids=["usual", "set back"])
def test_unknown_pages_are_kept_in_bounded_number_by_any_clock(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: int
) -> None:
    times = iter([f"2026-01-01T00:{minute:02}:00Z" for minute in range(60)][::step])
    monkeypatch.setattr(kept_module, "utc_now", lambda: next(times))
    kept = [
        keep_page(tmp_path / "a.db", b"\x00\xff page %d" % number) for number in range(MAX_KEPT_PAGES + 5)
    ]
    last = kept[-1]
    assert last is not None
    assert last.read_bytes() == b"\x00\xff page 24"
    assert len(list(last.parent.iterdir())) == MAX_KEPT_PAGES
    assert last.parent == tmp_path / "a.db-not-understood"


def test_two_pages_of_one_second_are_both_kept(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(kept_module, "utc_now", lambda: "2026-01-01T00:00:00Z")
    kept = [keep_page(tmp_path / "a.db", page) for page in (b"one", b"two")]
    assert [path.read_bytes() for path in kept if path] == [b"one", b"two"]


def test_a_search_answer_is_kept_as_a_file_that_replay_takes_for_one(tmp_path: Path) -> None:
    kept = keep_page(tmp_path / "a.db", b' {"hits": []}')
    assert kept is not None
    assert kept.suffix == ".json"


def test_a_page_that_cannot_be_kept_does_not_hide_the_error(tmp_path: Path) -> None:
    (tmp_path / "a.db-not-understood").write_text("a file in the way")
    assert keep_page(tmp_path / "a.db", b"page") is None


def begun(crawl: Crawl) -> ListRun:
    """Return the run of the first list."""
    run = crawl.next_list_run()
    assert run is not None
    return run


def test_an_error_of_the_articles_counts_before_a_list_that_is_partial(tmp_path: Path) -> None:
    crawl = Crawl(CrawlOptions.parse(db=tmp_path / "a.db", articles=True))
    run = begun(crawl)
    run.fail(PartialError("the list moved"))
    run.finish()
    assert isinstance(crawl.error, PartialError)
    articles = crawl.begin_articles_run()
    assert articles is not None
    articles.fail(RefusedError("not wanted"))
    crawl.close()
    assert crawl.error is articles.error
    assert (crawl.summary.mode, crawl.summary.status) == ("full", "refused")
    assert (run.summary.status, articles.summary.status) == ("partial", "refused")


def test_an_article_that_is_not_stored_is_still_left(tmp_path: Path) -> None:
    def full(*_: object) -> None:
        raise StorageError("the disk is full")

    options = CrawlOptions.parse(db=tmp_path / "a.db", articles=True)
    fill(options.db, 3)
    with Writer(options.db) as writer:
        run = ArticlesRun(writer, options)
        stored, not_stored = (
            ArticleItem(due.item_id, due.url, utc_now(), "gone", 404) for due in list(run.queue)[:2]
        )
        run.store_item(stored)
        run.record = full
        with pytest.raises(StorageError):
            run.store_item(not_stored)
        assert (run.summary.articles, run.summary.articles_left) == (1, 2)


def test_an_error_before_the_next_run_is_that_of_the_crawl(tmp_path: Path) -> None:
    crawl = Crawl(CrawlOptions.parse(db=tmp_path / "a.db"))
    run = begun(crawl)
    run.finish()
    crawl.fail(StorageError("the disk is full"))
    assert run.error is None
    assert (crawl.summary.status, crawl.summary.message) == ("failed", "the disk is full")


def test_a_full_disk_at_the_end_counts_before_what_makes_a_run_partial(tmp_path: Path) -> None:
    def full(_: object) -> None:
        raise StorageError("the disk is full")

    crawl = Crawl(CrawlOptions.parse(db=tmp_path / "a.db"))
    run = begun(crawl)
    run.traversal.problems.append("the list moved while it was read")
    run.record = full
    crawl.close()
    assert isinstance(crawl.error, StorageError)
    assert (run.summary.status, run.summary.message) == ("failed", "the disk is full")


def test_a_damaged_database_at_the_end_is_an_error(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    def malformed(*_: object) -> list[str]:
        raise sqlite3.DatabaseError("database disk image is malformed")

    crawl = Crawl(CrawlOptions.parse(db=tmp_path / "a.db"))
    run = begun(crawl)
    monkeypatch.setattr(run, "ending", malformed)
    crawl.close()
    assert isinstance(crawl.error, StorageError)
    assert (run.summary.status, "osce-news verify" in str(run.summary.message)) == ("failed", True)


def test_a_held_page_has_the_keys_of_the_stored_items(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Otherwise the page after it, whose items are stored under other addresses, joins no page."""
    facts: list[PageFacts] = []

    def prepare(page: Listing) -> NoReturn:
        page.listed = ["stored:1"]
        raise DoubtfulPageError("dates", expected="dates", got="none")

    with Writer(tmp_path / "a.db") as writer:
        run = ListRun(writer, CrawlOptions.parse(start_url=ADDRESS))
        monkeypatch.setattr(run, "prepare", prepare)
        monkeypatch.setattr(run.traversal, "read", facts.append)
        run.store(listing(make_stories(10)), PageFacts(ADDRESS, ["printed:1"]))
    assert [page.keys for page in facts] == [["stored:1"]]
