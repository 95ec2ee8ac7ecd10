"""Helpers for the tests of several packages: pages made into items, dumps of databases, the command."""

from __future__ import annotations

import hashlib
import os
import re
import shutil
import sqlite3
import subprocess
import sys
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Any

import pytest

from osce_news import __version__
from osce_news.archive.saved_page import saved_page
from osce_news.items import Listing
from osce_news.normalize import normalize_listing
from osce_news.pages import HttpResponse, read_listing
from osce_news.storage import queries
from osce_news.storage.queries import Query
from osce_news.storage.queries.as_of import PRESENT_ONLY, database_as_of
from tests.newsroom import Story, render_page
from tests.processes import Command

ROOT = Path(__file__).resolve().parent.parent
# Where the commands that tests run look for modules.
PATH = os.pathsep.join(map(str, [ROOT / "tests" / "as_installed", ROOT]))
WHEEL = f"osce_news-{__version__}-py3-none-any.whl"
FIXTURES = ROOT / "fixtures" / "listing"
ADDRESS = "https://www.osce.org/press-releases?page=0"
NOON = "2024-08-05T12:00:00Z"
CONTENT = ("items", "item_offices", "item_topics", "item_places", "addresses", "revisions", "quarantine")

Row = tuple[object, ...]
Dump = dict[str, list[Row]]


_ALL = Query()


def html_of(stories: Sequence[Story]) -> str:
    """Return a whole page that shows these stories."""
    return render_page(stories, page=0, rows=50, total=len(stories))


def page_of(html: str, at: str = NOON, url: str = ADDRESS) -> Listing:
    """Return the page as the writer gets it, seen at this time."""
    return normalize_listing(read_listing(HttpResponse(html.encode(), url, at))[0])


def listing(stories: Sequence[Story], at: str = NOON, url: str = ADDRESS) -> Listing:
    """Return a page of these stories as the writer gets it, seen at this time."""
    return page_of(html_of(stories), at, url)


def fixture_page(case: str) -> Listing:
    """Return the page of a fixture as the writer gets it."""
    return saved_page(FIXTURES / case / "page.html").capture().listing()


def dump(connection: sqlite3.Connection, without: Sequence[str] = ("last_seen",)) -> Dump:
    """Return all rows of the tables that hold what was read, in order of their keys."""
    dumped: Dump = {}
    for table in CONTENT:
        rows = connection.execute(f"SELECT * FROM pragma_table_info('{table}')").fetchall()
        names = [row["name"] for row in rows if row["name"] not in without]
        sql = f"SELECT {', '.join(names)} FROM {table} ORDER BY {', '.join(names)}"
        dumped[table] = [tuple(row) for row in connection.execute(sql)]
    return dumped


def values(connection: sqlite3.Connection, sql: str, *parameters: object) -> list[object]:
    """Return the first column of a query."""
    return [row[0] for row in connection.execute(sql, parameters)]


def digest(path: Path) -> str:
    """Return the SHA-256 of the file."""
    return hashlib.sha256(path.read_bytes()).hexdigest()


@dataclass(frozen=True, slots=True)
class Result:
    """How a command ended, and what it printed."""

    status: int
    out: str
    err: str

    @property
    def errors(self) -> list[str]:
        """The lines on standard error."""
        return self.err.splitlines()


