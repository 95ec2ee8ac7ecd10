"""Takes back what a run stored: new items, changed values, withdrawals and texts."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import replace
from typing import NamedTuple

from osce_news.clock import utc_now
from osce_news.errors import BadInputError
from osce_news.items import GONE
from osce_news.normalize import normalize
from osce_news.normalize.list_names import is_limited_sql
from osce_news.normalize.record import renormalized
from osce_news.normalize.text import numbered
from osce_news.storage import crawl_state
from osce_news.storage.database import exists
from osce_news.storage.ingest import rows
from osce_news.storage.ingest.readings import (
    FormerValue,
    Revision,
    Sources,
    former_values,
    revisions,
    text_kind,
)
from osce_news.storage.writer import Writer

# What a run replaced: the first value of each field. Runs of older versions have revisions only. `left` is
# what the run left, with its source: what the next run has replaced, NULL if none has. `by` is the mode of
# the last run that has replaced the value.
_REPLACED = """
WITH replaced AS (
    SELECT item_id, field, before, source, 1 AS has_source FROM former_values
    WHERE run_id = ?1 AND field <> 'first_seen'
    UNION ALL
    SELECT item_id, field, before, NULL, 0 FROM revisions WHERE id IN (
        SELECT min(id) FROM revisions WHERE run_id = ?1 AND field <> 'text' GROUP BY item_id, field)
    AND (item_id, field) NOT IN (SELECT item_id, field FROM former_values WHERE run_id = ?1))
SELECT *,
    EXISTS (SELECT 1 FROM revisions AS own WHERE own.item_id = replaced.item_id
        AND own.field = replaced.field AND own.run_id = ?1) AS is_revised,
    (SELECT json_array(before, source) FROM (
        SELECT run_id, 0 AS number, before, source FROM former_values AS later
        WHERE later.item_id = replaced.item_id AND later.field = replaced.field AND run_id > ?1
        UNION ALL
        SELECT run_id, id, before, NULL FROM revisions AS later
        WHERE later.item_id = replaced.item_id AND later.field = replaced.field AND run_id > ?1
        ORDER BY 1, 2 LIMIT 1)) AS left,
    (SELECT mode FROM runs JOIN (
        SELECT run_id FROM former_values AS later
        WHERE later.item_id = replaced.item_id AND later.field = replaced.field
        UNION ALL
        SELECT run_id FROM revisions AS later
        WHERE later.item_id = replaced.item_id AND later.field = replaced.field)
        ON runs.id = run_id ORDER BY run_id DESC LIMIT 1) AS by
FROM replaced"""

# When the items that the run showed earlier than all before it were first seen until then, and by what.
# `is_kept` is whether a later run has shown them even earlier.
_FORMER_FIRST_SEEN = """
SELECT id, first_seen, origin, min(before, last_seen) AS before, source, first_seen <> coalesce((
    SELECT before FROM former_values AS later WHERE later.item_id = id
    AND later.field = 'first_seen' AND later.run_id > ?1 ORDER BY run_id LIMIT 1), first_seen) AS is_kept
FROM former_values JOIN items ON id = item_id WHERE run_id = ?1 AND field = 'first_seen'"""

# The text before the run: that of its first revision of the text. `left` and `by` are as above.
_FORMER_TEXTS = """
SELECT item_id, before, text, (
    SELECT json_array(before) FROM revisions AS later WHERE later.item_id = revisions.item_id
    AND later.field = 'text' AND later.run_id > ?1 ORDER BY id LIMIT 1) AS left, (
    SELECT mode FROM revisions AS later JOIN runs ON runs.id = later.run_id
    WHERE later.item_id = revisions.item_id AND later.field = 'text' ORDER BY later.id DESC LIMIT 1) AS by
FROM revisions JOIN articles USING (item_id) WHERE revisions.id IN (
    SELECT min(id) FROM revisions WHERE run_id = ?1 AND field = 'text' GROUP BY item_id)"""
# Those that no other run has read: later ones at most got the status 304. An answer of the search service is
# known by the time of the first reading only.
_REMOVE_ARTICLES = """
WITH times AS (SELECT fetched_at FROM pages WHERE run_id = ?1),
own_times AS (SELECT fetched_at FROM times EXCEPT SELECT fetched_at FROM pages WHERE run_id < ?1)
DELETE FROM articles WHERE item_id NOT IN (SELECT item_id FROM revisions WHERE field = 'text') AND (
    run_id = ?1 AND (first_asked >= (SELECT started FROM runs WHERE id = ?1) OR first_read IN own_times)
    OR (first_read IS NULL OR first_read IN times)
    AND (SELECT min(run_id) FROM pages WHERE pages.item_id = articles.item_id) = ?1 AND NOT EXISTS (
        SELECT 1 FROM pages WHERE pages.item_id = articles.item_id AND run_id > ?1 AND status IS NOT 304))
