"""Queries about former runs: where to resume, and when a page was last read."""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import timedelta
from http import HTTPStatus
from typing import Any

from osce_news import __version__
from osce_news.clock import format_utc, parse_utc, utc_now
from osce_news.events import CRAWL_MODES
from osce_news.items import Listing
from osce_news.normalize.list_names import is_limited_sql
from osce_news.storage.database import exists

# The message of a run that has no end.
KILLED = "the process was killed, or the machine went down; what was read is stored"
INTERRUPTED = "interrupted; what was read is stored"  # the message of a run that the user ended
# After a longer time, too much of the list has changed.
MAX_AGE_TO_RESUME = timedelta(days=30)
# A server that always returns 304 must not hide changes forever.
MAX_AGE_OF_VALIDATORS = timedelta(days=7)
# Whether a run read its list to the end; `list_status` is only set if it differs from `status`.
COMPLETE = "coalesce(list_status, status) = 'complete'"
_IS_CRAWL = f"mode IN {CRAWL_MODES}"  # Python writes a tuple of names as SQL does


@dataclass(frozen=True, slots=True)
class UnfinishedRun:
    """A full crawl that did not reach the end of the list: its last position, and the pages it read."""

    run: int
    position: dict[str, Any]
    listed: list[tuple[str, list[str]]]  # address and keys of each page that continues the others, in order
    left_over: list[int]  # the numbers of the other pages that it read


@dataclass(frozen=True, slots=True)
class LastReading:
    """The last reading of a list page: its validators, the keys of its results, and what read it."""

    etag: str | None
    last_modified: str | None
    sha256: str
    listed: list[str]
    fetched_at: str
    tool_version: str  # of the run that read it
    rules: str

    def page(self, url: str, fetched_at: str) -> Listing:
        """Return the page of a 304 response: as it was read last, without records."""
        return Listing(
            url=url,
            fetched_at=fetched_at,
            sha256=self.sha256,
            status=HTTPStatus.NOT_MODIFIED,
            results=len(self.listed),
            listed=self.listed,
        )


@dataclass(frozen=True, slots=True)
class ArchivedRuns:
    """The archived runs that the database holds."""

    last: str | None = None  # the archive of the crawl before; None if that was not recorded
    names: dict[int, str] = field(default_factory=dict)  # the archives by the number of the run
    killed_pages: dict[str, int] = field(default_factory=dict)  # how many each killed run stored, by archive


def archived_runs(connection: sqlite3.Connection) -> ArchivedRuns:
    """Return the archived runs. Call it before a run begins: runs recorded as running count as killed."""
    sql = f"""
        SELECT id, archive, finished IS NULL AS killed,
            sum(pages + articles) OVER (PARTITION BY coalesce(archive, id)) AS stored
        FROM runs WHERE {_IS_CRAWL} ORDER BY id"""
    rows = connection.execute(sql).fetchall()
    return ArchivedRuns(
        last=rows[-1]["archive"] if rows else None,
        names={row["id"]: row["archive"] for row in rows if row["archive"]},
        killed_pages={row["archive"]: row["stored"] for row in rows if row["archive"] and row["killed"]},
    )


def runs_of_archive(connection: sqlite3.Connection, archive: str) -> dict[int, str]:
    """Return the runs that made or replayed an archive, oldest first, with their statuses."""
    sql = "SELECT id, status FROM runs WHERE archive = ? ORDER BY id"
    return dict(map(tuple, connection.execute(sql, [archive])))


def has_page(connection: sqlite3.Connection, url: str, fetched_at: str) -> bool:
    """Whether a list page was read at this time."""
    return exists(connection, "pages WHERE url = ? AND fetched_at = ?", url, fetched_at)


def has_article(connection: sqlite3.Connection, item_id: str, fetched_at: str) -> bool:
    """Whether an item's own page was read at this time, also if `undo` took its text away."""
    return exists(connection, "pages WHERE item_id = ? AND fetched_at = ?", item_id, fetched_at)


def has_item(connection: sqlite3.Connection, item_id: str) -> bool:
    """Whether the item is stored, so that its article can be."""
    return exists(connection, "items WHERE id = ?", item_id)


def has_text(connection: sqlite3.Connection, item_id: str) -> bool:
    """Whether the item's own page was read before, so that a 304 refers to something."""
    return exists(connection, "articles WHERE item_id = ? AND read_at IS NOT NULL", item_id)


def has_read_after(connection: sqlite3.Connection, moment: str) -> bool:
    """Whether the database holds pages or runs of a later time."""
    crawls = f"runs WHERE started > ? AND {_IS_CRAWL}"
    return exists(connection, "pages WHERE fetched_at > ?", moment) or exists(connection, crawls, moment)


def was_read_to_end(connection: sqlite3.Connection, list_name: str) -> bool:
    """Whether a full crawl has read this list to its end."""
    return exists(connection, f"runs WHERE list = ? AND mode = 'full' AND {COMPLETE}", list_name)


def was_read(connection: sqlite3.Connection, list_name: str) -> bool:
    """Whether a run has read a page of this list."""
    return exists(connection, "runs WHERE list = ? AND pages > 0", list_name)


