"""Brings an older database up to the present schema.

There are no migration scripts: a table that differs is rebuilt with its rows.
"""

from __future__ import annotations

import sqlite3

from osce_news.storage.schema import SCHEMA, SEARCH_INDEX, TABLES, normalized, object_type


def differences(connection: sqlite3.Connection) -> dict[str, str]:
    """Return the names of what the database lacks ("missing") or defines in another way ("different")."""
    present = dict(
        map(tuple, connection.execute("SELECT name, sql FROM sqlite_master WHERE sql IS NOT NULL"))
    )
    return {
        name: "different" if name in present else "missing"
        for name, sql in SCHEMA.items()
        if normalized(present.get(name, "")) != normalized(sql)
    }


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
    # A rebuilt table has lost its indexes and triggers.
    for name, state in differences(connection).items():
        if state == "different":
            connection.execute(f"DROP {object_type(name)} {name}")
        if name not in SEARCH_INDEX:
            connection.execute(SCHEMA[name])
    complete_search_index(connection)


def complete_search_index(connection: sqlite3.Connection) -> None:
    """Make the missing parts of the search index, inside the caller's transaction.

    If any is missing, the whole index is filled again, since it was not kept up to date without that part.
    """
    present = {row[0] for row in connection.execute("SELECT name FROM sqlite_master")}
    missing = [sql for name, sql in SEARCH_INDEX.items() if name not in present]
    for sql in missing:
        connection.execute(sql)
    if missing:
        connection.execute("INSERT INTO items_fts (items_fts) VALUES ('rebuild')")


def _rebuild(connection: sqlite3.Connection, table: str) -> None:
    """Replace the table by the present one with the same rows.

    Its indexes and triggers are dropped with it; those that a user made are put back.
    """
    own = connection.execute(
        "SELECT name, sql FROM sqlite_master WHERE tbl_name = ? AND type IN ('index', 'trigger') "
        "AND sql IS NOT NULL", [table]
    ).fetchall()  # fmt: skip
    connection.execute(f"CREATE TABLE former AS SELECT * FROM {table}")
    connection.execute(f"DROP TABLE {table}")
    connection.execute(SCHEMA[table])
    shared = connection.execute(
        "SELECT name FROM pragma_table_info('former') WHERE name IN (SELECT name FROM pragma_table_info(?))",
        [table],
    )
    columns = ", ".join(f'"{row[0]}"' for row in shared)
    connection.execute(f"INSERT INTO {table} ({columns}) SELECT {columns} FROM former")
    connection.execute("DROP TABLE former")
    for name, sql in own:
        if name not in SCHEMA:
            connection.execute(sql)
