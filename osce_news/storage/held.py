"""Held pages: those that failed a check. Each is kept whole, with the reason, until someone decides on it."""

from __future__ import annotations

import json
import sqlite3
from dataclasses import dataclass

from osce_news.errors import BadInputError, DoubtfulPageError
from osce_news.items import Listing
from osce_news.serialize import from_json, to_json
from osce_news.storage.database import insert_row
from osce_news.urls import list_key

_COLUMNS = "id, run_id AS run, fetched_at, url, label, expected, got, stored_run"


@dataclass(frozen=True, slots=True)
class HeldPage:
    """A held page: the run that read it, what the check expected and got, and the page with its records."""

    id: int
    run: int
    fetched_at: str  # UTC
    url: str
    label: str
    expected: str
    got: str
    stored_run: int | None  # the run with which a person stored it; None if nobody did
    page: Listing


def hold(connection: sqlite3.Connection, page: Listing, doubt: DoubtfulPageError, run: int) -> int:
    """Keep a page that a run read, inside the caller's transaction; return how many pages the run holds.

    The page replaces older ones of the same run whose results it shows again: a crawl may read a page twice.
    """
    records = {record.id for record in page.records}
    sql = "SELECT id, url, page ->> '$.records' AS records FROM held WHERE run_id = ? AND fetched_at <= ?"
    for earlier in connection.execute(sql, [run, page.fetched_at]).fetchall():
        shown = _ids(earlier["records"])
        if shown <= records and (shown or earlier["url"] == page.url):
            discard(connection, earlier["id"])
    row = {
        "run_id": run,
        "url": page.url,
        "fetched_at": page.fetched_at,
        "label": doubt.selector,
        "expected": doubt.expected,
        "got": doubt.got,
        "page": to_json(page),
    }
    insert_row(connection, "held", row)
    held: int = connection.execute("SELECT count(*) FROM held WHERE run_id = ?", [run]).fetchone()[0]
    return held


def held_pages(connection: sqlite3.Connection) -> list[dict[str, object]]:
    """Return the held pages without their records, oldest first."""
    if not _has_table(connection):
        return []
    results = "json_array_length(page, '$.records') + json_array_length(page, '$.quarantined')"
    sql = f"SELECT {_COLUMNS}, {results} AS results FROM held ORDER BY id"
    return [dict(row) for row in connection.execute(sql)]


def held_page(connection: sqlite3.Connection, number: int) -> HeldPage:
    """Return a held page; raises BadInputError if there is none with this number."""
    sql = f"SELECT {_COLUMNS}, page FROM held WHERE id = ?"
    row = connection.execute(sql, [number]).fetchone() if _has_table(connection) else None
    if row is None:
        raise BadInputError(f"no held page {number}; `osce-news held` lists them")
    return HeldPage(**{**dict(row), "page": from_json(Listing, row["page"])})


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
    held_at: dict[str, str] = {}  # when the results that this run holds were last read
    of_run = "SELECT fetched_at, page ->> '$.records' FROM held WHERE run_id = ? ORDER BY fetched_at"
    for fetched_at, records in connection.execute(of_run, [run]):
        held_at.update(dict.fromkeys(_ids(records), fetched_at))
    lists = "SELECT url, fetched_at FROM pages WHERE run_id = ? AND item_id IS NULL ORDER BY fetched_at"
    read_at = {list_key(url): fetched_at for url, fetched_at in connection.execute(lists, [run])}
    seen_since = "SELECT count(*) FROM items WHERE last_seen > ? AND id IN (SELECT value FROM json_each(?))"
    earlier = """
        SELECT id, url, fetched_at, page ->> '$.records' FROM held
        WHERE run_id < ? AND stored_run IS NULL"""
    for number, url, fetched_at, records in connection.execute(earlier, [run]).fetchall():
        left = [one for one in _ids(records) if held_at.get(one, "") < fetched_at]
        seen = connection.execute(seen_since, [fetched_at, json.dumps(left)]).fetchone()[0]
        if seen == len(left) and (records != "[]" or read_at.get(list_key(url), "") > fetched_at):
            discard(connection, number)


def _has_table(connection: sqlite3.Connection) -> bool:
    """Whether the database has the table; older ones don't."""
    return connection.execute("SELECT 1 FROM sqlite_master WHERE name = 'held'").fetchone() is not None


def _ids(records: str) -> set[str]:
    return {record["id"] for record in json.loads(records)}
