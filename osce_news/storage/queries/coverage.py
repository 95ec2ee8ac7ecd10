"""What the items of a query cover, and what they do not."""

from __future__ import annotations

import sqlite3
from dataclasses import dataclass
from urllib.parse import urlsplit

from osce_news.normalize.list_names import has_limits
from osce_news.storage.crawl_state import COMPLETE
from osce_news.storage.queries.query import Query
from osce_news.storage.queries.stored_items import Row, count, extent
from osce_news.urls import is_search_answer, is_unfiltered

_ALL = Query()


@dataclass(frozen=True, slots=True)
class Coverage:
    """What the items of a query cover. Days are YYYY-MM-DD, `read` is UTC; what is not known is None."""

    query: str  # in words; empty for all items
    items: int
    in_database: int
    first: str | None
    last: str | None
    undated: int
    texts: int
    site: str | None  # the host of the newest item in the database
    read: str | None  # when a page was last read
    whole_run: int | None  # the last run that read a whole list to its end
    whole_read: str | None  # the day on which that run ended
    whole_list: str | None  # the address of that list; None if the run read the search service
    gaps: tuple[str, ...]  # what the items do not cover, in sentences without a full stop


def coverage(connection: sqlite3.Connection, query: Query = _ALL) -> Coverage:
    """Return what the items of a query cover."""
    where, values = query.where()
    sql = f"""
        SELECT (SELECT url FROM items ORDER BY published DESC LIMIT 1) AS newest,
            count(articles.text) AS texts
        FROM items LEFT JOIN articles ON articles.item_id = items.id WHERE {where}"""
    row = extent(connection, query) | dict(connection.execute(sql, values).fetchone())
    newest, whole = row.pop("newest"), last_whole_run(connection)
    return Coverage(
        query=query.described(),
        in_database=count(connection, _ALL),
        site=urlsplit(newest).netloc if newest else None,
        read=last_read(connection),
        whole_run=whole["id"] if whole else None,
        whole_read=whole["finished"][:10] if whole else None,
        whole_list=whole["list"] if whole and not is_search_answer(whole["list"]) else None,
        gaps=(*_gaps_of_list(connection, whole), *_gaps_of_values(row)),
        **row,
    )


def last_read(connection: sqlite3.Connection) -> str | None:
    """Return when a page was last read, UTC; None if none was.

    A snapshot and the database of a past day have no pages, but know when each item was last seen.
    """
    sql = "SELECT coalesce((SELECT max(fetched_at) FROM pages), (SELECT max(last_seen) FROM items))"
    read: str | None = connection.execute(sql).fetchone()[0]
    return read


def last_whole_run(connection: sqlite3.Connection) -> sqlite3.Row | None:
    """Return the last run that read a whole list to its end; None if there is none.

    A run with a limit (`--since`, `--until`, `--max-pages`), or of a list with a filter or a keyword, is only
    a sample. So are saved pages. A run that `undo` took back does not count.
    """
    sql = f"""
        SELECT id, finished, coalesce(list, start_url) AS list FROM runs
        WHERE mode = 'full' AND {COMPLETE} AND finished IS NOT NULL ORDER BY id DESC"""
    return next((run for run in connection.execute(sql) if _is_whole(run["list"])), None)


def gaps_of_days(connection: sqlite3.Connection) -> list[tuple[str, str, int]]:
    """Return the periods without an item between the first and the last: first day, last day, days.

    The longest come first; those of up to a week are left out.
    """
    sql = """
        WITH days AS (SELECT DISTINCT published AS day FROM items WHERE published IS NOT NULL),
            pairs AS (SELECT lag(day) OVER (ORDER BY day) AS before, day FROM days)
        SELECT date(before, '+1 day'), date(day, '-1 day'),
            CAST(julianday(day) - julianday(before) AS INTEGER) - 1 AS length
        FROM pairs WHERE length > 7 ORDER BY length DESC, before"""
    return [tuple(row) for row in connection.execute(sql)]


def last_complete_crawl(connection: sqlite3.Connection) -> sqlite3.Row | None:
    """Return the last crawl that read everything that it was meant to read; None if there is none.

    An incremental crawl ends at known items. A run that `undo` took back does not count.
    """
    sql = f"""
        SELECT id, finished FROM runs
        WHERE mode IN ('full', 'incremental') AND {COMPLETE} AND finished IS NOT NULL ORDER BY id DESC"""
    crawl: sqlite3.Row | None = connection.execute(sql).fetchone()
    return crawl


def unfinished_lists(connection: sqlite3.Connection, since: str) -> list[tuple[str, str | None]]:
    """Return the lists that crawls began to read since this time, but did not read completely since then.

    Each comes with the end of its last complete crawl, or None. Crawls with a limit are not counted.
    """
    sql = f"""
        SELECT list, max(iif({COMPLETE}, finished, NULL)) AS completed FROM runs
        WHERE mode IN ('full', 'incremental') AND list IS NOT NULL
        GROUP BY list HAVING max(started) >= :since AND coalesce(completed, '') < :since ORDER BY list"""
    return [tuple(row) for row in connection.execute(sql, {"since": since}) if not has_limits(row["list"])]


def _is_whole(name: str | None) -> bool:
    """Whether the name of a list, as stored with a run, has no limit, filter or keyword."""
    return name is not None and not has_limits(name) and is_unfiltered(name)


def _gaps_of_list(connection: sqlite3.Connection, whole: sqlite3.Row | None) -> list[str]:
    if whole is not None:
        return []
    sql = """
        SELECT DISTINCT coalesce(list, start_url) AS list FROM runs
        WHERE mode IN ('full', 'incremental') AND coalesce(list, start_url) IS NOT NULL ORDER BY id"""
    parts = [row["list"] for row in connection.execute(sql) if not _is_whole(row["list"])]
    read = f"only parts of it: {', '.join(parts[:3])}" if parts else "so items may be missing"
    return [f"no crawl has read the whole list, {read}"]


def _gaps_of_values(row: Row) -> list[str]:
    gaps = [f"{row['undated']:,} without a date"] if row["undated"] else []
    if row["texts"] < row["items"]:
        without = row["items"] - row["texts"]
        gaps.append(f"{without:,} without a full text" if row["texts"] else "no full texts")
    return gaps
