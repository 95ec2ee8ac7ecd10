"""One crawl at a time writes into a database, and readers neither wait for it nor hold it up."""

from __future__ import annotations

import os
import signal
import sqlite3
import time
from contextlib import closing
from pathlib import Path

import pytest

from tests.crawl.over_http.crawling import crawl, held, nodes, pages_asked, rows, start, stored, until
from tests.helpers import FIXTURES
from tests.newsroom import Newsroom
from tests.processes import Command, Ended


def names_of(db: Path) -> list[tuple[str, Path]]:
    """Return names of the database, each with the folder in which it is one."""
    folder = db.parent
    elsewhere = folder / "elsewhere"
    elsewhere.mkdir()
    (elsewhere / "link.db").symlink_to(db)
    (folder / "folder").symlink_to(folder)
    return [
        (str(db), elsewhere),
        (db.name, folder),
        (os.path.relpath(db, elsewhere), elsewhere),
        ("link.db", elsewhere),
        (str(folder / "folder" / db.name), elsewhere),
    ]


def test_a_second_crawl_by_any_name_of_the_database_names_the_first(newsroom: Newsroom, db: Path) -> None:
    with held(newsroom, db, 2) as first:
        asked = len(newsroom.log)
        seconds = [start(newsroom, name, cwd=folder) for name, folder in names_of(db)]
        for second in seconds:
            with second:
                done = second.wait()
            assert done.status == 5, done.errors
            (line,) = done.lines
            assert f"process {first.command.pid} " in line
            assert "wait for it to end, or stop it" in line
        assert len(newsroom.log) == asked  # nothing was asked of the site
        assert first.go_on().status == 0
    assert rows(db, "SELECT status FROM runs") == [("complete",)]
    assert stored(db) == nodes(newsroom)


@pytest.mark.slow
def test_a_replay_waits_for_a_crawl_to_end(newsroom: Newsroom, db: Path) -> None:
    with held(newsroom, db, 2) as crawl, replaying(db) as replay:
        time.sleep(1.5)
        assert replay.is_running
        assert crawl.go_on().status == 0
        done = replay.wait()
    assert done.status == 0, done.errors
    assert rows(db, "SELECT mode, status FROM runs") == [("full", "complete"), ("replay", "complete")]


def test_a_replay_that_waits_can_be_interrupted(newsroom: Newsroom, db: Path) -> None:
    with held(newsroom, db, 2), replaying(db) as replay:
        time.sleep(1)
        replay.send(signal.SIGINT)
        assert replay.wait().status == 130  # 5 if it had waited for all of the 30 s
    assert rows(db, "SELECT mode FROM runs") == [("full",)]


def test_a_replay_that_gives_up_waiting_says_who_writes(newsroom: Newsroom, db: Path) -> None:
    """It waits for 30 seconds, here for less."""
    shorter = "from osce_news.storage import Writer\nassert Writer.__init__.__defaults__ == (30,)\n"
    shorter += "Writer.__init__.__defaults__ = (0.2,)"
    with held(newsroom, db, 2) as crawl, replaying(db, shorter) as replay:
        done = replay.wait()
        assert done.status == 5
        assert f"process {crawl.command.pid} (full, since " in done.lines[0]


def replaying(db: Path, before: str = "") -> Command:
    return Command(["replay", str(FIXTURES / "seed"), "--db", str(db)], db.parent, before=before)


def command(*arguments: str, db: Path) -> Ended:
    with Command([*arguments, "--db", str(db)], db.parent) as one:
        return one.wait()


@pytest.mark.slow
def test_readers_neither_wait_nor_are_waited_for(newsroom: Newsroom, db: Path) -> None:
    """One holds a transaction open the whole time, one reads anew, others are commands."""
    crawl(newsroom, db, "--max-pages", "2")
    count = "SELECT count(*) FROM newsroom"
    with (
        closing(sqlite3.connect(db, timeout=0, isolation_level=None)) as patient,
        closing(sqlite3.connect(f"{db.as_uri()}?mode=ro", uri=True, timeout=0)) as other,
    ):
        patient.execute("BEGIN")
        assert patient.execute(count).fetchone() == (20,)
        with held(newsroom, db, 6, "--full") as waiting:
            assert other.execute(count).fetchone()[0] > 20
            assert command("list", db=db).status == 0
            found = command("search", "OSCE", "--limit", "3", db=db)
            assert found.status == 0, found.errors
            assert patient.execute(count).fetchone() == (20,)
            assert waiting.go_on().status == 0
        assert patient.execute(count).fetchone() == (20,)
        assert other.execute(count).fetchone() == (len(newsroom.stories),)
        patient.execute("COMMIT")
        assert patient.execute(count).fetchone() == (len(newsroom.stories),)


def test_somebody_elses_transaction_that_writes_is_waited_for(newsroom: Newsroom, db: Path) -> None:
    """A person who mends a row in the sqlite3 shell holds no lock of ours."""
    with held(newsroom, db, 3) as waiting, closing(sqlite3.connect(db, isolation_level=None)) as person:
        person.execute("BEGIN IMMEDIATE")
        waiting.released.set()
        until(lambda: pages_asked(newsroom) == 3)
        time.sleep(0.5)
        assert waiting.command.is_running
        assert pages_asked(newsroom) == 3
        person.execute("COMMIT")
        assert waiting.command.wait().status == 0
    until(lambda: stored(db) == nodes(newsroom))
