"""The named query that tells which items' pages are to be asked for, and in which order."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable
from typing import NamedTuple

from osce_news import __version__

NEWS, NEVER, IN_VAIN, CHANGED, AGE = range(5)

# 0: new or changed in the last run that read a list; 1: never asked for; 2: asked for in vain; 3: the list's
# entry changed since; 4: perhaps due by age. What was not understood is asked for again when another version
# may understand it.
_DUE = f"""
    WITH changed AS (
        SELECT item_id, max(run_id) AS run FROM revisions WHERE field <> 'text' GROUP BY item_id),
    queue AS (
        SELECT items.id, items.url, items.published, articles.status, articles.layout, articles.fetched_at,
            coalesce(articles.first_read, articles.first_asked) AS first,
            CASE
                WHEN articles.item_id IS NULL AND items.first_seen >= :started THEN {NEWS}
                WHEN articles.item_id IS NULL THEN {NEVER}
                WHEN changed.run = :run THEN {NEWS}
                WHEN articles.status = 'failed' THEN {IN_VAIN}
                WHEN articles.status = 'unreadable' AND asked.tool_version IS NOT :version THEN {IN_VAIN}
                WHEN changed.run > coalesce(articles.run_id, 0) THEN {CHANGED}
                ELSE {AGE}
            END AS rank
        FROM items
        LEFT JOIN articles ON articles.item_id = items.id
        LEFT JOIN runs AS asked ON asked.id = articles.run_id
        LEFT JOIN changed ON changed.item_id = items.id)
    SELECT id, url, rank, status, layout, first, fetched_at FROM queue
    ORDER BY rank, iif(rank IN ({IN_VAIN}, {AGE}), fetched_at, NULL), published DESC, id"""
_LAST_LIST_RUN = "SELECT id, started FROM runs WHERE mode IN ('full', 'incremental') ORDER BY id DESC LIMIT 1"
_VALIDATORS = """
    SELECT articles.etag, articles.last_modified FROM articles JOIN runs ON runs.id = run_id
    WHERE item_id = ? AND articles.status = 'read' AND tool_version = ?"""


class Due(NamedTuple):
    """An item whose page is to be asked for, and how it was read last (None: never)."""

    item_id: str
    url: str
    rank: int  # why: NEWS, NEVER, IN_VAIN, CHANGED or AGE
    status: str | None
    layout: str | None


def due(
    connection: sqlite3.Connection,
    old_enough: Callable[[str, str], bool],
    wanted: Callable[[str], bool] = lambda url: True,
) -> list[Due]:
    """Return the items whose pages are due, in the order in which to ask.

    First those that were new or changed in the last run that read a list, then those never asked for, both
    the newest first, those that could not be read, those whose entry on the list changed since, and the
    others by age.

    `old_enough` is asked for an article's first reading (else first request) and its last request, `wanted`
    for an item's address.
    """
    last = connection.execute(_LAST_LIST_RUN).fetchone()
    run, started = last or (None, None)
    given = {"run": run, "started": started, "version": __version__}
    return [
        Due(row["id"], row["url"], row["rank"], row["status"], row["layout"])
        for row in connection.execute(_DUE, given)
        if (row["rank"] != AGE or old_enough(row["first"], row["fetched_at"])) and wanted(row["url"])
    ]


def validators(connection: sqlite3.Connection, item_id: str) -> tuple[str | None, str | None]:
    """Return the ETag and the Last-Modified with which to ask whether an article has changed.

    Both are None where it has to be read: its last reading was no good, or another version's.
    """
    row = connection.execute(_VALIDATORS, [item_id, __version__]).fetchone()
    return (row["etag"], row["last_modified"]) if row else (None, None)


def layouts(connection: sqlite3.Connection, other: str) -> tuple[int, int]:
    """Return how many stored articles were read by known layouts, and how many by the way named `other`."""
    sql = "SELECT count(*) FILTER (WHERE layout <> ?1), count(*) FILTER (WHERE layout = ?1) FROM articles"
    known, others = connection.execute(sql, [other]).fetchone()
    return known, others
