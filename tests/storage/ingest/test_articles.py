"""Items' own pages as they are stored: texts, former texts, what differs from the list, the queue."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

import pytest

from osce_news.errors import StorageError
from osce_news.items import BY_SEARCH, ArticleItem, ArticleStatus, Listing, NewsItem, RawArticle
from osce_news.normalize import normalize
from osce_news.pages import HttpResponse, read_article
from osce_news.storage import Writer, crawl_state, own_pages, queries
from osce_news.storage.ingest.articles import differences
from osce_news.storage.integrity import problems
from osce_news.storage.own_pages import AGE, CHANGED, NEVER, NEWS, RETRY
from osce_news.storage.renormalize import renormalize_all
from osce_news.urls import LISTING_URL
from tests.helpers import listing, values
from tests.newsroom import Story, make_stories
from tests.newsroom.pages import render_article, render_challenge, render_not_found

DAY = "2024-08-{:02}T12:00:00Z"
YEARS_LATER = "2099-01-01T00:00:00Z"
STORIES = make_stories(6)
HOST = "https://www.osce.org"


def answer(story: Story, day: int, text: str | None = "A text.", **changes: object) -> ArticleItem:
    """A reading of a story's page on that day of August."""
    url = HOST + story.path
    article = RawArticle(url, None, story.title, None, text, layout="drupal7-header")
    item = ArticleItem(str(story.node), url, DAY.format(day), "read", 200, f"{day}", article=article)
    return replace(item, **changes)  # type: ignore[arg-type]


def bad(story: Story, day: int, status: ArticleStatus, **more: object) -> ArticleItem:
    return replace(answer(story, day), status=status, article=None, **more)  # type: ignore[arg-type]


def search_answer(stories: Sequence[Story], day: int, text: str) -> Listing:
    """An answer of the search service with this text for each story."""
    readings = [answer(story, day, text) for story in stories]
    for one in readings:
        one.article = replace(one.article, layout=BY_SEARCH) if one.article else None
    return replace(listing(stories, DAY.format(day)), origin="search", articles=readings)


@pytest.fixture
def crawling(db: Path) -> Writer:
    writer = Writer(db)
    writer.begin("incremental")
    writer.store(listing(STORIES))
    return writer


@pytest.mark.parametrize("is_first", [True, False])
@pytest.mark.parametrize("days", [(1, 1), (1, 2)])
def test_a_translation_in_the_search_service_does_not_replace_the_english_item(
    db: Path, is_first: bool, days: tuple[int, int]
) -> None:
    story = STORIES[0]
    russian = replace(story, path=f"/ru{story.path}", title="Заголовок", teaser="Текст по-русски")
    pair = [(russian, "По-русски."), (story, "In English.")]
    with Writer(db) as writer:
        writer.begin("replay")
        answers = [
            search_answer([one], day, text)
            for (one, text), day in zip(pair if is_first else pair[::-1], days, strict=True)
        ]
        if days[0] == days[1]:  # both are documents of one answer
            first, second = answers
            both = [*first.records, *second.records]
            answers = [replace(first, records=both, articles=[*first.articles, *second.articles], results=2)]
        for one in answers:
            writer.store(one)
        assert values(writer.connection, "SELECT title || ' ' || text FROM newsroom") == [
            f"{story.title} In English."
        ]


def test_the_texts_of_a_search_answer_are_stored_in_its_order(writer: Writer) -> None:
    stories = make_stories(30)
    writer.store(search_answer(stories, 1, "A text."))
    writer.store(search_answer(stories, 2, "Another."))
    found = writer.connection.execute("SELECT item_id FROM revisions WHERE field = 'text' ORDER BY id")
    assert [row[0] for row in found] == [str(story.node) for story in stories]


def row(writer: Writer, story: Story) -> sqlite3.Row:
    sql = "SELECT * FROM articles WHERE item_id = ?"
    found: sqlite3.Row = writer.connection.execute(sql, [str(story.node)]).fetchone()
    return found


def texts(writer: Writer) -> list[tuple[object, ...]]:
    sql = "SELECT before, after, class FROM revisions WHERE field = 'text' ORDER BY id"
    return [tuple(found) for found in writer.connection.execute(sql)]


def test_a_changed_text_is_a_revision_with_both_texts_and_nothing_is_lost(crawling: Writer) -> None:
    story = STORIES[0]
    for day, text in enumerate(("One – “two”.", 'One - "two".', "Another.", None, "Back."), start=1):
        crawling.store_article(answer(story, day, text))
    assert texts(crawling) == [
        ("One – “two”.", 'One - "two".', "cosmetic"),
        ('One - "two".', "Another.", "text"),
        ("Another.", None, "text"),
        (None, "Back.", "text"),
    ]
    summary = crawling.finish("complete")
    assert (summary.articles, summary.articles_changed) == (5, 4)
    found = row(crawling, story)
    assert (found["first_read"], found["read_at"]) == (DAY.format(1), DAY.format(5))
    assert problems(crawling.path) == []


