"""Brings an older database up to the present schema.

There are no migration scripts: a table that differs is rebuilt with its rows.
"""

from __future__ import annotations

import logging
import sqlite3
from collections.abc import Iterable
from contextlib import closing

from osce_news.storage.schema import (
    ADDED_TABLES,
    COLUMNS,
    MIGRATIONS,
    SCHEMA,
    SEARCH_INDEX,
    TABLES,
    normalized,
    object_type,
)

logger = logging.getLogger(__name__)

_COLUMNS = 'SELECT name, type, dflt_value, "notnull" FROM pragma_table_info(?)'  # without generated ones
_FORMER = "_osce_news_former"  # holds the rows of a table that is rebuilt; a name that no user takes


def applied_migrations(connection: sqlite3.Connection) -> set[str]:
    """Return the names of the migrations that brought the database to its schema."""
    sql = "SELECT name FROM _sqlite_migrations WHERE migration_set = 'osce_news'"
    return {row[0] for row in connection.execute(sql)}


def is_current(connection: sqlite3.Connection) -> bool:
    """Whether this version made the database, or has brought it to the present schema."""
    return applied_migrations(connection).issuperset(MIGRATIONS)


def lost_tables(connection: sqlite3.Connection) -> set[str]:
    """Return the tables that the database lacks although the version that made it had them."""
    applied = applied_migrations(connection)
    later = {table for name, table in ADDED_TABLES.items() if name not in applied}
    present = {row[0] for row in connection.execute("SELECT name FROM sqlite_master")}
    return TABLES.keys() - present - later


def differences(connection: sqlite3.Connection) -> dict[str, str]:
    """Return the names of what the database lacks ("missing") or defines in another way ("different").

    A table to which a user has added columns is not different for that.
    """
    present = dict(
        map(tuple, connection.execute("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL"))
    )
    for table in TABLES.keys() & present:
        if added := added_columns(connection, table):
            present[table] = _without(present[table], table, added)
    return {
        name: "different" if name in present else "missing"
        for name, sql in SCHEMA.items()
        if normalized(present.get(name, "")) != normalized(sql)
    }


def added_columns(connection: sqlite3.Connection, table: str) -> list[str]:
    """Return the columns of a table that this version does not know; empty if there are none."""
    names = connection.execute("SELECT name FROM pragma_table_xinfo(?)", [table])
    return [name for (name,) in names if name not in COLUMNS[table]]


def _without(sql: str, table: str, names: Iterable[str]) -> str:
    """Return the statement that makes a table, without these columns; as it was if SQLite can't drop them."""
    with closing(sqlite3.connect(":memory:")) as scratch:
        try:
            scratch.execute(sql)
            for name in names:
                scratch.execute(f"ALTER TABLE {table} DROP COLUMN {_quoted(name)}")
        except sqlite3.Error:
            return sql
        return str(scratch.execute("SELECT sql FROM sqlite_master WHERE name = ?", [table]).fetchone()[0])


def update(connection: sqlite3.Connection) -> None:
    """Bring a database, old or empty, to the present schema; rows are kept.

    The caller has a transaction open, without enforcement of foreign keys: a table that is rebuilt is dropped
    while others refer to it. A column that is added must have a default or allow NULL.
    """
    for name, state in differences(connection).items():
        if name in TABLES:
            if state == "different":
                _rebuild(connection, name)
            else:
                connection.execute(SCHEMA[name])
    for name, state in differences(connection).items():
        if state == "different" and name not in TABLES:
            connection.execute(f"DROP {object_type(name)} {name}")
    complete(connection)  # a rebuilt table has lost its indexes and triggers


def complete(connection: sqlite3.Connection, names: Iterable[str] = SCHEMA) -> None:
    """Make those of the views, indexes, triggers and the search index that are missing.

    If any part of the search index is missing, the whole index is filled again, since it was not kept up to
    date without that part. The caller has a transaction open.
    """
    present = {row[0] for row in connection.execute("SELECT name FROM sqlite_master")}
    missing = [name for name in names if name not in present and name not in TABLES]
    for name in missing:
        connection.execute(SCHEMA[name])
    if not SEARCH_INDEX.keys().isdisjoint(missing):
        connection.execute("INSERT INTO items_fts (items_fts) VALUES ('rebuild')")


def _rebuild(connection: sqlite3.Connection, table: str) -> None:
    """Replace the table by the present one with the same rows.

    Its indexes and triggers are dropped with it; those that a user made are put back, and so are columns with
    their type, DEFAULT and NOT NULL. Lost are other constraints of such columns, generated columns, and
    indexes on these; the last two are logged. If the schema has a column of the same name by now, also in
    another case, the values are kept there.
    """
    own = connection.execute(
        "SELECT name, sql FROM sqlite_master WHERE tbl_name = ? AND type IN ('index', 'trigger') "
        "AND sql IS NOT NULL", [table]
    ).fetchall()  # fmt: skip
    former = connection.execute(_COLUMNS, [table]).fetchall()
    generated = "SELECT name FROM pragma_table_xinfo(?) WHERE hidden IN (2, 3)"
    for (name,) in connection.execute(generated, [table]):
        logger.warning("the generated column %s of %s was not put back", name, table)
    connection.execute(f"CREATE TABLE {_FORMER} AS SELECT * FROM {table}")
    connection.execute(f"DROP TABLE {table}")
    connection.execute(SCHEMA[table])
    for name, form, default, not_null in former:
        if name.lower() not in COLUMNS[table]:
            # NOT NULL without a default is left out, because new rows have no value for the column.
            rule = f"{'NOT NULL' * not_null} DEFAULT {_constant(default)}" if default is not None else ""
            connection.execute(f"ALTER TABLE {table} ADD COLUMN {_quoted(name)} {form} {rule}")
    columns = ", ".join(_quoted(row[0]) for row in former)
    connection.execute(f"INSERT INTO {table} ({columns}) SELECT {columns} FROM {_FORMER}")
    connection.execute(f"DROP TABLE {_FORMER}")
    for name, sql in own:
        if name not in SCHEMA:
            try:
                connection.execute(sql)
            except sqlite3.OperationalError as error:
                if error.sqlite_errorcode != sqlite3.SQLITE_ERROR:  # the disk is full, for example
                    raise
                logger.warning("%s was not put back: %s", name, error)


def _quoted(name: str) -> str:
    return '"' + name.replace('"', '""') + '"'


def _constant(default: str) -> str:
    """Return a default as it has to be written: an expression in brackets, a word without them."""
    return default if default.isidentifier() or default[0] in '"[`' else f"({default})"
