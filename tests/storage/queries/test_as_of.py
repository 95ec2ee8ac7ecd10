"""The past: the list as it stood on a day, and what is kept of a run."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from osce_news.errors import BadInputError
from osce_news.storage import Writer, open_for_reading, queries
from osce_news.storage import runs as stored_runs
from osce_news.storage.crawl_state import UnfinishedRun
from osce_news.storage.queries import Query, open_for_query
from osce_news.storage.queries.as_of import PRESENT_ONLY
from tests.helpers import items_as_of, listing
from tests.newsroom import Story, make_stories
from tests.newsroom.samples import TEN

MEMORIAL, HOTLINE, LATER = TEN[0], TEN[2], TEN[3]
IDS = {name: str(story.node) for name, story in (("m", MEMORIAL), ("h", HOTLINE), ("l", LATER))}


def _with(**changes: Any) -> Story:
    return replace(MEMORIAL, **changes)


# What the list showed, day by day; the hotline is off it on the 8th and the 9th.
VERSIONS = {
    "2024-08-05": MEMORIAL,
    "2024-08-06": _with(title="Second title", teaser=""),
    "2024-08-07": _with(title="Third title", topics=(), content_type="Press release"),
    "2024-08-10": _with(title="Third title", offices=("OSCE Moon Base",), content_type=None),
    "2024-08-11": _with(published=MEMORIAL.published.replace(day=4)),
}


@pytest.fixture(scope="module")
def history(tmp_path_factory: pytest.TempPathFactory) -> Iterator[sqlite3.Connection]:
    """Return a list that changed over a week, with a withdrawal and a restoration."""
    path = tmp_path_factory.mktemp("history") / "history.db"
    with Writer(path) as writer:
        for day, version in VERSIONS.items():
            stories = [version, HOTLINE, *([LATER] if day >= "2024-08-07" else [])]
            writer.begin("full")
            writer.store(listing(stories, f"{day}T23:59:59Z"))
            writer.finish("complete", withdrawn=[IDS["h"]] if day == "2024-08-07" else ())
        # A crawl notes a withdrawal when it ends; here that was on the 8th.
        writer.connection.execute("UPDATE withdrawals SET withdrawn = '2024-08-08T01:00:00Z'")
        writer.connection.execute(
            "UPDATE withdrawals SET restored = '2024-08-10T23:59:59Z', restored_run = 4"
        )
        writer.connection.execute("UPDATE items SET withdrawn = NULL")
    with closing(open_for_reading(path)) as connection:
        yield connection


def _on(connection: sqlite3.Connection, day: str) -> dict[str, queries.Row]:
    return {row["id"]: row for row in items_as_of(connection, day)}


def test_nothing_is_known_of_a_day_before_the_first_sighting(history: sqlite3.Connection) -> None:
    with pytest.raises(BadInputError, match="of 2024-08-04: the first items were read on 2024-08-05"):
        items_as_of(history, "2024-08-04")


def test_an_item_stands_on_the_list_from_the_day_of_its_first_sighting(history: sqlite3.Connection) -> None:
    assert set(_on(history, "2024-08-05")) == set(_on(history, "2024-08-06")) == {IDS["m"], IDS["h"]}
    assert set(_on(history, "2024-08-07")) == set(IDS.values())


def test_an_item_is_missing_while_it_was_withdrawn(history: sqlite3.Connection) -> None:
    there = {f"2024-08-{day:02}": IDS["h"] in _on(history, f"2024-08-{day:02}") for day in range(5, 13)}
    assert [day for day, on in there.items() if not on] == ["2024-08-08", "2024-08-09"]


@pytest.mark.parametrize("day", [f"2024-08-{day:02}" for day in range(5, 13)])
def test_each_value_is_that_of_the_day(history: sqlite3.Connection, tmp_path: Path, day: str) -> None:
    """The same as a database that was filled with that day's page only, whatever changed later."""
    shown = VERSIONS[max(one for one in VERSIONS if one <= day)]
    with Writer(tmp_path / "only.db") as writer:
        writer.begin("full")
        writer.store(listing([shown], "2024-08-05T23:59:59Z"))
        (expected,) = queries.items(writer.connection, Query())
    for name in PRESENT_ONLY:
        del expected[name]
    assert _on(history, day)[IDS["m"]] == expected


