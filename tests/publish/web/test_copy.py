"""The served copy has the same data and is made without changing the database."""

from __future__ import annotations

import shutil
import sqlite3
from contextlib import closing
from pathlib import Path

from osce_news.publish.web.databases import make_copy
from osce_news.storage import open_for_reading
from tests.helpers import digest


def rows(path: Path, sql: str) -> list[tuple[object, ...]]:
    with closing(sqlite3.connect(path)) as connection:
        return connection.execute(sql).fetchall()


def test_the_table_equals_the_view(history: Path, snapshot: Path) -> None:
    with closing(open_for_reading(history)) as connection:
        names = [row["name"] for row in connection.execute("PRAGMA table_info (newsroom)")]
    sql = f"SELECT {', '.join(names)} FROM newsroom ORDER BY id"
    assert len(rows(snapshot, sql)) == 300
    assert rows(snapshot, sql) == rows(history, sql)
    assert rows(snapshot, "SELECT type FROM sqlite_master WHERE name = 'newsroom'") == [("table",)]


def test_a_copy_is_made_during_a_write_and_the_database_is_unchanged(history: Path, tmp_path: Path) -> None:
    path = Path(shutil.copy(history, tmp_path / "osce-news.db"))
    writing = sqlite3.connect(path, isolation_level=None)
    writing.execute("BEGIN IMMEDIATE")
    writing.execute("DELETE FROM revisions")
    copy = tmp_path / "copy.db"
    make_copy(path, copy)
    writing.execute("ROLLBACK")
    writing.close()
    assert rows(copy, "SELECT count(*) FROM revisions") == rows(history, "SELECT count(*) FROM revisions")
    assert rows(copy, "SELECT count(*) FROM revisions") != [(0,)]
    assert digest(path) == digest(history)


def test_commits_that_are_still_in_the_log_are_copied(history: Path, tmp_path: Path) -> None:
    path = Path(shutil.copy(history, tmp_path / "osce-news.db"))
    copy = tmp_path / "copy" / "osce-news.db"
    copy.parent.mkdir()
    with closing(sqlite3.connect(path, isolation_level=None)) as writing:
        writing.execute("UPDATE items SET teaser = 'just now'")
        assert Path(f"{path}-wal").stat().st_size > 0
        make_copy(path, copy)
    assert rows(copy, "SELECT DISTINCT teaser FROM newsroom") == [("just now",)]
    assert sorted(one.name for one in copy.parent.iterdir()) == ["osce-news.db"]
