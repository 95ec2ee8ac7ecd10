"""Keeps the tables of offices, topics, content types and places equal to the vocabulary."""

from __future__ import annotations

import sqlite3

from osce_news import normalize
from osce_news.normalize.vocabulary import fingerprint, vocabulary

_COLUMNS = {
    "content_types": ("id", "label"),
    "offices": ("id", "label", "kind", "country", "first_year", "last_year"),
    "topics": ("id", "label", "parent"),
    "places": ("id", "label", "country"),
}
_FORMER = "'former entry: ' || id"


def rules() -> str:
    """Return what the normalised values were made by: another text means other values."""
    return f"{normalize.RULES}-{fingerprint()}"


def write_terms(connection: sqlite3.Connection) -> None:
    """Insert and update the entries of the vocabulary, inside the caller's transaction."""
    connection.execute("PRAGMA defer_foreign_keys = ON")  # a topic may stand before its parent
    for table, columns in _COLUMNS.items():
        # A label that moves from one entry to another must not collide with itself on the way.
        connection.execute(f"UPDATE {table} SET label = {_FORMER}")
        rows = [
            tuple(getattr(entry, column) for column in columns)
            for entry in vocabulary(table).entries.values()
        ]
        updates = ", ".join(f"{column} = excluded.{column}" for column in columns[1:])
        connection.executemany(
            f"INSERT INTO {table} ({', '.join(columns)}) VALUES ({', '.join('?' * len(columns))}) "
            f"ON CONFLICT (id) DO UPDATE SET {updates}",
            rows,
        )


def drop_former_terms(connection: sqlite3.Connection) -> None:
    """Delete the entries that the vocabulary no longer has; nothing may refer to them any more."""
    for table in _COLUMNS:
        connection.execute(f"DELETE FROM {table} WHERE label = {_FORMER}")
