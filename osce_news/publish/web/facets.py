"""How many items of a result have each office, topic, type, place and year: the choices next to it."""

from __future__ import annotations

import sqlite3
from collections import defaultdict
from collections.abc import Iterable
from contextlib import closing
from dataclasses import replace
from functools import lru_cache, reduce
from operator import or_
from pathlib import Path
from typing import Any

from osce_news.normalize.vocabulary import vocabulary
from osce_news.publish.web.databases import open_copy
from osce_news.storage.queries import VOCABULARIES, Query
from osce_news.storage.queries.counts import periods
from osce_news.storage.queries.query import with_children

# For each facet the query for the items that have each value.
_VALUES = {
    "office": "SELECT office_id, key FROM item_offices JOIN items ON items.id = item_id",
    "topic": "SELECT topic_id, key FROM item_topics JOIN items ON items.id = item_id",
    "type": "SELECT content_type, key FROM items",
    "place": "SELECT place_id, key FROM item_places JOIN items ON items.id = item_id",
    "year": "SELECT substr(published, 1, 4), key FROM items",
}
_KEPT = 300  # results of queries


class Facets:
    """The items of each value as the bits of a number, so that counting takes no query.

    The bit of an item is its key. A topic has the items of those below it, as in a query.
    """

    def __init__(self, connection: sqlite3.Connection) -> None:
        """Read which items have which values."""
        self._found: dict[tuple[tuple[str, str], ...], int] = {}
        self._items = {name: _by_value(connection, sql) for name, sql in _VALUES.items()}
        for name, kind in VOCABULARIES.items():  # a query can't name entries of an older vocabulary
            entries = vocabulary(kind).entries
            self._items[name] = {value: bits for value, bits in self._items[name].items() if value in entries}
        topics = self._items["topic"]
        below = {name: with_children([name]) for name in topics}
        self._items["topic"] = {
            name: reduce(or_, (topics.get(each, 0) for each in below[name])) for name in topics
        }
        years = self._items["year"]
        self.years = periods(min(years), max(years)) if years else []

    def found(self, connection: sqlite3.Connection, query: Query) -> int:
        """Return the items of the query; those of the last queries are kept."""
        asked = tuple(query.arguments())
        found = self._found.get(asked)
        if found is None:
            where, values = query.where()
            keys = connection.execute(f"SELECT key FROM items WHERE {where}", values)
            found = _bits(key for (key,) in keys)
            if len(self._found) >= _KEPT:
                self._found.clear()  # at any time: Datasette's threads share the results
            self._found[asked] = found
        return found

    def counts(self, name: str, items: int) -> dict[str, int]:
        """Return how many of the items have each value that one of them has, the most frequent first."""
        counted = {value: (of_value & items).bit_count() for value, of_value in self._items[name].items()}
        ordered = sorted(counted, key=lambda value: (-counted[value], value))
        return {value: counted[value] for value in ordered if counted[value]}

    def of(self, connection: sqlite3.Connection, query: Query, items: int) -> dict[str, dict[str, int]]:
        """Return the counts of each facet and of `year`, for the query, which found these items.

        The count of a value is the number of items that choosing it would find. So other choices of the same
        facet are ignored, unless an item must have all that are chosen.
        """
        counted = {}
        for name in VOCABULARIES:
            field = f"{name}s"
            chosen = getattr(query, field) and not (query.every and name != "type")
            other: dict[str, Any] = {field: ()}
            counted[name] = self.counts(
                name, self.found(connection, replace(query, **other)) if chosen else items
            )
        period = query.since or query.until
        whole = self.found(connection, replace(query, since=None, until=None)) if period else items
        counts = self.counts("year", whole)
        return counted | {"year": {year: counts.get(year, 0) for year in self.years}}


@lru_cache(maxsize=4)
def facets(path: Path) -> Facets:
    """Return the facets of a copy, which does not change."""
    with closing(open_copy(path)) as connection:
        return Facets(connection)


def _by_value(connection: sqlite3.Connection, sql: str) -> dict[str, int]:
    keys: dict[str, list[int]] = defaultdict(list)
    for value, key in connection.execute(sql):
        if value is not None:
            keys[value].append(key)
    return {value: _bits(each) for value, each in keys.items()}


def _bits(keys: Iterable[int]) -> int:
    """Return the number with these bits."""
    listed = list(keys)
    octets = bytearray(max(listed, default=0) // 8 + 1)
    for key in listed:
        octets[key >> 3] |= 1 << (key & 7)
    return int.from_bytes(octets, "little")
