"""The summary of a run, and the queries that list runs with their pages."""

from __future__ import annotations

import os
import sqlite3
from dataclasses import dataclass, fields
from typing import Any

# The columns of a run in the output of `osce-news runs`.
RUN_COLUMNS = (
    "run", "mode", "status", "started", "finished", "seconds", "pages", "held", "seen", "new", "changed",
    "unchanged", "quarantined", "withdrawn", "restored", "articles", "articles_changed", "articles_gone",
    "articles_failed", "articles_left", "unknown_terms", "list_status", "requests", "not_modified", "bytes",
    "retries", "back_offs", "waited_s", "smallest_gap_s", "list", "start_url", "continues", "continued_by",
    "process", "tool_version", "rules", "archive", "message",
)  # fmt: skip
_RUNS = """
SELECT *, id AS run, (SELECT max(id) FROM runs AS other WHERE other.continues = runs.id) AS continued_by
FROM runs"""


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
        """Add the counters of a later run; `articles_left` is that of the last run that read articles."""
        for name in COUNTERS:
            setattr(self, name, round(getattr(self, name) + getattr(other, name), 1))
        if other.mode == "articles":
            self.articles_left = other.articles_left


# The columns of `runs` that change while a run stores pages.
SUMMARY_COLUMNS = tuple(
    field.name
    for field in fields(Summary)
    if field.name not in ("run", "mode", "source", "continues", "database")
)
# The fields that `Summary.add` adds up: all counters except `articles_left`.
COUNTERS = tuple(
    field.name
    for field in fields(Summary)
    if field.default == 0 and field.name not in ("run", "articles_left")
)


def list_runs(connection: sqlite3.Connection, limit: int | None) -> list[dict[str, Any]]:
    """Return the runs, newest first. The status of one whose process has ended by itself is "died"."""
    sql = f"{_RUNS} ORDER BY id DESC LIMIT ?"
    return [_described(row) for row in connection.execute(sql, [-1 if limit is None else limit])]


def count_runs(connection: sqlite3.Connection) -> int:
    """Return the number of runs."""
    return int(connection.execute("SELECT count(*) FROM runs").fetchone()[0])


def read_run(connection: sqlite3.Connection, identifier: int) -> dict[str, Any] | None:
    """Return one run as `list_runs` does, with its pages as `pages_read`, in order; None if there is none."""
    row = connection.execute(f"{_RUNS} WHERE id = ?", [identifier]).fetchone()
    if row is None:
        return None
    pages = connection.execute(
        "SELECT fetched_at, status, results, new, changed, unchanged, url, item_id FROM pages "
        "WHERE run_id = ? ORDER BY id",
        [identifier],
    )
    return {**_described(row), "pages_read": [dict(page) for page in pages]}


def _described(row: sqlite3.Row) -> dict[str, Any]:
    """Return a run, with the status "died" if it is marked as running but its process has ended."""
    values = dict(row)
    run = {name: values.get(name) for name in RUN_COLUMNS}  # an older database lacks some columns
    if run["status"] == "running" and not _may_live(run["process"]):
        message = f"perhaps died: process {run['process']} is not on this machine; the next run will note it"
        return run | {"status": "died", "message": message}
    return run


def _may_live(process: int | None) -> bool:
    """Whether a process of this number may exist, found without touching it or the database's lock.

    Only the lock would say for certain. But testing it means taking it, and a crawl that starts at that
    moment would be refused.
    """
    if process == os.getpid():  # in containers, each command has the number 1
        return False
    if process is None or os.name != "posix":  # elsewhere this signal would end the process
        return True
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:  # it belongs to another user
        return True
    return True