def test_a_text_that_is_read_otherwise_from_the_same_bytes_is_no_revision(crawling: Writer) -> None:
    crawling.store_article(answer(STORIES[0], 1, "One"))
    crawling.store_article(answer(STORIES[0], 2, "Read better", sha256="1"))
    assert texts(crawling) == []
    assert row(crawling, STORIES[0])["text"] == "Read better"


@pytest.mark.parametrize(
    ("status", "more"),
    [
        ("gone", {"http_status": 404}),
        ("moved", {"moved_to": "https://www.osce.org/1"}),
        ("not_found", {}),
        ("unreadable", {"reason": "no title"}),
        ("failed", {"reason": "no answer", "http_status": None, "sha256": None}),
    ],
)
def test_a_text_stays_when_its_page_goes(
    crawling: Writer, status: ArticleStatus, more: dict[str, object]
) -> None:
    one, never_read = STORIES[:2]
    crawling.store_article(answer(one, 1))
    for story in (one, never_read):
        crawling.store_article(bad(story, 2, status, **more))
    found = row(crawling, one)
    assert (found["status"], found["text"], found["read_at"]) == (status, "A text.", DAY.format(1))
    assert (found["fetched_at"], found["http_status"]) == (DAY.format(2), more.get("http_status", 200))
    assert tuple(row(crawling, never_read))[1] == status
    crawling.store_article(answer(one, 3))
    found = row(crawling, one)
    assert (found["status"], found["moved_to"], found["reason"]) == ("read", None, None)
    summary = crawling.finish("complete")
    lost = (summary.articles_gone, summary.articles_failed)
    assert lost == ((0, 2) if status in ("unreadable", "failed") else (2, 0))
    assert problems(crawling.path) == []


def test_an_unchanged_page_moves_nothing_but_the_time_of_the_request(crawling: Writer) -> None:
    crawling.store_article(answer(STORIES[0], 1, etag="e"))
    before = dict(row(crawling, STORIES[0]))
    crawling.store_article(bad(STORIES[0], 2, "unchanged", http_status=304, sha256=None))
    assert dict(row(crawling, STORIES[0])) == before | {"fetched_at": DAY.format(2), "http_status": 304}
    crawling.store_article(bad(STORIES[1], 2, "unchanged", http_status=304, sha256=None))
    assert row(crawling, STORIES[1]) is None  # it never was read


def test_a_clock_that_was_set_back_breaks_no_rule(crawling: Writer) -> None:
    crawling.store_article(answer(STORIES[0], 9))
    crawling.store_article(bad(STORIES[0], 3, "unchanged", http_status=304, sha256=None))
    found = row(crawling, STORIES[0])
    assert (found["first_asked"], found["fetched_at"], found["first_read"]) == (DAY.format(3),) * 3
    crawling.store_article(answer(STORIES[0], 2, "Later, by a wrong clock"))
    assert row(crawling, STORIES[0])["text"] == "Later, by a wrong clock"
    crawling.finish("complete")
    assert problems(crawling.path) == []


def test_saved_pages_in_any_order_leave_the_latest(writer: Writer) -> None:
    writer.store(listing(STORIES))
    for story, days in zip(STORIES, ((1, 2, 3), (3, 2, 1), (2, 3, 1)), strict=False):
        for day in days:
            writer.store_article(answer(story, day, f"Text {day}"))
        writer.store_article(bad(story, 4, "gone"))
        writer.store_article(bad(story, 1, "failed", reason="no answer"))
        found = row(writer, story)
        assert (found["text"], found["status"], found["fetched_at"]) == ("Text 3", "gone", DAY.format(4))
        assert (found["first_read"], found["read_at"]) == (DAY.format(1), DAY.format(3))
    # A text that was saved before the page was gone is not lost.
    late = STORIES[3]
    writer.store_article(bad(late, 4, "gone"))
    writer.store_article(answer(late, 2, "Found later"))
    assert (row(writer, late)["text"], row(writer, late)["status"]) == ("Found later", "gone")


def test_a_page_that_no_list_shows_and_that_is_no_news_is_not_stored(crawling: Writer) -> None:
    stranger = make_stories(7)[6]
    assert crawl_state.has_item(crawling.connection, str(STORIES[0].node))
    assert not crawl_state.has_item(crawling.connection, str(stranger.node))
    with pytest.raises(StorageError, match="neither a list nor its own page has shown"):
        crawling.store_article(replace(answer(stranger, 1), status="gone", article=None))
    assert crawling.summary.articles == 0


