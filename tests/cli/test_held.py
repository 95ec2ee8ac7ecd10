"""Decisions on held pages; tests/crawl/over_http/test_held.py holds them."""

from __future__ import annotations

import json
import sqlite3
import time
from contextlib import ExitStack, closing
from pathlib import Path

import pytest

from osce_news.errors import DoubtfulPageError
from osce_news.normalize import quarantine
from osce_news.storage import Writer
from tests.helpers import listing, run
from tests.newsroom.samples import TEN
from tests.processes import Command

DOUBT = DoubtfulPageError("titles", expected="titles", got="none")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return the folder of a database in which a page of ten items is held."""
    with Writer(tmp_path / "osce-news.db") as writer:
        writer.begin("full")
        writer.hold(listing(TEN), DOUBT)
        writer.finish("partial")
    return tmp_path


def test_results_that_are_to_be_quarantined_are_shown_and_counted(tmp_path: Path) -> None:
    page = listing(TEN)
    reason = "perhaps the stored item 1 under another address"
    page.quarantined = [quarantine(page.records.pop(), reason, page.url)]
    with Writer(tmp_path / "osce-news.db") as writer:
        writer.begin("full")
        writer.hold(page, DOUBT)
        writer.finish("partial")
    assert json.loads(run("held", "--json", cwd=tmp_path).out)[0]["results"] == len(TEN)
    shown = json.loads(run("held", "1", "--json", cwd=tmp_path).out)["results"]
    assert [result["quarantined"] for result in shown] == [None] * 9 + [reason]
    assert shown[-1]["title_raw"] == TEN[-1].title
    assert f"for quarantine: {reason}\n" in run("held", "1", "--format", "table", cwd=tmp_path).out
    assert "9 new, 0 changed, 0 unchanged, 1 quarantined; `" in run("held", "1", "--store", cwd=tmp_path).out


def stored(folder: Path) -> tuple[int, list[int | None]]:
    """Return how many items are stored, and the runs that stored the held pages."""
    with closing(sqlite3.connect(folder / "osce-news.db")) as connection:
        (items,) = connection.execute("SELECT count(*) FROM items").fetchone()
        return items, [row[0] for row in connection.execute("SELECT stored_run FROM held")]


def test_of_two_commands_at_once_one_stores_the_page_and_it_can_be_taken_back(folder: Path) -> None:
    command = ["held", "1", "--store"]
    with ExitStack() as stack:
        with Writer(folder / "osce-news.db"):
            one, other = (stack.enter_context(Command(command, folder)) for _ in range(2))
            while not ("waiting" in one.errors and "waiting" in other.errors):
                time.sleep(0.02)
        ended = sorted([one.wait(), other.wait()])
    assert [end.status for end in ended] == [0, 2]
    assert "page 1 was stored by run 2" in ended[1].errors
    assert stored(folder) == (len(TEN), [2])
    assert run("held", "1", "--discard", cwd=folder).status == 0
    assert stored(folder) == (0, [])


def test_a_page_whose_storing_was_undone_can_be_stored_again(folder: Path) -> None:
    assert run("held", "1", "--store", cwd=folder).status == 0
    assert run("undo", "2", cwd=folder).status == 0
    assert stored(folder) == (0, [None])
    assert run("held", "1", "--store", cwd=folder).status == 0
    assert stored(folder) == (len(TEN), [4])


def test_a_page_is_discarded_with_what_it_stored_or_not_at_all(folder: Path) -> None:
    assert run("held", "1", "--store", cwd=folder).status == 0
    kill = "import os, osce_news.storage.held as held\nheld.discard = lambda *_: os.kill(os.getpid(), 9)\n"
    with Command(["held", "1", "--discard"], folder, before=kill) as command:
        assert command.wait().status == -9
    assert stored(folder) == (len(TEN), [2])
