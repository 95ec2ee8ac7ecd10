"""Items that only their own pages show, replayed from WARC files of other tools."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.archive.making import answer, record, saved
from tests.archive.replaying import replay
from tests.crawl.over_http.crawling import is_sound, rows
from tests.helpers import html_of, slow
from tests.newsroom import Story, make_stories
from tests.newsroom.pages import render_article

STORIES = make_stories(12)
HTML = {"Content_Type": "text/html; charset=utf-8"}
DAY = "2026-11-{:02}T10:00:00Z"


def own_page(story: Story, day: int) -> bytes:
    url = f"https://www.osce.org{story.path}"
    return record(answer(render_article(story).encode(), **HTML), url=url, date=DAY.format(day))


def list_page(day: int) -> bytes:
    url = "https://www.osce.org/press-releases?page=0&rows=10"
    return record(answer(html_of(STORIES[:10]).encode(), **HTML), url=url, date=DAY.format(day))


def test_an_own_page_makes_an_item(tmp_path: Path) -> None:
    saved(tmp_path / "a.warc", b"".join(own_page(story, 20) for story in STORIES))
    done = replay(tmp_path, what="a.warc")
    assert (done.status, done.summary["new"], done.summary["articles"]) == (0, 12, 12), done.errors
    sql = "SELECT id, title, published, text IS NOT NULL, origin, first_seen, withdrawn FROM newsroom"
    assert set(rows(tmp_path / "b.db", sql)) == {
        (str(one.node), one.title, one.published.isoformat(), 1, "page", DAY.format(20), None)
        for one in STORIES
    }
    assert is_sound(tmp_path / "b.db")
    again = replay(tmp_path, what="a.warc")
    assert (again.summary["new"], again.summary["changed"]) == (0, 0)


@pytest.mark.parametrize("order", ["bca", "cba", *slow("abc", "acb", "bac", "cab")])
def test_the_list_counts_in_any_order_and_nothing_is_doubled(tmp_path: Path, order: str) -> None:
    saved(tmp_path / "a.warc", list_page(21))
    saved(tmp_path / "b.warc", b"".join(own_page(story, 20) for story in STORIES))
    saved(tmp_path / "c.warc", own_page(STORIES[0], 22))
    for name in order:
        assert replay(tmp_path, what=f"{name}.warc").status == 0
    sql = "SELECT id, title, published, content_type, teaser FROM items WHERE id = ?"
    for story in STORIES[:10]:
        ((_, title, published, _, teaser),) = rows(tmp_path / "b.db", sql, str(story.node))
        assert (title, published) == (story.title, story.published.isoformat())
        assert bool(teaser) == bool(story.teaser)
    counts = dict(
        rows(tmp_path / "b.db", "SELECT listing_url LIKE '%rows=10', count(*) FROM items GROUP BY 1")
    )
    assert counts == {1: 10, 0: 2}
    assert is_sound(tmp_path / "b.db")


DATE = '<span class="date-display-single">12 May 2020</span>'
KNOWN = (
    '<div class="content--header"><h1>A title</h1>{}</div>'
    '<div class="content--content"><div><div class="pane-content"><p>Words.</p></div></div></div>'
)


@pytest.mark.parametrize(
    ("body", "items"),
    [
        ("<h1>A title</h1><p>12 May 2020</p><p>Words of a page in no known layout.</p>", 0),
        ("<h1>A title</h1><p>Content type: News</p><p>12 May 2020</p><p>Some words.</p>", 1),
        ("<h1>A title</h1><p>Content type: Resolution</p><p>12 May 2020</p><p>Some words.</p>", 0),
        (KNOWN.format(DATE), 1),
        (KNOWN.format(""), 0),
        (KNOWN.format(f"{DATE}<p>Content type: Resolution</p>"), 0),
    ],
)
def test_pages_of_documents_and_events_are_no_items(tmp_path: Path, body: str, items: int) -> None:
    html = f"<html><head><title>A title | OSCE</title></head><body>{body}</body></html>"
    saved(tmp_path / "a.warc", record(answer(html.encode(), **HTML), url="https://www.osce.org/odihr/404"))
    done = replay(tmp_path, what="a.warc")
    assert (done.status, done.summary["new"]) == (0, items), done.errors
    assert done.summary["passed_over"]["unknown_items"] == 1 - items
    assert ("numbered pages not stored" in done.errors) == (not items)
