"""Wrong options and damaged databases: one line, the right status, nothing touched."""

from __future__ import annotations

import json
import re
import shlex
from contextlib import closing
from pathlib import Path

import pytest

from osce_news.storage import open_for_reading
from osce_news.storage.integrity import problems
from tests.helpers import FIXTURES, Result, digest, remarks, run, shell, values

SEED = str(FIXTURES / "seed")
READERS: list[tuple[str, ...]] = [("list",), ("search", "osce"), ("verify",)]
NAMES = [
    'it\'s a "new" db: ?#%41 & $HOME; `x` (1) ünï.db',
    "-x.db",
    "\udcff.db",
    ":memory:",
    "file:x.db?mode=ro",
]


def _one_line(result: Result) -> str:
    """Return the error of the command, which must be one readable line."""
    assert len(result.errors) == 1, result.err
    (line,) = result.errors
    assert line.startswith("osce-news: ")
    assert line.isprintable()
    assert "bug in osce-news" not in line
    assert len(line) < 600
    return line


@pytest.mark.parametrize(
    ("arguments", "says"),
    [
        (["replay", "nothing.html"], "no such file or folder: nothing.html"),
        (["replay", "empty"], "no saved page .* and no WARC file .* in empty"),
        (["replay", "/dev/null"], "neither a file nor a folder: /dev/null"),
        (["replay", "notes.txt"], "notes.txt is neither a saved page .* nor a WARC file"),
        (["replay"], "PATH"),
        (["replay", SEED, "--db", "not/there.db"], "no such folder: not"),
        (["list", "--db", "not-there.db"], r"no such database: not-there.db \(go to its folder"),
        (["renormalize", "--db", "not-there.db"], "no such database"),
        (["list", "--db", ""], "the path is empty"),
        (["list", "--db", "notes.empty"], "notes.empty is an empty file: fill it with crawl or replay"),
        (["list", "--db", "empty"], "empty.* is a directory"),
        (["list", "--office", "odhir"], "no office 'odhir'; did you mean odihr"),
        (["list", "--office", b"\xff\xfe"], "no office"),
        (["list", "--since", "yesterday"], ": --since: 'yesterday' is not a date"),
        (["list", "--since", "2022-02-30"], "is not a date"),
        (["backfill", "wayback", "--from", "2024", "--to", "2023"], "--from 2024-01-01 is after --to 2023"),
        (["list", "--since", "2024-01-02", "--until", "2024-01-01"], ": --since 2024-01-02 is after --until"),
        (["crawl", "--max-pages", "0"], "max-pages"),
        (["crawl", "--start-url", "osce"], "not the address of a list"),
        (["list", "--limit", "-1"], "limit"),
        (["list", "--limit", "x"], ": --limit: 'x' is not a whole number of at least 0 "),
        (["check", "--delay", "x"], ": --delay: 'x' is not a number of seconds"),
        (["held", "x"], ": N: 'x' is not a whole number from 1 to"),
        (["search", "-media"], "the query only excludes"),
        (["search", "roma", "-m"], "No such option '-m'"),
        (["search", " "], "no words to search for"),
        (["search", '"'], "no word to search for in '\"'"),
        (["list", "--search", ""], "no words to search for"),
        (["stats", "--since", ""], "--since: '' is not a date"),
        (["list", "--language", ""], "language"),
        (["replay", ""], "the path is empty"),
        (["crawl", "--archive", ""], "--archive: the path is empty"),
        (["undo", "9" * 20], "not a whole number from 1 to"),
        (["replay", SEED, "--db", "/dev/null"], "/dev/null is not a database file"),
        (["list", "--language", "zz"], "no language 'zz'; choose from ar, az"),
        (["list", "--format", "xml"], "format"),
        (["stats", "--by", "moon"], "by"),
        (["stats", "--by", "year", "--by", "month"], "months show the year too"),
        (["vocabulary", "moons"], "moons"),
        (["list", "--colour", "red"], "No such option.*--colour"),
        (["list", "--ofice", "odihr"], "No such option.*--ofice.*--office"),
        (["list", "--from", "2022"], r"'--from'\. Did you mean '--since'\?"),
        (["list", "-n", "5"], r"'-n'\. Did you mean '--limit'\?"),
        (["search", "osce", "--to", "2022"], r"'--to'\. Did you mean '--until'\?"),
        (
            ["list", "--office", "odihr, secretariat"],
            "'odihr, secretariat'; to name several, repeat the option",
        ),
        (["lsit"], "No such command 'lsit'. Did you mean 'list'"),
        (["help", "lsit"], "No such command 'lsit'. Did you mean 'list'"),
        (["list", "more"], r"unexpected extra argument \(more\); words go after --search, several words"),
        (
            ["list", "--since", "March", "2020"],
            r"unexpected extra argument \(2020\); .* several words in quotes",
        ),
        (
            ["cite", "--search", "human", "trafficking"],
            "an ID names one item: .* or put several words in quotes",
        ),
        (["list", "osce-news.db"], r"\(osce-news.db\); name the database with --db"),
        (["verify", "more"], r"unexpected extra argument \(more\) \(see"),
        (
            ["replay", "https://www.osce.org/press-releases"],
            "https://www.osce.org/press-releases is an address, not a file; `crawl --start-url` reads one",
        ),
        (["export", "https://a:b@www.osce.org/x.csv"], ": FILE: https://www.osce.org/x.csv is an"),
        (["crawl", "--archive", "https://www.osce.org/"], "https://www.osce.org/ is an address, not a"),
        (["search"], "no words to search for: without any, `osce-news list` shows all items"),
        (["show", "1"], "no item '1'"),
        (["show", "http://["], "no item|no address"),
        (["show", "http://osce.org:x/1"], "no item|no address"),
        (["show", b"\xff"], "no item|no address"),
        (["show", "x\n" * 500], "no item"),
    ],
)
def test_wrong_usage_is_status_2(
    filled: Path, tmp_path: Path, arguments: list[str | bytes], says: str
) -> None:
    (tmp_path / "empty").mkdir()
    (tmp_path / "notes.txt").write_text("notes")
    (tmp_path / "notes.empty").touch()
    before = digest(filled)
    result = run(*arguments, cwd=tmp_path)
    line = _one_line(result)
    assert re.search(says, line)
    assert (result.status, result.out) == (2, "")
    assert digest(filled) == before


