"""The data dictionary: what each table and column of the database holds, where it comes from, its pitfalls.

Columns of items are described by the item class; all others by dictionary.toml.
"""

from __future__ import annotations

import dataclasses
import tomllib
from collections.abc import Iterator
from dataclasses import dataclass
from functools import cache
from importlib import resources
from typing import Any

from osce_news.items import NewsItem

_OF_ITEMS = ("newsroom", "items")  # they have the item class's columns


@dataclass(frozen=True, slots=True)
class Column:
    """What one column holds."""

    name: str
    meaning: str
    form: str = "text"
    origin: str = ""
    pitfalls: str | None = None


@dataclass(frozen=True, slots=True)
class Table:
    """What one table or view holds; `columns` in the dictionary's order, which is not the schema's."""

    name: str
    meaning: str
    origin: str
    columns: dict[str, Column]


@cache
def tables() -> dict[str, Table]:
    """Return the tables by name, the view for readers first.

    >>> tables()["items"].columns["published"].form
    'YYYY-MM-DD'
    """
    source = resources.files(__package__).joinpath("dictionary.toml").read_text(encoding="utf-8")
    return {name: _table(name, given) for name, given in tomllib.loads(source).items()}


def column(table: str, name: str) -> Column:
    """Return what a column holds. Raises KeyError if the dictionary has none of that name."""
    return tables()[table].columns[name]


def _table(name: str, given: dict[str, Any]) -> Table:
    origin = given["origin"]
    columns = {one.name: one for one in _item_columns()} if name in _OF_ITEMS else {}
    for key, says in given["columns"].items():
        columns[key] = Column(key, **{"origin": origin, **says})
    return Table(name, given["meaning"], origin, columns)


def _item_columns() -> Iterator[Column]:
    for field in dataclasses.fields(NewsItem):
        said = field.metadata
        yield Column(field.name, said["meaning"], said["form"], said["origin"], said["pitfalls"])
