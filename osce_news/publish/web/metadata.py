"""Datasette's metadata: tables and columns as the data dictionary describes them, and the ready queries."""

from __future__ import annotations

import sqlite3
from typing import Any

from osce_news.publish.web.canned_queries import QUERIES
from osce_news.publish.web.served_copy import DATABASE, TABLE
from osce_news.storage import dictionary

TITLE = "OSCE newsroom"

_HIDDEN = ("_sqlite_migrations", "addresses", "articles", "pages")


def metadata(connection: sqlite3.Connection) -> dict[str, Any]:
    """Return Datasette's metadata for the copy of a database."""
    names = {row[0] for row in connection.execute("SELECT name FROM sqlite_master WHERE type = 'table'")}
    described: dict[str, dict[str, Any]] = {
        name: {"description": table.meaning, "columns": _columns(table)}
        for name, table in dictionary.tables().items()
        if name in names
    }
    for name in _HIDDEN:
        described.setdefault(name, {})["hidden"] = True
    described[TABLE] |= {
        "fts_table": "items_fts",
        "fts_pk": "rowid",
        "label_column": "title",
        "sort_desc": "published",
    }
    return {
        "title": TITLE,
        "databases": {DATABASE: {"title": TITLE, "tables": described, "queries": QUERIES}},
    }


def _columns(table: dictionary.Table) -> dict[str, str]:
    """Return the descriptions of the columns with their forms and pitfalls."""
    return {
        name: " ".join(
            filter(
                None,
                (
                    column.meaning,
                    f"{column.form}." if column.form not in ("text", "") else "",
                    column.pitfalls,
                ),
            )
        )
        for name, column in table.columns.items()
    }
