"""Queries for the runs, and for the list as it was on a past day."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterable

from osce_news.items import NEWSROOM_COLUMNS, REVISED_FIELDS, NewsItem, Term
from osce_news.normalize import normalize
from osce_news.normalize.vocabulary import vocabulary
from osce_news.storage.queries import Filters, Row, with_children

# The value of a field on a day is the former value in its first revision after that day, else today's.
_COLUMN = "iif({0}.item_id IS NULL, {0}_raw, {0}.before) AS {0}"
_JOIN = "LEFT JOIN later AS {0} ON {0}.item_id = items.id AND {0}.field = '{0}'"
ITEMS_AS_OF = f"""
WITH asked (until) AS (SELECT date(:day) || 'T23:59:59Z'),
later AS MATERIALIZED (
    SELECT item_id, field, before FROM (
        SELECT item_id, field, before,
            row_number() OVER (PARTITION BY item_id, field ORDER BY seen_at, id) AS number
        FROM revisions JOIN asked ON seen_at > until)
    WHERE number = 1)
SELECT items.id, items.url,
    {(f",{chr(10)}    ").join(map(_COLUMN.format, REVISED_FIELDS))}
FROM items JOIN asked ON first_seen <= until
{chr(10).join(map(_JOIN.format, REVISED_FIELDS))}
WHERE NOT EXISTS (
    SELECT 1 FROM withdrawals
    WHERE item_id = items.id AND withdrawn <= until AND (restored IS NULL OR restored > until))
"""
# The columns of a run in the output of `osce-news runs`.
RUN_COLUMNS = (
    "run", "mode", "status", "started", "finished", "seconds", "pages", "seen", "new", "changed", "unchanged",
    "quarantined", "withdrawn", "restored", "articles", "articles_changed", "articles_gone",
    "articles_failed", "articles_left", "unknown_terms", "list_status", "requests", "not_modified", "bytes",
    "retries", "back_offs", "waited_s", "smallest_gap_s", "list", "start_url", "continues", "continued_by",
    "process", "tool_version", "rules", "archive", "message",
)  # fmt: skip
_EXPRESSIONS = {
    "run": "id",
    "continued_by": "(SELECT max(id) FROM runs AS other WHERE other.continues = runs.id)",
}
_RUN = f"SELECT {', '.join(f'{_EXPRESSIONS.get(name, name)} AS {name}' for name in RUN_COLUMNS)} FROM runs"
_ALL = Filters()
# Columns of the view `newsroom` that are known for the present only.
PRESENT_ONLY = ("text", "last_seen", "withdrawn")


def runs(connection: sqlite3.Connection, limit: int | None) -> list[Row]:
    """Return the runs, newest first."""
    sql = f"{_RUN} ORDER BY id DESC LIMIT ?"
    return [dict(row) for row in connection.execute(sql, [-1 if limit is None else limit])]


def count_runs(connection: sqlite3.Connection) -> int:
    """Return the number of runs."""
    return int(connection.execute("SELECT count(*) FROM runs").fetchone()[0])


def run(connection: sqlite3.Connection, identifier: int) -> Row | None:
    """Return one run with its pages as `pages_read`, in the order of reading; None if there is none."""
    row = connection.execute(f"{_RUN} WHERE id = ?", [identifier]).fetchone()
    if row is None:
        return None
    pages = connection.execute(
        "SELECT fetched_at, status, results, new, changed, unchanged, url, item_id FROM pages "
        "WHERE run_id = ? ORDER BY id",
        [identifier],
    )
    return {**dict(row), "pages_read": [dict(page) for page in pages]}


def items_as_of(connection: sqlite3.Connection, day: str, filters: Filters = _ALL) -> list[Row]:
    """Return the items that were on the list at the end of that day (UTC), newest first.

    `day` is YYYY-MM-DD. The rows have the columns of the view `newsroom` except `PRESENT_ONLY`, with what the
    site printed then, normalised by the present vocabulary and rules. The filters apply to these values.
    """
    columns = "then_.*, url_raw, language, first_seen, origin"
    sql = f"SELECT {columns} FROM ({ITEMS_AS_OF}) AS then_ JOIN items USING (id)"
    topics = with_children(filters.topics)
    rows = []
    for row in connection.execute(sql, {"day": day}):
        raw = {f"{name}_raw": row[name] for name in REVISED_FIELDS}
        item = normalize(NewsItem(url_raw=row["url_raw"], **raw))
        item.id, item.url, item.language = row["id"], row["url"], row["language"]
        if _passes(item, filters, topics):
            rows.append(_newsroom_row(item, row))
    rows.sort(key=lambda row: row["id"])
    rows.sort(key=lambda row: row["published"] or "", reverse=True)
    return rows


def _passes(item: NewsItem, filters: Filters, topics: Collection[str]) -> bool:
    """Whether an item passes the filters; `topics` includes those that are parts of the filter's topics."""
    day = item.published
    return (
        _any(item.offices, filters.offices)
        and _any(item.topics, topics)
        and _any(item.dateline_places, filters.places)
        and (not filters.types or item.content_type in filters.types)
        and (filters.since is None or (day is not None and day >= filters.since))
        and (filters.until is None or (day is not None and day <= filters.until))
        and filters.language in (None, item.language)
    )


def _any(terms: Iterable[Term], wanted: Collection[str]) -> bool:
    return not wanted or any(term.id in wanted for term in terms)


def _newsroom_row(item: NewsItem, stored: sqlite3.Row) -> Row:
    """Return the item as a row of the view `newsroom`, without the columns of `PRESENT_ONLY`."""
    row = {name: getattr(item, name, None) for name in NEWSROOM_COLUMNS if name not in PRESENT_ONLY}
    row |= {name: stored[name] for name in ("first_seen", "origin")}
    kind = vocabulary("content_types").entries.get(item.content_type or "")
    return row | {
        "content_type": kind.label if kind else None,
        "offices": _names("offices", item.offices),
        "topics": _names("topics", item.topics),
        "dateline_places": [term.raw for term in item.dateline_places],
    }


def _names(kind: str, terms: tuple[Term, ...]) -> list[str]:
    known = vocabulary(kind).entries
    return [known[term.id].label if term.id else term.raw for term in terms]
