"""Commands that write, and what must hold whichever of their writes fails or is their last.

`python -m tests.faults` prints the counts of docs/faults.md.
"""

from __future__ import annotations

import os
import shutil
import signal
import sqlite3
import subprocess
import sys
from collections.abc import Callable, Iterator
from contextlib import closing, contextmanager
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from random import Random
from typing import Any

import pytest

from osce_news.errors import NotOurDatabaseError
from osce_news.storage.integrity import problems
from tests.archive import replaying
from tests.crawl.over_http.crawling import TIMES, rows
from tests.helpers import dump, environment, html_of, run
from tests.newsroom import Newsroom, make_newer, make_stories
from tests.web_archive import WebArchive, usual

FORMER = "former"

KINDS = ("full", "error", "kill")  # as failing.c has them
SOURCE = Path(__file__).with_name("failing.c")
STORIES = 45  # so 7 pages of 10, which overlap


@cache
def library() -> Path:
    """Return the library that makes calls fail; the test is skipped where it can't be made."""
    compiler = shutil.which("cc") or shutil.which("gcc")
    if compiler is None or not sys.platform.startswith("linux"):
        pytest.skip("no C compiler: apt-get install gcc libc6-dev (.ci/run does)")
    made = Path(os.environ.get("TMPDIR", "/tmp"), f"osce-news-failing-{os.getuid()}-{os.getpid()}.so")
    command = [compiler, "-shared", "-fPIC", "-o", str(made), str(SOURCE), "-ldl"]
    subprocess.run(command, check=True)
    return made


@dataclass(frozen=True)
class Writing:
    """A command that writes into `new.db`, `a.db` or a file, in a copy of the world."""

    arguments: str
    result: Callable[[Path], Any]  # what it made, without what differs each time
    is_replaced: bool = False  # whether its result takes the place of a former one as a whole
    again: tuple[int, ...] = (0,)  # its status when it is run once more


def _rows(db: str) -> Callable[[Path], Any]:
    """Return what gives all rows: a replay gives those of the crawl."""
    return lambda folder: replaying.everything(folder / db)


def _content(db: str) -> Callable[[Path], Any]:
    """Return what gives what was read, without times and runs."""

    def read(folder: Path) -> Any:
        withdrawn = rows(folder / db, "SELECT id FROM items WHERE withdrawn IS NOT NULL")
        with closing(sqlite3.connect(folder / db)) as connection:
            connection.row_factory = sqlite3.Row
            return dump(connection, without=(*TIMES, "withdrawn")), withdrawn

    return read


def _decided(db: str) -> Callable[[Path], Any]:
    """Return what gives what was read, and whether the held pages are stored."""
    read = _content(db)
    return lambda folder: (read(folder), rows(folder / db, "SELECT id, stored_run IS NULL FROM held"))


def _bytes(name: str) -> Callable[[Path], Any]:
    def files(folder: Path) -> dict[str, bytes]:
        made = folder / name
        found = [made] if made.is_file() else sorted(path for path in made.rglob("*") if path.is_file())
        return {str(path.relative_to(folder)): path.read_bytes() for path in found}

    return files


WRITING = {
    "crawl": Writing(
        "crawl --start-url {url} --delay 0 --rows 10 --db new.db --archive new", _content("new.db")
    ),
    "crawl --full": Writing("crawl --full --start-url {url} --delay 0 --rows 10 --db a.db", _content("a.db")),
    "backfill": Writing(
        "backfill wayback --cdx-url {captures}/cdx --data-url {captures}/web --delay 0 --db new.db "
        "--archive captures",
        _content("new.db"),
    ),
    "replay": Writing("replay archive --db new.db", _rows("new.db")),
    "replay of pages": Writing("replay pages --db a.db", _content("a.db")),
    "merge": Writing("merge parsed --db new.db", _rows("new.db")),
    "renormalize": Writing("renormalize --db a.db", _content("a.db")),
    "held --store": Writing("held 1 --store --db a.db", _decided("a.db"), again=(0, 2)),
    "held --discard": Writing("held 1 --discard --db b.db", _decided("b.db"), again=(0, 2)),
    "undo": Writing("undo 2 --db a.db", _content("a.db")),
    "export": Writing("export out.csv --db a.db", _bytes("out.csv"), is_replaced=True),
    "export by years": Writing(
        "export years --format parquet --partition-by year --db a.db", _bytes("years"), is_replaced=True
    ),
    "export --snapshot": Writing("export --snapshot snap.db --db a.db", _content("snap.db")),
    "verify": Writing("verify --db a.db", lambda folder: None),
}


