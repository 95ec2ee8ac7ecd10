"""Selects the items whose own pages are to be requested, in order."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from datetime import timedelta
from typing import NamedTuple

from osce_news import __version__
from osce_news.clock import MAX_AHEAD, parse_utc
from osce_news.items import BY_EXTRACTOR, BY_SEARCH
from osce_news.urls import same_site

AGES = (1, 7, 30, 180)  # days after the first reading; from then on every 180 days

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
    status: str | None
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
    age = _last_age(present - first_read)
    return age is not None and last_request - first_read < age


def _last_age(passed: timedelta) -> timedelta | None:
    """Return the greatest age that has passed; None if none has."""
    days = passed.days
    longest = AGES[-1]
    if days >= longest:
        return timedelta(days=days // longest * longest)
    reached = [age for age in AGES if age <= days]
    return timedelta(days=reached[-1]) if reached else None
