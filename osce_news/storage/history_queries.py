"""Queries for the runs."""

from __future__ import annotations

import sqlite3

from osce_news.storage.queries import Row

# The columns of a run in the output of `osce-news runs`.
RUN_COLUMNS = (
    "run", "mode", "status", "started", "finished", "seconds", "pages", "seen", "new", "changed", "unchanged",
    "quarantined", "withdrawn", "restored", "articles", "articles_changed", "articles_gone",
    "articles_failed", "articles_left", "unknown_terms", "list_status", "requests", "not_modified", "bytes",
    "retries", "back_offs", "waited_s", "smallest_gap_s", "list", "start_url", "continues", "continued_by",
    "process", "tool_version", "rules", "archive", "message",
)  # fmt: skip
_EXPRESSIONS = {
    "run": "id",
    "continued_by": "(SELECT max(id) FROM runs AS other WHERE other.continues = runs.id)",
}
_RUN = f"SELECT {', '.join(f'{_EXPRESSIONS.get(name, name)} AS {name}' for name in RUN_COLUMNS)} FROM runs"


def runs(connection: sqlite3.Connection, limit: int | None) -> list[Row]:
    """Return the runs, newest first."""
    sql = f"{_RUN} ORDER BY id DESC LIMIT ?"
    return [dict(row) for row in connection.execute(sql, [-1 if limit is None else limit])]


def count_runs(connection: sqlite3.Connection) -> int:
    """Return the number of runs."""
    return int(connection.execute("SELECT count(*) FROM runs").fetchone()[0])


def run(connection: sqlite3.Connection, identifier: int) -> Row | None:
    """Return one run with its pages as `pages_read`, in the order of reading; None if there is none."""
    row = connection.execute(f"{_RUN} WHERE id = ?", [identifier]).fetchone()
    if row is None:
        return None
    pages = connection.execute(
        "SELECT fetched_at, status, results, new, changed, unchanged, url, item_id FROM pages "
        "WHERE run_id = ? ORDER BY id",
        [identifier],
    )
    return {**dict(row), "pages_read": [dict(page) for page in pages]}
