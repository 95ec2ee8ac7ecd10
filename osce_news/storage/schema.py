"""The schema of a database, as it is now: the statements of schema.sql.

The columns of items come from the item class (items.py). `upgrade` brings an older database up to it.
"""

from __future__ import annotations

import dataclasses
import hashlib
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from importlib import resources

from osce_news.items import NEWSROOM_COLUMNS, NewsItem

APPLICATION_ID = 0x4F534345  # "OSCE" (PRAGMA application_id)
# Each change of the schema adds a line: its name, and `fingerprint()` of the new schema. An older osce-news
# does not know the name and refuses the database, so that it does not undo the change.
MIGRATIONS = {
    "m006_one_schema": "6eaa0d90",
    "m007_sources": "e742e7b5",
    "m008_former_values": "45158e3e",
    "m009_language_of_articles": "4bdebebb",
}
# The tables that databases without these names lack; they have all others.
ADDED_TABLES = {"m007_sources": "held", "m008_former_values": "former_values"}
# The names in databases that were made before the first release.
FORMER_MIGRATIONS = ("m001_newsroom", "m002_crawls", "m003_articles", "m004_archive", "m005_dictionary")

# Fields of an item that are lists, each with the name of one entry: `offices` is stored in `item_offices`,
# one row per `office_id`, which is an `id` of `offices`.
LISTS = {"offices": "office", "topics": "topic", "dateline_places": "place"}
# Constraints of the columns of items that the item class does not define.
_CONSTRAINTS = {
    "id": "UNIQUE",
    "title": "CHECK (title <> '')",
    "content_type": "REFERENCES content_types (id)",
}


def _item_columns() -> Iterator[str]:
    """Yield the definition of each column of `items` that holds a field of the item class."""
    for field in dataclasses.fields(NewsItem):
        if field.name not in LISTS:
            parts = [field.name, "TEXT"]
            if field.metadata["required"]:
                parts.append("NOT NULL")
            if field.metadata["form"] == "YYYY-MM-DD":
                parts.append(f"CHECK ({field.name} IS date({field.name}, '+0 days'))")
            if field.name in _CONSTRAINTS:
                parts.append(_CONSTRAINTS[field.name])
            yield " ".join(parts)


def _view_columns() -> Iterator[str]:
    """Yield the expression for each column of the view `newsroom`."""
    for name in NEWSROOM_COLUMNS:
        if name == "content_type":
            yield "content_types.label AS content_type"
        elif name == "text":
            yield "articles.text"
        elif name == "dateline_places":
            yield """(SELECT json_group_array(raw) FROM (
        SELECT raw FROM item_places
        WHERE item_places.item_id = items.id ORDER BY position)) AS dateline_places"""
        elif name in LISTS:
            many, one = name, LISTS[name]
            yield f"""(SELECT json_group_array(name) FROM (
        SELECT coalesce({many}.label, item_{many}.raw) AS name
        FROM item_{many} LEFT JOIN {many} ON {many}.id = item_{many}.{one}_id
        WHERE item_{many}.item_id = items.id ORDER BY position)) AS {many}"""
        else:
            yield f"items.{name}"


def _script() -> str:
    """Return schema.sql with the columns of items."""
    text = resources.files(__package__).joinpath("schema.sql").read_text("utf-8")
    text = text.replace("{item_columns}", ",\n    ".join(_item_columns()))
    return text.replace("{newsroom_columns}", ",\n    ".join(_view_columns()))


with closing(sqlite3.connect(":memory:")) as _empty:
    _empty.executescript(_script())
    # The statement that makes each table, index, view and trigger, by name.
    SCHEMA: dict[str, str] = dict(
        _empty.execute(
            "SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL "
            "AND (type <> 'table' OR name NOT GLOB 'items_fts_*') ORDER BY rowid"
        )
    )
    TABLES = {name: sql for name, sql in SCHEMA.items() if sql.startswith("CREATE TABLE")}
    # The columns of each table with their types.
    COLUMNS: dict[str, dict[str, str]] = {
        name: dict(_empty.execute("SELECT name, type FROM pragma_table_info(?)", [name])) for name in TABLES
    }
SEARCH_INDEX = {name: sql for name, sql in SCHEMA.items() if "_fts" in name or name == "items_text"}


def fingerprint() -> str:
    """Return a short text that differs for each schema."""
    return hashlib.sha256("\n".join(map(normalized, SCHEMA.values())).encode()).hexdigest()[:8]


def object_type(name: str) -> str:
    """Return "TABLE", "INDEX", "VIEW" or "TRIGGER"."""
    return SCHEMA[name].split()[1].replace("VIRTUAL", "TABLE")


def normalized(sql: str) -> str:
    """Return the statement with white space normalised."""
    return " ".join(sql.split())
