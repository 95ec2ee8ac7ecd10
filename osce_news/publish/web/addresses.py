"""The addresses of our pages: a query, named as on the command line, and a position in its result."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any, Self
from urllib.parse import urlencode

from osce_news.errors import BadInputError
from osce_news.storage.queries import Query
from osce_news.storage.queries.query import ARGUMENTS

ITEMS = 10  # of a page of results
_OF_POSITION = ("order", "page", "item")
_LONGEST = 2_000  # of a query in an address: a page has a hundred links with it


@dataclass(frozen=True, slots=True)
class Position:
    """A query, its order, and a position in its result."""

    query: Query = field(default_factory=Query)
    newest: bool = False
    """Whether the newest items come first, not the best; without words they always do."""
    number: int = 1
    """The position of an item, from 1; that of a page is the position of its first item."""

    @classmethod
    def read(cls, arguments: Any) -> Self:
        """Return the position in the arguments of an address. Raises BadInputError."""
        query = query_of(arguments, _OF_POSITION)
        order = arguments.get("order") or ""
        if order not in ("", "date"):
            raise BadInputError(f"no order {order[:80]!r}; use 'date', or none for the best matches first")
        first = (number_in(arguments, "page") - 1) * ITEMS + 1
        return cls(query, order == "date", number_in(arguments, "item") if arguments.get("item") else first)

    @property
    def page(self) -> int:
        """The page of the result that the position is on, from 1."""
        return (self.number - 1) // ITEMS + 1

    def address(self, path: str = "/", **changes: object) -> str:
        """Return an address with the query and its order, after changes to arguments; None removes one."""
        pairs = [pair for pair in self._pairs() if pair[0] not in changes]
        return _address(path, pairs + [(name, str(value)) for name, value in changes.items() if value])

    def toggled(self, name: str, value: str) -> str:
        """Return the address of the results with this argument, or without it if it is there."""
        pairs, pair = self._pairs(), (name, value)
        return _address("/", [one for one in pairs if one != pair] if pair in pairs else [*pairs, pair])

    def _pairs(self) -> list[tuple[str, str]]:
        return [*self.query.arguments(), *([("order", "date")] if self.newest and self.query.words else [])]


def _address(path: str, pairs: list[tuple[str, str]]) -> str:
    ordered = sorted(pairs, key=lambda pair: (*ARGUMENTS, *_OF_POSITION).index(pair[0]))
    return f"{path}?{urlencode(ordered)}" if ordered else path


def number_in(arguments: Any, name: str) -> int:
    """Return a number of at least 1 from the arguments; 1 if it is missing. Raises BadInputError."""
    given = arguments.get(name) or "1"
    if not (given.isascii() and given.isdigit() and len(given) < 9 and int(given)):
        raise BadInputError(f"{name}: not a number from 1: {given[:80]!r}")
    return int(given)


def query_of(arguments: Any, others: tuple[str, ...]) -> Query:
    """Return the query in the arguments of an address, which may also have others.

    Raises BadInputError, also for unknown arguments, which may be misspelt filters.
    """
    for name in arguments:
        if name not in (*ARGUMENTS, *others):
            raise BadInputError(f"no filter {name[:80]!r}; choose from {', '.join(ARGUMENTS)}")
    pairs = [(name, value.replace("\0", " ")) for name in arguments for value in arguments.getlist(name)]
    if len(urlencode([pair for pair in pairs if pair[0] in ARGUMENTS])) > _LONGEST:
        raise BadInputError("this query is too long for an address; `osce-news search` takes longer ones")
    return Query.from_arguments(dict.fromkeys(pairs))