RETURNING read_at"""

# Items' own pages that the run found gone, and that earlier runs had requested: they are requested again.
_REQUEST_AGAIN = """
UPDATE articles SET status = 'failed', reason = 'undo took back run ' || ?1, moved_to = NULL
WHERE run_id = ?1 AND status IN (SELECT value FROM json_each(?2))"""

# Addresses under which only the run has seen an item.
_REMOVE_ADDRESSES = """
WITH times AS (SELECT fetched_at FROM pages WHERE run_id = ?1)
DELETE FROM addresses WHERE first_seen IN times AND last_seen IN times
AND url <> (SELECT url FROM items WHERE id = item_id) RETURNING item_id"""


class UndoCounts(NamedTuple):
    """How many items were removed and changed back, and withdrawals and texts taken back.

    The texts include those of the removed items, also if later runs read them. `kept` counts the values that
    later runs have changed again, and `unknown` the items that an older version stored, perhaps in this run,
    without the run's number. Both stay as they are. `incomplete` counts the crawls, the run and later ones of
    its list, that no longer count as complete.
    """

    removed: int
    changed: int
    withdrawals: int
    texts: int
    kept: int
    unknown: int
    incomplete: int

    def __str__(self) -> str:
        values = f"{numbered(self.removed, 'item')} removed, {self.changed:,} changed back"
        values += f", {numbered(self.withdrawals, 'withdrawal')}, {numbered(self.texts, 'text')}"
        counts = "counts" if self.incomplete == 1 else "count"
        crawls = f"; {numbered(self.incomplete, 'crawl')} of its list no longer {counts} as complete"
        return values + (crawls if self.incomplete else "")


def undo_run(writer: Writer, undone: int) -> UndoCounts:
    """Take back what a run stored, in a run of its own.

    Raises BadInputError if there is no such run, StorageError if the database can't be written.
    """
    connection = writer.connection
    if not exists(connection, "runs WHERE id = ?", undone):
        raise BadInputError(f"no run {undone} in {writer.path}; `osce-news runs` lists them")
    run = writer.begin("undo").run
    with writer.transaction():
        taken_back = _undo(connection, undone, run)
    writer.finish("complete", f"took back run {undone}: {taken_back}")
    return taken_back


def _undo(connection: sqlite3.Connection, undone: int, run: int) -> UndoCounts:
    unknown = connection.execute(
        "SELECT count(*) FROM items WHERE first_run IS NULL "
        "AND first_seen IN (SELECT fetched_at FROM pages WHERE run_id = ?)",
        [undone],
    ).fetchone()[0]
    texts_of_items = connection.execute(
        "SELECT count(read_at) FROM articles JOIN items ON items.id = item_id WHERE first_run = ?", [undone]
    ).fetchone()[0]
    removed = connection.execute("DELETE FROM items WHERE first_run = ?", [undone]).rowcount
    if removed:  # the next crawl reads the pages that show these items, although they have not changed
        connection.execute("UPDATE pages SET etag = NULL, last_modified = NULL WHERE item_id IS NULL")
    texts, texts_kept = _undo_texts(connection, undone, run)
    items_changed, values_kept = _undo_changes(connection, undone, run)
    items_changed |= {row["item_id"] for row in connection.execute(_REMOVE_ADDRESSES, [undone])}
    seen_later, times_kept = _undo_first_seen(connection, undone, run)
    changed = len(items_changed | seen_later)
    withdrawals = _undo_withdrawals(connection, undone, run)
    # A page that the run stored can be stored again.
    connection.execute("UPDATE held SET stored_run = NULL WHERE stored_run = ?", [undone])
    texts += texts_of_items
    incomplete = _mark_incomplete(connection, undone) if removed or changed or withdrawals or texts else 0
    kept = texts_kept + values_kept + times_kept
    return UndoCounts(removed, changed, withdrawals, texts, kept, unknown, incomplete)


def _mark_incomplete(connection: sqlite3.Connection, undone: int) -> int:
    """Let the list of the run no longer count as read since then, neither to its end nor to a position.

    So the next crawl reads down to what the run stored. Returns how many crawls were complete until now.
    """
    # The run, and later crawls of its list; if it has limits, also those without.
    since = f"""
        id >= ?1 AND mode IN ('full', 'incremental') AND EXISTS (SELECT 1 FROM runs AS of
            WHERE of.id = ?1 AND (of.list = runs.list OR {is_limited_sql("of.list", "runs.list")}))"""
    connection.execute(f"UPDATE runs SET position = NULL WHERE {since}", [undone])
    complete = f"UPDATE runs SET list_status = 'partial' WHERE {since} AND {crawl_state.COMPLETE}"
    return connection.execute(complete, [undone]).rowcount


def _undo_texts(connection: sqlite3.Connection, undone: int, run: int) -> tuple[int, int]:
    """Restore the former texts of articles, and remove those that the run read first.

    Returns how many texts were taken back, and how many stay because a later run has read them again.
    """
    restored = kept = 0
    for row in connection.execute(_FORMER_TEXTS, [undone]).fetchall():
        if _is_changed_again(row, row["text"]):
            kept += 1
        else:
            restored += 1
            # Without validators and hash, the next request reads the page, even if it has not changed.
            connection.execute(
                "UPDATE articles SET text = ?, etag = NULL, last_modified = NULL, sha256 = NULL, run_id = ? "
                "WHERE item_id = ?",
                [row["before"], run, row["item_id"]],
            )
            change = Revision("text", row["text"], row["before"], text_kind(row["text"], row["before"]))
            rows.write_revisions(connection, row["item_id"], [change], utc_now(), run)
    removed = connection.execute(_REMOVE_ARTICLES, [undone]).fetchall()
    connection.execute(_REQUEST_AGAIN, [undone, json.dumps(GONE)])
    return restored + sum(row["read_at"] is not None for row in removed), kept


def _undo_changes(connection: sqlite3.Connection, undone: int, run: int) -> tuple[set[str], int]:
    """Restore the former values of items; return those changed, and how many values are kept."""
    former: dict[str, list[sqlite3.Row]] = {}
    changed: set[str] = set()
    kept = 0
    for row in connection.execute(_REPLACED, [undone]).fetchall():
        former.setdefault(row["item_id"], []).append(row)
    for identifier, stored in rows.load(connection, former).items():
        before = normalize(rows.raw_item(stored))
        before.id = identifier
        sources = Sources.of(stored["sources"], stored["last_seen"])
        fields = [
            row
            for row in former[identifier]
            for name in [f"{row['field']}_raw"]
            if not _is_changed_again(row, getattr(before, name), sources.others.get(name))
        ]
        kept += len(former[identifier]) - len(fields)
        after = renormalized(before, **{f"{field['field']}_raw": field["before"] for field in fields})
        known = {f"{field['field']}_raw": field["source"] for field in fields if field["has_source"]}
        others = {name: source for name, source in (sources.others | known).items() if source}
        restored = replace(sources, others=others)
        rows.update(connection, [after])
        rows.write_sources(connection, {identifier: restored})
        rows.write_former(connection, identifier, former_values(before, sources, after, restored), run)
        revised = {field["field"] for field in fields if field["is_revised"]}
        found = [change for change in revisions(before, after) if change.field in revised]
        rows.write_revisions(connection, identifier, found, utc_now(), run)
        if not rows.same_raw(before, after):
            changed.add(identifier)
    return changed, kept


def _undo_first_seen(connection: sqlite3.Connection, undone: int, run: int) -> tuple[set[str], int]:
    """Restore when items were first seen, and by what; return the items, and how many times are kept."""
    found = connection.execute(_FORMER_FIRST_SEEN, [undone]).fetchall()
    former = [row for row in found if not row["is_kept"]]
    for row in former:
        replaced = FormerValue("first_seen", row["first_seen"], row["origin"])
        rows.write_former(connection, row["id"], [replaced], run)
        sql = "UPDATE items SET first_seen = ?, origin = ? WHERE id = ?"
        connection.execute(sql, [row["before"], row["source"], row["id"]])
    return {row["id"] for row in former}, len(found) - len(former)


def _is_changed_again(row: sqlite3.Row, *now: str | None) -> bool:
    """Whether a later run has changed what the run left, and no `undo` has restored it."""
    return row["left"] is not None and (row["by"] != "undo" or json.loads(row["left"]) != list(now))


def _undo_withdrawals(connection: sqlite3.Connection, undone: int, run: int) -> int:
    """Take back the withdrawals of the run, and withdraw again what it restored; return how many.

    An item that a page has shown since the last one of the run stays restored. If the run is itself an
    `undo`, what it withdrew again is restored since the time at which it was before.
    """
    now = utc_now()
    taken_back = connection.execute(
        "UPDATE withdrawals SET restored_run = ?3, restored = coalesce("
        "(SELECT max(restored) FROM withdrawals AS other WHERE other.item_id = withdrawals.item_id "
        "AND other.withdrawn = withdrawals.withdrawn), max(withdrawn, ?2)) "
        "WHERE withdrawn_run = ?1 AND restored IS NULL",
        [undone, now, run],
    ).rowcount
    withdrawn_again = connection.execute(
        "INSERT INTO withdrawals (item_id, withdrawn, withdrawn_run) "
        "SELECT item_id, withdrawn, ?2 FROM withdrawals WHERE restored_run = ?1 "
        "AND id = (SELECT max(id) FROM withdrawals AS other WHERE other.item_id = withdrawals.item_id) "
        "AND (SELECT last_seen FROM items WHERE id = item_id) > "
        "(SELECT max(fetched_at) FROM pages WHERE run_id = ?1) IS NOT TRUE",
        [undone, run],
    ).rowcount
    connection.execute(
        "UPDATE items SET withdrawn = (SELECT withdrawn FROM withdrawals "
        "WHERE item_id = items.id AND restored IS NULL) WHERE id IN (SELECT item_id FROM withdrawals)"
    )
    return taken_back + withdrawn_again
