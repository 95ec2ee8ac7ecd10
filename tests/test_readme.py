"""The commands that README.md shows do what it says."""

from __future__ import annotations

import re
import subprocess
import sys
from pathlib import Path

from tests.helpers import ROOT, run_r, shell

README = (ROOT / "README.md").read_text(encoding="utf-8")
SET_UP, TESTS = re.findall(r"^\$ (.*\.venv/bin/pip install.*)$", README, re.MULTILINE)


def session(begins: str) -> list[str]:
    """Return the commands of the console session whose first command begins so."""
    for block in re.findall(r"```console\n(.*?)```", README, re.DOTALL):
        commands = re.findall(r"^\$ (.*?)(?:\s{2,}#.*)?$", block, re.MULTILINE)
        if commands[0].startswith(begins):
            return list(commands)
    raise AssertionError(f"README.md shows no session that begins {begins!r}")


def prepare(folder: Path) -> None:
    """Make the database that the README's first command makes."""
    (folder / "fixtures").symlink_to(ROOT / "fixtures")
    done = shell(SET_UP.split(".venv/bin/")[-1], cwd=folder)
    assert done.status == 0, done.err


def test_the_first_command_prints_what_the_readme_shows(tmp_path: Path) -> None:
    """The part behind the installation; .ci/run runs the whole of it in a new environment."""
    (tmp_path / "fixtures").symlink_to(ROOT / "fixtures")
    done = shell(SET_UP.split(".venv/bin/")[-1], cwd=tmp_path)
    shown = README.split(SET_UP, 1)[1].split("```", 1)[0].strip()
    assert done.out.strip() == shown
    assert done.err == ""
    for line in shown.splitlines():
        if line.startswith("  osce-news "):
            assert shell(line.strip(), cwd=tmp_path).status == 0, line


def test_the_commands_that_look_at_the_database_find_something(tmp_path: Path) -> None:
    prepare(tmp_path)
    commands = session("osce-news show")
    assert len(commands) >= 3
    for command in commands:
        done = shell(command, cwd=tmp_path)
        assert done.status == 0, (command, done.err)
        assert len(done.out.splitlines()) > 1, command


def test_the_commands_that_export_and_cite_write_and_print(tmp_path: Path) -> None:
    prepare(tmp_path)
    commands = session("osce-news export")
    assert len(commands) >= 5
    for command in commands:
        done = shell(command, cwd=tmp_path)
        assert (done.status, done.err) == (0, ""), command
        assert done.out, command
    for name in ("elections.csv", "datapackage.json", "items", "published.db"):
        assert (tmp_path / name).exists()


def test_the_queries_in_the_sqlite_shell_run(tmp_path: Path) -> None:
    """With Python's SQLite, so that the test needs no shell of SQLite's own."""
    import sqlite3

    prepare(tmp_path)
    connection = sqlite3.connect(tmp_path / "osce-news.db")
    queries = [re.findall(r'"(.*)"', command)[0] for command in session("sqlite3 ")]
    assert len(queries) == 3
    for query in queries:
        assert connection.execute(query).fetchall(), query
    connection.close()


def test_the_example_in_python_runs(tmp_path: Path) -> None:
    prepare(tmp_path)
    (code,) = re.findall(r"```python\n(.*?)```", README, re.DOTALL)
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, encoding="utf-8")
    assert done.returncode == 0, done.stderr
    assert "Tashkent" not in done.stderr
    assert "OSCE Mission to Bosnia and Herzegovina" in done.stdout


def test_the_query_of_the_example_in_r_runs(tmp_path: Path) -> None:
    import sqlite3

    prepare(tmp_path)
    (query,) = re.findall(r'dbGetQuery\(db, "(.*?)"\)', README)
    connection = sqlite3.connect(tmp_path / "osce-news.db")
    assert connection.execute(query).fetchall()
    connection.close()


def test_the_example_in_r_runs(tmp_path: Path) -> None:
    prepare(tmp_path)
    (code,) = re.findall(r"```r\n(.*?)```", README, re.DOTALL)
    assert re.search(r"News +Press release", run_r(code, tmp_path))


def test_the_columns_of_the_view_are_those_that_the_readme_names(tmp_path: Path) -> None:
    import sqlite3

    prepare(tmp_path)
    connection = sqlite3.connect(tmp_path / "osce-news.db")
    columns = [row[1] for row in connection.execute("PRAGMA table_info(newsroom)")]
    tables = {row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    connection.close()
    paragraph = README.split("Readers want the view")[1].split(". ")[0]
    assert re.findall(r"`(\w+)`", paragraph)[1:] == columns
    behind = README.split("Behind the view:")[1].split("\n\n")[0]
    assert set(re.findall(r"`(\w+)`", behind)) == {
        name for name in tables if not name.startswith(("_", "items_fts", "sqlite_"))
    }


def test_exit_statuses_are_those_of_the_errors() -> None:
    from osce_news import errors

    table = README.split("### Exit status")[1].split("##")[0]
    shown = {int(number) for number in re.findall(r"^\| (\d+) \|", table, re.MULTILINE)}
    raised = {
        kind.exit_status
        for kind in vars(errors).values()
        if isinstance(kind, type) and issubclass(kind, errors.OsceNewsError)
    }
    assert raised | {0, 130} == shown


def test_the_tree_is_that_of_the_readme() -> None:
    places = re.findall(r"^\| (`[^|]*`) \|", README.split("**Where things are.**")[1], re.MULTILINE)
    for name in re.findall(r"`([^`]+)`", " ".join(places)):
        assert (ROOT / name).exists(), name
