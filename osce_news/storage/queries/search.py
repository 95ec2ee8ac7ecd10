"""Full-text search: which items are ranked, and the snippet of each hit."""

from __future__ import annotations

import difflib
import json
import re
import sqlite3
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from osce_news.errors import BadInputError
from osce_news.normalize.vocabulary import fold
from osce_news.storage.queries.coverage import Coverage, coverage, last_read
from osce_news.storage.queries.fts_query import OPERATORS, as_typed, parse_words
from osce_news.storage.queries.query import Query
from osce_news.storage.queries.stored_items import Row, decoded

WEIGHTS = (10.0, 4.0, 1.0)  # of a hit in the title, the teaser, the text
_SCORE = f"bm25(items_fts, {', '.join(map(str, WEIGHTS))})"
_SNIPPET = "snippet(items_fts, -1, ?, ?, '…', 24)"
# Ranking an item takes 1.4 µs, finding it 0.05 µs (docs/measurements.md). If a query matches more than COMMON
# items, and at least every eighth, only the newest items with some five thousand of the hits are ranked.
COMMON = 50_000
_EVERY = 8
_SHARE = 10  # the part of COMMON that is ranked
EMPTY = "the database holds no items yet: fill it with crawl or replay"
_EXCLUDED = re.compile(r"(?:(?<!\S)-|\bNOT\s+)(?:\"[^\"]*\"|\S+)")
_WORD = re.compile(r"[^\W_]{3,}")
_WIDER = 8  # factor by which more of the newest items are tried if too few of them pass the filters


@dataclass(frozen=True, slots=True)
class SearchResult:
    """The items that were found."""

    rows: list[Row]
    ranked: int | None = None  # how many of the newest, if the query is too common; None if all were


def search(
    connection: sqlite3.Connection,
    query: Query,
    limit: int | None,
    marks: tuple[str, str],
    *,
    offset: int = 0,
    newest: bool = False,
) -> SearchResult:
    """Return the items that match the query, the best or newest first, each with a `snippet`.

    Hits in the snippet are between the marks. Without words the newest come first, and there are no snippets.
    """
    if newest or not query.words:
        where, values = query.where()
        sql = f"SELECT key FROM items WHERE {where} ORDER BY published DESC, id LIMIT ? OFFSET ?"
        among, most = None, -1 if limit is None else limit
        hits = [row[0] for row in connection.execute(sql, [*values, most, offset])]
    else:
        best, among = _ranked(connection, query, None if limit is None else limit + offset)
        hits = best[offset:]
    return SearchResult(_rows(connection, query.match, hits, marks), among)


def remarks(connection: sqlite3.Connection, query: Query, found: int) -> list[str]:
    """Return remarks for the user: how a query was read, and a better word if nothing was found.

    `found` is the number of items.
    """
    nearest = {} if found else nearest_words(connection, query)
    return [
        *query.notes,
        *(_remarks_on_day(connection, query, query.as_of) if query.as_of else ()),
        *(f"{word!r} occurs nowhere; did you mean {near!r}?" for word, near in nearest.items()),
    ]


def covered(connection: sqlite3.Connection, query: Query, purpose: str) -> Coverage:
    """Return what the items of a query cover.

    Raises BadInputError, which says why there is nothing to do something with, if there are no items.
    """
    known = coverage(connection, query)
    if not known.items:
        why = "no item matches the filters" if known.in_database else EMPTY
        remarked = "; ".join([why, *remarks(connection, query, 0)])
        raise BadInputError(f"nothing to {purpose}: {remarked}")
    return known


def _remarks_on_day(connection: sqlite3.Connection, query: Query, day: str) -> Iterator[str]:
    """Yield what is not known about the day of a query; the connection is to the database of that day."""
    read = last_read(connection)
    if read is not None and read[:10] < day:
        yield f"as of {day} the list had last been read on {read[:10]}"
    if query.words:
        yield "only titles and teasers were searched; full texts can't be searched as of a day"


def nearest_words(connection: sqlite3.Connection, query: Query) -> dict[str, str]:
    """Return for each word of the query that does not occur the nearest one that does, if there is one."""
    words = _WORD.findall(_EXCLUDED.sub(" ", as_typed(query.words)))
    nearest = {word: _nearest(connection, word) for word in words if word not in OPERATORS}
    return {word: near for word, near in nearest.items() if near}


