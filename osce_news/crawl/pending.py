"""A page whose records are on their way through the item pipelines."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence

from itemadapter import ItemAdapter

from osce_news.crawl.pagers import PageFacts
from osce_news.items import ArticleItem, Listing, NewsItem, Term
from osce_news.normalize import rejected


class PendingPage:
    """A page of the list, or an article, until all of its records have come through the item pipelines.

    Each record ends in `add` or in `drop`. `stored` is a future that is done when the page is stored; its
    exception is why it was not.
    """

    def __init__(self, page: Listing | ArticleItem, facts: PageFacts | None = None) -> None:
        """`facts` tell the traversal what a page of the list shows."""
        self.page, self.facts = page, facts
        self.stored: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        records: Sequence[object] = page.records if isinstance(page, Listing) else [page]
        self._positions = {id(record): position for position, record in enumerate(records)}
        self._left = len(records)
        if isinstance(page, Listing):
            self._printed, page.records = page.records, []

    @property
    def is_complete(self) -> bool:
        """Whether all records have come through."""
        return self._left == 0

    def add(self, item: object) -> None:
        """Take a record as it came out of the pipelines: the item that was yielded, or what became of it."""
        self._left -= 1
        if isinstance(self.page, Listing):
            self.page.records.append(_as_record(item))

    def drop(self, item: object, reason: str) -> None:
        """Set a record aside that a pipeline dropped; `item` is the one that was yielded."""
        self._left -= 1
        if isinstance(self.page, Listing):
            position = self._positions[id(item)]
            self.page.rejected.append(rejected(self._printed[position], position, reason, self.page.url))


def _as_record(item: object) -> NewsItem:
    """Return the record of an item of any kind that itemadapter knows."""
    if isinstance(item, NewsItem):
        return item
    columns = NewsItem.__dataclass_fields__
    values = {name: value for name, value in ItemAdapter(item).items() if name in columns}
    for name in ("offices", "topics", "dateline_places"):
        terms = (ItemAdapter(term).asdict() for term in values.get(name, ()))
        values[name] = tuple(Term(**term) for term in terms)
    return NewsItem(**values)
