"""The items to export, one at a time."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator, Sequence

from osce_news.errors import BadInputError
from osce_news.storage.dictionary import Column, column
from osce_news.storage.queries import Filters, Row, decoded


def columns(connection: sqlite3.Connection, asked: Sequence[str] = ()) -> list[Column]:
    """Return the columns asked for in that order, or all of the view `newsroom`.

    Raises BadInputError that names the columns there are, for one that is not.
    """
    known = [row[0] for row in connection.execute("SELECT name FROM pragma_table_info('newsroom')")]
    for name in asked:
        if name not in known:
            raise BadInputError(f"no column {name[:80]!r}; there are {', '.join(known)}")
    return [column("newsroom", name) for name in dict.fromkeys(asked or known)]


def stream(connection: sqlite3.Connection, filters: Filters) -> Iterator[Row]:
    """Yield the items that pass the filters, newest first, as the view `newsroom` shows them.

    None is held, however many there are; those without a date come last.
    """
    where, values = filters.where()
    sql = (
        "SELECT newsroom.* FROM items CROSS JOIN newsroom ON newsroom.id = items.id "
        f"WHERE {where} ORDER BY items.published DESC, items.id"
    )
    return map(decoded, connection.execute(sql, values))
