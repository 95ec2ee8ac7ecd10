"""The data dictionary beside the data: its table, and how often each column is empty in this database."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from typing import Any

from osce_news.dictionary import tables

WHOLE = "*"  # the column name of the row that says what the table as a whole holds
_COLUMNS = (
    "table_name", "column_name", "position", "meaning", "form", "may_be_null", "origin", "pitfalls"
)  # fmt: skip
Row = dict[str, Any]


def entries(connection: sqlite3.Connection) -> list[Row]:
    """Return a row for each table and each of its columns, as this database has them.

    In the dictionary's order of tables and the schema's order of columns. Raises KeyError for a column
    that the dictionary does not have: a test holds it to the schema.
    """
    return [row for name in tables() for row in _of_table(connection, name)]


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


def measured(connection: sqlite3.Connection) -> list[Row]:
    """Return the entries with `rows` and `empty`, how many rows this database has and of them empty.

    Empty are NULL and the empty list. The search index has no values of its own, so both are None.
    """
    found = []
    for row in entries(connection):
        table, name = row["table_name"], row["column_name"]
        if name == WHOLE:
            columns = [one["column_name"] for one in _of_table(connection, table)][1:]
            counts = _counts(connection, table, columns) if not table.startswith("items_fts") else {}
        found.append({**row, "rows": counts.get(WHOLE), "empty": counts.get(name)})
        if name == WHOLE:
            found[-1]["empty"] = None
    return found


def _counts(connection: sqlite3.Connection, table: str, columns: list[str]) -> dict[str, int]:
    """Return the number of rows (under `WHOLE`), and of each column that of its empty values."""
    sums = ", ".join(f"""total("{name}" IS NULL OR "{name}" = '[]')""" for name in columns)
    rows, *empty = connection.execute(f"SELECT count(*), {sums} FROM {table}").fetchone()
    return {WHOLE: rows, **dict(zip(columns, map(int, empty), strict=True))}


def _of_table(connection: sqlite3.Connection, table: str) -> Iterator[Row]:
    said = tables()[table]
    found = connection.execute(
        'SELECT name, "notnull" OR pk AS never FROM pragma_table_info(?)', [table]
    ).fetchall()
    if not found:  # a table of a later version
        return
    yield _row(table, WHOLE, 0, said.meaning, "", False, said.origin, None)
    surely = _never_null(connection)
    for position, (name, never) in enumerate(found, 1):
        one = said.columns[name]
        if table == "newsroom":
            never = name in surely or one.form == "JSON array"
        yield _row(table, name, position, one.meaning, one.form, not never, one.origin, one.pitfalls)


def _never_null(connection: sqlite3.Connection) -> set[str]:
    """Return the columns of `items` that are never NULL: the view for readers has them from there."""
    return {
        row[0] for row in connection.execute('SELECT name FROM pragma_table_info("items") WHERE "notnull"')
    }


def _row(*values: object) -> Row:
    return dict(zip(_COLUMNS, (*values[:5], int(bool(values[5])), *values[6:]), strict=True))
