"""Crawls that are recorded, and replays of them: what they did, and all that a database holds."""

from __future__ import annotations

import itertools
import sqlite3
import time
from collections.abc import Iterator
from contextlib import closing, contextmanager
from pathlib import Path

from osce_news.storage.crawl_state import KILLED
from tests.crawl.over_http import crawling
from tests.crawl.over_http.crawling import ROBOTS
from tests.newsroom import Newsroom, make_stories
from tests.processes import Command, Ended

STORIES = 65  # so 10 pages of 10, which overlap

# What a replay has of its own: it runs in another process, for another time.
_OWN = {"runs": ("process", "seconds")}


@contextmanager
def newsroom(stories: int = STORIES, **more: bool) -> Iterator[Newsroom]:
    """A newsroom that answers 304 and packs what it sends; it has the stories' own pages too."""
    told = {"etags": True, "compress": True} | more
    with Newsroom(make_stories(stories), robots=ROBOTS, **told) as server:
        yield server


def crawl(server: Newsroom, folder: Path, *options: str, before: str = "", wait_s: float = 60) -> Ended:
    """Crawl into the folder's `a.db` and record it in its `archive`.

    Times are kept to the second, so a page that two crawls read in one second would count as one.
    """
    if (folder / "archive").exists():
        time.sleep(1 - time.time() % 1)
    archive = ("--archive", str(folder / "archive"))
    return crawling.crawl(server, folder / "a.db", *archive, *options, before=before, wait_s=wait_s)


def replay(
    folder: Path, *options: str, db: str = "b.db", what: str = "archive", before: str = "", wait_s: float = 60
) -> Ended:
    """Replay an archive into another database of the folder."""
    paths = [str(folder / one) for one in what.split()]
    arguments = ["replay", *paths, "--db", str(folder / db), "--json", *options]
    with Command(arguments, folder, before=before) as command:
        return command.wait(wait_s)


def everything(db: Path) -> dict[str, list[dict[str, object]]]:
    """Return all rows of all tables, in order, but for what a replay has of its own."""
    with closing(sqlite3.connect(db)) as connection:
        connection.row_factory = sqlite3.Row
        sql = "SELECT name FROM sqlite_schema WHERE type = 'table' AND name NOT GLOB '*_fts_*'"
        names = [row[0] for row in connection.execute(sql) if row[0] != "_sqlite_migrations"]
        assert {"items", "runs", "pages", "revisions", "withdrawals", "items_fts"} <= set(names)
        return {name: list(_rows(connection, name)) for name in names}


def _rows(connection: sqlite3.Connection, table: str) -> Iterator[dict[str, object]]:
    for row in connection.execute(f"SELECT * FROM {table}"):
        yield {name: row[name] for name in row.keys() if name not in _OWN.get(table, ())}  # noqa: SIM118


def assert_same(folder: Path, db: str = "b.db") -> None:
    """Compare the database of a replay with that of the crawls, row by row."""
    made, replayed = everything(folder / "a.db"), everything(folder / db)
    assert made.keys() == replayed.keys()
    # A run that was killed before its archive began has stored nothing, and left nothing to replay.
    made["runs"] = [run for run in made["runs"] if run["archive"] or run["message"] != KILLED]
    for table, rows in made.items():
        differ = [pair for pair in itertools.zip_longest(rows, replayed[table]) if pair[0] != pair[1]]
        assert differ == [], f"{table}: {differ[:3]}"


def warcs(folder: Path) -> list[Path]:
    """Return the archive's files, in order of their names."""
    return sorted((folder / "archive").glob("*.warc.gz"))
