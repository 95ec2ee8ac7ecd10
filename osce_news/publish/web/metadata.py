"""What the pages say of tables and columns. The words are the data dictionary's."""

from __future__ import annotations

from typing import Any

from osce_news.publish.web.queries import QUERIES
from osce_news.publish.web.snapshot import NAME, TABLE
from osce_news.site import HOST, LISTING_URL
from osce_news.storage import dictionary

TITLE = "The newsroom of the OSCE"
LISTS = ("offices", "topics", "dateline_places")  # columns that hold a JSON array
SOURCE = "OSCE newsroom"

# What only the copy has.
_ADDED = {"year": "The year of the publishing date."}
_HIDDEN = ("_sqlite_migrations", "addresses", "articles", "pages")


def columns(table: str, names: list[str]) -> dict[str, str]:
    """Return what each of these columns means, with its form and pitfalls; unknown names are left out."""
    known = dictionary.tables()[table].columns
    told = {name: _told(known[name]) for name in names if name in known}
    return {name: told.get(name, _ADDED.get(name, "")) for name in names if name in told or name in _ADDED}


def _told(column: dictionary.Column) -> str:
    form = "" if column.form in ("text", "") else f" {column.form}."
    return f"{column.meaning}{form}{' ' + column.pitfalls if column.pitfalls else ''}"


def metadata(tables: dict[str, list[str]], source: str | None) -> dict[str, Any]:
    """Return Datasette's metadata for a database with these tables and their columns.

    `source` is the site that the items come from.
    """
    described: dict[str, dict[str, Any]] = {
        name: {"description": table.meaning, "columns": columns(name, tables[name])}
        for name, table in dictionary.tables().items()
        if name in tables
    }
    described[TABLE]["description"] = "One row an item. What the columns mean stands below the items."
    for name in _HIDDEN:
        described.setdefault(name, {})["hidden"] = True
    described[TABLE] |= {
        "title": "Items",
        "fts_table": "items_fts",
        "fts_pk": "rowid",
        "label_column": "title",
        "sort_desc": "published",
        "facets": ["content_type", "year", *({"list": name} for name in LISTS)],
        "facet_size": 12,
        "size": 50,
    }
    about = {
        "title": TITLE,
        "source": SOURCE,
        "source_url": LISTING_URL if source in (None, HOST) else f"https://{source}",
    }
    return {**about, "databases": {NAME: {"title": TITLE, "tables": described, "queries": QUERIES}}}