def _nearest(connection: sqlite3.Connection, word: str) -> str | None:
    """Return the most frequent word that is similar to one that does not occur; None if it does."""
    matching = (
        "SELECT snippet(items_fts, -1, '\x02', '\x03', '', 1) FROM items_fts WHERE items_fts MATCH ? LIMIT 1"
    )
    if connection.execute(matching, [parse_words(word).expression]).fetchone():
        return None
    connection.execute(
        "CREATE VIRTUAL TABLE IF NOT EXISTS temp.occurring USING fts5vocab (main, items_fts, row)"
    )
    typed = fold(word)
    terms = dict(
        connection.execute(
            "SELECT term, doc FROM occurring WHERE term >= ? AND term < ? AND abs(length(term) - ?) < 4",
            [typed[0], chr(ord(typed[0]) + 1), len(typed)],
        ).fetchall()
    )
    close = difflib.get_close_matches(typed[:60], terms, n=5, cutoff=0.7)
    if not close:
        return None
    term = max(close, key=lambda term: terms[term])  # a stem, such as "traffick"
    row = connection.execute(matching, [f'"{term}"']).fetchone()
    printed = re.search("\x02(.*?)\x03", row[0]) if row else None
    return printed[1].lower() if printed else str(term)


def _ranked(connection: sqlite3.Connection, query: Query, limit: int | None) -> tuple[list[int], int | None]:
    """Return the keys of the best items in order, and how many of the newest were ranked; None for all."""
    expression = query.match
    most = -1 if limit is None else limit
    (labels, values), (period, days) = query.labels(each=True), query.period()
    span = _span(connection, expression) if limit is not None else None
    for among in () if span is None else (span, _WIDER * span):
        # The index has key and id; the other two columns have to be read from the item.
        more = "".join(f", {name}" for name in ("content_type", "language") if f"items.{name}" in labels)
        sql = (
            f"WITH newest AS MATERIALIZED (SELECT key, id{more} FROM items "
            f"WHERE {period} ORDER BY published DESC LIMIT ?), "
            f"passing AS MATERIALIZED (SELECT key FROM newest AS items WHERE {labels}) "
            f"SELECT rowid, {_SCORE} AS score FROM items_fts WHERE items_fts MATCH ? "
            "AND +rowid IN (SELECT key FROM passing) ORDER BY score, rowid LIMIT ?"
        )
        best = connection.execute(sql, [*days, among, *values, expression, most]).fetchall()
        if len(best) == limit:
            return [row[0] for row in best], among
    if span is not None:
        labels, values = query.labels()  # few items pass, so collecting them is cheap
    # The search index comes first, and the filters are applied to what it finds.
    filtered = (labels, period) != ("1", "1")
    join = "CROSS JOIN items ON items.key = items_fts.rowid" if filtered else ""
    sql = (
        f"SELECT items_fts.rowid, {_SCORE} AS score FROM items_fts {join} "
        f"WHERE items_fts MATCH ? AND {labels} AND {period} ORDER BY score, items_fts.rowid LIMIT ?"
    )
    return [row[0] for row in connection.execute(sql, [expression, *values, *days, most])], None


def _span(connection: sqlite3.Connection, expression: str) -> int | None:
    """Return how many of the newest items are to be ranked; None for all."""
    sql = (
        "SELECT count(*), max(rowid) - min(rowid) FROM "
        "(SELECT rowid FROM items_fts WHERE items_fts MATCH ? LIMIT ?)"
    )
    matches, span = connection.execute(sql, [expression, COMMON + 1]).fetchone()
    return span // _SHARE if matches > COMMON and span < COMMON * _EVERY else None


def _rows(
    connection: sqlite3.Connection, expression: str, hits: Sequence[int], marks: tuple[str, str]
) -> list[Row]:
    """Return these items in order, as rows of the view `newsroom` with a snippet."""
    # A few items are looked up one by one. A prefix has many words, so its matches are read once.
    plus = "+" if len(hits) > 100 or "*" in expression else ""
    keys = json.dumps(hits)
    snippets = expression and dict(
        connection.execute(
            f"SELECT rowid, {_SNIPPET} FROM items_fts WHERE items_fts MATCH ? "
            f"AND {plus}rowid IN (SELECT value FROM json_each(?))",
            [*marks, expression, keys],
        ).fetchall()
    )
    sql = (
        "SELECT newsroom.*, items.key AS hit_key FROM json_each(?) AS hit "
        "CROSS JOIN items ON items.key = hit.value CROSS JOIN newsroom ON newsroom.id = items.id "
        "ORDER BY hit.key"
    )
    rows = []
    for row in map(decoded, connection.execute(sql, [keys])):
        key = row.pop("hit_key")
        rows.append(row | {"snippet": snippets[key] if snippets else None})
    return rows
