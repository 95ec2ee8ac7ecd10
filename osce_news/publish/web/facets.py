"""How many items of a result have each office, topic, type, place and year: the choices next to it."""

from __future__ import annotations

import json
import sqlite3
from contextlib import closing
from dataclasses import replace
from functools import lru_cache
from pathlib import Path
from typing import Any

from osce_news.normalize.vocabulary import vocabulary
from osce_news.publish.web.databases import Copy, open_copy
from osce_news.storage.queries import VOCABULARIES, Query
from osce_news.storage.queries.counts import periods
from osce_news.storage.queries.query import with_children

# For each facet the query for its values, each with the keys of the items that have it.
_SQL = "SELECT {}, json_group_array(key) FROM {} GROUP BY 1"
_VALUES = {
    "office": _SQL.format("office_id", "item_offices JOIN items ON items.id = item_id"),
    "topic": _SQL.format("topic_id", "item_topics JOIN items ON items.id = item_id"),
    "type": _SQL.format("content_type", "items"),
    "place": _SQL.format("place_id", "item_places JOIN items ON items.id = item_id"),
    "year": _SQL.format("substr(published, 1, 4)", "items WHERE published IS NOT NULL"),
}


def count_values(connection: Copy, query: Query) -> tuple[int, dict[str, dict[str, int]]]:
    """Return how many items the query finds, and for each facet, how many of them have each value.

    The values that are chosen come first, then the most frequent ones; years are in order. The count of a
    value is the number of items that choosing it would find. So other choices of the same facet are ignored,
    unless an item must have all that are chosen.
    """
    found = _found(connection, query)
    counted = {}
    for name, keys in _keys(connection.path).items():
        chosen = getattr(query, f"{name}s", ())
        others: dict[str, Any] = {"since": None, "until": None} if name == "year" else {f"{name}s": ()}
        has_all = query.every and name in ("office", "topic", "place")
        without = query if has_all else replace(query, **others)
        among = found if without.arguments() == query.arguments() else _found(connection, without)
        numbers = {value: len(among & having) for value, having in keys.items()}
        ordered = sorted(numbers, key=lambda value: (value not in chosen, -numbers[value], value))
        counted[name] = {value: numbers[value] for value in ordered if numbers[value]}
    if years := _keys(connection.path)["year"]:
        counted["year"] = {year: counted["year"].get(year, 0) for year in periods(min(years), max(years))}
    return len(found), counted


@lru_cache(maxsize=4)
def _keys(path: Path) -> dict[str, dict[str, set[int]]]:
    """Return for each value of each facet the keys of the items that have it, in a file that does not change.

    A topic has the items of those below it, as in a query.
    """
    with closing(open_copy(path)) as connection:
        keys: dict[str, dict[str, set[int]]] = {
            name: {value: set(json.loads(having)) for value, having in connection.execute(sql)}
            for name, sql in _VALUES.items()
        }
    for name, kind in VOCABULARIES.items():  # a query can't name NULL, or entries of an older vocabulary
        entries = vocabulary(kind).entries
        keys[name] = {value: having for value, having in keys[name].items() if value in entries}
    topics = keys["topic"]
    keys["topic"] = {
        name: set().union(*(topics.get(each, ()) for each in with_children([name]))) for name in topics
    }
    return keys


def _found(connection: sqlite3.Connection, query: Query) -> set[int]:
    where, values = query.where()
    return {key for (key,) in connection.execute(f"SELECT key FROM items WHERE {where}", values)}
