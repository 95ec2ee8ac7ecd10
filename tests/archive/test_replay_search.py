"""Saved answers of the search service, as files and in WARC files of other tools, are replayed."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from osce_news.search_query import SEARCH_URL, SearchQuery
from tests.archive.making import answer, record
from tests.crawl.over_http.crawling import content, rows
from tests.helpers import ROOT, run

ANSWER = ROOT / "fixtures" / "search" / "answer"


@pytest.fixture(scope="module")
def expected(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A database with the answer of the fixture."""
    db = tmp_path_factory.mktemp("expected") / "osce-news.db"
    assert run("replay", ANSWER, "--db", db, cwd=db.parent).status == 0
    return db


def test_a_saved_answer_gives_items_and_texts(expected: Path) -> None:
    sql = "SELECT id, published, origin, text IS NOT NULL FROM newsroom ORDER BY id DESC"
    assert rows(expected, sql) == [
        ("665871", "2026-06-29", "search", 1),
        ("665860", "2026-06-26", "search", 1),
        ("665833", "2026-06-22", "search", 0),
        ("665817", None, "search", 0),
    ]
    (text,) = rows(expected, "SELECT text, layout FROM articles WHERE item_id = '665871'")
    assert text[0].endswith("take part.\nIt ends on Wednesday.")
    assert text[1] == "search"


def test_a_database_with_a_changed_text_of_an_answer_verifies(tmp_path: Path) -> None:
    shutil.copytree(ANSWER, tmp_path / "later")
    page, meta = tmp_path / "later" / "page.json", tmp_path / "later" / "meta.json"
    page.write_text(page.read_text().replace("It ends on Wednesday.", "It ends on Friday."))
    told = json.loads(meta.read_text())
    meta.write_text(json.dumps({**told, "fetched_at": "2026-07-02T09:00:00Z"}))
    for saved in (ANSWER, tmp_path / "later"):
        assert run("replay", saved, cwd=tmp_path).status == 0
    counts = "SELECT articles, articles_changed FROM runs ORDER BY id"
    assert rows(tmp_path / "osce-news.db", counts) == [(0, 0), (0, 1)]
    assert run("verify", cwd=tmp_path).out == "osce-news.db: no problems found\n"


def test_a_file_of_any_name_is_an_answer_if_it_has_hits(expected: Path, tmp_path: Path) -> None:
    shutil.copy(ANSWER / "page.json", tmp_path / "downloaded.json")
    (tmp_path / "other.json").write_text('{"name": "datapackage"}')
    assert run("replay", tmp_path, "--db", "again.db", cwd=tmp_path).status == 0
    ids = "SELECT id, text FROM newsroom ORDER BY id"
    assert rows(tmp_path / "again.db", ids) == rows(expected, ids)
    done = run("replay", "other.json", "--db", "again.db", cwd=tmp_path)
    assert (done.status, len(done.errors)) == (2, 1)


def test_an_answer_in_a_warc_file_of_another_tool_is_read(expected: Path, tmp_path: Path) -> None:
    when = json.loads((ANSWER / "meta.json").read_text())["fetched_at"]
    block = answer((ANSWER / "page.json").read_bytes(), Content_Type="application/json")
    (tmp_path / "other.warc").write_bytes(record(block, url=SearchQuery(SEARCH_URL).url, date=when))
    assert run("replay", "other.warc", "--db", "again.db", cwd=tmp_path).status == 0
    assert content(tmp_path / "again.db") == content(expected)


@pytest.mark.parametrize("first", ["search", "page"])
def test_the_text_of_an_item_s_own_page_takes_precedence(tmp_path: Path, first: str) -> None:
    page = tmp_path / "own" / "page.html"
    page.parent.mkdir()
    page.write_text(
        "<html><head><title>Observers | OSCE</title></head><body><div class='content--header'>"
        "<h1>Observers &amp; experts</h1></div><span class='date-display-single'>29 June 2026</span>"
        "<div class='node-content'><div class='pane-content'><p>The whole text of the page.</p></div></div>"
        "</body></html>"
    )
    meta = {"url": "https://www.osce.org/odihr/665871", "fetched_at": "2026-06-30T12:00:00Z"}
    (page.parent / "meta.json").write_text(json.dumps(meta))
    for paths in [[ANSWER], [page], [ANSWER]] if first == "search" else [[ANSWER, page], [ANSWER]]:
        assert run("replay", *paths, "--db", "osce-news.db", cwd=tmp_path).status == 0
    (row,) = rows(tmp_path / "osce-news.db", "SELECT text, layout FROM articles WHERE item_id = '665871'")
    assert row[0] == "The whole text of the page."
    assert row[1] != "search"
    if first == "search":
        sql = "SELECT before, after FROM revisions WHERE item_id = '665871' AND field = 'text'"
        (revision,) = rows(tmp_path / "osce-news.db", sql)
        assert revision[0].startswith("SKOPJE, 29 June 2026")
        assert revision[1] == "The whole text of the page."
