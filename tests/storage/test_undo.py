"""What a run stored is taken back; tests/crawl/over_http/test_held.py does it with the command."""

from __future__ import annotations

import sqlite3
from dataclasses import replace
from pathlib import Path

import pytest

from osce_news.clock import utc_now
from osce_news.items import RAW_FIELDS, ArticleItem
from osce_news.normalize import rules
from osce_news.storage import Writer, crawl_state
from osce_news.storage.integrity import problems
from osce_news.storage.own_pages import due_pages, gone_items
from osce_news.storage.undo import undo_run
from tests.helpers import NOON, dump, items_as_of, listing, values
from tests.newsroom import make_stories
from tests.newsroom.samples import TEN
from tests.storage.ingest.test_articles import answer, bad, search_answer
from tests.storage.ingest.test_sources import TITLES, form_of


@pytest.mark.parametrize("origin", ["list", "search", "page"])
@pytest.mark.parametrize("first", ["list", "search", "page"])
def test_values_that_another_source_added_are_taken_back(writer: Writer, first: str, origin: str) -> None:
    def content() -> tuple[object, ...]:
        stored = dump(writer.connection, without=("last_seen", "listing_url", "sources"))
        without_times = "SELECT json_remove(sources, '$.list', '$.search', '$.page') FROM items ORDER BY id"
        sources = values(writer.connection, without_times)
        tables = ("items", "item_offices", "item_topics", "item_places")
        return [source or "{}" for source in sources], *(stored[table] for table in tables)

    writer.begin("full")
    writer.store(form_of(TEN, (*TITLES, "published_raw"), origin=first))
    before = content()
    undone = writer.begin("full").run
    edited = [replace(TEN[0], title="Another title"), *TEN[1:]]
    writer.store(form_of(edited, RAW_FIELDS, "2024-08-06T12:00:00Z", origin))
    after = content()
    assert undo_run(writer, undone).changed == len(TEN)
    assert content() == before
    undo_run(writer, undone + 1)
    assert content() == after


def test_a_value_that_a_later_run_has_changed_again_stays(writer: Writer) -> None:
    titles = ["The first", "The second", "The third"]
    runs = []
    for day, title in enumerate(titles, 1):
        runs.append(writer.begin("full").run)
        teaser = "Another teaser" if day > 1 else TEN[0].teaser
        writer.store(listing([replace(TEN[0], title=title, teaser=teaser)], f"2024-08-0{day}T12:00:00Z"))
        writer.finish("complete")
    undone = undo_run(writer, runs[1])
    assert (undone.changed, undone.kept) == (1, 1)
    assert values(writer.connection, "SELECT title FROM items") == ["The third"]
    assert values(writer.connection, "SELECT teaser FROM items") == [TEN[0].teaser]


def test_runs_can_be_taken_back_one_after_another(db: Path) -> None:
    def content(connection: sqlite3.Connection) -> list[object]:
        return values(connection, "SELECT json_array(title, text) FROM newsroom")

    states = []
    with Writer(db) as writer:
        for day, title in enumerate(["The first", "The second", "The third"], 1):
            writer.begin("full")
            writer.store(listing([replace(TEN[0], title=title)], f"2024-08-0{day}T12:00:00Z"))
            writer.store_article(answer(TEN[0], day, f"The text of {title}."))
            writer.finish("complete")
            states.append(content(writer.connection))
        assert undo_run(writer, 3).kept == 0
        assert content(writer.connection) == states[1]
        assert undo_run(writer, 2).kept == 0
        assert content(writer.connection) == states[0]
        assert undo_run(writer, 5).kept == 0
        assert undo_run(writer, 4).kept == 0
        assert content(writer.connection) == states[2]


