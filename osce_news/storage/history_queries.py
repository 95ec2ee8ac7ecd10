"""Queries for the runs."""

from __future__ import annotations

import sqlite3

from osce_news.storage.queries import Row

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
_LATER_COLUMNS = ("held",)  # which an older database lacks


def runs(connection: sqlite3.Connection, limit: int | None) -> list[Row]:
    """Return the runs, newest first."""
    sql = f"{_run_query(connection)} ORDER BY id DESC LIMIT ?"
    return [dict(row) for row in connection.execute(sql, [-1 if limit is None else limit])]


def count_runs(connection: sqlite3.Connection) -> int:
    """Return the number of runs."""
    return int(connection.execute("SELECT count(*) FROM runs").fetchone()[0])


def run(connection: sqlite3.Connection, identifier: int) -> Row | None:
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
    present = {row["name"] for row in connection.execute("PRAGMA table_info (runs)")}
    lacking = {name: "NULL" for name in _LATER_COLUMNS if name not in present}
    expressions = {**dict(zip(RUN_COLUMNS, RUN_COLUMNS, strict=True)), **_EXPRESSIONS, **lacking}
    return f"SELECT {', '.join(f'{sql} AS {name}' for name, sql in expressions.items())} FROM runs"
