"""Crawls of several lists: one after another, on hosts of one site."""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.archive.replaying import assert_same, replay
from tests.crawl.over_http.crawling import OWN_PAGES, ROBOTS, at, nodes, rows, stored
from tests.newsroom import Newsroom, faults, make_stories
from tests.processes import Command, Ended

HOSTS = ("www.osce.org", "odihr.osce.org")
DAYS = [f"2026-01-0{day}T12:00:00Z" for day in range(1, 10)]
# All hosts of the OSCE are this machine.
RESOLVER = """
import socket
from twisted.internet._resolver import GAIResolver
def resolve(host, *rest, **more):
    return socket.getaddrinfo("127.0.0.1" if str(host).endswith("osce.org") else host, *rest, **more)
GAIResolver.__init__.__defaults__ = (None, resolve)
"""
STORIES = make_stories(40)


@pytest.fixture
def newsrooms() -> Iterator[tuple[Newsroom, Newsroom]]:
    """Two lists that share ten stories."""
    with Newsroom(STORIES[:25], robots=ROBOTS) as first, Newsroom(STORIES[15:], robots=ROBOTS) as second:
        yield first, second


def list_of(newsroom: Newsroom, host: str) -> str:
    return newsroom.url.replace("127.0.0.1", host) + "/press-releases"


def crawl(db: Path, lists: list[str], *options: str, before: str = "") -> Ended:
    starts = itertools.chain.from_iterable(("--start-url", url) for url in lists)
    before += OWN_PAGES.format(url=lists[0].removesuffix("/press-releases"))
    arguments = ["crawl", *starts, "--db", str(db), "--json", "--delay", "0", "--rows", "10", *options]
    contact = {"OSCE_NEWS_CONTACT": "someone@example.org"}
    with Command(arguments, db.parent, contact, RESOLVER + before) as command:
        return command.wait(60)


@pytest.fixture
def lists(newsrooms: tuple[Newsroom, Newsroom]) -> list[str]:
    return [list_of(newsroom, host) for newsroom, host in zip(newsrooms, HOSTS, strict=True)]


def test_each_list_is_a_run(newsrooms: tuple[Newsroom, Newsroom], lists: list[str], db: Path) -> None:
    done = crawl(db, lists)
    assert done.status == 0, done.errors
    assert (done.summary["run"], done.summary["new"], done.summary["unchanged"]) == (1, 40, 10)
    runs = rows(db, "SELECT mode, source, status, new FROM runs")
    assert runs == [("full", "list", "complete", 25), ("full", "list", "complete", 15)]
    shared = {str(story.node) for story in STORIES[15:25]}
    several = rows(db, "SELECT item_id, count(*) FROM addresses GROUP BY 1 HAVING count(*) > 1")
    assert {row[0] for row in several} == shared
    assert {row[1] for row in several} == {2}

    again = crawl(db, lists)
    assert (again.status, again.summary["mode"], again.summary["new"]) == (0, "incremental", 0)


def test_hosts_share_the_longest_delay(
    newsrooms: tuple[Newsroom, Newsroom], lists: list[str], db: Path
) -> None:
    for newsroom, delay in zip(newsrooms, (0.2, 0.1), strict=True):
        newsroom.robots = f"User-agent: *\nCrawl-delay: {delay}\n"
    done = crawl(db, lists, "--max-pages", "2")
    assert done.status == 0, done.errors
    assert [newsroom.paths[0] for newsroom in newsrooms] == ["/robots.txt", "/robots.txt"]
    assert [gap >= 0.2 for (gap,) in rows(db, "SELECT smallest_gap_s FROM runs")] == [True, True]

    newsrooms[1].robots = "User-agent: *\nDisallow: /press-releases\n"
    done = crawl(db, lists)
    assert (done.status, done.summary["status"], done.summary["run"]) == (6, "refused", 4)
    assert rows(db, "SELECT status FROM runs")[-2:] == [("complete",), ("refused",)]


@pytest.mark.parametrize(
    ("fault", "status", "word"), [(faults.status(500), 4, "partial"), (faults.error_page(), 3, "failed")]
)
def test_a_list_that_cannot_be_read_does_not_stop_the_next_and_its_status_counts(
    newsrooms: tuple[Newsroom, Newsroom],
    lists: list[str],
    db: Path,
    fault: faults.Answer,
    status: int,
    word: str,
) -> None:
    first, _ = newsrooms
    first.fail(faults.page(1), fault)
    done = crawl(db, lists, before="\nimport osce_news.crawl.settings as s\ns.RETRY_TIMES = 0")
    assert (done.status, done.summary["status"]) == (status, word), done.errors
    assert [row[0] for row in rows(db, "SELECT status FROM runs")] == [word, "complete"]
    assert {story.node for story in STORIES[15:]} <= stored(db)


