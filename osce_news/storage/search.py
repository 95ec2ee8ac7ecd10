"""Full-text search: how a query is read, which items are ranked, and the snippet of each hit."""

from __future__ import annotations

import json
import re
import sqlite3
import unicodedata
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from osce_news.errors import BadInputError
from osce_news.normalize.text import UNSEEN
from osce_news.storage.queries import Filters, Row, decoded

WEIGHTS = (10.0, 4.0, 1.0)  # of a hit in the title, the teaser, the text
_SCORE = f"bm25(items_fts, {', '.join(map(str, WEIGHTS))})"
_SNIPPET = "snippet(items_fts, -1, ?, ?, '…', 24)"
# Ranking an item takes 1.4 µs, finding it 0.05 µs (docs/searching.md). If a query matches more than COMMON
# items, and at least every eighth, only the newest items with some five thousand of the hits are ranked.
COMMON = 50_000
_EVERY = 8
_SHARE = 10  # the part of COMMON that is ranked
_WIDER = 8  # factor by which more of the newest items are tried if too few of them pass the filters
LONGEST = 10_000  # characters; the time of a query grows with the square of its length
_WORDS = re.compile(
    r"""
    (?P<column>(?:title|teaser|text)\s*:\s*)?
    (?:(?P<quoted>"(?:[^"]|"")*"\s*\*?)|(?P<mark>[(){}^+,:]|-\s+)|(?P<word>[^\s"(){}]+))""",
    re.VERBOSE,
)
_QUOTES = dict.fromkeys(map(ord, "“”„‟«»″"), '"')
# SQLite has no error code for an expression that is not a valid query, only these messages.
_SYNTAX = re.compile("^fts5: |^no such column|^unterminated|^unknown special query|MATCH")
_BARE = re.compile(r"[\w\x1a]+\*?|\*")  # what FTS5 accepts without quotes


@dataclass(frozen=True, slots=True)
class SearchResult:
    """The items that were found, and how the query was read."""

    rows: list[Row]
    plain_reason: str | None = None
    """Why the query was read as plain words; None if it was not."""
    ranked: int | None = None
    """How many of the newest items were ranked, if the query is too common; None if all were."""


def search(
    connection: sqlite3.Connection, query: str, filters: Filters, limit: int | None, marks: tuple[str, str]
) -> SearchResult:
    """Return the items that match the query, best first, each with a `snippet`.

    The query is in SQLite's full-text syntax (words, "phrases", prefix*, AND, OR, NOT, title:word). A query
    that is not valid is read as plain words, all of which must occur. Hits in the snippet are between the
    marks. Raises BadInputError for a database without a search index.
    """
    query = as_typed(query)
    reason = f"longer than {LONGEST:,} characters" if len(query) > LONGEST else None
    for expression in interpretations(query):
        try:
            hits, among = _ranked(connection, expression, filters, limit)
            rows = _rows(connection, expression, hits, marks)
        except sqlite3.OperationalError as error:
            if "no such table: items_fts" in str(error):
                raise BadInputError(
                    "the database has no search index; `osce-news renormalize` makes one"
                ) from error
            if not _SYNTAX.search(str(error)):
                raise
            reason = reason or str(error)
        else:
            return SearchResult(rows, reason if expression == as_plain_words(query) else None, among)
    return SearchResult([], reason)


def as_typed(query: str) -> str:
    """Return the query with plain quotes, composed letters, and without characters that cannot be seen.

    >>> as_typed("“human rights” inter\u00adgovernmental")
    '"human rights" intergovernmental'
    """
    query = query.encode("utf-8", "replace").decode()  # a shell may pass bytes that are not text
    return unicodedata.normalize("NFC", UNSEEN.sub("", query)).translate(_QUOTES)


def interpretations(query: str) -> Iterator[str]:
    """Yield the ways to read a query, of which the first valid one counts: as typed, quoted, as plain words.

    >>> list(interpretations("co-operation AND (osce/odihr OR title:c++)"))[1]
    '"co-operation" AND ( "osce/odihr" OR title:"c++" )'
    """
    if len(query) > LONGEST:
        yield as_plain_words(query)
    elif query.strip():
        yield query
        yield _with_quotes(query)
        yield as_plain_words(query)


def as_plain_words(query: str) -> str:
    """Return the expression for items with all these words, taken literally.

    >>> print(as_plain_words("Chairperson's AND"))
    "Chairperson's" "AND"
    """
    return " ".join(_quoted(word) for word in dict.fromkeys(query.split()))


def _with_quotes(query: str) -> str:
    """Return the query with quotes around the words that FTS5 does not accept without them."""
    parts = []
    for match in _WORDS.finditer(query):
        word = match["word"]
        if word and not _BARE.fullmatch(word):
            stem = word.rstrip("*")
            word = _quoted(stem or word) + (" *" if stem and stem != word else "")
        parts.append((match["column"] or "") + (match["quoted"] or match["mark"] or word or ""))
    return " ".join(parts)


def _quoted(word: str) -> str:
    return '"' + word.replace('"', '""') + '"'


def _ranked(
    connection: sqlite3.Connection, expression: str, filters: Filters, limit: int | None
) -> tuple[list[int], int | None]:
    """Return the keys of the best items in order, and how many of the newest were ranked; None for all."""
    most = -1 if limit is None else limit
    (labels, values), (period, days) = filters.labels(each=True), filters.period()
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
        labels, values = filters.labels()  # few items pass, so collecting them is cheap
    # The search index comes first, and the filters are applied to what it finds.
    join = "CROSS JOIN items ON items.key = items_fts.rowid" if filters else ""
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
    snippets = dict(
        connection.execute(
            f"SELECT rowid, {_SNIPPET} FROM items_fts WHERE items_fts MATCH ? "
            f"AND {plus}rowid IN (SELECT value FROM json_each(?))",
            [*marks, expression, keys],
        ).fetchall()
    )
    sql = (
        "SELECT newsroom.*, items.key AS snippet FROM json_each(?) AS hit "
        "CROSS JOIN items ON items.key = hit.value CROSS JOIN newsroom ON newsroom.id = items.id "
        "ORDER BY hit.key"
    )
    return [
        {**row, "snippet": snippets[row["snippet"]]} for row in map(decoded, connection.execute(sql, [keys]))
    ]
