"""The addresses of our pages: a query, named as on the command line, and a position in its result."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from typing import Any, Self
from urllib.parse import urlencode

from osce_news.errors import BadInputError
from osce_news.storage.queries import Query
from osce_news.storage.queries.query import ARGUMENTS

ITEMS = 10  # of a page of results
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
        query = query_of(arguments, ("order", "page", "item"))
        order = arguments.get("order") or ""
        if order not in ("", "date"):
            raise BadInputError(f"no order {order[:80]!r}; use 'date', or none for the best matches first")
        first = (number_in(arguments, "page") - 1) * ITEMS + 1
        return cls(query, order == "date", number_in(arguments, "item") if arguments.get("item") else first)

    @property
    def page(self) -> int:
        """The page of the result that the position is on, from 1."""
        return (self.number - 1) // ITEMS + 1

    def results(self, changes: Mapping[str, Any] | None = None, page: int = 1) -> str:
        """Return the address of a page of results, after changes to fields of the query."""
        pairs = self._pairs(changes or {}) + ([("page", str(page))] if page > 1 else [])
        return f"/?{urlencode(pairs)}" if pairs else "/"

    def toggled(self, name: str, value: str) -> str:
        """Return the address of the results with a value of a facet, or without it if it is chosen."""
        chosen = getattr(self.query, f"{name}s")
        others = [one for one in chosen if one != value]
        return self.results({f"{name}s": others if value in chosen else [*chosen, value]})

    def item(self, identifier: str, number: int) -> str:
        """Return the address of the item at this position."""
        return f"/items/{identifier}?{urlencode([*self._pairs({}), ('item', str(number))])}"

    def file(self, name: str) -> str:
        """Return the address of a file or page with this name that has the whole result."""
        pairs = self.query.arguments()
        return f"/{name}?{urlencode(pairs)}" if pairs else f"/{name}"

    def _pairs(self, changes: Mapping[str, Any]) -> list[tuple[str, str]]:
        query = replace(self.query, **changes)
        return [*query.arguments(), *([("order", "date")] if self.newest and query.words else [])]


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
