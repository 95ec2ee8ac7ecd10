"""The check of a database: a whole one has no problems, each kind of damage is named, none is mended."""

from __future__ import annotations

import re
import shutil
import sqlite3
from contextlib import closing, suppress
from pathlib import Path

import pytest

from osce_news.errors import BadInputError, StorageError
from osce_news.publish.snapshot import write_snapshot
from osce_news.storage import Writer, open_for_reading
from osce_news.storage.integrity import problems
from osce_news.storage.queries import Query
from osce_news.storage.queries.search import search
from osce_news.storage.renormalize import renormalize_all
from osce_news.storage.schema import SCHEMA, TABLES
from tests.helpers import digest, fixture_page, listing, run, values
from tests.newsroom import make_stories


@pytest.fixture
def copy(hundred: Path, tmp_path: Path) -> Path:
    """Return a copy of the hundred stories, to be damaged."""
    return Path(shutil.copy(hundred, tmp_path / "copy.db"))


def _checked(path: Path) -> list[str]:
    """Return the problems; the file must be the same before and after."""
    before = digest(path)
    found = problems(path)
    assert digest(path) == before
    return found


def _damage(path: Path, sql: str) -> None:
    with closing(sqlite3.connect(path, isolation_level=None)) as connection:
        connection.executescript(sql)
        connection.execute("PRAGMA wal_checkpoint(TRUNCATE)")


@pytest.mark.parametrize("case", ["seed", "first-page", "twice", "russian", "empty"])
def test_a_database_of_a_page_has_no_problems(db: Path, case: str) -> None:
    with Writer(db) as writer:
        writer.begin("replay")
        writer.store(fixture_page(case))
        assert problems(db) == []  # also while it is written
        writer.finish("complete")
    assert _checked(db) == []


def test_a_text_that_is_not_utf_8_is_named(copy: Path) -> None:
    """SQLite itself finds nothing wrong with it, but no command can read the row."""
    _damage(copy, "UPDATE items SET collections_raw = CAST(x'ff41' AS TEXT) WHERE rowid IN (1, 2)")
    assert _checked(copy) == ["text: items: Could not decode to UTF-8 column 'collections_raw'"]


SEVENTH = "(SELECT id FROM items WHERE key = 7)"
UNCHECKED = "PRAGMA ignore_check_constraints = ON; UPDATE items SET"
WITHDRAWN = f"(item_id, withdrawn, withdrawn_run) VALUES ({SEVENTH}, '2026', 1)"
BREACHES = {
    "search index.*renormalize": "INSERT INTO items_fts (items_fts, rowid, title, teaser, text) "
    "SELECT 'delete', key, title, teaser, NULL FROM items WHERE key = 7",
    "search index": "INSERT INTO items_fts (rowid, title) VALUES (7, 'quokka')",
    "index items_language is missing": "DROP INDEX items_language",
    "trigger items_fts_update is missing": "DROP TRIGGER items_fts_update",
    "view newsroom is missing": "DROP VIEW newsroom",
    "view newsroom is not as": "DROP VIEW newsroom; CREATE VIEW newsroom AS SELECT * FROM items",
    "foreign key: items .*content_types": "UPDATE items SET content_type = 'novel' WHERE key = 7",
    "foreign key: item_offices.*items": "INSERT INTO item_offices VALUES ('nobody', 0, NULL, 'ODIHR', NULL)",
    "without an address": f"DELETE FROM addresses WHERE item_id = {SEVENTH}",
    "topics are not numbered from 0": "UPDATE item_topics SET position = position + 100",
    "offices are not numbered from 0": "UPDATE item_offices SET position = 9 WHERE position = 1",
    "date without a printed one": "UPDATE items SET published_raw = NULL WHERE key = 7",
    "counts do not add up .2 times": "UPDATE pages SET new = 51",
    "integrity: CHECK constraint failed in items": f"{UNCHECKED} title = '' WHERE key = 7",
    "CHECK constraint failed in items": f"{UNCHECKED} last_seen = '1970' WHERE key = 7",
    "column withdrawn and whose history disagree": "UPDATE items SET withdrawn = '2026' WHERE key = 7",
    "withdrawn and whose history disagree .1 times": f"INSERT INTO withdrawals {WITHDRAWN}",
    "withdrawn and whose history disagree.* .1 times": (
        f"INSERT INTO withdrawals {WITHDRAWN}; UPDATE items SET withdrawn = '2025' WHERE key = 7"
    ),
    "two withdrawals at the same time": (
        f"INSERT INTO withdrawals {WITHDRAWN}; INSERT INTO withdrawals {WITHDRAWN}"
    ),
    "restored item without its run": (
        f"INSERT INTO withdrawals {WITHDRAWN}; UPDATE withdrawals SET restored = '2027'"
    ),
    "foreign key: withdrawals .*runs": (
        f"INSERT INTO withdrawals {WITHDRAWN}; UPDATE withdrawals SET withdrawn_run = 9"
    ),
    "finished run without an end time": "UPDATE runs SET finished = NULL",
    "running run with an end time": "UPDATE runs SET status = 'running'",
    "continues a later one": "UPDATE runs SET continues = 1",
    "run with a number below 0": "UPDATE runs SET not_modified = -1",
    "run with a number below 0 .1": "UPDATE runs SET smallest_gap_s = -0.5",
    "page with a number below 0": "UPDATE pages SET unchanged = -1 WHERE id = 1",
}


