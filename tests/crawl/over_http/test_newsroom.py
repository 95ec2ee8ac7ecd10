"""Real crawls over HTTP, in a process of their own, against the test newsroom."""

from __future__ import annotations

import shlex
from collections.abc import Iterator
from pathlib import Path

import pytest

from osce_news.errors import with_database
from tests.crawl.over_http import crawling
from tests.crawl.over_http.crawling import LIST, nodes, rows, stored
from tests.helpers import run, slow
from tests.newsroom import Newsroom, Reply, faults, make_stories
from tests.processes import Ended

ROBOTS = "User-agent: *\nCrawl-delay: 0.02\nDisallow: /admin/\n"
PAGE_TWO = faults.page(1)


@pytest.fixture
def newsroom() -> Iterator[Newsroom]:
    with Newsroom(make_stories(130), robots=ROBOTS) as server:
        yield server


def crawl(newsroom: Newsroom, db: Path, *options: str, path: str = LIST) -> Ended:
    return crawling.crawl(newsroom, db, "--rows", "50", *options, path=path)


def test_a_crawl_stores_each_story_once_and_writes_its_receipt(newsroom: Newsroom, db: Path) -> None:
    first = crawl(newsroom, db)
    assert first.status == 0, first.errors
    assert first.summary["status"] == "complete"
    assert (first.summary["pages"], first.summary["new"], first.summary["requests"]) == (3, 130, 4)
    stored = rows(db, "SELECT id, title, published FROM newsroom ORDER BY id")
    wanted = [(str(s.node), s.title, s.published.isoformat()) for s in newsroom.stories]
    assert stored == sorted(wanted)

    second = crawl(newsroom, db)
    assert (second.summary["new"], second.summary["changed"], second.summary["unchanged"]) == (0, 0, 98)
    runs = rows(db, "SELECT mode, source, status, requests, pages, seen, finished IS NOT NULL FROM runs")
    assert runs == [
        ("full", "list", "complete", 4, 3, 130, 1),
        ("incremental", "list", "complete", 3, 2, 98, 1),
    ]


def test_a_crawl_after_one_of_another_list_says_that_no_full_crawl_has_read_the_list(
    newsroom: Newsroom, db: Path
) -> None:
    assert crawl(newsroom, db, path=f"{LIST}/ukraine").status == 0
    options = ["--start-url", newsroom.url + LIST, "--db", db.name, "--delay", "0"]
    done = run("crawl", *options, cwd=db.parent)
    command = f"osce-news crawl --full --start-url {newsroom.url}{LIST} --db {db.name}"
    assert f"no full crawl has read this list to its end; next: `{command}`" in done.out
    full = run(*shlex.split(command)[1:], "--delay", "0", cwd=db.parent)
    assert full.status == 0
    assert "no full crawl" not in full.out


def test_the_first_crawl_after_a_sample_is_a_full_one(newsroom: Newsroom, db: Path) -> None:
    assert crawl(newsroom, db, "--max-pages", "1").status == 0
    options = ["--start-url", newsroom.url + LIST, "--db", db.name, "--delay", "0"]
    for mode in ("full", "incremental"):
        done = run("crawl", *options, cwd=db.parent)
        assert "no full crawl" not in done.out
        assert rows(db, "SELECT mode, status FROM runs ORDER BY id DESC LIMIT 1") == [(mode, "complete")]
    assert stored(db) == nodes(newsroom)


def test_requests_are_polite(newsroom: Newsroom, db: Path) -> None:
    """robots.txt comes first, one request at a time, no sooner than its crawl-delay, with a contact."""
    newsroom.robots = "User-agent: *\nCrawl-delay: 0.2\n"
    done = crawl(newsroom, db)
    assert newsroom.paths[0] == "/robots.txt"
    assert len(newsroom.log) == 4
    assert done.summary["smallest_gap_s"] >= 0.2
    for entry in newsroom.log:
        assert entry.headers["User-Agent"].startswith("osce-news/")
        assert "someone@example.org" in entry.headers["User-Agent"]
        assert "Cookie" not in entry.headers
        assert "Referer" not in entry.headers
        assert entry.headers["Accept-Encoding"] == "gzip"