@contextmanager
def world(folder: Path) -> Iterator[dict[str, str]]:
    """Fill the folder with what the commands read, and yield the addresses of a newsroom and a web archive.

    `archive` holds two crawls, `a.db` what they stored and a held page, which `b.db` has stored, and `parsed`
    partitions.
    """
    for name in ("pages", "tmp", "years"):
        (folder / name).mkdir()
    newsroom = Newsroom(make_stories(STORIES), robots="User-agent: *\nDisallow:\n", etags=True)
    with newsroom, WebArchive(usual()) as captures:
        assert replaying.crawl(newsroom, folder).status == 0
        newsroom.publish(*make_newer(newsroom.stories, 5))
        newsroom.edit(newsroom.stories[7].node, title="Another title")
        assert replaying.crawl(newsroom, folder).status == 0
        doubtful = html_of(make_stories(20, seed=3)).replace(" 2025", " 2099")
        (folder / "doubtful.html").write_text(doubtful)
        assert run("replay", "doubtful.html", "--db", "a.db", cwd=folder).status == 4
        shutil.copy(folder / "a.db", folder / "b.db")
        assert run("held", "1", "--store", "--db", "b.db", cwd=folder).status == 0
        newsroom.remove(newsroom.stories[20].node)
        newsroom.publish(*make_newer(newsroom.stories, 2))
        for number in range(3):
            (folder / "pages" / f"{number}.html").write_text(
                html_of(make_stories(20, first_node=700_000 + 1000 * number))
            )
        parse = run("parse", "archive", "--out", "parsed", cwd=folder, env={"DASK": ""})
        assert parse.status == 0, parse.err
        (folder / "out.csv").write_text(FORMER)
        yield {"url": f"{newsroom.url}/press-releases", "captures": captures.url}


def _ended_well(done: subprocess.CompletedProcess[str], kind: str) -> bool:
    """Whether a command ended by the kill, or in one line with its status, or did not need the call."""
    if kind == "kill":
        return done.returncode in (-signal.SIGKILL, 0)
    is_fault = "Traceback" in done.stderr or "bug in osce-news" in done.stderr
    last = done.stderr.splitlines()[-1:]
    said = bool(last) and last[0].startswith("osce-news: ")
    return not is_fault and (done.returncode == 0 or (done.returncode == 1 and said))


def _damage(db: Path) -> list[str]:
    """Return what `verify` finds; nothing for a database that was not made yet."""
    try:
        return problems(db) if db.exists() and db.stat().st_size else []
    except NotOurDatabaseError as error:  # its making was rolled back
        return [] if "is an empty file" in str(error) else [str(error)]


class Trials:
    """Trials of one command, each in a copy of the world."""

    def __init__(self, name: str, origin: Path, addresses: dict[str, str], place: Path) -> None:
        self.writing, self.origin, self.place = WRITING[name], origin, place
        self._addresses = addresses
        self._log = place / "calls"
        self.former = self._result(self._copy())
        self.undisturbed = self._copy()
        done = self._run(self.undisturbed, 0, "full")
        assert done.returncode == 0, done.stderr
        self.calls = self._log.stat().st_size
        self.expected = self._result(self.undisturbed)

    def of(self, kind: str, count: int, seed: int = 1) -> list[str]:
        """Try so many of the calls, and return what did not hold."""
        numbers = Random(f"{self.writing.arguments} {kind} {seed}").sample(
            range(1, self.calls + 1), min(count, self.calls)
        )
        return [
            f"{kind} at call {number} of {self.calls}: {wrong}"
            for number in sorted(numbers)
            if (wrong := self._wrong(kind, number))
        ]

    def _wrong(self, kind: str, number: int) -> str | None:
        """Return what did not hold when this call failed; None if everything did."""
        folder = self._copy()
        done = self._run(folder, number, kind)
        if not _ended_well(done, kind):
            return f"status {done.returncode}: {done.stderr}"
        for db in ("a.db", "new.db"):
            if found := _damage(folder / db):
                return f"{db}: {found}"
        if self.writing.is_replaced and self._result(folder) not in (self.former, self.expected):
            return "neither the former nor the new file is there"
        again = run(*self._arguments(), cwd=folder, env=self._environment(folder))
        if again.status not in self.writing.again:
            return f"again: status {again.status}: {again.err}"
        if self._result(folder) != self.expected:
            return "again: another result than undisturbed"
        left = [*folder.rglob("*.part"), *folder.rglob("*.former"), *folder.glob("tmp/*")]
        return f"left behind: {left}" if left else None

    def _arguments(self) -> list[str]:
        return self.writing.arguments.format(**self._addresses).split()

    def _environment(self, folder: Path) -> dict[str, str]:
        return {"TMPDIR": str(folder / "tmp"), "OSCE_NEWS_CONTACT": "someone@example.org"}

    def _copy(self) -> Path:
        folder = self.place / "copy"
        shutil.rmtree(folder, ignore_errors=True)
        return Path(shutil.copytree(self.origin, folder))

    def _result(self, folder: Path) -> Any:
        try:
            return self.writing.result(folder)
        except Exception as error:  # such as a database that is not there yet
            return repr(error)

    def _run(self, folder: Path, number: int, kind: str) -> subprocess.CompletedProcess[str]:
        self._log.unlink(missing_ok=True)
        faults = {"FAULT_FOLDER": str(folder), "FAULT_LOG": str(self._log), "FAULT_AT": str(number)}
        return subprocess.run(
            [sys.executable, "-m", "osce_news", *self._arguments()],
            cwd=folder,
            env=environment(
                self._environment(folder) | faults | {"FAULT_KIND": kind, "LD_PRELOAD": str(library())}
            ),
            capture_output=True,
            encoding="utf-8",
            stdin=subprocess.DEVNULL,
            timeout=120,
        )
