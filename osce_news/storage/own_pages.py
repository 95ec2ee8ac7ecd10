"""Which items' own pages are to be requested: articles that are due, and items that a list no longer shows.

A list that does not show an item proves little: the list may have moved while it was read, or its index may
have lost the item. So the item's own page is requested. The item is withdrawn if that page is gone too.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Iterable
from datetime import timedelta
from typing import NamedTuple

from osce_news import __version__
from osce_news.clock import MAX_AHEAD, format_utc, parse_utc
from osce_news.items import BY_EXTRACTOR, BY_SEARCH, GONE, ArticleStatus
from osce_news.normalize import item_id
from osce_news.normalize.keys import ITEM_OF_VALUE
from osce_news.storage.crawl_state import COMPLETE, chain_of_runs, has_item
from osce_news.urls import same_site

AGES = (1, 7, 30, 180)  # days after the first reading; from then on every 180 days

# A list that has not been read for longer says nothing about what it has now.
MAX_AGE_OF_LIST = timedelta(days=90)
# If a missing item's own page was there, it is requested again after this time.
REQUEST_AGAIN_AFTER = timedelta(days=30)

# Ranks: new or changed in the last run that read a list; never requested; requested without success; changed
# on the list since the last request; perhaps due by age. A page that was not understood is requested again
# once another version may understand it. A text from the search service does not count as a request.
NEWS, NEVER, RETRY, CHANGED, AGE = range(5)
_NEVER = f"(articles.item_id IS NULL OR articles.layout = '{BY_SEARCH}' AND articles.status = 'read')"
_DUE = f"""
    WITH changed AS (
        SELECT item_id, max(run_id) AS run FROM revisions WHERE field <> 'text' GROUP BY item_id),
    queue AS (
        SELECT items.id, items.url, items.published, articles.status, articles.layout, articles.fetched_at,
            coalesce(articles.first_read, articles.first_asked) AS first,
            CASE
                WHEN {_NEVER} AND items.first_seen >= :started THEN {NEWS}
                WHEN {_NEVER} THEN {NEVER}
                WHEN changed.run = :run THEN {NEWS}
                WHEN articles.status = 'failed' THEN {RETRY}
                WHEN articles.status = 'unreadable' AND last_run.tool_version IS NOT :version THEN {RETRY}
                WHEN changed.run > coalesce(articles.run_id, 0) THEN {CHANGED}
                ELSE {AGE}
            END AS rank
        FROM items
        LEFT JOIN articles ON articles.item_id = items.id
        LEFT JOIN runs AS last_run ON last_run.id = articles.run_id
        LEFT JOIN changed ON changed.item_id = items.id)
    SELECT id, url, rank, status, layout, first, fetched_at FROM queue
    ORDER BY rank, iif(rank IN ({RETRY}, {AGE}), fetched_at, NULL), published DESC, id"""
_LAST_LIST_RUN = "SELECT id, started FROM runs WHERE mode IN ('full', 'incremental') ORDER BY id DESC LIMIT 1"
_VALIDATORS = """
    SELECT articles.etag, articles.last_modified FROM articles JOIN runs ON runs.id = run_id
    WHERE item_id = ? AND articles.status = 'read' AND tool_version = ?"""


class Due(NamedTuple):
    """An item whose page is to be requested, and how it was last read (None: never)."""

    item_id: str
    url: str
    rank: int  # why: NEWS, NEVER, RETRY, CHANGED or AGE
    status: ArticleStatus | None
    layout: str | None


def due_articles(connection: sqlite3.Connection, now: str, start_urls: Iterable[str]) -> list[Due]:
    """Return the items whose pages are due at the time `now`, in the order of requests.

    First come the items that were new or changed in the last run that read a list, then those whose page was
    never requested, both newest first. Then come pages that could not be read, items whose entry on the list
    has changed since, and the others by age. Items on other sites than those of `start_urls` are left out.
    """
    last = connection.execute(_LAST_LIST_RUN).fetchone()
    run, started = last or (None, None)
    parameters = {"run": run, "started": started, "version": __version__}
    return [
        Due(row["id"], row["url"], row["rank"], row["status"], row["layout"])
        for row in connection.execute(_DUE, parameters)
        if row["rank"] != AGE or old_enough(row["first"], row["fetched_at"], now)
        if any(same_site(row["url"], start) for start in start_urls)
    ]


def article_validators(connection: sqlite3.Connection, item_id: str) -> tuple[str | None, str | None]:
    """Return the ETag and the Last-Modified for a conditional request for an article.

    Both are None if the page has to be read again, because the last request failed or another version made
    it.
    """
    row = connection.execute(_VALIDATORS, [item_id, __version__]).fetchone()
    return (row["etag"], row["last_modified"]) if row else (None, None)


def count_layouts(connection: sqlite3.Connection) -> tuple[int, int]:
    """Return how many stored articles have a known layout, and how many were read by the extractor."""
    sql = (
        "SELECT count(*) FILTER (WHERE layout <> ?1), count(*) FILTER (WHERE layout = ?1) FROM articles "
        "WHERE layout <> ?2"
    )
    known, by_extractor = connection.execute(sql, [BY_EXTRACTOR, BY_SEARCH]).fetchone()
    return known, by_extractor


def old_enough(first: str, last: str, now: str) -> bool:
    """Whether an article, first read and last requested at these times, is due.

    It is due if it has reached one of the AGES since the last request. It is also due if the last request
    lies in the future, because then a clock was wrong: another request corrects the time.

    >>> day = "2024-08-{:02}T12:00:00Z".format
    >>> [old_enough(day(1), day(1), day(now)) for now in (1, 2, 3)]
    [False, True, True]
    >>> [old_enough(day(1), day(2), day(now)) for now in (3, 7, 8)]
    [False, False, True]
    """
    first_read, last_request, present = map(parse_utc, (first, last, now))
    if last_request - present > MAX_AHEAD:
        return True
    days = (present - first_read).days
    reached = max((age for age in (*AGES, days // AGES[-1] * AGES[-1]) if 0 < age <= days), default=None)
    return reached is not None and last_request - first_read < timedelta(reached)


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
            SELECT {ITEM_OF_VALUE}, run_id >= :first
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
    return [row[0] for row in connection.execute(sql, {"url": list_url, **now, "since": since})]


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
    return identifier.isdigit() or has_item(connection, identifier)


def _on_list(column: str) -> str:
    """Return the condition that an address is that of a page of the list `:url`, or of a part of it."""
    return f"({column} = :url OR substr({column}, 1, length(:url) + 1) IN (:url || '/', :url || '?'))"
