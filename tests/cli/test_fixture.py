"""`osce-news fixture` and `expect` as a person types them."""

from __future__ import annotations

import json
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.helpers import Result, run
from tests.newsroom import Newsroom, faults, make_stories
from tests.pages.articles import body_of

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


def test_a_live_article_costs_one_request_and_becomes_a_fixture(newsroom: Newsroom, checkout: Path) -> None:
    path = newsroom.stories[0].path
    done = fixture(checkout, f"{newsroom.url}{path}", "--delay", "0")
    assert (done.status, done.err) == (0, "")
    assert newsroom.paths == ["/robots.txt", path]
    assert all("osce-news/" in entry.headers["User-Agent"] for entry in newsroom.log)
    folder = checkout / "fixtures" / "article" / path.rpartition("/")[2]
    assert done.out.startswith(f"fixtures/article/{folder.name}: an article, read by drupal7-header: ")
    assert (folder / "page.html").read_bytes() == newsroom.answer(path).body
    assert json.loads((folder / "meta.json").read_text())["url"] == f"{newsroom.url}{path}"


def test_a_live_list_is_asked_for_at_its_address_as_it_stands(newsroom: Newsroom, checkout: Path) -> None:
    done = fixture(checkout, f"{newsroom.url}/press-releases?page=1", "--delay", "0")
    assert (done.status, done.err) == (0, "")
    assert newsroom.paths == ["/robots.txt", "/press-releases?page=1"]
    assert done.out.startswith("fixtures/listing/press-releases-page-1: a list of 10 results")


@pytest.mark.parametrize(
    ("robots", "answer", "status"),
    [
        ("User-agent: *\nDisallow: /", 200, 6),
        ("User-agent: *\nCrawl-delay: 0.02", 403, 6),
        ("User-agent: *\nCrawl-delay: 0.02", 404, 1),
    ],
)
def test_a_page_that_is_not_to_be_had_leaves_nothing(
    newsroom: Newsroom, checkout: Path, robots: str, answer: int, status: int
) -> None:
    newsroom.robots = robots
    newsroom.fail("/odihr/1", faults.status(answer))
    done = fixture(checkout, f"{newsroom.url}/odihr/1", "--delay", "0")
    assert (done.status, len(done.errors)) == (status, 1)
    assert list((checkout / "fixtures").iterdir()) == []


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (["none.html"], "no such file"),
        (["fixtures"], "a folder"),
        (["page.html", "--url", "osce"], "no address of a page"),
        (["page.html", "--name", "../x"], "no name of a case"),
        (["page.html", "--kind", "menu"], "'menu' is not one of"),
        (["page.html", "--into", "none"], "--into"),
        (["https://www.osce.org/1", "--url", "https://www.osce.org/1"], "--url is for files"),
        (["https://www.osce.org/1", "--delay", "-1"], "--delay"),
        (["https://["], "no address of a page"),
        ([], "Missing argument"),
    ],
)
def test_bad_input_is_one_line_and_exit_2(checkout: Path, arguments: list[str], said: str) -> None:
    (checkout / "page.html").write_bytes(body_of("lists"))
    done = fixture(checkout, *arguments)
    assert (done.status, len(done.errors)) == (2, 1), done.err
    assert said in done.errors[0]
    assert list((checkout / "fixtures").iterdir()) == []


def test_a_fixture_is_never_overwritten(checkout: Path) -> None:
    (checkout / "page.html").write_bytes(body_of("lists"))
    assert fixture(checkout, "page.html").status == 0
    again = fixture(checkout, "page.html")
    assert (again.status, len(again.errors)) == (2, 1)
    assert "--name" in again.errors[0]


def test_a_page_that_is_not_read_yet_is_saved_and_said_to_be(checkout: Path) -> None:
    (checkout / "page.html").write_text("<html>new</html>")
    done = fixture(checkout, "page.html", "--url", "https://www.osce.org/node/1")
    assert done.status == 0
    assert "not read yet: page not understood" in done.out


def test_expect_names_each_case_and_says_what_changed(checkout: Path) -> None:
    (checkout / "page.html").write_bytes(body_of("lists"))
    fixture(checkout, "page.html", "--name", "a")
    assert run("expect", cwd=checkout).out == "the same   fixtures/article/a\n"
    (checkout / "fixtures/article/a/expected.json").write_text("{}")
    assert run("expect", "fixtures", cwd=checkout).out == "rewritten  fixtures/article/a\n"


def test_expect_without_a_fixture_is_exit_2(checkout: Path) -> None:
    done = run("expect", cwd=checkout)
    assert (done.status, len(done.errors)) == (2, 1)