@pytest.mark.slow
def test_a_period_keeps_what_lies_in_it_and_stops_when_past_it(newsroom: Newsroom, db: Path) -> None:
    days = sorted({story.published for story in newsroom.stories})
    since, until = days[-12].isoformat(), days[-4].isoformat()
    done = crawl(newsroom, db, "--since", since, "--until", until)
    wanted = {str(s.node) for s in newsroom.stories if since <= s.published.isoformat() <= until}
    assert {row[0] for row in rows(db, "SELECT id FROM items")} == wanted
    assert done.summary["pages"] < 3
    assert done.status == 0


@pytest.mark.slow
def test_an_empty_list_is_no_error(newsroom: Newsroom, db: Path) -> None:
    newsroom.stories = []
    done = crawl(newsroom, db)
    assert (done.status, done.summary["pages"], done.summary["seen"]) == (0, 1, 0)


FIRST = faults.page(0)
FORBIDDEN = faults.always(Reply(body=b"User-agent: *\nDisallow: /"))
GUARD = faults.status(200, body="<html><title>Just a moment...</title>wait</html>")
LED_ON = faults.redirect("?page=2&rows=50")
HOME = faults.status(200, body="<html><title>Home</title>hello</html>")
# name: (where what goes wrong, exit status, status, pages stored, a part of the line)
FAILURES: dict[str, tuple[str | faults.Where, faults.Answer, int, str, int, str]] = {
    "robots forbids": ("/robots.txt", FORBIDDEN, 6, "refused", 0, "robots"),
    "robots is broken": ("/robots.txt", faults.status(503), 6, "refused", 0, "status 503"),
    "robots is reset": ("/robots.txt", faults.reset(0), 1, "failed", 0, "truncated"),
    "forbidden": (PAGE_TWO, faults.status(403), 6, "refused", 1, "status 403"),
    "challenge": (FIRST, faults.challenge(), 6, "refused", 0, "refuses"),
    "challenge as 200": (PAGE_TWO, GUARD, 6, "refused", 1, "challenge page"),
    "too many requests": (PAGE_TWO, faults.status(429), 6, "refused", 1, "status 429"),
    "not found": (FIRST, faults.status(404), 3, "failed", 0, "status 404"),
    "server error": (PAGE_TWO, faults.status(500), 4, "partial", 2, "status 500"),
    "led away": (PAGE_TWO, faults.redirect("http://127.0.0.2:9/"), 4, "partial", 2, "another site"),
    "not modified": (PAGE_TWO, faults.status(304), 4, "partial", 2, "status 304"),
    "redirect loop": (PAGE_TWO, faults.redirect_loop(), 4, "partial", 2, "redirections"),
    "next page but one": (PAGE_TWO, LED_ON, 4, "partial", 2, "a redirect to another page of the list"),
    "no address": (PAGE_TWO, faults.redirect("http://["), 4, "partial", 2, "an address that is not valid"),
    "no host": (PAGE_TWO, faults.redirect("http://a..127.0.0.1/"), 4, "partial", 2, "not a valid address"),
    "no port": (PAGE_TWO, faults.redirect("http://127.0.0.1:99999/"), 4, "partial", 2, "not valid"),
    "no length": (PAGE_TWO, faults.head("Content-Length: -5"), 4, "partial", 2, "not HTTP"),
    "two lengths": (PAGE_TWO, faults.head("Content-Length: 1, 2"), 4, "partial", 2, "not HTTP"),
    "no header": (PAGE_TWO, faults.head(": x"), 4, "partial", 2, "not HTTP"),
    "reset": (PAGE_TWO, faults.reset(), 4, "partial", 2, "truncated"),
    "blank": (PAGE_TWO, faults.status(203, body=" \n"), 4, "partial", 2, "empty or truncated"),
    "empty": (PAGE_TWO, faults.status(200, body=""), 4, "partial", 2, "empty or truncated"),
    "cut": (PAGE_TWO, faults.cut(), 4, "partial", 2, "truncated"),
    "wrong checksum": (PAGE_TWO, faults.wrong_checksum(), 4, "partial", 2, "truncated"),
    "cookie wall": (PAGE_TWO, faults.cookie_wall(), 4, "partial", 2, "asks for a cookie"),
    "too large": (PAGE_TWO, faults.huge(), 4, "partial", 2, "larger than the setting DOWNLOAD_MAXSIZE"),
    "endless headers": (PAGE_TWO, faults.endless_headers(), 4, "partial", 2, "headers of more than 256 KiB"),
    "bomb": (PAGE_TWO, faults.bomb(), 4, "partial", 2, "larger than the setting DOWNLOAD_MAXSIZE"),
    "a PDF": (PAGE_TWO, faults.wrong_type(), 3, "failed", 1, "application/pdf"),
    "another page": (PAGE_TWO, HOME, 3, "failed", 1, "expected results"),
}
TYPICAL = (
    "cookie wall|next page but one|no address|no host|no length|not modified|not found|server error|challenge"
    "|robots forbids|another page"
).split("|")