@pytest.mark.parametrize(("says", "sql"), BREACHES.items())
def test_each_breach_of_the_rules_is_reported(copy: Path, says: str, sql: str) -> None:
    _damage(copy, sql)
    found = _checked(copy)
    assert any(re.search(says, problem) for problem in found), found


@pytest.mark.parametrize("part", [name for name in SCHEMA if name not in TABLES])
def test_renormalize_makes_a_missing_view_index_or_trigger(copy: Path, part: str) -> None:
    with closing(open_for_reading(copy)) as connection:
        expected = search(connection, Query("police"), None, ("", "")).rows
        (kind,) = values(connection, "SELECT type FROM sqlite_master WHERE name = ?", part)
    _damage(copy, f"DROP {kind} {part}")
    assert any(f"{kind} {part} is missing; `osce-news reno" in problem for problem in _checked(copy))
    with Writer(copy) as writer:
        renormalize_all(writer)
    assert _checked(copy) == []
    with closing(open_for_reading(copy)) as connection:
        assert expected
        assert search(connection, Query("police"), None, ("", "")).rows == expected


def test_without_a_search_index_search_names_the_command_that_makes_one(copy: Path) -> None:
    _damage(copy, "DROP TABLE items_fts")
    result = run("search", "police", "--db", copy, cwd=copy.parent)
    assert (result.status, len(result.errors)) == (2, 1)
    assert f"no search index; `osce-news renormalize --db {copy}` makes one" in result.err
    with closing(open_for_reading(copy)) as connection:
        write_snapshot(connection, copy.with_name("published.db"))
    assert _checked(copy.with_name("published.db")) == []


def test_a_history_of_withdrawals_and_a_run_that_died_are_no_problems(copy: Path) -> None:
    with Writer(copy) as writer:
        for ids in (["1"], [str(make_stories(1)[0].node)]):  # what was never stored is withdrawn by nobody
            writer.begin("full")
            with suppress(StorageError):
                writer.finish("complete", withdrawn=ids)
        writer.begin("incremental")
        writer.store(listing(make_stories(1), "2099-01-01T00:00:00Z"))
        writer.finish("partial", withdrawn=[str(make_stories(2)[1].node)])
        writer.begin("full")  # and is never finished
        assert problems(copy) == []
        writer.begin("full")
        assert values(writer.connection, "SELECT count(*) FROM runs WHERE finished IS NULL") == [3]
        assert values(writer.connection, "SELECT count(restored) FROM withdrawals") == [1]
    assert problems(copy) == []


@pytest.mark.parametrize("name", ["items", "addresses", "items_published", "item_topics", "items_fts_data"])
def test_a_page_of_the_file_that_is_overwritten_is_reported(copy: Path, name: str) -> None:
    with closing(open_for_reading(copy)) as connection:
        sql = "SELECT rootpage * (SELECT page_size FROM pragma_page_size) FROM sqlite_master WHERE name = ?"
        (end,) = values(connection, sql, name)
    assert isinstance(end, int)
    with copy.open("r+b") as file:
        file.seek(end - 4096)
        file.write(b"\xa5" * 4096)
    before = digest(copy)
    try:
        found = problems(copy)
    except StorageError as error:
        found = [str(error)]
    assert found
    assert digest(copy) == before


def test_bytes_overwritten_in_the_middle_of_an_item_are_reported(copy: Path) -> None:
    data = bytearray(copy.read_bytes())
    with closing(open_for_reading(copy)) as connection:
        (teaser,) = values(connection, "SELECT teaser FROM items WHERE length(teaser) > 100 LIMIT 1")
    assert isinstance(teaser, str)
    place = data.index(teaser.encode()[20:60])
    data[place : place + 40] = b"quokka " * 5 + b"quokk"
    copy.write_bytes(data)
    assert any("search index" in problem for problem in _checked(copy))


def test_what_is_no_database_is_refused(tmp_path: Path) -> None:
    with pytest.raises(BadInputError):
        problems(tmp_path / "nothing.db")
    (tmp_path / "notes.txt").write_text("notes")
    with pytest.raises(BadInputError):
        problems(tmp_path / "notes.txt")


def test_no_file_is_left_behind(copy: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    scratch = tmp_path / "scratch"
    scratch.mkdir()
    monkeypatch.setattr("tempfile.tempdir", str(scratch))
    problems(copy)
    assert list(scratch.iterdir()) == []
