"""Writes and reads the rows of `runs` and `pages`."""

from __future__ import annotations

import json
import os
import sqlite3
from collections.abc import Mapping
from dataclasses import dataclass, fields
from typing import Any

from osce_news import __version__
from osce_news.items import Listing
from osce_news.normalize import rules
from osce_news.storage.crawl_state import KILLED, UnfinishedRun
from osce_news.storage.database import insert_row

MAX_GAP = 1000  # between the numbers of two replayed runs; the number in an archive may be damaged
# The columns of a run in the output of `osce-news runs`.
RUN_COLUMNS = (
    "run", "mode", "status", "started", "finished", "seconds", "pages", "held", "seen", "new", "changed",
    "unchanged", "quarantined", "withdrawn", "restored", "articles", "articles_changed", "articles_gone",
    "articles_failed", "articles_left", "unknown_terms", "list_status", "requests", "not_modified", "bytes",
    "retries", "back_offs", "waited_s", "smallest_gap_s", "list", "start_url", "continues", "continued_by",
    "process", "tool_version", "rules", "archive", "message",
)  # fmt: skip
_EXPRESSIONS = {
    "run": "id",
    "continued_by": "(SELECT max(id) FROM runs AS other WHERE other.continues = runs.id)",
}


@dataclass
class Summary:
    """The summary of a run; its fields are the keys of `--json`."""

    run: int
    mode: str
    source: str | None = None  # what a crawl reads: list, search or page
    status: str = "running"
    requests: int = 0
    not_modified: int = 0
    pages: int = 0
    held: int = 0  # of the pages: not stored, because they are doubtful
    seen: int = 0
    new: int = 0
    changed: int = 0
    unchanged: int = 0
    quarantined: int = 0
    withdrawn: int = 0
    restored: int = 0
    articles: int = 0  # items' own pages requested
    articles_changed: int = 0  # whose text has changed
    articles_gone: int = 0  # that are gone, moved or not found
    articles_failed: int = 0  # that could not be fetched or read
    articles_left: int = 0  # due but not requested
    unknown_terms: int = 0
    bytes: int = 0
    retries: int = 0
    back_offs: int = 0
    waited_s: float = 0.0
    smallest_gap_s: float | None = None
    continues: int | None = None
    seconds: float = 0.0
    database: str = ""
    message: str | None = None

    def add(self, other: Summary) -> None:
        """Add the counters of another run."""
        for name in COUNTERS:
            setattr(self, name, round(getattr(self, name) + getattr(other, name), 1))


# The fields that `Summary.add` adds up: all counters except `articles_left`.
COUNTERS = tuple(
    field.name
    for field in fields(Summary)
    if field.default == 0 and field.name not in ("run", "articles_left")
)


@dataclass(frozen=True, slots=True)
class PageCounts:
    """The result of storing a page: how many items were new, changed, unchanged, restored."""

    new: int
    changed: int
    unchanged: int
    changed_again: int = 0  # of the changed: on an earlier page of the run too, because pages overlap
    unchanged_again: int = 0
    restored: int = 0


def begin_run(
    connection: sqlite3.Connection, continues: UnfinishedRun | None, number: int, **columns: str | None
) -> int:
    """Insert the row of a run, with these columns, and return its number.

    That is `number` if it is a little above the last one, else the next number. The caller holds the lock,
    so any run still recorded as running has died.
    """
    end_killed_runs(connection)
    last = connection.execute("SELECT coalesce(max(id), 0) FROM runs").fetchone()[0]
    for page in continues.left_over if continues else ():
        connection.execute("UPDATE pages SET listed = NULL WHERE id = ?", [page])
    row = {
        "id": number if last < number <= last + MAX_GAP else None,  # None: the next number
        "continues": continues.run if continues else None,
        "position": json.dumps(continues.position) if continues else None,
        "process": os.getpid(),
        "tool_version": __version__,
        "rules": rules(),
        **columns,
    }
    return insert_row(connection, "runs", row)


def end_killed_runs(connection: sqlite3.Connection) -> None:
    """Mark the runs still recorded as running as interrupted."""
    connection.execute(
        "UPDATE runs SET status = 'interrupted', message = ? WHERE status = 'running'", [KILLED]
    )


def write_page(connection: sqlite3.Connection, run: int, page: Listing, stored: PageCounts) -> None:
    """Insert the row of a page that was read in this run."""
    row = {
        "run_id": run,
        "url": page.url,
        "fetched_at": page.fetched_at,
        "sha256": page.sha256,
        "status": page.status,
        "results": page.results,
        "new": stored.new,
        "changed": stored.changed,
        "unchanged": stored.unchanged,
        "etag": page.etag,
        "last_modified": page.last_modified,
        "listed": json.dumps(page.listed) if page.listed else None,
    }
    insert_row(connection, "pages", row)


def write_run(
    connection: sqlite3.Connection,
    summary: Summary,
    finished: str | None,
    position: Mapping[str, Any] | None,
    list_status: str | None = None,
) -> None:
    """Update the row of a run: with its position while it reads, with the time at its end.

    A run that did not reach the end of the list keeps the position, so that a later one can resume it.
    `list_status` is "complete" for a run that did and is partial for another reason.
    """
    values = dict(vars(summary))
    for name in ("run", "database", "mode", "source", "continues"):
        del values[name]
    if "complete" in (summary.status, list_status):
        values["position"] = None
    elif finished is None:
        values["position"] = json.dumps(position) if position else None
    if finished is not None:
        values |= {"finished": finished, "list_status": list_status}
    columns = ", ".join(f"{name} = ?" for name in values)
    connection.execute(f"UPDATE runs SET {columns} WHERE id = ?", [*values.values(), summary.run])


def list_runs(connection: sqlite3.Connection, limit: int | None) -> list[dict[str, Any]]:
    """Return the runs, newest first."""
    sql = f"{_run_query(connection)} ORDER BY id DESC LIMIT ?"
    return [dict(row) for row in connection.execute(sql, [-1 if limit is None else limit])]


def count_runs(connection: sqlite3.Connection) -> int:
    """Return the number of runs."""
    return int(connection.execute("SELECT count(*) FROM runs").fetchone()[0])


def read_run(connection: sqlite3.Connection, identifier: int) -> dict[str, Any] | None:
    """Return one run with its pages as `pages_read`, in the order of reading; None if there is none."""
    row = connection.execute(f"{_run_query(connection)} WHERE id = ?", [identifier]).fetchone()
    if row is None:
        return None
    pages = connection.execute(
        "SELECT fetched_at, status, results, new, changed, unchanged, url, item_id FROM pages "
        "WHERE run_id = ? ORDER BY id",
        [identifier],
    )
    return {**dict(row), "pages_read": [dict(page) for page in pages]}


def _run_query(connection: sqlite3.Connection) -> str:
    present = {row["name"]: row["name"] for row in connection.execute("PRAGMA table_info (runs)")}
    expressions = present | _EXPRESSIONS  # an older database lacks some columns
    columns = ", ".join(f"{expressions.get(name, 'NULL')} AS {name}" for name in RUN_COLUMNS)
    return f"SELECT {columns} FROM runs"
