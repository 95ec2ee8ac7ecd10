"""Crawls on a machine that fails: no room, no database, a clock that is wrong."""

from __future__ import annotations

import shlex
import shutil
import sys
from collections.abc import Callable
from pathlib import Path

import pytest

from tests.crawl.over_http.crawling import at, crawl, held, is_sound, killed, nodes, pages_asked, rows, stored
from tests.helpers import shell, slow
from tests.newsroom import Newsroom, make_newer, make_stories
from tests.processes import Command, Ended

SMALL_FILES = "import resource\nresource.setrlimit(resource.RLIMIT_FSIZE, ({0}, {0}))"
# All of them later than the days of the stories: the checks refuse those of the future.
EARLIER, NOW, LATER = "2026-12-01T00:00:00Z", "2027-01-01T00:00:00Z", "2027-01-02T00:00:00Z"
YEARS_AHEAD = "2040-01-01T00:00:00Z"


def ended_in_one_line(done: Ended, status: int, said: str) -> bool:
    """Whether the command failed with one line that says so; `Ended` has no traceback."""
    assert (done.status, len(done.lines)) == (status, 1), done.errors
    assert said in done.lines[0]
    return True


def test_where_files_may_not_grow_the_next_crawl_goes_on(newsroom: Newsroom, db: Path) -> None:
    """The limit on the size of files stands for a full disk where none can be had."""
    newsroom.stories = make_stories(200)
    done = crawl(newsroom, db, before=SMALL_FILES.format(300_000))
    assert ended_in_one_line(done, 1, "run the command again")
    assert 0 < len(stored(db)) < 200
    assert is_sound(db)
    newsroom.log.clear()
    done = crawl(newsroom, db)
    assert (done.status, done.summary["continues"]) == (0, 1)
    assert stored(db) == nodes(newsroom)
    assert is_sound(db)


@pytest.mark.parametrize("files", [9, *slow(*range(7, 20))])
def test_without_file_descriptors_the_crawl_ends_in_one_line(tmp_path: Path, files: int) -> None:
    limit = f"ulimit -n {files} && exec {shlex.quote(sys.executable)} -m osce_news crawl"
    done = shell(f"{limit} --start-url http://127.0.0.1:1/ --delay 0", cwd=tmp_path)
    lines = [line for line in done.errors if not line[:2].isdigit()]  # the others are the log's
    assert (done.status, len(lines)) == (1, 1), done.err
    assert lines[0].startswith("osce-news: ")


GONE: dict[str, Callable[[Path], object]] = {
    "deleted": Path.unlink,
    "deleted with its folder": lambda db: shutil.rmtree(db.parent),
    "moved away": lambda db: db.rename(db.with_name("b.db")),
    "replaced": lambda db: db.with_name("other.db").rename(db),
}


@pytest.mark.parametrize("name", GONE)
def test_a_database_gone_under_way_ends_the_crawl(newsroom: Newsroom, tmp_path: Path, name: str) -> None:
    """Else the crawl would go on into a file that nobody can find again."""
    db = tmp_path / "folder" / "a.db"
    db.parent.mkdir()
    if name == "replaced":
        crawl(newsroom, db.with_name("other.db"), "--max-pages", "1")
        newsroom.log.clear()
    with held(newsroom, db, 3) as crawl_under_way:
        GONE[name](db)
        done = crawl_under_way.go_on()
    assert ended_in_one_line(done, 1, "deleted, moved or replaced")
    assert done.summary["status"] == "failed"
    assert pages_asked(newsroom) == 3  # no page more


def test_without_json_a_database_that_is_gone_is_one_line_too(newsroom: Newsroom, tmp_path: Path) -> None:
    """Without --json the crawl ends with a look at the database, which is not there."""
    place = ["--db", str(tmp_path / "a.db"), "--start-url", f"{newsroom.url}/press-releases"]
    newsroom.at_request(2, lambda _: (tmp_path / "a.db").unlink())
    with Command(["crawl", *place, "--delay", "0", "--rows", "10"], tmp_path) as command:
        done = command.wait()
    assert ended_in_one_line(done, 1, "deleted, moved or replaced")


def test_a_clock_set_back_between_crawls_loses_nothing(newsroom: Newsroom, db: Path) -> None:
    newsroom.etags = True
    assert crawl(newsroom, db, before=at(LATER)).status == 0
    newsroom.publish(*make_newer(newsroom.stories, 12))
    gone = newsroom.remove(newsroom.stories[50].node).node
    done = crawl(newsroom, db, before=at(NOW))
    assert (done.status, done.summary["new"], done.summary["withdrawn"]) == (0, 12, 0), done.errors
    done = crawl(newsroom, db, "--full", before=at(NOW))
    assert (done.status, done.summary["withdrawn"]) == (0, 1), done.errors
    newsroom.restore(gone)
    done = crawl(newsroom, db, "--full", before=at(EARLIER))
    assert (done.status, done.summary["restored"]) == (0, 1), done.errors
    assert stored(db) == nodes(newsroom)
    assert is_sound(db)


def test_items_that_were_seen_in_the_future_have_been_seen_now(newsroom: Newsroom, db: Path) -> None:
    crawl(newsroom, db, before=at(YEARS_AHEAD))
    gone = newsroom.remove(newsroom.stories[50].node).node
    crawl(newsroom, db, "--full", before=at(NOW))
    assert rows(db, "SELECT id FROM items WHERE last_seen <> ?", NOW) == [(str(gone),)]
    assert is_sound(db)


@pytest.mark.parametrize(("killed_at", "then"), [(YEARS_AHEAD, NOW), (LATER, NOW), (NOW, YEARS_AHEAD)])
def test_any_clock_closes_the_gap_of_a_kill(newsroom: Newsroom, db: Path, killed_at: str, then: str) -> None:
    newsroom.etags = True
    crawl(newsroom, db, before=at(NOW))
    newsroom.publish(*make_newer(newsroom.stories, 62))
    killed(newsroom, db, 4, before=at(killed_at))
    done = crawl(newsroom, db, before=at(then))
    assert (done.status, done.summary["mode"]) == (0, "incremental")
    assert stored(db) == nodes(newsroom)


def test_a_clock_before_the_whole_list_stores_nothing(newsroom: Newsroom, db: Path) -> None:
    """A machine whose battery is empty takes all news for that of the future."""
    crawl(newsroom, db, before=at(NOW))
    newsroom.publish(*make_newer(newsroom.stories, 2))
    done = crawl(newsroom, db, "--full", before=at("1970-01-01T00:00:00Z"))
    assert ended_in_one_line(done, 3, "expected dates before the page was fetched")
    assert rows(db, "SELECT count(*) FROM items WHERE withdrawn NOT NULL") == [(0,)]


@pytest.mark.parametrize(("killed_at", "then"), [(YEARS_AHEAD, NOW), (NOW, YEARS_AHEAD)])
def test_any_clock_ends_a_killed_full_crawl(newsroom: Newsroom, db: Path, killed_at: str, then: str) -> None:
    crawl(newsroom, db, before=at(NOW))
    newsroom.remove(newsroom.stories[50].node)
    killed(newsroom, db, 6, "--full", before=at(killed_at))
    done = crawl(newsroom, db, "--full", before=at(then))
    assert (done.status, done.summary["withdrawn"]) == (0, 1), done.errors
    assert rows(db, "SELECT count(*) FROM items WHERE first_seen > last_seen") == [(0,)]
    assert stored(db) == nodes(newsroom)
