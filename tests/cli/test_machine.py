"""Failures of the machine and interruptions: one line, the right status, nothing lost."""

from __future__ import annotations

import json
import os
import shutil
import signal
import sqlite3
import sys
from contextlib import closing
from pathlib import Path
from unittest.mock import Mock

import pytest

from osce_news.cli.main import cli, main
from osce_news.storage import Writer, open_for_reading, open_for_writing
from osce_news.storage.integrity import problems
from tests.helpers import FIXTURES, dump, environment, html_of, run, shell, values
from tests.newsroom import make_stories
from tests.processes import Command

PAGES = 30


@pytest.fixture(scope="module")
def pages(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder of thirty pages, each of fifty stories."""
    folder = tmp_path_factory.mktemp("pages")
    stories = make_stories(50 * PAGES)
    for number in range(PAGES):
        (folder / f"{number:02}.html").write_text(html_of(stories[50 * number :][:50]))
    return folder


# Takes root's right to read and write everything away before the command begins:
# PR_CAPBSET_DROP of CAP_DAC_OVERRIDE and of CAP_DAC_READ_SEARCH.
DROP = """
import ctypes, sys
for capability in (1, 2):
    if ctypes.CDLL(None).prctl(24, capability, 0, 0, 0):
        sys.exit(99)
"""


@pytest.fixture
def obey(tmp_path: Path) -> str:
    """Return code that makes a command obey permissions even if root runs it."""
    if os.getuid() != 0:
        return ""
    if run("--version", cwd=tmp_path, before=DROP).status != 0:
        pytest.skip("root may write everywhere, and this system does not let it give that up")
    return DROP


@pytest.mark.parametrize("left", [("",), ("", "-wal", "-shm")], ids=["db", "db, wal and shm"])
def test_a_read_only_folder_can_be_read(
    filled: Path, tmp_path: Path, obey: str, left: tuple[str, ...]
) -> None:
    folder = tmp_path / "read only"
    folder.mkdir()
    with closing(open_for_reading(filled)) as connection:  # makes the files beside it
        before = dump(connection)
        for ending in left:
            shutil.copy(f"{filled}{ending}", folder / f"x.db{ending}")
    for path in folder.iterdir():
        path.chmod(0o444)
    folder.chmod(0o555)
    try:
        for reader in ("list", "verify", "export --backup backup.db", "export --snapshot snapshot.db"):
            result = run(*reader.split(), "--db", "read only/x.db", cwd=tmp_path, before=obey)
            assert result.status == 0, result.err
        result = run("replay", FIXTURES / "markup-dl", "--db", "read only/x.db", cwd=tmp_path, before=obey)
        assert (result.status, len(result.errors)) == (1, 1), result.err
        assert "read only/x.db: " in result.err
        result = run("replay", FIXTURES / "seed", "--db", "read only/new.db", cwd=tmp_path, before=obey)
        assert (result.status, len(result.errors)) == (1, 1), result.err
        assert "that you may write to it" in result.err
        assert {path.name for path in folder.iterdir()} == {f"x.db{ending}" for ending in left}
    finally:
        folder.chmod(0o755)
    for path in folder.iterdir():
        path.chmod(0o644)
    with closing(open_for_reading(folder / "x.db")) as connection:
        assert dump(connection) == before


def test_an_unreadable_page_makes_a_partial_replay(filled: Path, tmp_path: Path, obey: str) -> None:
    folder = tmp_path / "pages"
    folder.mkdir()
    for number in range(3):
        (folder / f"{number}.html").write_text(html_of(make_stories(5, seed=number)))
    (folder / "1.html").chmod(0)
    result = run("replay", "pages", "--json", cwd=tmp_path, before=obey)
    assert (result.status, len(result.errors)) == (4, 1), result.err
    assert result.err.count("1.html") == 1
    summary = json.loads(result.out)
    assert (summary["status"], summary["pages"]) == ("partial", 2)


# Sends the signal to the replay itself, before it stores its fourth page.
SIGNALLED = """
import os
from osce_news.storage import Writer
store, pages = Writer.store, []
def stop(self, page, *more):
    pages.append(page)
    if len(pages) == 4:
        os.kill(os.getpid(), {number})
    return store(self, page, *more)
Writer.store = stop
"""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_an_interrupted_replay_keeps_what_was_read(
    tmp_path: Path, pages: Path, number: signal.Signals
) -> None:
    db = tmp_path / "osce-news.db"
    before = SIGNALLED.format(number=int(number))
    with Command(["replay", str(pages)], tmp_path, environment(), before) as replay:
        done = replay.wait()
    assert done.status == 130, done.errors
    (line,) = done.errors.splitlines()  # on a terminal it stands below the ^C
    assert line.startswith("osce-news: interrupted")
    assert problems(db) == []
    with Writer(db) as writer:
        assert values(writer.connection, "SELECT count(*) FROM pages") == [3]
        assert values(writer.connection, "SELECT count(*) FROM items") == [150]
        assert values(writer.connection, "SELECT status FROM runs") == ["interrupted"]
    summary = json.loads(run("replay", pages, "--json", cwd=tmp_path).out)
    assert (summary["status"], summary["new"], summary["changed"]) == ("complete", 50 * (PAGES - 3), 0)


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="this system has no file that is always full")
@pytest.mark.parametrize("typed", ["list", "list --limit 1 --json", "show 514201"])
def test_an_output_that_is_full_is_one_line_and_status_1(filled: Path, tmp_path: Path, typed: str) -> None:
    result = shell(f"osce-news {typed} > /dev/full", cwd=tmp_path)
    assert (result.status, len(result.errors)) == (1, 1), result.err
    assert result.err == "osce-news: input or output failed: No space left on device\n"


@pytest.mark.parametrize(
    ("typed", "status"),
    [
        ("list", 0),
        ("status --max-age 1h", 7),
        ("status --format json --max-age 1h", 7),
        ("verify --json", 1),
        ("replay nothing.html", 3),
        ("status --max-age 1h 2>&1", 7),
    ],
)
def test_a_reader_that_has_enough_does_not_change_the_status(
    filled: Path, tmp_path: Path, typed: str, status: int
) -> None:
    with closing(open_for_writing(filled)) as connection:
        connection.execute("PRAGMA foreign_keys = OFF")
        connection.execute("DELETE FROM items WHERE key = 1")
    (tmp_path / "nothing.html").write_text("<h1>Nothing</h1>")
    result = shell(f"set -o pipefail; osce-news {typed} | true", cwd=tmp_path)
    assert result.status == status, result.err
    assert "roken" not in result.err


ENDLESS = """
import os, threading
from osce_news.storage.queries import search
def endless(connection, *more):
    threading.Timer(0.1, os.kill, (os.getpid(), {number})).start()
    connection.execute(
        "WITH RECURSIVE n (i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n) SELECT count(*) FROM n").fetchone()
search.search = endless
"""


@pytest.mark.parametrize("number", [signal.SIGINT, signal.SIGTERM])
def test_a_query_that_takes_long_can_be_interrupted(
    filled: Path, tmp_path: Path, number: signal.Signals
) -> None:
    before = ENDLESS.format(number=int(number))
    with Command(["search", "police"], tmp_path, environment(), before) as command:
        done = command.wait(30)
    assert (done.status, done.errors) == (130, "osce-news: interrupted\n")


def test_a_closed_output_is_not_reported_as_a_bug(filled: Path, tmp_path: Path) -> None:
    for typed in ("list", f"replay --json '{FIXTURES}/seed'"):
        result = shell(f"osce-news {typed} >&-", cwd=tmp_path)
        assert "bug in osce-news" not in result.err
        assert len(result.errors) <= 1


def ended_by(error: BaseException, typed: str, monkeypatch: pytest.MonkeyPatch) -> object:
    """Return the exit status of a command in which this is raised."""
    monkeypatch.setattr(cli, "invoke", Mock(side_effect=error))
    monkeypatch.setattr(signal, "signal", lambda *arguments: None)  # pytest keeps its own
    monkeypatch.setattr(sys, "argv", ["osce-news", *typed.split()])
    with pytest.raises(SystemExit) as ended:
        main()
    return ended.value.code


@pytest.mark.parametrize(
    ("error", "says"),
    [
        (MemoryError(), "memory ran out"),
        (sqlite3.OperationalError("Could not decode to UTF-8"), "can't be read: Could not decode to UTF-8"),
        (sqlite3.OperationalError("no such table: newsroom"), "newsroom (`osce-news verify` shows what is m"),
        (ImportError("libx.so: failed to map segment"), "no memory for it: libx.so: failed to map segment"),
        (
            TypeError("an integer"),
            "TypeError: an integer (a bug in osce-news, unless `osce-news verify` finds",
        ),
    ],
)
def test_an_error_that_no_code_expects_is_one_line_with_its_likely_cause(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], error: Exception, says: str
) -> None:
    assert ended_by(error, "list", monkeypatch) == 1
    (line,) = capsys.readouterr().err.splitlines()
    assert says in line


@pytest.mark.parametrize(
    ("typed", "says"),
    [
        ("crawl", "interrupted; what was read is stored"),
        ("export a.csv", "interrupted"),
        ("list", "interrupted"),
    ],
)
def test_an_interruption_mentions_stored_pages_only_if_the_command_stores_pages(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], typed: str, says: str
) -> None:
    assert ended_by(KeyboardInterrupt(), typed, monkeypatch) == 130
    assert capsys.readouterr().err == f"osce-news: {says}\n"