def test_an_own_page_fills_a_missing_date_and_is_no_list(db: Path) -> None:
    with Writer(db) as writer:
        writer.begin("full")
        page = listing(STORIES[:1])
        page.records = [normalize(replace(page.records[0], published_raw=None))]
        writer.store(page)
        writer.finish("complete", withdrawn=[str(STORIES[0].node)])
        writer.begin("articles")
        read = answer(STORIES[0], 9)
        assert read.article is not None
        writer.store_article(replace(read, article=replace(read.article, published="12 May 2020")))
        sql = "SELECT published, listing_url, withdrawn IS NULL FROM items"
        assert [tuple(row) for row in writer.connection.execute(sql)] == [("2020-05-12", page.url, 0)]


LISTED = NewsItem(
    url_raw=f"{HOST}/odihr/1",
    title_raw="A title – today",
    published_raw="15 March 2022",
    content_type_raw="News",
    offices_raw="OSCE Secretariat, ODIHR",
    topics_raw=None,
)
SAME: dict[str, str | None] = {"published": "15 March 2022", "content_type": "News"}


@pytest.mark.parametrize(
    ("title", "printed", "different"),
    [
        ("A title - today", {"content_type": "NEWS", "offices": "ODIHR, osce secretariat"}, {}),
        ("A title – today", {}, {}),
        ("Another", {}, {"title": ("A title – today", "Another")}),
        (
            "A title – today",
            {"published": "16 March 2022"},
            {"published": ("15 March 2022", "16 March 2022")},
        ),
        ("A title – today", {"published": "March 15, 2022"}, {}),
        (
            "A title – today",
            {"content_type": "News", "topics": "Elections"},
            {"offices": ("OSCE Secretariat, ODIHR", None), "topics": (None, "Elections")},
        ),
    ],
)
def test_values_in_which_a_page_differs_from_the_list_are_stored(
    title: str, printed: dict[str, str | None], different: dict[str, object]
) -> None:
    assert differences(LISTED, title, printed) == different


def test_a_difference_is_noted_and_renormalizing_finds_the_same(crawling: Writer) -> None:
    story = STORIES[0]
    before = values(crawling.connection, "SELECT title FROM items ORDER BY id")
    html = render_article(story).replace("</h1>", " (updated)</h1>")
    item = read_article(HttpResponse(html.encode(), HOST + story.path, DAY.format(1), 200), str(story.node))
    crawling.store_article(item)
    differs = row(crawling, story)["differs"]
    assert json.loads(differs) == {"title": [story.title, f"{story.title} (updated)"]}
    assert values(crawling.connection, "SELECT title FROM items ORDER BY id") == before
    found = queries.item(crawling.connection, str(story.node))
    assert found is not None
    assert found["article"]["published"] == str(story.published)
    crawling.connection.execute("UPDATE articles SET published = NULL, differs = NULL")
    crawling.finish("complete")
    renormalize_all(crawling)
    assert (row(crawling, story)["differs"], row(crawling, story)["published"]) == (
        differs,
        str(story.published),
    )


def read(body: str, status: int | None = 200, url: str = f"{HOST}/odihr/1", **more: str) -> ArticleItem:
    return read_article(HttpResponse(body.encode(), url, DAY.format(1), status, **more), "1")


@pytest.mark.parametrize(
    ("stated", "language"), [("sr-Latn-RS", "sr"), ("EN", "en"), ("english", None), (None, None)]
)
def test_the_language_of_a_page_is_a_known_code_beside_what_the_page_states(
    crawling: Writer, stated: str | None, language: str | None
) -> None:
    read = answer(STORIES[0], 1)
    assert read.article is not None
    crawling.store_article(replace(read, article=replace(read.article, language=stated)))
    stored = "SELECT language, language_raw FROM articles WHERE read_at IS NOT NULL"
    assert [tuple(row) for row in crawling.connection.execute(stored)] == [(language, stated)]
    # An older version had one column for both.
    crawling.connection.execute("UPDATE articles SET language = language_raw, language_raw = NULL")
    renormalize_all(crawling)
    assert [tuple(row) for row in crawling.connection.execute(stored)] == [(language, stated)]


