"""Items that a list no longer shows: which are missing, which pages to request, which are withdrawn.

A list that does not show an item proves little: the list may have moved while it was read, or its index may
have lost the item. So the item's own page is requested. The item is withdrawn if that page is gone too.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable, Mapping
from datetime import timedelta

from osce_news.clock import format_utc, parse_utc
from osce_news.normalize import item_id
from osce_news.storage.article_queue import AGE, Due
from osce_news.storage.crawl_state import COMPLETE, chain_of_runs
from osce_news.storage.ingest.articles import GONE, item_exists

# A list that has not been read for longer says nothing about what it has now.
MAX_AGE_OF_LIST = timedelta(days=90)
# If a missing item's own page was there, it is requested again after this time.
REQUEST_AGAIN_AFTER = timedelta(days=30)


def missing_items(connection: sqlite3.Connection, run: int, list_url: str) -> list[str]:
    """Return the items that were on this list before and that no list shows any more.

    Candidates are the items that this list, or a part of it (with a keyword or a filter), was the last to
    show, and those that its pages have shown since it was last read to its end. A candidate is not missing if
    a page has shown it since this crawl began, or if another list, read to its end in the last 90 days, has
    shown it then or later.
    """
    chain = chain_of_runs(connection, run)
    started = connection.execute("SELECT started FROM runs WHERE id = ?", [chain[0]]).fetchone()[0]
    sql = f"""
        WITH shown (id, is_now, is_here, fetched_at, list) AS (
            SELECT substr(value, 1, instr(value, ':') - 1), run_id >= :first
                AND (fetched_at >= :started OR run_id IN (SELECT value FROM json_each(:chain))),
                {_on_list("pages.url")}, fetched_at, list
            FROM pages JOIN runs ON runs.id = run_id, json_each(pages.listed))
        SELECT id FROM items WHERE withdrawn IS NULL
        AND ({_on_list("listing_url")} OR id IN (SELECT id FROM shown WHERE is_here))
        AND id NOT IN (
            SELECT id FROM shown WHERE is_now OR NOT is_here AND fetched_at >= :since
            AND list IN (SELECT list FROM runs WHERE mode = 'full' AND {COMPLETE} AND finished >= :since))
        ORDER BY id"""
    now = {"started": started, "first": chain[0], "chain": json.dumps(chain)}
    since = format_utc((parse_utc(started) - MAX_AGE_OF_LIST).timestamp())
    return [row[0] for row in connection.execute(sql, {**_list(list_url), **now, "since": since})]


def due_pages(connection: sqlite3.Connection, missing: Iterable[str], now: str) -> list[Due]:
    """Return the missing items whose own pages are to be requested.

    Those that have not been seen for the longest time, on a list or on their own pages, come first. An item
    whose page was requested since a list last showed it (the search service if no list did) is left out for a
    while, unless the request failed.
    """
    sql = """
        SELECT id, items.url, status, layout FROM items LEFT JOIN articles ON item_id = id
        WHERE id IN (SELECT value FROM json_each(:missing)) AND (
            articles.fetched_at IS NULL OR articles.fetched_at < :before OR status = 'failed'
            OR articles.fetched_at <= coalesce(sources ->> '$.list', last_seen))
        ORDER BY max(last_seen, coalesce(articles.fetched_at, '')), items.published, id"""
    before = format_utc((parse_utc(now) - REQUEST_AGAIN_AFTER).timestamp())
    rows = connection.execute(sql, {"missing": json.dumps(list(missing)), "before": before})
    return [Due(row["id"], row["url"], AGE, row["status"], row["layout"]) for row in rows]


def gone_items(connection: sqlite3.Connection, missing: Iterable[str], last_page_at: str) -> list[str]:
    """Return the missing items whose own pages are gone since the list last showed them.

    A page is gone if the site answered with status 404 or 410, said that there is no such page, or redirected
    to another item. A redirect to any other page, such as the start page, proves nothing. If an item was
    "seen" after the last page of a list that lacks it, a clock was wrong, and that time does not count.
    """
    sql = """
        SELECT id, moved_to FROM items JOIN articles ON item_id = id
        WHERE id IN (SELECT value FROM json_each(:missing))
        AND (articles.fetched_at >= last_seen OR last_seen > :last_page_at)
        AND status IN (SELECT value FROM json_each(:gone)) ORDER BY id"""
    values = {"missing": json.dumps(list(missing)), "gone": json.dumps(GONE), "last_page_at": last_page_at}
    rows = connection.execute(sql, values).fetchall()
    return [row["id"] for row in rows if row["moved_to"] is None or _is_item(connection, row["moved_to"])]


def _is_item(connection: sqlite3.Connection, url: str) -> bool:
    identifier = item_id(url)
    return identifier.isdigit() or item_exists(connection, identifier)


def withdraw(connection: sqlite3.Connection, ids: Iterable[str], at: str, run: int) -> int:
    """Mark items as withdrawn and note it in their history; return how many."""
    rows = [(identifier, at, run) for identifier in ids]
    connection.executemany(
        "INSERT INTO withdrawals (item_id, withdrawn, withdrawn_run) VALUES (?, ?, ?)", rows
    )
    connection.executemany("UPDATE items SET withdrawn = ?2 WHERE id = ?1", [row[:2] for row in rows])
    return len(rows)


def restore(
    connection: sqlite3.Connection, withdrawn: Mapping[str, str], at: str, run: int, *, present: bool
) -> int:
    """Take back the withdrawal of items that are seen again; return how many are restored.

    `withdrawn` has the times of the withdrawals. `present` is whether the page shows the list as it is now. A
    saved page does not: it restores only items withdrawn before it was saved.
    """
    restored = [(one, max(when, at), run) for one, when in withdrawn.items() if present or when <= at]
    connection.executemany(
        "UPDATE withdrawals SET restored = ?2, restored_run = ?3 WHERE item_id = ?1 AND restored IS NULL",
        restored,
    )
    connection.executemany("UPDATE items SET withdrawn = NULL WHERE id = ?", [row[:1] for row in restored])
    return len(restored)


def forget_listed(connection: sqlite3.Connection, run: int) -> None:
    """Drop what earlier pages of this list showed, because the pages of this full crawl show it again.

    This includes crawls of the list with limits, and saved pages; what other lists showed is kept.
    """
    first = chain_of_runs(connection, run)[0]
    sql = """
        WITH this (list) AS (SELECT list FROM runs WHERE id = :first)
        UPDATE pages SET listed = NULL WHERE listed IS NOT NULL AND run_id < :first AND run_id IN (
            SELECT id FROM runs, this WHERE runs.list IS NULL OR runs.list = this.list
                OR substr(runs.list, 1, length(this.list) + 2) = this.list || ' (')"""
    connection.execute(sql, {"first": first})


def _on_list(column: str) -> str:
    """Return the condition that an address is that of a page of a list, or of a part of it."""
    return f"({column} = :url OR {column} GLOB :below OR {column} GLOB :query)"


def _list(url: str) -> dict[str, str]:
    """Return the parameters of `_on_list`."""
    escaped = "".join(f"[{letter}]" if letter in "*?[" else letter for letter in url)
    return {"url": url, "below": f"{escaped}/*", "query": f"{escaped}[?]*"}
