"""The data dictionary: what each table and column holds, its form, its origin and its pitfalls.

Columns of items are described by the item class (items.py), all others by dictionary.toml. The database has a
copy in the table `data_dictionary`.
"""

from __future__ import annotations

import dataclasses
import sqlite3
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

from osce_news.items import NewsItem

TABLE_ENTRY = "*"  # the column name of the entry that describes the table as a whole
_OF_ITEMS = ("newsroom", "items")  # these have the columns of the item class
_COLUMNS = (
    "table_name", "column_name", "position", "meaning", "form", "may_be_null", "origin", "pitfalls"
)  # fmt: skip
Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Column:
    """The description of one column, or of a table."""

    name: str
    meaning: str
    form: str = "text"
    origin: str = ""
    pitfalls: str | None = None


@cache
def tables() -> dict[str, dict[str, Column]]:
    """Return the descriptions of all tables and views, by name, and of their columns; `newsroom` comes first.

    The order of the columns is not that of the schema.

    >>> tables()["items"]["published"].form
    'YYYY-MM-DD'
    """
    source = resources.files(__package__).joinpath("dictionary.toml").read_text(encoding="utf-8")
    return {name: _table(name, described) for name, described in tomllib.loads(source).items()}


def column(table: str, name: str) -> Column:
    """Return the description of a column. Raises KeyError if there is none of that name."""
    return tables()[table][name]


def entries(connection: sqlite3.Connection) -> list[Row]:
    """Return one row per table and one per column of it, as this database has them.

    Tables come in the order of the dictionary, columns in that of the schema. Columns that a user added are
    left out.
    """
    return [row for name in tables() for row in _table_entries(connection, name)]


def write(connection: sqlite3.Connection) -> None:
    """Bring the table `data_dictionary` up to date, inside the caller's transaction."""
    wanted = [tuple(row.values()) for row in entries(connection)]
    columns, marks = ", ".join(_COLUMNS), ", ".join("?" * len(_COLUMNS))
    stored = connection.execute(f"SELECT {columns} FROM data_dictionary")
    if set(map(tuple, stored)) != set(wanted):
        connection.execute("DELETE FROM data_dictionary")
        connection.executemany(f"INSERT INTO data_dictionary ({columns}) VALUES ({marks})", wanted)


def _table(name: str, described: dict[str, Any]) -> dict[str, Column]:
    origin = described["origin"]
    columns = {TABLE_ENTRY: Column(TABLE_ENTRY, described["meaning"], "", origin)}
    for field in dataclasses.fields(NewsItem) if name in _OF_ITEMS else ():
        about = {key: field.metadata[key] for key in ("meaning", "form", "origin", "pitfalls")}
        columns[field.name] = Column(field.name, **about)
    for key, column in described["columns"].items():
        columns[key] = Column(key, **{"origin": origin, **column})
    return columns


def _table_entries(connection: sqlite3.Connection, table: str) -> Iterator[Row]:
    """Yield the entries of a table; none if the database lacks it, because its version is older."""
    # SQLite does not know which columns of a view may be NULL.
    sql = """
        SELECT name, "notnull" OR pk OR (?1 = 'newsroom' AND name IN (
            SELECT name FROM pragma_table_info('items') WHERE "notnull")) FROM pragma_table_info(?1)"""
    columns = connection.execute(sql, [table]).fetchall()
    for position, (name, never) in enumerate([(TABLE_ENTRY, True), *columns] if columns else []):
        if (one := tables()[table].get(name)) is not None:
            never = never or (table == "newsroom" and one.form == "JSON array")
            values = (table, name, position, one.meaning, one.form, int(not never), one.origin, one.pitfalls)
            yield dict(zip(_COLUMNS, values, strict=True))