def environment(more: Mapping[str, str] | None = None) -> dict[str, str]:
    """Return an environment in which the command is that of this checkout, without a default database."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith("OSCE_NEWS_")}
    return kept | {"PYTHONPATH": PATH, "PYTHONIOENCODING": "utf-8", "COLUMNS": "120"} | dict(more or {})


def command(*arguments: str | Path | bytes, before: str = "") -> list[str | Path | bytes]:
    """Return the command with its arguments; `before` is Python that its process runs first."""
    if not before:
        return [sys.executable, "-m", "osce_news", *arguments]
    code = f"{before}\nimport os, sys\nos.execv(sys.executable, [sys.executable, *sys.argv[1:]])"
    return [sys.executable, "-c", code, "-m", "osce_news", *arguments]


def run(
    *arguments: str | Path | bytes, cwd: Path, env: Mapping[str, str] | None = None, before: str = ""
) -> Result:
    """Run the command in a process of its own and return how it ended; `before` as in `command`.

    It is forked from one that has imported what it needs, unless its environment or `before` forbid that.
    """
    if not before and all(re.match("OSCE_NEWS_|COLUMNS|.*_proxy", name) for name in env or {}):
        with Command([os.fsdecode(one) for one in arguments], cwd, environment(env)) as forked:
            return Result(*forked.result())
    done = subprocess.run(
        command(*arguments, before=before),
        cwd=cwd,
        env=environment(env),
        capture_output=True,
        stdin=subprocess.DEVNULL,
        timeout=60,
    )
    decoded = (text.decode("utf-8", "surrogateescape") for text in (done.stdout, done.stderr))
    return Result(done.returncode, *decoded)


def without(module: str, *arguments: str, cwd: Path) -> Result:
    """Run the command as if a package were not installed."""
    before = f"import sys; sys.modules[{module!r}] = None"
    with Command(arguments, cwd, environment(), before) as forked:
        return Result(*forked.result())


@cache
def has_r() -> bool:
    """Whether R is installed with the packages that the documentation's code needs."""
    program = shutil.which("Rscript")
    asked = 'quit(status = !all(c("DBI", "RSQLite", "jsonlite") %in% rownames(installed.packages())))'
    return program is not None and subprocess.run([program, "--vanilla", "-e", asked]).returncode == 0


def run_r(code: str, cwd: Path) -> str:
    """Run R code in this folder and return its output; the test is skipped if R is not installed."""
    if not has_r():
        pytest.skip("no R: apt-get install r-cran-rsqlite r-cran-jsonlite (.ci/run does)")
    (cwd / "code.R").write_text(code, encoding="utf-8")
    done = subprocess.run(["Rscript", "--vanilla", "code.R"], cwd=cwd, capture_output=True, encoding="utf-8")
    assert done.returncode == 0, done.stderr
    return done.stdout


def shell(line: str, *, cwd: Path, env: Mapping[str, str] | None = None) -> Result:
    """Type a command line into a shell that knows `osce-news`; the status is that of the first part
    of a pipe that failed."""
    folder = cwd / ".bin"
    if not folder.exists():
        folder.mkdir()
        script = folder / "osce-news"
        script.write_text(f'#!/bin/sh\nexec "{sys.executable}" -m osce_news "$@"\n')
        script.chmod(0o755)
    bash = shutil.which("bash")
    assert bash is not None, "these tests need bash"
    path = f"{folder}{os.pathsep}{os.environ['PATH']}"
    done = subprocess.run(
        [bash, "-o", "pipefail", "-c", line],
        cwd=cwd,
        env=environment({"PATH": path, **(env or {})}),
        capture_output=True,
        stdin=subprocess.DEVNULL,
        encoding="utf-8",
        timeout=60,
    )
    return Result(done.returncode, done.stdout, done.stderr)


def remarks(err: str) -> list[str]:
    """Return the lines on standard error that are not usual: a number of items, what is left out or old."""
    usual = re.compile(
        r"([\d,]+ of )?[\d,]+ (item|run)s?(; .*)?|full texts are left out; .*|nothing (found|of run .*)|"
        r"as of .* last .*"
    )
    return [line for line in err.splitlines() if not usual.fullmatch(line)]


def items_as_of(connection: sqlite3.Connection, day: str, query: Query = _ALL) -> list[dict[str, Any]]:
    """Return the items of that day, newest first, without what is known for the present only."""
    with closing(database_as_of(connection, day)) as past:
        rows = queries.items(past, query)
        return [{name: row[name] for name in row if name not in PRESENT_ONLY} for row in rows]


def slow(*values: Any) -> list[Any]:
    """Return parameters of a test that belong to the slow tests; tuples are several arguments."""
    return [
        pytest.param(*(value if isinstance(value, tuple) else (value,)), marks=pytest.mark.slow)
        for value in values
    ]


def crawl_words(site: str) -> list[str]:
    """Return the words of a crawl of a list at this site, without delay and with a log file."""
    return ["crawl", "--start-url", f"{site}/press-releases", "--delay", "0", "--log-file", "log"]