def test_of_several_changes_in_one_day_the_last_stands_at_its_end(writer: Writer) -> None:
    for number, at in enumerate(("05T10:00:00Z", "06T08:00:00Z", "06T20:00:00Z", "07T01:00:00Z")):
        writer.begin("full")
        writer.store(listing([_with(title=f"Title {number}")], f"2024-08-{at}"))
    titles = [items_as_of(writer.connection, f"2024-08-0{day}")[0]["title"] for day in (5, 6, 7)]
    assert titles == ["Title 0", "Title 2", "Title 3"]


def test_today_the_list_is_what_the_view_shows_without_what_is_withdrawn(db: Path) -> None:
    stories = make_stories(120)
    with Writer(db) as writer:
        writer.begin("full")
        for start in (0, 50, 100):
            writer.store(listing(stories[start : start + 50]))
        writer.finish("complete", withdrawn=[str(stories[7].node)])
        now = list(queries.items(writer.connection, Query()))
        expected = [row for row in now if row["withdrawn"] is None]
        assert len(expected) == 119
        for row in expected:
            for name in PRESENT_ONLY:
                del row[name]
        assert items_as_of(writer.connection, "9999-12-31") == expected


@pytest.mark.parametrize(
    ("filters", "found"),
    [
        (Query(offices=["odihr"]), "m5 m6 m7 m11"),
        (Query(topics=["roma-and-sinti"]), "m5 m6 m10 m11"),
        (Query(types=["press-release"]), "m7"),
        (Query(places=["warsaw"]), "m5 m7 m10 m11"),
        (Query(since="2024-08-04"), "m11"),
        (Query(until="2024-08-03", offices=["odihr"]), "m5 m6 m7"),
        (Query(language="ru"), ""),
        (Query(language="en", topics=["tolerance"]), "m5 m6 m10 m11"),
    ],
)
def test_filters_take_the_values_of_the_day(history: sqlite3.Connection, filters: Query, found: str) -> None:
    days = [
        f"m{day}"
        for day in (5, 6, 7, 10, 11)
        if IDS["m"] in {row["id"] for row in items_as_of(history, f"2024-08-{day:02}", filters)}
    ]
    assert days == found.split()


def test_runs_come_newest_first_with_what_they_continue(db: Path) -> None:
    with Writer(db) as writer:
        first = writer.begin("full", "https://www.osce.org/press-releases", list_name="news").run
        writer.store(listing(TEN))
        writer.finish("interrupted", "interrupted; what was read is stored")
        second = writer.begin("full", continues=UnfinishedRun(first, {"pages": 1}, [], [])).run
        writer.finish("complete")
        rows = stored_runs.list_runs(writer.connection, None)
        assert [row["run"] for row in rows] == [second, first]
        assert [(row["continues"], row["continued_by"]) for row in rows] == [(first, None), (None, second)]
        assert stored_runs.list_runs(writer.connection, 1) == rows[:1]
        assert stored_runs.count_runs(writer.connection) == 2
        one = stored_runs.read_run(writer.connection, first)
        assert one is not None
        pages = one.pop("pages_read")
        assert one == rows[1]
        assert [(page["results"], page["new"], page["status"]) for page in pages] == [(10, 10, None)]
        assert stored_runs.read_run(writer.connection, 99) is None


def test_a_command_reads_one_state_while_a_crawl_writes(tmp_path: Path) -> None:
    with Writer(tmp_path / "osce-news.db") as writer:
        writer.begin("full")
        writer.store(listing(TEN[:4]))
        with open_for_query(tmp_path / "osce-news.db", Query()) as reading:
            before = queries.count(reading, Query())
            writer.store(listing(TEN[4:], url="https://www.osce.org/press-releases?page=1"))
            assert (before, queries.count(reading, Query())) == (4, 4)
        with open_for_query(tmp_path / "osce-news.db", Query()) as reading:
            assert queries.count(reading, Query()) == 10
