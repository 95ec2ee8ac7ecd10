"""`fixture` and `expect`, and the files that a page is taken from."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from osce_news.cli.fixture import page_in
from osce_news.cli.shared.page_fixtures import without_personal_data
from osce_news.errors import BadInputError
from tests.cli.captures import archive, capture, packed
from tests.helpers import Result, run
from tests.newsroom import Newsroom, faults, make_stories
from tests.pages.articles import body_of

ONE, TWO = "https://www.osce.org/odihr/1", "https://www.osce.org/node/2"
PAGE = b"<html><h1>A</h1><p>b</p></html>"
NO_ADDRESSES = ("", "http://a b/", "http://a/\n")
CONTACT = {"OSCE_NEWS_CONTACT": "someone@example.org"}


@pytest.fixture
def newsroom() -> Iterator[Newsroom]:
    with Newsroom(make_stories(30), robots="User-agent: *\nCrawl-delay: 0.02\n") as server:
        yield server


@pytest.fixture
def checkout(tmp_path: Path) -> Path:
    (tmp_path / "fixtures").mkdir()
    return tmp_path


def fixture(checkout: Path, *arguments: str) -> Result:
    return run("fixture", *arguments, cwd=checkout, env=CONTACT)


@pytest.mark.slow
def test_a_live_article_costs_one_request_and_becomes_a_fixture(newsroom: Newsroom, checkout: Path) -> None:
    path = newsroom.stories[0].path
    done = fixture(checkout, f"{newsroom.url}{path}", "--delay", "0")
    assert (done.status, done.err) == (0, "")
    assert newsroom.paths == ["/robots.txt", path]
    assert all("osce-news/" in entry.headers["User-Agent"] for entry in newsroom.log)
    folder = checkout / "fixtures" / "article" / path.rpartition("/")[2]
    assert done.out.startswith(f"fixtures/article/{folder.name}: an article, read by drupal7-header: ")
    kept, _ = without_personal_data(newsroom.answer(path).body)
    assert (folder / "page.html").read_bytes() == kept
    assert json.loads((folder / "meta.json").read_text())["url"] == f"{newsroom.url}{path}"


def test_a_live_list_is_requested_at_its_address_unchanged(newsroom: Newsroom, checkout: Path) -> None:
    done = fixture(checkout, f"{newsroom.url}/press-releases?page=1", "--delay", "0")
    assert (done.status, done.err) == (0, "")
    assert newsroom.paths == ["/robots.txt", "/press-releases?page=1"]
    assert done.out.startswith("fixtures/listing/press-releases-page-1: a list of 10 results")


@pytest.mark.slow
@pytest.mark.parametrize(
    ("robots", "answer", "status"),
    [
        ("User-agent: *\nDisallow: /", 200, 6),
        ("User-agent: *\nCrawl-delay: 0.02", 403, 6),
        ("User-agent: *\nCrawl-delay: 0.02", 404, 1),
    ],
)
def test_a_page_that_cannot_be_fetched_leaves_nothing(
    newsroom: Newsroom, checkout: Path, robots: str, answer: int, status: int
) -> None:
    newsroom.robots = robots
    newsroom.fail("/odihr/1", faults.status(answer))
    done = fixture(checkout, f"{newsroom.url}/odihr/1", "--delay", "0")
    assert (done.status, len(done.errors)) == (status, 1)
    assert list((checkout / "fixtures").iterdir()) == []


@pytest.mark.slow
@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["none.html"], "no such file"),
        (["fixtures"], "a folder"),
        (["page.html", "--url", "osce"], "not the address of a page"),
        (["page.html", "--name", "../x"], "--name"),
        (["page.html", "--kind", "menu"], "'menu' is not one of"),
        (["page.html", "--into", "none"], "--into"),
        (["https://www.osce.org/1", "--url", "https://www.osce.org/1"], "--url is for files"),
        (["https://www.osce.org/1", "--delay", "-1"], "--delay"),
        (["https://["], "not the address of a page"),
        (["https://a b/"], "not the address of a page"),
        *((["page.html", "--url", url], "not the address of a page") for url in NO_ADDRESSES),
        ([], "Missing argument"),
    ],
)
def test_bad_input_is_one_line_and_exit_2(checkout: Path, arguments: list[str], said: str) -> None:
    (checkout / "page.html").write_bytes(body_of("lists"))
    done = fixture(checkout, *arguments)
    assert (done.status, len(done.errors)) == (2, 1), done.err
    assert said in done.errors[0]
    assert list((checkout / "fixtures").iterdir()) == []


def test_a_page_that_is_not_understood_yet_is_saved_and_reported(checkout: Path) -> None:
    (checkout / "page.html").write_text("<html>new</html>")
    done = fixture(checkout, "page.html", "--url", "https://www.osce.org/node/1")
    assert done.status == 0
    assert "not read yet: page not understood" in done.out


def test_expect_names_each_case_and_says_what_changed(checkout: Path) -> None:
    (checkout / "page.html").write_bytes(body_of("lists"))
    fixture(checkout, "page.html", "--name", "a")
    assert run("expect", cwd=checkout).out == "the same   fixtures/article/a\n"
    expected = checkout / "fixtures/article/a/expected.json"
    kept = expected.read_bytes()
    expected.write_text("{}")
    assert run("expect", "fixtures", cwd=checkout).out == "rewritten  fixtures/article/a\n"
    assert expected.read_bytes() == kept


def test_expect_without_a_fixture_is_exit_2(checkout: Path) -> None:
    done = run("expect", cwd=checkout)
    assert (done.status, len(done.errors)) == (2, 1)


def saved(folder: Path, body: bytes = PAGE) -> Path:
    path = folder / "page.html"
    path.write_bytes(body)
    return path


def test_a_saved_page_is_taken_byte_for_byte(tmp_path: Path) -> None:
    body = body_of("windows-1252")
    page, origin = page_in(saved(tmp_path, body), ONE)
    assert (page.url, page.body, page.headers) == (ONE, body, ())
    assert origin == "the saved file page.html"


def test_the_address_comes_from_the_page_unless_given(tmp_path: Path) -> None:
    body = f"<!-- saved from url=(0028){ONE} --><html></html>".encode()
    assert page_in(saved(tmp_path, body), None)[0].url == ONE
    assert page_in(saved(tmp_path, body), TWO)[0].url == TWO


def test_a_page_without_an_address_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInputError, match="--url"):
        page_in(saved(tmp_path), None)


def test_the_newest_capture_of_an_address_is_taken_wherever_it_is(tmp_path: Path) -> None:
    records = [
        capture(ONE, b"<p>new</p>", "2025-01-01T00:00:00Z"),
        capture(ONE, b"<p>old</p>", "2020-01-01T00:00:00Z"),
        capture(ONE, b"<p>gone</p>", "2026-01-01T00:00:00Z", status=404),
        capture(TWO, b"<p>two</p>", "2026-01-01T00:00:00Z"),
    ]
    path = packed(tmp_path / "a.warc.gz", *records)
    assert page_in(path, f"{ONE}#top")[0].body == b"<p>new</p>"
    assert page_in(path, TWO)[0].body == b"<p>two</p>"
    with pytest.raises(BadInputError, match="--url"):
        page_in(path, None)


def test_an_archive_without_the_page_says_what_is_wrong_with_it(tmp_path: Path) -> None:
    path = archive(tmp_path, {ONE: PAGE * 500})
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(BadInputError, match=r"a.warc.gz: no page .*/1 in it \(.*\)"):
        page_in(path, ONE)


def test_a_file_that_is_not_a_page_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("a")
    (tmp_path / "b.warc.gz").write_text("b")
    for path in (tmp_path, tmp_path / "none.html", tmp_path / "a.txt", tmp_path / "b.warc.gz"):
        with pytest.raises(BadInputError, match=path.name):
            page_in(path, ONE)
    with pytest.raises(BadInputError, match="binary"):
        page_in(saved(tmp_path, b"\0" * 100), ONE)