def test_when_items_were_first_seen_and_by_what_is_as_before_the_run(writer: Writer) -> None:
    def first() -> set[object]:
        return set(values(writer.connection, "SELECT first_seen || ' ' || origin FROM items"))

    writer.store(listing(TEN))
    states = [first()]
    for at in ("1980-01-01T00:00:00Z", "1979-01-01T00:00:00Z", "2030-01-01T00:00:00Z"):
        writer.begin("replay")
        writer.store(form_of(TEN, RAW_FIELDS, at, "search"))
        states.append(first())
    assert [len(set().union(*states[:n])) for n in (1, 2, 3, 4)] == [1, 2, 3, 3]
    undone = undo_run(writer, 2)  # run 3 has shown the items even earlier
    assert (undone.changed, undone.kept) == (0, len(TEN))
    assert first() == states[3]
    assert undo_run(writer, 3).changed == len(TEN)
    assert first() == states[1]
    undo_run(writer, 2)
    assert first() == states[0]
    undo_run(writer, 7)
    assert first() == states[1]


@pytest.mark.parametrize("later", [False, True])
def test_an_address_that_only_the_run_has_seen_no_longer_identifies_its_item(
    writer: Writer, later: bool
) -> None:
    def addresses() -> list[object]:
        return values(writer.connection, "SELECT url FROM addresses ORDER BY url")

    writer.begin("full", started=NOON)
    writer.store(listing(TEN))
    before = addresses()
    moved = [replace(story, path=f"/news/{letter}") for story, letter in zip(TEN, "abcdefghij", strict=True)]
    undone = writer.begin("full", started="2024-08-06T12:00:00Z").run
    writer.store(listing(moved, "2024-08-06T12:00:00Z"))
    assert len(addresses()) == 2 * len(before)
    if later:
        writer.begin("full")
        writer.store(listing(moved, "2024-08-07T12:00:00Z"))
    assert undo_run(writer, undone).changed == len(TEN)
    assert len(addresses()) == (2 if later else 1) * len(before)
    assert problems(writer.path) == []


def test_a_value_that_a_later_run_has_read_again_after_another_stays(writer: Writer) -> None:
    for day, title in enumerate("ABCB", 1):
        writer.begin("full")
        writer.store(listing([replace(TEN[0], title=f"{title} title")], f"2024-09-0{day}T12:00:00Z"))
        writer.store_article(answer(TEN[0], day, f"The text of {title}."))
    assert (undo_run(writer, 3).changed, undo_run(writer, 3).texts) == (0, 0)
    assert values(writer.connection, "SELECT title FROM items") == ["B title"]
    assert values(writer.connection, "SELECT text FROM articles") == ["The text of B."]


def test_texts_become_those_before_the_run_and_can_be_put_back(db: Path) -> None:
    story, other = make_stories(2)
    with Writer(db) as writer:
        writer.begin("replay")
        writer.store(listing([story, other]))
        writer.store_article(answer(story, 1, "The first text."))
        undone = writer.begin("replay").run
        for day, text in enumerate(("The second text.", "The third text."), 2):
            writer.store_article(answer(story, day, text, etag='"e"'))
        writer.store_article(answer(other, 2, "Read first by this run."))
        writer.begin("articles")
        later = replace(answer(other, 4), status="unchanged", article=None, http_status=304, sha256=None)
        writer.store_article(later)
        counts = undo_run(writer, undone)
        assert (counts.texts, counts.kept) == (2, 0)
        assert values(writer.connection, "SELECT text FROM articles") == ["The first text."]
        assert values(writer.connection, "SELECT etag FROM articles") == [None]
        assert problems(db) == []
        assert undo_run(writer, writer.summary.run).texts == 1
        assert values(writer.connection, "SELECT text FROM articles") == ["The third text."]
    assert problems(db) == []


@pytest.mark.parametrize("reading", [answer(TEN[0], 2), bad(TEN[0], 2, "not_found", http_status=404)])
def test_a_text_of_the_search_service_stays_when_an_own_page_is_taken_back(
    writer: Writer, reading: ArticleItem
) -> None:
    writer.begin("full")
    writer.store(listing(TEN))
    writer.begin("incremental")
    writer.store(search_answer(TEN[:1], 1, "A text."))
    undone = writer.begin("articles").run
    writer.store_article(reading)
    assert undo_run(writer, undone).texts == 0
    assert values(writer.connection, "SELECT text FROM articles") == ["A text."]
    assert problems(writer.path) == []


