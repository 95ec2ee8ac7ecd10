"""Held pages: those that failed a check. Each is kept whole, with the reason, until someone decides on it."""

from __future__ import annotations

import json
import sqlite3
from typing import Any

from osce_news.errors import BadInputError, DoubtfulPageError
from osce_news.items import Listing
from osce_news.serialize import from_json, to_json
from osce_news.storage import database
from osce_news.urls import list_key

_TABLE = "sqlite_master WHERE name = 'held'"  # which older databases lack
_COLUMNS = "id, run_id AS run, fetched_at, url, label, expected, got, stored_run"
# Pages of a run whose results another page of it shows again.
_SHOWN_AGAIN = """
DELETE FROM held WHERE run_id = :run AND fetched_at <= :at
AND (page ->> '$.records' <> '[]' OR url = :url)
AND NOT EXISTS (SELECT 1 FROM json_each(page, '$.records')
    WHERE value ->> 'id' NOT IN (SELECT value FROM json_each(:ids)))"""
# Pages of earlier runs whose results were all seen since, or are held again.
_READ_AGAIN = """
WITH again AS MATERIALIZED (
    SELECT value ->> 'id' AS id, max(fetched_at) AS fetched_at
    FROM held, json_each(page, '$.records') WHERE run_id = :run GROUP BY 1)
DELETE FROM held AS earlier WHERE run_id < :run AND stored_run IS NULL
AND NOT EXISTS (SELECT 1 FROM json_each(page, '$.records')
    WHERE NOT EXISTS (SELECT 1 FROM again
        WHERE id = value ->> 'id' AND again.fetched_at >= earlier.fetched_at)
    AND NOT EXISTS (SELECT 1 FROM items WHERE id = value ->> 'id' AND last_seen > earlier.fetched_at))
AND (page ->> '$.records' <> '[]' OR EXISTS (SELECT 1 FROM pages
    WHERE run_id = :run AND item_id IS NULL AND list_key(url) = list_key(earlier.url)
    AND fetched_at > earlier.fetched_at))"""


def hold(connection: sqlite3.Connection, page: Listing, doubt: DoubtfulPageError, run: int) -> int:
    """Keep a page that a run read, inside the caller's transaction; return how many pages the run holds.

    The page replaces older ones of the same run whose results it shows again: a crawl may read a page twice.
    """
    ids = json.dumps([record.id for record in page.records])
    shown_again = {"run": run, "at": page.fetched_at, "url": page.url, "ids": ids}
    connection.execute(_SHOWN_AGAIN, shown_again)
    row = {
        "run_id": run,
        "url": page.url,
        "fetched_at": page.fetched_at,
        "label": doubt.selector,
        "expected": doubt.expected,
        "got": doubt.got,
        "page": to_json(page),
    }
    database.insert(connection, "held", [row])
    held: int = connection.execute("SELECT count(*) FROM held WHERE run_id = ?", [run]).fetchone()[0]
    return held


def held_pages(connection: sqlite3.Connection) -> list[dict[str, Any]]:
    """Return the held pages without their records, oldest first."""
    if not database.exists(connection, _TABLE):
        return []
    results = "json_array_length(page, '$.records') + json_array_length(page, '$.quarantined')"
    sql = f"SELECT {_COLUMNS}, {results} AS results FROM held ORDER BY id"
    return [dict(row) for row in connection.execute(sql)]


def held_page(connection: sqlite3.Connection, number: int) -> dict[str, Any]:
    """Return a held page as `held_pages` does, and with its records as `page`.

    Raises BadInputError if there is none with this number.
    """
    sql = f"SELECT {_COLUMNS}, page FROM held WHERE id = ?"
    row = connection.execute(sql, [number]).fetchone() if database.exists(connection, _TABLE) else None
    if row is None:
        raise BadInputError(f"no held page {number}; `osce-news held` lists them")
    return dict(row) | {"page": from_json(Listing, row["page"])}


def discard(connection: sqlite3.Connection, number: int) -> None:
    """Drop a held page."""
    connection.execute("DELETE FROM held WHERE id = ?", [number])


def set_stored(connection: sqlite3.Connection, number: int, run: int) -> None:
    """Note that a person stored a held page, with this run."""
    connection.execute("UPDATE held SET stored_run = ? WHERE id = ?", [run, number])


def release(connection: sqlite3.Connection, run: int) -> None:
    """Drop the pages held by earlier runs whose results have all been read again: stored, or held again.

    A page without results is dropped if this run has read its list again. A reading from before the page was
    fetched, such as that of a saved page, does not count.
    """
    connection.create_function("list_key", 1, list_key, deterministic=True)
    connection.execute(_READ_AGAIN, {"run": run})
