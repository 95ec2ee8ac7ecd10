"""Databases and archives that the former version made (tests/legacy/README.md) open and replay as before."""

from __future__ import annotations

import gzip
import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from tests.helpers import ROOT
from tests.processes import Command, Ended

LEGACY = ROOT / "tests" / "legacy"
CASES = sorted(path.parent.name for path in LEGACY.glob("*/newsroom.db.gz"))
FAILING = {"refused": 3}  # one of its pages is refused again
# Of runs only what the list gave: articles may be counted as runs of their own.
COMPARED = {
    "runs": """
        SELECT mode, started, pages, seen, new, changed, unchanged, withdrawn, restored FROM runs
        WHERE mode IN ('full', 'incremental') ORDER BY started
    """,
    "newsroom": "SELECT * FROM newsroom ORDER BY id",
    "revisions": "SELECT item_id, seen_at, field, before, after, class FROM revisions ORDER BY 1, 2, 3",
    "withdrawals": "SELECT item_id, withdrawn, restored FROM withdrawals ORDER BY 1, 2",
    "articles": "SELECT * FROM articles ORDER BY item_id",
    "quarantine": "SELECT * FROM quarantine ORDER BY id",
}
Rows = dict[str, list[dict[str, object]]]


@pytest.fixture(params=CASES)
def case(request: pytest.FixtureRequest) -> str:
    return str(request.param)


@pytest.fixture
def former(case: str, tmp_path: Path) -> Path:
    """The database as the former version left it."""
    path = tmp_path / "former.db"
    path.write_bytes(gzip.decompress((LEGACY / case / "newsroom.db.gz").read_bytes()))
    return path


def run(*arguments: str, cwd: Path) -> Ended:
    with Command(arguments, cwd) as command:
        return command.wait(120)


def content(db: Path) -> Rows:
    """Return what was read, with when, but for the numbers of rows and runs."""
    with closing(sqlite3.connect(db)) as connection:
        connection.row_factory = sqlite3.Row
        found = {table: [dict(row) for row in connection.execute(sql)] for table, sql in COMPARED.items()}
    for rows in found.values():
        for row in rows:
            row.pop("run_id", None)
    return found


def assert_holds(db: Path, expected: Rows) -> None:
    """Compare with a database of the former version; there may be further columns by now."""
    found = content(db)
    for table, rows in expected.items():
        names = rows[0].keys() if rows else ()
        assert [{name: row[name] for name in names} for row in found[table]] == rows, table


def test_there_is_something_of_each_kind() -> None:
    assert CASES == ["articles", "killed", "list", "noted", "refused"]


def test_a_database_of_the_former_version_opens_and_is_whole(former: Path, tmp_path: Path) -> None:
    expected = content(former)
    verified = run("verify", "--db", "former.db", cwd=tmp_path)
    assert verified.status == 0, verified.errors
    assert_holds(former, expected)
    listed = run("list", "--db", "former.db", "--limit", "0", "--format", "csv", cwd=tmp_path)
    assert listed.status == 0, listed.errors
    for row in expected["newsroom"]:
        assert str(row["url"]) in listed.output
    runs = run("runs", "--db", "former.db", "--json", cwd=tmp_path)
    assert runs.status == 0, runs.errors
    counted = run("stats", "--db", "former.db", "--by", "month", cwd=tmp_path)
    assert (counted.status, counted.errors) == (0, "")


def test_an_archive_of_the_former_version_replays_to_what_its_database_holds(
    case: str, former: Path, tmp_path: Path
) -> None:
    done = run("replay", str(LEGACY / case / "archive"), "--db", "new.db", "--json", cwd=tmp_path)
    assert done.status == FAILING.get(case, 0), done.errors
    assert_holds(tmp_path / "new.db", content(former))
    assert run("verify", "--db", "new.db", cwd=tmp_path).status == 0


def test_a_database_of_the_former_version_knows_its_own_archive(
    case: str, former: Path, tmp_path: Path
) -> None:
    expected = content(former)
    done = run("replay", str(LEGACY / case / "archive"), "--db", "former.db", "--json", cwd=tmp_path)
    assert done.status == 0, done.errors
    assert done.summary["runs"] == [], done.errors
    assert_holds(former, expected)