def test_texts_of_a_replayed_answer_are_taken_back_with_the_run_that_first_stored_them(
    writer: Writer,
) -> None:
    writer.begin("replay")
    writer.store(listing(TEN))
    for _ in range(2):
        again = writer.begin("replay").run
        writer.store(search_answer(TEN[:1], 1, "A text."))
    other = writer.begin("replay").run
    writer.store(search_answer(TEN[1:2], 2, "Another text."))
    assert undo_run(writer, again).texts == 0
    assert undo_run(writer, other).texts == 1
    assert values(writer.connection, "SELECT text FROM articles") == ["A text."]


def test_texts_that_go_with_their_items_are_counted(writer: Writer) -> None:
    read, failed, *_ = stories = make_stories(3)
    undone = writer.begin("full").run
    writer.store(listing(stories))
    writer.begin("articles")
    writer.store_article(answer(read, 1, "The text."))
    failure = replace(answer(failed, 1), status="failed", reason="status 500", article=None, sha256=None)
    writer.store_article(failure)
    counts = undo_run(writer, undone)
    assert (counts.removed, counts.texts) == (3, 1)
    assert values(writer.connection, "SELECT count(*) FROM articles") == [0]


def test_a_text_that_a_later_run_has_changed_again_stays(writer: Writer) -> None:
    (story,) = make_stories(1)
    runs = []
    for day, text in enumerate(("The first text.", "The second text.", "The third text."), 1):
        runs.append(writer.begin("articles").run)
        writer.store(listing([story]))
        writer.store_article(answer(story, day, text))
    counts = undo_run(writer, runs[1])
    assert (counts.texts, counts.kept) == (0, 1)
    assert values(writer.connection, "SELECT text FROM articles") == ["The third text."]


@pytest.mark.parametrize("is_seen_later", [False, True])
def test_an_item_is_withdrawn_again_unless_it_was_seen_since(writer: Writer, is_seen_later: bool) -> None:
    runs = []
    for day in (5, 6, 7, 8) if is_seen_later else (5, 6, 7):
        runs.append(writer.begin("full").run)
        at = f"2024-08-{day:02}T12:00:00Z"
        writer.store(listing(TEN[1:] if day == 6 else TEN, at))
        writer.finish("complete", withdrawn=[str(TEN[0].node)] if day == 6 else [])
    assert undo_run(writer, runs[2]).withdrawals == 1 - is_seen_later
    withdrawn = "SELECT withdrawn FROM items WHERE withdrawn IS NOT NULL"
    assert values(writer.connection, withdrawn) == ([] if is_seen_later else ["2024-08-06T12:00:00Z"])
    assert undo_run(writer, writer.summary.run).withdrawals == 1 - is_seen_later
    assert values(writer.connection, withdrawn) == []
    assert problems(writer.path) == []


def test_an_item_counts_as_restored_since_it_was_if_that_was_only_taken_back_for_a_while(
    writer: Writer,
) -> None:
    for day in (5, 6, 7):
        run = writer.begin("full").run
        writer.store(listing(TEN[1:] if day == 6 else TEN, f"2024-08-{day:02}T12:00:00Z"))
        writer.finish("complete", withdrawn=[str(TEN[0].node)] if day == 6 else [])

    def items_of_days() -> list[int]:
        return [len(items_as_of(writer.connection, f"2024-08-{day:02}")) for day in (5, 6, 7, 8)]

    assert items_of_days() == [10, 9, 10, 10]
    undo_run(writer, run)
    assert items_of_days() == [10, 9, 9, 9]
    for _ in range(2):
        undo_run(writer, writer.summary.run)
        assert items_of_days() == [10, 9, 10, 10]
        undo_run(writer, writer.summary.run)
        assert items_of_days() == [10, 9, 9, 9]
    assert problems(writer.path) == []


