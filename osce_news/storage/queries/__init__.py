"""The queries that read the database; none of them writes.

`query` says which items are wanted, `fts_query` how its words are searched for. `stored_items`, `search`,
`counts` and `coverage` answer; `as_of` lets them answer as of a past day.
"""

from osce_news.storage.queries.as_of import open_for_query
from osce_news.storage.queries.query import VOCABULARIES, Query, label
from osce_news.storage.queries.stored_items import (
    Row,
    count,
    decoded,
    extent,
    find_item,
    item,
    item_identifier,
    items,
    overview,
    unknown_values,
)

__all__ = [
    "VOCABULARIES",
    "Query",
    "Row",
    "count",
    "decoded",
    "extent",
    "find_item",
    "item",
    "item_identifier",
    "items",
    "label",
    "open_for_query",
    "overview",
    "unknown_values",
]
