"""`check`: one request, and a verdict."""

from __future__ import annotations

import dataclasses
import json
import socket
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.crawl.over_http.crawling import until
from tests.helpers import Result, run, without
from tests.newsroom import Newsroom, faults, make_stories
from tests.processes import Command

ROBOTS = "User-agent: *\nCrawl-delay: 0.02\n"


@pytest.fixture
def newsroom() -> Iterator[Newsroom]:
    with Newsroom(make_stories(130), robots=ROBOTS) as server:
        yield server


def ask(newsroom: Newsroom, folder: Path, command: str = "check", *options: str) -> Result:
    start = ("--start-url", f"{newsroom.url}/press-releases", "--delay", "0")
    return run(command, *start, *options, cwd=folder, env={"OSCE_NEWS_CONTACT": "someone@example.org"})


def test_a_sound_page_costs_one_request_and_stores_nothing(newsroom: Newsroom, tmp_path: Path) -> None:
    done = ask(newsroom, tmp_path)
    assert (done.status, done.err) == (0, "")
    assert [path.split("?")[0] for path in newsroom.paths] == ["/robots.txt", "/press-releases"]
    assert list(tmp_path.iterdir()) == []
    assert "title           50 of 50  100%" in done.out
    held = json.loads(ask(newsroom, tmp_path, "check", "--json").out)
    assert held["understood"]
    assert (held["results"], held["pages"], held["fields"]["published"]) == (50, 3, 50)


@pytest.mark.slow
@pytest.mark.parametrize(
    ("body", "said"),
    [
        ("<html><title>Home</title>hello</html>", "expected results"),
        ("<html><title>News</title><p>Your search yielded no results</p></html>", "there are none"),
        ("", "a page without text"),
    ],
)
def test_another_page_is_status_3(newsroom: Newsroom, tmp_path: Path, body: str, said: str) -> None:
    newsroom.fail(faults.page(0), faults.status(200, body=body))
    done = ask(newsroom, tmp_path)
    assert done.status == 3
    assert len(done.errors) == 1
    assert said in done.errors[0]
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
def test_a_page_that_fits_a_database_large_enough_to_compare_with_is_sound(tmp_path: Path) -> None:
    with Newsroom(make_stories(150), robots=ROBOTS) as server:
        assert ask(server, tmp_path, "crawl").status == 0
        done = ask(server, tmp_path)
    assert (done.status, done.errors) == (0, [])
    assert "compared with the database: it passes the checks" in done.out


@pytest.mark.slow
def test_a_page_that_does_not_fit_the_database_is_exit_3(newsroom: Newsroom, tmp_path: Path) -> None:
    assert ask(newsroom, tmp_path, "crawl").status == 0
    assert ask(newsroom, tmp_path).status == 0
    newsroom.stories = [dataclasses.replace(story, offices=()) for story in newsroom.stories]
    done = ask(newsroom, tmp_path)
    assert done.status == 3
    assert "Where we are" in done.errors[0]
    held = ask(newsroom, tmp_path, "check", "--json")
    assert not json.loads(held.out)["understood"]
    assert held.status == 3


@pytest.mark.slow
@pytest.mark.parametrize(
    ("robots", "status"),
    [
        ("User-agent: *\nDisallow: /", 6),
        ("User-agent: OSCE-News/0.1.0 (+https://a.example)\nDisallow: /", 6),
        (ROBOTS, 6),
    ],
)
def test_a_refusal_is_exit_6(newsroom: Newsroom, tmp_path: Path, robots: str, status: int) -> None:
    newsroom.robots = robots
    newsroom.fail(faults.page(0), faults.status(403))
    done = ask(newsroom, tmp_path)
    assert (done.status, len(done.errors)) == (status, 1)


def test_without_a_server_it_is_an_error_of_the_network(tmp_path: Path) -> None:
    with Newsroom([], robots=ROBOTS) as gone:
        pass
    done = ask(gone, tmp_path)
    assert (done.status, len(done.errors)) == (1, 1)  # and no line about a retry
    assert "the connection was refused" in done.err


