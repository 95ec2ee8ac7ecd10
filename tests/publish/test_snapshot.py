"""Snapshots are complete, compact, and free of data that only crawls need."""

from __future__ import annotations

import gzip
import sqlite3
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from osce_news.errors import DoubtfulPageError
from osce_news.publish.snapshot import write_backup, write_snapshot
from osce_news.storage import Writer, open_for_reading, queries, upgrade
from osce_news.storage.database import write_copy
from osce_news.storage.integrity import problems
from osce_news.storage.queries import Query
from osce_news.storage.queries.search import search
from osce_news.storage.schema import TABLES
from tests.helpers import NOON, ROOT, dump, listing, run, values
from tests.newsroom.samples import TEN


def test_a_backup_during_a_crawl_can_be_crawled_into(exported_from: Path, tmp_path: Path) -> None:
    db, path = tmp_path / "osce-news.db", tmp_path / "copy.db"
    db.write_bytes(exported_from.read_bytes())
    with Writer(db) as writer, closing(open_for_reading(db)) as reading:
        writer.begin("full")
        writer.store(listing(TEN))
        assert write_backup(reading, path) == 161
        with closing(open_for_reading(path)) as copy:
            for table in TABLES:
                there, here = (one.execute(f"SELECT * FROM {table}").fetchall() for one in (reading, copy))
                assert list(map(tuple, here)) == list(map(tuple, there)), table
    assert problems(path) == []
    with Writer(path) as writer:
        writer.begin("incremental")
        writer.store(listing(TEN, at=NOON.replace("2024", "2030")))
        assert writer.finish("complete").new == 0


@pytest.mark.parametrize("write", [write_backup, write_snapshot])
def test_the_number_of_items_is_that_of_the_copy(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, write: Callable[[sqlite3.Connection, Path], int]
) -> None:
    with Writer(tmp_path / "osce-news.db") as writer:
        writer.begin("full")
        writer.store(listing(TEN[:4]))

        def copy_before_the_next_page(connection: sqlite3.Connection, path: Path) -> None:
            write_copy(connection, path)
            writer.store(listing(TEN[4:], url="https://www.osce.org/press-releases?page=1"))

        monkeypatch.setattr("osce_news.publish.snapshot.write_copy", copy_before_the_next_page)
        with closing(open_for_reading(tmp_path / "osce-news.db")) as reading:
            assert write(reading, tmp_path / "copy.db") == 4


def test_a_snapshot_of_an_older_database_has_the_present_schema(tmp_path: Path) -> None:
    older = tmp_path / "older.db"
    older.write_bytes(gzip.decompress((ROOT / "tests/legacy/articles/newsroom.db.gz").read_bytes()))
    with closing(open_for_reading(older)) as reading:
        assert write_snapshot(reading, tmp_path / "copy.db") == 27
        items, texts = values(reading, "SELECT id FROM items"), values(reading, "SELECT text FROM articles")
    assert problems(tmp_path / "copy.db") == []
    with closing(open_for_reading(tmp_path / "copy.db")) as copy:
        assert upgrade.differences(copy) == {}
        assert values(copy, "SELECT id FROM items") == items
        assert values(copy, "SELECT text FROM articles") == texts


def test_an_older_database_that_has_lost_a_table_is_refused(tmp_path: Path) -> None:
    older = tmp_path / "older.db"
    older.write_bytes(gzip.decompress((ROOT / "tests/legacy/articles/newsroom.db.gz").read_bytes()))
    with closing(sqlite3.connect(older)) as connection:
        connection.execute("DROP TABLE articles")
    with (
        closing(open_for_reading(older)) as reading,
        pytest.raises(sqlite3.OperationalError, match="no such table: articles"),
    ):
        write_snapshot(reading, tmp_path / "copy.db")


@pytest.mark.parametrize("table", TABLES)
def test_a_database_that_lacks_a_table_is_refused(exported_from: Path, tmp_path: Path, table: str) -> None:
    db = tmp_path / "osce-news.db"
    db.write_bytes(exported_from.read_bytes())
    with closing(sqlite3.connect(db)) as connection:
        connection.execute(f"DROP TABLE {table}")
    result = run("export", "--snapshot", "published.db", cwd=tmp_path)
    assert (result.status, len(result.errors)) == (1, 1)
    assert f"no such table: {table} (" in result.err
    assert list(tmp_path.glob("published.db*")) == []


def test_a_snapshot_has_no_held_pages_and_no_former_values(tmp_path: Path) -> None:
    path = tmp_path / "copy.db"
    with Writer(tmp_path / "osce-news.db") as writer:
        writer.begin("full")
        writer.store(listing(TEN))
        writer.begin("full")
        edited = listing([replace(TEN[0], title="Another title"), *TEN[1:]], at=NOON.replace("2024", "2030"))
        writer.store(edited)
        writer.hold(edited, DoubtfulPageError("titles", expected="titles", got="none"))
        tables = ("held", "former_values")
        assert all(values(writer.connection, f"SELECT 1 FROM {table}") for table in tables)
        write_snapshot(writer.connection, path)
    with closing(open_for_reading(path)) as copy:
        assert not any(values(copy, f"SELECT 1 FROM {table}") for table in tables)


def test_a_snapshot_holds_all_items_and_passes_verify(reading: sqlite3.Connection, tmp_path: Path) -> None:
    path = tmp_path / "copy.db"
    assert write_snapshot(reading, path) == 151
    assert problems(path) == []
    assert list(tmp_path.iterdir()) == [path]
    with closing(open_for_reading(path)) as copy:
        assert list(queries.items(copy, Query())) == list(queries.items(reading, Query()))
        given, kept = dump(reading, without=()), dump(copy, without=())
        assert len(given.pop("quarantine")) == 1
        assert kept.pop("quarantine") == []
        assert kept == given
        found = search(copy, Query("elections"), None, ("", "")).rows
        assert found == search(reading, Query("elections"), None, ("", "")).rows
        assert values(copy, "PRAGMA journal_mode") == ["delete"]
        assert values(copy, "PRAGMA freelist_count") == [0]
        assert "items_published" in values(copy, "SELECT idx FROM sqlite_stat1")
        assert values(copy, "SELECT count(*) FROM runs WHERE process IS NOT NULL OR message IS NOT NULL") == [
            0
        ]
