"""Descriptions on the pages: tables and columns from the data dictionary, and the front page's facts."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from typing import Any

from osce_news.publish.web.canned_queries import QUERIES
from osce_news.publish.web.served_copy import DATABASE, TABLE
from osce_news.site import HOST, LISTING_URL
from osce_news.storage import counts, dictionary, queries
from osce_news.storage.coverage import coverage
from osce_news.storage.schema import LISTS

TITLE = "OSCE newsroom"

_COPY_COLUMNS = {"year": "The year of the publishing date."}  # columns that only the copy has
_HIDDEN = ("_sqlite_migrations", "addresses", "articles", "pages")

_LAST_RUN = """
    SELECT id AS run, mode, status, started, finished, pages, new, changed
    FROM runs WHERE mode IN ('incremental', 'full', 'replay') ORDER BY id DESC LIMIT 1"""


def metadata(connection: sqlite3.Connection) -> dict[str, Any]:
    """Return Datasette's metadata for the copy of a database."""
    columns: dict[str, list[str]] = {}
    for table, column in connection.execute(
        "SELECT m.name, c.name FROM sqlite_master AS m, pragma_table_info(m.name) AS c WHERE m.type = 'table'"
    ):
        columns.setdefault(table, []).append(column)
    described: dict[str, dict[str, Any]] = {
        name: {"description": table.meaning, "columns": _columns(table, columns[name])}
        for name, table in dictionary.tables().items()
        if name in columns
    }
    for name in _HIDDEN:
        described.setdefault(name, {})["hidden"] = True
    described[TABLE] |= {
        "title": "Items",
        "description": "One row per item. The columns are described below the items.",
        "fts_table": "items_fts",
        "fts_pk": "rowid",
        "label_column": "title",
        "sort_desc": "published",
        "facets": ["content_type", "year", *({"list": name} for name in LISTS)],
        "facet_size": 12,
        "size": 50,
    }
    host = counts.source(connection).site
    return {
        "title": TITLE,
        "source": "OSCE newsroom",
        "source_url": LISTING_URL if host in (None, HOST) else f"https://{host}",
        "databases": {DATABASE: {"title": TITLE, "tables": described, "queries": QUERIES}},
    }


def _columns(table: dictionary.Table, names: Sequence[str]) -> dict[str, str]:
    """Return the descriptions of these columns with their forms and pitfalls; unknown ones are left out."""
    described = dict(_COPY_COLUMNS)
    for name, column in table.columns.items():
        form = "" if column.form in ("text", "") else f" {column.form}."
        described[name] = f"{column.meaning}{form} {column.pitfalls or ''}".rstrip()
    return {name: described[name] for name in names if name in described}


def overview(connection: sqlite3.Connection) -> dict[str, Any]:
    """Return what the front page says: coverage, source and the last run, which is None if there was none."""
    row = connection.execute(_LAST_RUN).fetchone()
    facts = queries.overview(connection) | {
        "source": counts.source(connection),
        "coverage": coverage(connection),
        "last_run": dict(row) if row else None,
    }
    # count() counts what is not NULL.
    return facts | dict(connection.execute("SELECT count(withdrawn) AS withdrawn FROM items").fetchone())
