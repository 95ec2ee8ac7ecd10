"""What the pages say of tables and columns. The columns' meaning is that of the item class."""

from __future__ import annotations

import dataclasses
from typing import Any

from osce_news.items import NewsItem
from osce_news.web.queries import QUERIES
from osce_news.web.snapshot import NAME, TABLE

TITLE = "The newsroom of the OSCE"
LISTS = ("offices", "topics", "dateline_places")  # columns that hold a JSON array
SOURCE = "OSCE newsroom"
SOURCE_URL = "https://www.osce.org/press-releases"

# Columns that a reading of a page has not: they come from storing it, or with the item's own page.
_STORED = {
    "year": "The year of the publishing date.",
    "text": "The full text; null until the item's own page is read.",
    "first_seen": "When a crawl saw the item first. UTC, ISO 8601",
    "last_seen": "When a crawl saw the item last. UTC, ISO 8601",
    "withdrawn": "When a full crawl no longer found it on the list; null while it is there. UTC, ISO 8601",
    "listing_url": "The listing page that showed the item last. URL",
}
# Where `newsroom` holds a name and the item an identifier.
_NAMES = {"content_type": "The content type's name."}
_TABLES = {
    TABLE: "One row an item. What the columns mean stands below the items.",
    "items": "Each item with all values as printed (columns that end in _raw) beside the normalised ones.",
    "item_offices": "Which items print which offices, in which order.",
    "item_topics": "Which items print which topics, in which order.",
    "item_places": "Which places an item's dateline names.",
    "offices": "The offices that the vocabulary knows.",
    "topics": "The topics that the vocabulary knows, each with the one above it.",
    "places": "The places that the vocabulary knows.",
    "content_types": "The content types that the vocabulary knows.",
    "revisions": "The former values of items that changed, as printed.",
    "withdrawals": "When items left the list, and came back.",
    "runs": "The crawls and replays, with what each cost the site.",
    "quarantine": "Results of the list that could not be items, with the reason.",
}
_HIDDEN = ("_sqlite_migrations", "addresses", "articles", "pages")


def columns(names: list[str]) -> dict[str, str]:
    """Return what each of these columns of an item means, with its form; unknown names are left out."""
    told = dict(_STORED)
    for field in dataclasses.fields(NewsItem):
        form = field.metadata["form"]
        note = {"text": "", "list": " JSON array"}.get(form, f" {form}")
        told[field.name] = field.metadata["meaning"] + note
    return {name: told[name] for name in names if name in told}


def metadata(tables: dict[str, list[str]], source: str | None) -> dict[str, Any]:
    """Return Datasette's metadata for a database with these tables and their columns.

    `source` is the site that the items come from.
    """
    described: dict[str, dict[str, Any]] = {
        name: {"description": text, "columns": columns(tables[name]) if name in (TABLE, "items") else {}}
        for name, text in _TABLES.items()
        if name in tables
    }
    for name in _HIDDEN:
        described.setdefault(name, {})["hidden"] = True
    described[TABLE]["columns"] |= _NAMES
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
        "source_url": SOURCE_URL if source in (None, "www.osce.org") else f"https://{source}",
    }
    return {**about, "databases": {NAME: {"title": TITLE, "tables": described, "queries": QUERIES}}}