def unfinished_run(connection: sqlite3.Connection, list_name: str) -> UnfinishedRun | None:
    """Return the full crawl of this list that the next one resumes; None if there is none."""
    row = connection.execute(
        "SELECT id, started, position FROM runs WHERE list = ? AND mode = 'full' ORDER BY id DESC LIMIT 1",
        [list_name],
    ).fetchone()
    if row is None or row["position"] is None:
        return None
    if row["started"] < format_utc((parse_utc(utc_now()) - MAX_AGE_TO_RESUME).timestamp()):
        return None
    return resumed_run(connection, row["id"], json.loads(row["position"]))


def resumed_run(connection: sqlite3.Connection, run: int, position: dict[str, Any]) -> UnfinishedRun:
    """Return a run that did not reach its end, and what it had read up to this position."""
    runs = chain_of_runs(connection, run)
    pages = connection.execute(
        "SELECT id, url, listed FROM pages WHERE listed IS NOT NULL "
        "AND run_id IN (SELECT value FROM json_each(?)) ORDER BY id",
        [json.dumps(runs)],
    ).fetchall()
    joined, left_over = pages[: position["pages"]], pages[position["pages"] :]
    return UnfinishedRun(
        run=run,
        position=position,
        listed=[(page["url"], json.loads(page["listed"])) for page in joined],
        left_over=[page["id"] for page in left_over],
    )


_INCOMPLETE_RUNS = f"""runs
    WHERE (list = :list AND NOT {COMPLETE} OR {is_limited_sql("list", ":list")})
    AND mode IN ('full', 'incremental')
    AND id > coalesce((SELECT max(id) FROM runs WHERE list = :list AND {COMPLETE}), 0)"""


def incomplete_since(connection: sqlite3.Connection, list_name: str) -> str | None:
    """Return the time since which no crawl of this list was complete; None if the last one was.

    There may be gaps below items stored since then, so an incremental crawl does not stop at them. The same
    holds for a crawl of the list with limits.
    """
    sql = f"SELECT min(started) FROM {_INCOMPLETE_RUNS}"
    started: str | None = connection.execute(sql, {"list": list_name}).fetchone()[0]
    return started


def has_items_before_gaps(connection: sqlite3.Connection, list_name: str) -> bool:
    """Whether items were stored before the crawls of this list that were not complete, if there were any."""
    sql = f"""
        WITH gaps AS (SELECT min(id) AS run FROM {_INCOMPLETE_RUNS})
        SELECT EXISTS (SELECT 1 FROM items, gaps WHERE run IS NULL OR first_run IS NULL OR first_run < run)"""
    return bool(connection.execute(sql, {"list": list_name}).fetchone()[0])


def count_first_seen_since(connection: sqlite3.Connection, ids: Iterable[str], since: str) -> int:
    """Return how many of these items were first seen at that time or later."""
    sql = "SELECT count(*) FROM items WHERE first_seen >= ? AND id IN (SELECT value FROM json_each(?))"
    return int(connection.execute(sql, [since, json.dumps(list(ids))]).fetchone()[0])


def last_reading(connection: sqlite3.Connection, url: str) -> LastReading | None:
    """Return the last reading of a list page, to which a 304 refers; None if there is none."""
    sql = """
        SELECT etag, last_modified, sha256, listed, fetched_at, tool_version, rules
        FROM pages JOIN runs ON runs.id = run_id WHERE pages.url = ? AND pages.status = 200
        ORDER BY pages.id DESC LIMIT 1"""
    row = connection.execute(sql, [url]).fetchone()
    if row is None or row["listed"] is None:
        return None
    return LastReading(**{**dict(row), "listed": json.loads(row["listed"])})


def reusable_reading(connection: sqlite3.Connection, url: str, rules: str) -> LastReading | None:
    """Return a page's last reading if a conditional request may show that it still holds, else None."""
    last = last_reading(connection, url)
    if last is None or not (last.etag or last.last_modified):
        return None
    same_reader = (last.tool_version, last.rules) == (__version__, rules)
    age = parse_utc(utc_now()) - parse_utc(last.fetched_at)
    return last if same_reader and timedelta(0) <= age <= MAX_AGE_OF_VALIDATORS else None


def forget_listed(connection: sqlite3.Connection, run: int) -> None:
    """Drop what earlier pages of this list showed, because the pages of this full crawl show it again.

    This includes crawls of the list with limits, and saved pages; what other lists showed is kept.
    """
    first = chain_of_runs(connection, run)[0]
    sql = f"""
        WITH this (list) AS (SELECT list FROM runs WHERE id = :first)
        UPDATE pages SET listed = NULL WHERE listed IS NOT NULL AND run_id < :first AND run_id IN (
            SELECT id FROM runs, this WHERE runs.list IS NULL OR runs.list = this.list
                OR {is_limited_sql("runs.list", "this.list")})"""
    connection.execute(sql, {"first": first})


def chain_of_runs(connection: sqlite3.Connection, run: int) -> list[int]:
    """Return the run and those that it continues, oldest first."""
    sql = """
        WITH RECURSIVE chain (id, continues) AS (
            SELECT id, continues FROM runs WHERE id = ?
            UNION SELECT runs.id, runs.continues FROM runs JOIN chain ON runs.id = chain.continues)
        SELECT id FROM chain ORDER BY id"""
    return [row[0] for row in connection.execute(sql, [run])]
