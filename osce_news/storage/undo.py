"""Takes back what a run stored: new items, changed values, withdrawals and texts."""

from __future__ import annotations

import sqlite3
from typing import NamedTuple

from osce_news.clock import utc_now
from osce_news.normalize import normalize
from osce_news.storage import crawl_state, rows
from osce_news.storage.revisions import revisions


class Undone(NamedTuple):
    """How many items were removed and changed back, and withdrawals and texts taken back.

    `kept` counts the values that later runs have changed again, and `unknown` the items that an older version
    stored, perhaps in this run, without the run's number. Both stay as they are.
    """

    removed: int
    changed: int
    withdrawals: int
    texts: int
    kept: int
    unknown: int

    def __str__(self) -> str:
        counts = [
            f"{self.removed} items removed",
            f"{self.changed} changed back",
            f"{self.withdrawals} withdrawals",
            f"{self.texts} texts",
        ]
        return ", ".join(counts)


def undo(connection: sqlite3.Connection, undone: int, run: int) -> Undone:
    """Take back what the run `undone` stored, inside the caller's transaction; `run` is the present one."""
    unknown = connection.execute(
        "SELECT count(*) FROM items WHERE first_run IS NULL "
        "AND first_seen IN (SELECT fetched_at FROM pages WHERE run_id = ?)",
        [undone],
    ).fetchone()[0]
    removed = connection.execute("DELETE FROM items WHERE first_run = ?", [undone]).rowcount
    texts = _undo_texts(connection, undone)
    changed, kept = _undo_changes(connection, undone, run)
    withdrawals = _undo_withdrawals(connection, undone, run)
    # From this run on, its list no longer counts as read to the end, so that the next crawl reads down to
    # what the run stored. The list of a run with limits is "address (limits)".
    connection.execute(
        "UPDATE runs SET list_status = 'partial' WHERE id >= :undone AND mode IN ('full', 'incremental') "
        f"AND {crawl_state.COMPLETE} AND EXISTS (SELECT 1 FROM runs AS of WHERE of.id = :undone "
        "AND substr(of.list || ' (', 1, length(runs.list) + 2) = runs.list || ' (')",
        {"undone": undone},
    )
    return Undone(removed, changed, withdrawals, texts, kept, unknown)


def _undo_texts(connection: sqlite3.Connection, undone: int) -> int:
    """Restore the former texts of articles, and remove those that the run read first; return how many."""
    restored = connection.execute(
        "UPDATE articles SET text = before FROM revisions WHERE revisions.item_id = articles.item_id "
        "AND field = 'text' AND revisions.run_id = ?1 AND articles.run_id = ?1",
        [undone],
    ).rowcount
    removed = connection.execute(
        "DELETE FROM articles WHERE run_id = ?1 AND first_asked >= (SELECT started FROM runs WHERE id = ?1) "
        "AND item_id NOT IN (SELECT item_id FROM revisions WHERE field = 'text') RETURNING read_at",
        [undone],
    ).fetchall()
    return restored + sum(row["read_at"] is not None for row in removed)


def _undo_changes(connection: sqlite3.Connection, undone: int, run: int) -> tuple[int, int]:
    """Restore the former values of items; return how many items were changed, and how many values kept."""
    # The first revision of a value in the run has the value before it; SQLite takes `before` from that row.
    sql = """
        SELECT item_id, field, before, min(id), EXISTS (
            SELECT 1 FROM revisions AS later
            WHERE later.item_id = revisions.item_id AND later.field = revisions.field AND later.run_id > ?1
        ) AS is_changed_again
        FROM revisions WHERE run_id = ?1 AND field <> 'text' GROUP BY item_id, field"""
    former: dict[str, dict[str, str | None]] = {}
    kept = 0
    for row in connection.execute(sql, [undone]).fetchall():
        kept += row["is_changed_again"]
        if not row["is_changed_again"]:
            former.setdefault(row["item_id"], {})[f"{row['field']}_raw"] = row["before"]
    for identifier, stored in rows.load(connection, former).items():
        before, after = normalize(rows.raw_item(stored)), rows.raw_item(stored)
        for name, value in former[identifier].items():
            setattr(after, name, value)
        normalize(after)
        before.id = after.id = identifier
        rows.update(connection, [after])
        rows.write_revisions(connection, identifier, revisions(before, after), utc_now(), run)
    return len(former), kept


def _undo_withdrawals(connection: sqlite3.Connection, undone: int, run: int) -> int:
    """Take back the withdrawals of the run, and its restorations; return how many."""
    now = utc_now()
    taken_back = connection.execute(
        "UPDATE withdrawals SET restored = max(withdrawn, ?2), restored_run = ?3 "
        "WHERE withdrawn_run = ?1 AND restored IS NULL",
        [undone, now, run],
    ).rowcount
    restored = connection.execute(
        "UPDATE withdrawals SET restored = NULL, restored_run = NULL WHERE restored_run = ?1 "
        "AND id = (SELECT max(id) FROM withdrawals AS other WHERE other.item_id = withdrawals.item_id)",
        [undone],
    ).rowcount
    connection.execute(
        "UPDATE items SET withdrawn = (SELECT withdrawn FROM withdrawals "
        "WHERE item_id = items.id AND restored IS NULL) WHERE id IN (SELECT item_id FROM withdrawals)"
    )
    return taken_back + restored
