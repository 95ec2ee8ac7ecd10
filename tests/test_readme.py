"""The commands, rows and names in README.md are true."""

from __future__ import annotations

import json
import re
import sqlite3
import subprocess
import sys
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from tests.helpers import ROOT, remarks, shell

README = (ROOT / "README.md").read_text(encoding="utf-8")
SET_UP, TESTS = re.findall(r"^\$ (.*\.venv/bin/pip install.*)$", README, re.MULTILINE)


def session(begins: str) -> list[str]:
    """Return the commands of the console session whose first command begins so."""
    for block in re.findall(r"```console\n(.*?)```", README, re.DOTALL):
        commands = re.findall(r"^\$ (.*?)(?:\s{2,}#.*)?$", block, re.MULTILINE)
        if commands[0].startswith(begins):
            return list(commands)
    raise AssertionError(f"README.md shows no session that begins {begins!r}")


REPLAY = session(SET_UP)[1]


def after(command: str) -> str:
    """Return the output that README.md shows for a command."""
    return re.split(r"\n\n|```", README.split(f"$ {command}\n", 1)[1])[0]


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with the database of README's second command, and that command's output.

    .ci/run runs the first command, which installs, in a new environment.
    """
    path = tmp_path_factory.mktemp("readme")
    (path / "fixtures").symlink_to(ROOT / "fixtures")
    done = shell(REPLAY, cwd=path)
    assert (done.status, done.err) == (0, "")
    (path / "output").write_text(done.out, encoding="utf-8")
    return path


@pytest.fixture
def database(folder: Path) -> Iterator[sqlite3.Connection]:
    """Return a connection to that database, so that the tests don't need the shell of SQLite."""
    with closing(sqlite3.connect(folder / "osce-news.db")) as connection:
        yield connection


def test_the_second_command_prints_the_output_shown(folder: Path) -> None:
    shown = after(REPLAY)
    assert (folder / "output").read_text(encoding="utf-8").strip() == shown.strip()
    for line in shown.splitlines():
        if line.startswith("  osce-news "):
            assert shell(line.strip(), cwd=folder).status == 0, line


def test_the_first_query_gives_the_rows_shown(database: sqlite3.Connection) -> None:
    query = session(SET_UP)[-1]
    heads, *rows = re.findall(r"^│ (.*) │$", after(query), re.MULTILINE)
    cursor = database.execute(re.findall(r'"(.*)"', query)[0])
    assert [name.strip() for name in heads.split("│")] == [column[0] for column in cursor.description]
    assert [tuple(cell.strip() for cell in row.split("│")) for row in rows] == cursor.fetchall()


def test_the_example_of_an_item_has_the_stored_values(folder: Path) -> None:
    item = json.loads(shell("osce-news show 513106 --format json", cwd=folder).out)
    names = {"date": "published", "dateline": "dateline", "offices": "offices", "topics": "topics"}
    stored = {
        "date": [item["published"]],
        "offices": [office["id"] for office in item["office_ids"]],
        "topics": [topic["id"] for topic in item["topic_ids"]],
        "dateline": [*(place["id"] for place in item["place_ids"]), item["dateline_date"]],
    }
    table = README.split("| | on the page |")[1].split("\n\n")[0]
    rows = re.findall(r"^\| (\w+) \| `(.*?)` \| (.*) \|$", table, re.MULTILINE)
    assert {name: re.findall(r"`(.*?)`", values) for name, _, values in rows} == stored
    assert {name: raw for name, raw, _ in rows} == {
        name: item["raw"][f"{field}_raw"] for name, field in names.items()
    }


@pytest.mark.parametrize(
    "command",
    [
        pytest.param(line, marks=pytest.mark.slow) if "--plot" in line else line  # needs the extra plot
        for begins in ("osce-news stats", "osce-news show", "osce-news export")
        for line in session(begins)
    ],
)
def test_each_command_prints_something(folder: Path, database: sqlite3.Connection, command: str) -> None:
    if command.startswith("sqlite3 "):
        assert database.execute(re.findall(r'"(.*)"', command)[0]).fetchall()
    else:
        done = shell(command, cwd=folder)
        assert (done.status, remarks(done.err)) == (0, [])
        assert done.out or ">" in command


def test_the_example_in_python_runs(folder: Path) -> None:
    (code,) = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    done = subprocess.run([sys.executable, "-c", code], cwd=folder, capture_output=True, encoding="utf-8")
    assert done.returncode == 0, done.stderr
    assert "OSCE Mission to Bosnia and Herzegovina" in done.stdout


def test_the_columns_named_are_in_the_view(database: sqlite3.Connection) -> None:
    columns = {row[1] for row in database.execute("PRAGMA table_info(newsroom)")}
    sentence = README.split("[Its columns]")[1].split(".\n")[0]
    named = set(re.findall(r"`(\w+)`", sentence))
    assert len(named) > 5
    assert named <= columns
