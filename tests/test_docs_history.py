"""docs/history.md: the query for a past day is right, and the names are those of the schema."""

from __future__ import annotations

import re
import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from osce_news.storage import Writer
from osce_news.storage.queries.as_of import database_as_of
from tests.helpers import ROOT, listing
from tests.newsroom.samples import TEN

PAGE = (ROOT / "docs" / "history.md").read_text(encoding="utf-8")
(QUERY,) = re.findall(r"```sql\n(.*?)```", PAGE, re.DOTALL)


def _first_column(table: str) -> set[str]:
    """Return the names in the first column of the table whose first heading is this word."""
    rows = PAGE.split(f"| {table} | ")[1].split("\n\n")[0].splitlines()[2:]
    return {name for row in rows for name in re.findall(r"`(\w+)`", row.split("|")[1])}


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder with `osce-news.db`: read in October, changed and withdrawn in November."""
    with Writer(tmp_path / "osce-news.db") as writer:
        writer.begin("full")
        writer.store(listing(TEN, "2026-10-05T12:00:00Z"))
        writer.finish("complete")
        writer.begin("full")
        changed = [replace(TEN[0], title="Another title", teaser="", topics=("Youth",)), TEN[1]]
        writer.store(listing(changed, "2026-11-02T00:00:00Z"))
        writer.finish("complete", withdrawn=[str(TEN[2].node), str(TEN[3].node)])
        writer.connection.execute("UPDATE withdrawals SET withdrawn = '2026-11-02T00:00:00Z' WHERE id = 1")
        writer.connection.execute("UPDATE withdrawals SET withdrawn = '2026-11-01T23:59:59Z' WHERE id = 2")
    return tmp_path


@pytest.mark.parametrize("day", ["2026-11-01", "2026-11-02"])
def test_the_query_for_a_day_gives_the_values_of_the_command(folder: Path, day: str) -> None:
    with closing(sqlite3.connect(folder / "osce-news.db")) as connection:
        connection.row_factory = sqlite3.Row
        shown = {row["id"]: dict(row) for row in connection.execute(QUERY.replace("2026-11-01", day))}
        with closing(database_as_of(connection, day)) as past:
            for row in past.execute("SELECT * FROM items"):
                one = shown.pop(row["id"])
                assert one == {
                    name: row[f"{name}_raw" if name not in ("id", "url") else name] for name in one
                }
        assert not shown


def test_the_query_for_a_day_gives_the_values_of_that_day(folder: Path) -> None:
    with closing(sqlite3.connect(folder / "osce-news.db")) as connection:
        rows = {row[0]: row[2:5] for row in connection.execute(QUERY)}
        assert set(rows) == {str(story.node) for story in TEN} - {str(TEN[3].node)}
        assert rows[str(TEN[0].node)] == (TEN[0].title, TEN[0].teaser, "2 August 2024")
        later = {row[0]: row[2:] for row in connection.execute(QUERY.replace("2026-11-01", "2026-11-02"))}
        assert set(later) == set(rows) - {str(TEN[2].node)}
        assert later[str(TEN[0].node)] == (
            "Another title", None, "2 August 2024", "News", TEN[0].offices[0], "Youth",
        )  # fmt: skip
        assert connection.execute(QUERY.replace("2026-11-01", "2026-10-04")).fetchall() == []


def test_the_classes_and_statuses_are_those_of_the_schema(folder: Path) -> None:
    with closing(sqlite3.connect(folder / "osce-news.db")) as connection:
        schema = dict(connection.execute("SELECT name, sql FROM sqlite_master WHERE type = 'table'"))
    allowed = {
        name: set(re.findall(r"'(\w+)'", re.findall(rf"{name} IN \((.*?)\)", schema[table], re.DOTALL)[0]))
        for table, name in (("revisions", "class"), ("runs", "status"))
    }
    assert _first_column("class") == allowed["class"]
    assert _first_column("status") == allowed["status"] | {"died"}
