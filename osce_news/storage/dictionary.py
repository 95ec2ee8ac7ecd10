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

TABLE_ENTRY = "*"  # the column name of the row that describes the table as a whole
_OF_ITEMS = ("newsroom", "items")  # these have the columns of the item class
_COLUMNS = (
    "table_name", "column_name", "position", "meaning", "form", "may_be_null", "origin", "pitfalls"
)  # fmt: skip
Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Column:
    """The description of one column."""

    name: str
    meaning: str
    form: str = "text"
    origin: str = ""
    pitfalls: str | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """The description of a table or view; the order of `columns` is not that of the schema."""

    name: str
    meaning: str
    origin: str
    columns: dict[str, Column]


@cache
def tables() -> dict[str, Table]:
    """Return the descriptions of all tables and views by name; the view `newsroom` comes first.

    >>> tables()["items"].columns["published"].form
    'YYYY-MM-DD'
    """
    source = resources.files(__package__).joinpath("dictionary.toml").read_text(encoding="utf-8")
    return {name: _table(name, described) for name, described in tomllib.loads(source).items()}


def column(table: str, name: str) -> Column:
    """Return the description of a column. Raises KeyError if there is none of that name."""
    return tables()[table].columns[name]


def entries(connection: sqlite3.Connection) -> list[Row]:
    """Return one row per table and one per column of it, as this database has them.

    Tables come in the order of the dictionary, columns in that of the schema. Columns that a user added are
    left out.
    """
    return [row for name in tables() for row in _table_entries(connection, name)]


def write(connection: sqlite3.Connection) -> None:
    """Bring the table `data_dictionary` up to date, inside the caller's transaction."""
    wanted = [tuple(row[name] for name in _COLUMNS) for row in entries(connection)]
    order = "ORDER BY table_name, column_name"
    stored = connection.execute(f"SELECT {', '.join(_COLUMNS)} FROM data_dictionary {order}")
    if [tuple(row) for row in stored] != sorted(wanted, key=lambda row: row[:2]):
        connection.execute("DELETE FROM data_dictionary")
        marks = ", ".join("?" * len(_COLUMNS))
        connection.executemany(
            f"INSERT INTO data_dictionary ({', '.join(_COLUMNS)}) VALUES ({marks})", wanted
        )


def _table(name: str, described: dict[str, Any]) -> Table:
    origin = described["origin"]
    columns = {one.name: one for one in _item_columns()} if name in _OF_ITEMS else {}
    for key, column in described["columns"].items():
        columns[key] = Column(key, **{"origin": origin, **column})
    return Table(name, described["meaning"], origin, columns)


def _item_columns() -> Iterator[Column]:
    for field in dataclasses.fields(NewsItem):
        about = field.metadata
        yield Column(field.name, about["meaning"], about["form"], about["origin"], about["pitfalls"])


def _table_entries(connection: sqlite3.Connection, table: str) -> Iterator[Row]:
    described = tables()[table]
    # SQLite does not know which columns of a view may be NULL.
    sql = """
        SELECT name, "notnull" OR pk OR (?1 = 'newsroom' AND name IN (
            SELECT name FROM pragma_table_info('items') WHERE "notnull")) FROM pragma_table_info(?1)"""
    columns = connection.execute(sql, [table]).fetchall()
    if not columns:  # a table of a later version
        return
    yield _row(table, TABLE_ENTRY, 0, described.meaning, "", False, described.origin, None)
    for position, (name, never) in enumerate(columns, 1):
        if (one := described.columns.get(name)) is not None:
            never = never or (table == "newsroom" and one.form == "JSON array")
            yield _row(table, name, position, one.meaning, one.form, not never, one.origin, one.pitfalls)


def _row(*values: object) -> Row:
    return dict(zip(_COLUMNS, (*values[:5], int(bool(values[5])), *values[6:]), strict=True))