def test_an_answer_says_what_became_of_the_page() -> None:
    page = render_article(STORIES[0])
    assert read(page).status == read(page, None, f"{HOST}/ru/node/1").status == "read"
    assert read("", 304).status == "unchanged"
    assert [read(page, status).status for status in (404, 410, 500)] == ["gone", "gone", "failed"]
    moved = read(page, url=f"{HOST}/odihr/2")
    assert (moved.status, moved.moved_to, moved.article) == ("moved", f"{HOST}/odihr/2", None)
    assert read(render_not_found()).status == "not_found"
    assert read("%PDF", content_type="application/pdf").reason == (
        "no HTML page but content of type application/pdf"
    )
    assert (read(" \n").status, read("").reason) == ("failed", "the page is empty")
    for url in (f"{HOST}/odihr/1", f"{HOST}/challenge"):
        with pytest.raises(Exception, match="challenge"):
            read(render_challenge(), url=url)


def test_the_queue_is_in_order(crawling: Writer) -> None:
    """New in this run; never asked for; asked for in vain; changed since; by age; each in its order."""
    failed, later_failed, changed, old, young, never = STORIES
    for story in (changed, old, young):
        crawling.store_article(answer(story, 6))
    crawling.store_article(bad(later_failed, 7, "failed", reason="no answer"))
    crawling.store_article(bad(failed, 6, "failed", reason="no answer"))
    crawling.finish("complete")
    crawling.begin("incremental")
    crawling.store(listing([replace(changed, topics=("Elections",))], at=DAY.format(8)))
    due = own_pages.due_articles(crawling.connection, YEARS_LATER, [LISTING_URL])
    assert [(one.item_id, one.rank) for one in due[:1]] == [(str(changed.node), NEWS)]
    crawling.begin("incremental")
    new = replace(STORIES[0], node=900_001, path="/odihr/900001")
    crawling.store(listing([new], at="9999-01-01T00:00:00Z"))
    crawling.connection.execute("UPDATE items SET url = 'https://a.example/' WHERE id = ?", [str(young.node)])
    due = own_pages.due_articles(crawling.connection, YEARS_LATER, [LISTING_URL])
    assert [(one.item_id, one.rank) for one in due] == [
        ("900001", NEWS),
        (str(never.node), NEVER),
        (str(failed.node), RETRY),
        (str(later_failed.node), RETRY),
        (str(changed.node), CHANGED),
        (str(old.node), AGE),
    ]
    none = own_pages.due_articles(crawling.connection, DAY.format(6), [LISTING_URL])
    assert {one.rank for one in none} == {NEWS, NEVER, RETRY, CHANGED}


def test_what_was_not_understood_is_for_another_version(crawling: Writer) -> None:
    crawling.store_article(bad(STORIES[0], 6, "unreadable", reason="no title"))
    first = str(STORIES[0].node)
    due = own_pages.due_articles(crawling.connection, DAY.format(6), [LISTING_URL])
    assert first not in {one.item_id for one in due}
    crawling.connection.execute("UPDATE runs SET tool_version = '0.0'")
    due = own_pages.due_articles(crawling.connection, DAY.format(6), [LISTING_URL])
    assert [one.rank for one in due if one.item_id == first] == [RETRY]


def test_an_unconditional_request_is_made_where_another_version_read_the_page(crawling: Writer) -> None:
    story = STORIES[0]
    crawling.store_article(answer(story, 1, etag="e", last_modified="m"))
    connection, node = crawling.connection, str(story.node)
    assert own_pages.article_validators(connection, node) == ("e", "m")
    assert own_pages.article_validators(connection, "unknown") == (None, None)
    crawling.store_article(bad(story, 2, "gone"))
    assert own_pages.article_validators(connection, node) == (None, None)
    crawling.store_article(answer(story, 3, etag="e"))
    connection.execute("UPDATE runs SET tool_version = '0.0'")
    assert own_pages.article_validators(connection, node) == (None, None)


@pytest.mark.parametrize(
    ("path", "title", "status"),
    [
        ("/news/some-words", None, "read"),  # the page of the item by its title
        ("/known/words", "Another title", "read"),  # an address under which a list shows the item
        ("/news/other-words", "Another title", "moved"),
        ("/", "OSCE", "moved"),
    ],
)
def test_a_page_without_a_number_is_known(
    crawling: Writer, path: str, title: str | None, status: ArticleStatus
) -> None:
    story = STORIES[0]
    sql = "INSERT INTO addresses VALUES (?, ?, ?3, ?3)"
    crawling.connection.execute(sql, [str(story.node), f"{HOST}/known/words", DAY.format(1)])
    html = render_article(story if title is None else replace(story, title=title))
    item = read_article(HttpResponse(html.encode(), HOST + path, DAY.format(2), 200), str(story.node))
    crawling.store_article(item)
    assert (row(crawling, story)["status"], row(crawling, story)["text"] is not None) == (
        status,
        status == "read",
    )