def test_an_item_is_not_withdrawn_because_of_a_request_that_was_taken_back(writer: Writer) -> None:
    missing = str(TEN[0].node)
    writer.begin("full")
    writer.store(listing(TEN, "2024-08-05T12:00:00Z"))
    writer.store_article(answer(TEN[0], 5))
    undone = writer.begin("full").run
    writer.store(listing(TEN[1:], "2024-08-06T12:00:00Z"))
    writer.store_article(bad(TEN[0], 6, "gone", http_status=404))
    last_page_at = "2024-08-07T12:00:00Z"
    assert gone_items(writer.connection, [missing], last_page_at) == [missing]
    writer.finish("complete", withdrawn=[missing])
    assert undo_run(writer, undone).withdrawals == 1
    assert gone_items(writer.connection, [missing], last_page_at) == []
    assert [due.item_id for due in due_pages(writer.connection, [missing], last_page_at)] == [missing]
    assert values(writer.connection, "SELECT text FROM articles") == ["A text."]


@pytest.mark.parametrize("undone", [1, 2])
def test_a_crawl_does_not_resume_below_pages_that_were_taken_back(writer: Writer, undone: int) -> None:
    address = "https://www.osce.org/press-releases"

    def unfinished(name: str = address) -> crawl_state.UnfinishedRun | None:
        return crawl_state.unfinished_run(writer.connection, name)

    position = {"pages": 1, "end": 50}
    writer.connection.execute("DELETE FROM runs")
    for at in ("2024-08-05T12:00:00Z", "2024-08-06T12:00:00Z"):
        writer.begin("full", address, list_name=address, continues=unfinished())
        writer.store(listing([replace(TEN[0], title=at), *TEN[1:]], at), position=position)
        writer.finish("interrupted")
    writer.begin("full", list_name="https://www.osce.org/odihr/news")
    writer.store(listing(make_stories(3)), position=position)
    writer.finish("interrupted")
    assert unfinished() is not None
    undo_run(writer, undone)
    assert unfinished() is None
    assert unfinished("https://www.osce.org/odihr/news") is not None


def test_only_crawls_of_a_list_that_lost_something_no_longer_count_as_complete(writer: Writer) -> None:
    complete = f"SELECT id FROM runs WHERE mode = 'full' AND {crawl_state.COMPLETE}"
    writer.connection.execute("DELETE FROM runs")
    runs = []
    for day, name in enumerate(("press-releases", "odihr/news", "press-releases"), 1):
        runs.append(writer.begin("full", list_name=f"https://www.osce.org/{name}").run)
        writer.store(listing(TEN, f"2024-08-0{day}T12:00:00Z"))
        writer.finish("complete")
    assert undo_run(writer, runs[2]).incomplete == 0
    assert values(writer.connection, complete) == runs
    counts = undo_run(writer, runs[0])
    assert (counts.removed, counts.incomplete) == (len(TEN), 2)
    assert "; 2 crawls of its list no longer count as complete" in (writer.summary.message or "")
    assert values(writer.connection, complete) == [runs[1]]


def test_a_crawl_of_which_only_texts_were_taken_back_is_not_resumed(writer: Writer) -> None:
    name = "https://search.example"
    writer.begin("full", list_name=name)
    writer.store(listing(TEN))
    writer.finish("complete")
    undone = writer.begin("full", list_name=name).run
    writer.store_article(answer(TEN[0], 5, "The text."))
    writer.store(listing(TEN, "2024-08-05T12:00:00Z"), position={"pages": 1, "end": 10})
    writer.finish("interrupted")
    assert crawl_state.unfinished_run(writer.connection, name) is not None
    assert undo_run(writer, undone).texts == 1
    assert crawl_state.unfinished_run(writer.connection, name) is None


def test_the_next_crawl_reads_again_the_pages_that_showed_what_was_removed(writer: Writer) -> None:
    page = replace(listing(TEN), etag='"e"', status=200)

    def known() -> bool:
        return crawl_state.reusable_reading(writer.connection, page.url, rules()) is not None

    writer.store(replace(page, fetched_at=utc_now()))
    writer.begin("incremental")
    writer.store(replace(page, fetched_at=utc_now()))
    assert undo_run(writer, 2).removed == 0
    assert known()
    assert undo_run(writer, 1).removed == len(TEN)
    assert not known()