def test_a_later_list_without_its_first_page_makes_the_crawl_partial(
    newsrooms: tuple[Newsroom, Newsroom], lists: list[str], db: Path
) -> None:
    """Because what the list before it showed is stored."""
    _, second = newsrooms
    second.fail(faults.page(0), faults.status(500))
    done = crawl(db, lists, before="\nimport osce_news.crawl.settings as s\ns.RETRY_TIMES = 0")
    assert (done.status, done.summary["status"]) == (4, "partial"), done.errors
    assert rows(db, "SELECT status FROM runs") == [("complete",), ("partial",)]


def test_withdrawn_is_on_no_list(newsrooms: tuple[Newsroom, Newsroom], lists: list[str], db: Path) -> None:
    first, second = newsrooms
    crawl(db, lists, before=at(DAYS[0]))
    only_first, on_both, gone = STORIES[3].node, STORIES[20].node, STORIES[21].node
    crawl(db, lists[:1], before=at(DAYS[1]))  # the last page that shows the items of both is the first list's
    for node in (only_first, on_both, gone):
        first.remove(node)
    second.remove(gone)
    done = crawl(db, lists, "--full", before=at(DAYS[2]))
    assert (done.status, done.summary["withdrawn"], done.summary["restored"]) == (0, 2, 0), done.errors
    withdrawn = rows(db, "SELECT item_id, restored FROM withdrawals ORDER BY item_id")
    assert sorted(withdrawn) == sorted((str(node), None) for node in (only_first, gone))
    assert stored(db) == nodes(first) | nodes(second)


@pytest.mark.slow
def test_a_list_counts_for_90_days(newsrooms: tuple[Newsroom, Newsroom], lists: list[str], db: Path) -> None:
    """After that, what it shared with another list can be withdrawn, but nothing that only it showed."""
    first, _ = newsrooms
    crawl(db, lists, before=at(DAYS[0]))
    first.remove(STORIES[20].node)
    done = crawl(db, lists[:1], "--full", before=at(DAYS[1]))
    assert (done.status, done.summary["withdrawn"]) == (0, 0)
    first.remove(STORIES[21].node)
    done = crawl(db, lists[:1], "--full", before=at("2026-06-01T12:00:00Z"))
    assert (done.status, done.summary["withdrawn"]) == (0, 2)
    assert {story.node for story in STORIES[25:]} <= stored(db)


@pytest.mark.slow
def test_the_articles_of_all_lists_are_one_run(newsrooms: tuple[Newsroom, Newsroom], db: Path) -> None:
    url = f"{newsrooms[0].url}/press-releases"
    done = crawl(db, [url, f"{url}/human%20trafficking"], "--articles", "--max-articles", "3")
    assert (done.status, done.summary["articles"]) == (0, 3), done.errors
    runs = rows(db, "SELECT mode, source FROM runs")
    assert runs == [("full", "list"), ("full", "list"), ("articles", "page")]


@pytest.mark.slow
def test_a_replay_is_the_same(newsrooms: tuple[Newsroom, Newsroom], lists: list[str], tmp_path: Path) -> None:
    db, archive = tmp_path / "a.db", tmp_path / "archive"
    crawl(db, lists, "--archive", str(archive))
    for node in (STORIES[3].node, STORIES[20].node):
        newsrooms[0].remove(node)
    crawl(db, lists[:1], "--archive", str(archive))
    crawl(db, lists, "--full", "--archive", str(archive))
    replayed = replay(tmp_path)
    assert replayed.status == 0, replayed.errors
    assert_same(tmp_path)
    assert rows(db, "SELECT count(*) FROM withdrawals") == [(1,)]


@pytest.mark.slow
def test_the_second_list_is_resumed(newsrooms: tuple[Newsroom, Newsroom], lists: list[str], db: Path) -> None:
    first, second = newsrooms
    second.fail(faults.page(1), faults.status(403))
    assert crawl(db, lists).status == 6
    second.faults.clear()
    asked = len(second.log)
    done = crawl(db, lists)
    assert done.status == 0, done.errors
    assert rows(db, "SELECT mode, continues FROM runs")[2:] == [("incremental", None), ("full", 2)]
    assert stored(db) == nodes(first) | nodes(second)
    assert len(second.log) - asked <= 5