def test_commands_in_messages_name_the_database(filled: Path, tmp_path: Path) -> None:
    db = filled.rename(tmp_path / "my news.db")
    option = "--db 'my news.db'"
    said = {
        "show 1": f"`osce-news search WORDS {option}` finds items",
        "undo 9": f"`osce-news runs {option}` lists them",
        "held 9": f"`osce-news held {option}` lists them",
        "list --office moon": "`osce-news vocabulary offices` lists them",
        "list --search ''": f"`osce-news list {option}` shows all items",
    }
    for line, text in said.items():
        assert text in _one_line(run(*shlex.split(line), "--db", db.name, cwd=tmp_path))


@pytest.mark.parametrize("arguments", [["search", b"\xff"], ["list", "--language", b"\xff"]])
def test_bytes_find_nothing_or_are_refused(
    filled: Path, tmp_path: Path, arguments: list[str | bytes]
) -> None:
    result = run(*arguments, "--json", cwd=tmp_path)
    assert len(result.errors) <= 1
    assert (result.status, result.out) == (0, "[]\n") or (result.status == 2 and _one_line(result))


@pytest.mark.slow
@pytest.mark.parametrize("command", [*READERS, ("replay", SEED)], ids=lambda command: str(command[0]))
@pytest.mark.parametrize("table", ["items", "sqlite_master"])
def test_damage_is_one_line(filled: Path, tmp_path: Path, command: tuple[str, ...], table: str) -> None:
    start = 100  # after the file's header, where the schema is
    if table != "sqlite_master":
        with closing(open_for_reading(filled)) as connection:
            (page,) = values(connection, "SELECT rootpage FROM sqlite_master WHERE name = ?", table)
            start = 4096 * (int(str(page)) - 1)
    data = bytearray(filled.read_bytes())
    data[start : start // 4096 * 4096 + 4096] = b"\xa5" * (4096 - start % 4096)
    filled.write_bytes(data)
    result = run(*command, cwd=tmp_path)
    if command == ("verify",):
        assert result.errors
        assert "Traceback" not in result.err
        assert "run `osce-news verify`" not in result.err  # that is the command that ran
    else:
        _one_line(result)
    assert result.status == 1
    if command in READERS:
        assert filled.read_bytes() == data


@pytest.mark.slow
@pytest.mark.parametrize("name", NAMES, ids=range(len(NAMES)))
def test_suggested_commands_work_with_a_database_of_any_name(tmp_path: Path, name: str) -> None:
    first = run("replay", SEED, f"--db={name}", cwd=tmp_path)
    assert (first.status, first.err) == (0, "")
    assert problems(tmp_path / name) == []
    typed = [line.strip() for line in first.out.splitlines() if line.startswith("  osce-news ")]
    assert len(typed) == 3
    status = run("status", "--format", "json", f"--db={name}", cwd=tmp_path)
    status.out.encode()  # raises if a byte of the name is printed as it is
    assert json.loads(status.out)["database"] == name
    if name in NAMES[:2]:  # the others need no shell
        result = shell(" && ".join(typed), cwd=tmp_path)
        assert (result.status, remarks(result.err)) == (0, [])


@pytest.mark.slow
@pytest.mark.parametrize(
    ("arguments", "status"), [(("list", "--db", "notes.txt"), 2), (("replay", "notes.html"), 3)]
)
def test_v_shows_a_traceback_before_the_line(tmp_path: Path, arguments: tuple[str, ...], status: int) -> None:
    for name in ("notes.txt", "notes.html"):
        (tmp_path / name).write_text("These are my notes.")
    quiet, verbose = run(*arguments, cwd=tmp_path), run(*arguments, "-v", cwd=tmp_path)
    assert verbose.status == quiet.status == status
    assert "Traceback (most recent call last)" in verbose.err
    assert verbose.errors[-1] == _one_line(quiet)