def test_a_file_that_is_no_database_costs_no_request(newsroom: Newsroom, tmp_path: Path) -> None:
    (tmp_path / "osce-news.db").write_text("notes")
    done = ask(newsroom, tmp_path)
    assert (done.status, len(done.errors), newsroom.paths) == (2, 1, [])


def test_a_folder_that_cannot_be_made_costs_no_request(newsroom: Newsroom, tmp_path: Path) -> None:
    (tmp_path / "notes").write_text("")
    done = ask(newsroom, tmp_path, "check", "--save", "notes/page")
    assert (done.status, done.err, newsroom.paths) == (1, "osce-news: notes/page: Not a directory\n", [])


@pytest.mark.parametrize("is_there", [False, True])
def test_without_a_response_no_folder_is_left(tmp_path: Path, is_there: bool) -> None:
    with Newsroom([], robots=ROBOTS) as gone:
        pass
    if is_there:
        (tmp_path / "page").mkdir()
    assert ask(gone, tmp_path, "check", "--save", "page").status == 1
    assert (tmp_path / "page").exists() == is_there


def test_a_server_that_is_busy_is_asked_once(newsroom: Newsroom, tmp_path: Path) -> None:
    newsroom.fail(faults.page(0), faults.status(503))
    done = ask(newsroom, tmp_path)
    assert (done.status, len(newsroom.paths)) == (1, 2)
    assert "status 503" in done.err


@pytest.mark.parametrize("command", ["check", "crawl"])
def test_a_failure_of_scrapy_is_one_line(newsroom: Newsroom, tmp_path: Path, command: str) -> None:
    start = ("--start-url", f"{newsroom.url}/press-releases")
    done = without("scrapy.extensions.memusage", command, *start, cwd=tmp_path)
    assert done.status == 1
    assert done.errors[-1].startswith("osce-news: Scrapy failed: ")
    assert "scrapy.extensions.memusage" in done.errors[-1]
    assert newsroom.paths == []


@pytest.mark.slow
def test_what_could_run_code_for_others_is_not_even_loaded(newsroom: Newsroom, tmp_path: Path) -> None:
    """Scrapy's remote control and telnet console; the former is slow to import, too."""
    for module in ("aiohttp", "twisted.conch"):
        done = without(
            module, "check", "--start-url", f"{newsroom.url}/press-releases", "--delay", "0", cwd=tmp_path
        )
        assert done.status == 0, (module, done.err)


def test_a_page_is_kept_without_personal_data_and_keys(newsroom: Newsroom, tmp_path: Path) -> None:
    stories = [
        dataclasses.replace(newsroom.stories[0], teaser="Call +43 1 514 36 6180 or ask jane.doe@osce.org.")
    ]
    newsroom.stories = [*stories, *newsroom.stories[1:20]]
    done = ask(newsroom, tmp_path, "check", "--save", "page")
    assert done.status == 0
    (page,) = tmp_path.glob("page/listing/*/page.html")
    kept = page.read_text("utf-8")
    assert "jane.doe" not in kept
    assert "514 36" not in kept
    assert "Call +00 0 000 00 0000 or ask name@example.org." in kept
    assert "except for 2 e-mail addresses" in json.loads(page.with_name("meta.json").read_text())["made"]
    assert len(json.loads(page.with_name("expected.json").read_text())["records"]) == 20


def test_a_long_wait_is_announced_while_it_lasts(tmp_path: Path) -> None:
    impatient = "from osce_news.crawl.middlewares import retry\nretry._PATIENCE_S = 0.1"
    with socket.create_server(("127.0.0.1", 0)) as silent:
        start = ["--start-url", f"http://127.0.0.1:{silent.getsockname()[1]}/press-releases", "--json"]
        for command in ("check", "crawl"):
            said = f"waiting for {start[1].rpartition('/')[0]}/robots.txt"
            with Command([command, *start], tmp_path, before=impatient) as waiting:
                until(lambda waiting=waiting, said=said: said in waiting.errors)  # type: ignore[misc]
