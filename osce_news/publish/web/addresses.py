"""Reads the dates in addresses of our pages as the command line does, and asks for all rows of a CSV file."""

from __future__ import annotations

from collections.abc import Iterator
from urllib.parse import parse_qsl, urlencode

from osce_news.normalize.dates import date_option
from osce_news.publish.web.canned_queries import QUERIES
from osce_news.publish.web.served_copy import DATABASE, TABLE

_DATES = ("published", "dateline_date")
_LAST_DAY = ("until", "day")  # fields of ready queries that mean the end of a month or year
_COMPARED = {"": "since", "exact": "since", "not": "since", "gte": "since", "gt": "until", "lte": "until"}
_COMPARED |= {"lt": "since"}  # by Datasette's comparison, which end of a month or year it means


def rewritten(path: str, query: str) -> str:
    """Return the query string of an address with dates as YYYY-MM-DD; CSV of items has all rows.

    Datasette would compare what is no date as text, and give a page of rows. Raises BadInputError for it.

    >>> rewritten("/osce-news/newsroom", "published__gte=2015&published__lte=March+2020")
    'published__gte=2015-01-01&published__lte=2020-03-31'
    """
    _, _, name = path.rpartition(f"/{DATABASE}/")
    stem = name.partition(".")[0]
    if stem not in (TABLE, *QUERIES):
        return query
    pairs = list(_read(stem, query))
    if name == f"{TABLE}.csv" and not any(key in ("_stream", "_size") for key, _ in pairs):
        pairs.append(("_stream", "on"))
    return urlencode(pairs) if pairs != parse_qsl(query, keep_blank_values=True) else query


def _read(name: str, query: str) -> Iterator[tuple[str, str]]:
    for key, value in parse_qsl(query, keep_blank_values=True):
        column, _, comparison = key.partition("__")
        option = None
        if name != TABLE and key in ("since", *_LAST_DAY):
            option = "until" if key in _LAST_DAY else "since"
        elif name == TABLE and column in _DATES:
            option = _COMPARED.get(comparison)
        yield key, (date_option(value, option) or "") if option else value