@pytest.mark.parametrize("name", [*TYPICAL, *slow(*(name for name in FAILURES if name not in TYPICAL))])
def test_what_goes_wrong_ends_in_one_line_and_its_status(newsroom: Newsroom, db: Path, name: str) -> None:
    where, answer, exit_status, status, pages, said = FAILURES[name]
    newsroom.fail(where, answer)
    done = crawl(newsroom, db)
    assert (done.status, done.summary["status"], done.summary["pages"]) == (exit_status, status, pages)
    assert len(done.lines) == 1, done.errors
    assert said in done.lines[0]
    assert "Traceback" not in done.errors
    # Page two left out, the one behind it is read: 50 results, and those from 98 on.
    assert rows(db, "SELECT count(*) FROM items") == [((0, 50, 82)[pages],)]
    ((stored, message),) = rows(db, "SELECT status, message FROM runs")
    assert (stored, with_database(message, db)) == (status, done.lines[0][11:])


def test_a_page_that_is_not_understood_is_kept_and_named(newsroom: Newsroom, tmp_path: Path) -> None:
    body = "<html><body><h1>A new newsroom</h1>\u20ac</body></html>"
    newsroom.fail(PAGE_TWO, faults.status(200, body=body))
    done = crawl(newsroom, tmp_path / "a.db")
    (kept,) = (tmp_path / "a.db-not-understood").iterdir()
    assert kept.read_text(encoding="utf-8") == body
    assert str(kept) in done.lines[0]
    assert ".search-result-news" in done.lines[0]


def test_after_a_redirect_the_new_address_is_waited_for(newsroom: Newsroom, db: Path) -> None:
    def says_what_it_waits_for() -> bool:
        return any("waiting for" in line and line.endswith("&slow=1") for line in command.errors.splitlines())

    newsroom.fail(PAGE_TWO, faults.redirect(f"{LIST}?page=1&rows=49&slow=1"))
    newsroom.before(lambda path: "slow=1" in path, lambda _: crawling.until(says_what_it_waits_for))
    soon = "import osce_news.crawl.middlewares.retry as retry\nretry._PATIENCE_S = 0.3"
    with crawling.start(newsroom, db, "--rows", "50", before=soon) as command:
        assert command.wait().summary["pages"] >= 2


@pytest.mark.slow
def test_a_long_list_is_stored_whole(newsroom: Newsroom, db: Path, request: pytest.FixtureRequest) -> None:
    """60 pages; with --large the 600 of the real list."""
    pages = 600 if request.config.getoption("--large") else 60
    newsroom.stories = make_stories(50 * pages)
    newsroom.robots = "User-agent: *\nAllow: /\n"
    done = crawl(newsroom, db)
    assert (done.status, done.summary["new"]) == (0, 50 * pages)
    assert done.summary["pages"] < 1.25 * pages  # for they overlap
    stored = {row[0] for row in rows(db, "SELECT id FROM items")}
    assert stored == {str(story.node) for story in newsroom.stories}
