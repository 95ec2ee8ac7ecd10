"""The item pipelines: one normalises each record, one stores the records of a page together."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from typing import TYPE_CHECKING, Any, Self

from itemadapter import ItemAdapter
from scrapy import signals
from scrapy.exceptions import DropItem

from osce_news.crawl.pagers import PageFacts
from osce_news.items import ArticleItem, Listing, NewsItem, Term
from osce_news.normalize import normalized_values, reason_to_reject, rejected

if TYPE_CHECKING:
    from scrapy.crawler import Crawler
    from twisted.python.failure import Failure

    from osce_news.crawl.crawl import Crawl


class NormalizePipeline:
    """Sets the normalised fields of a record: identity, dates, offices, topics, type, language, dateline.

    Records that can't be stored, such as one without a title, are dropped. Articles pass: their page object
    has read them whole.
    """

    def process_item(self, item: Any) -> Any:
        """Return the record with its normalised fields; raises DropItem if it can't be stored."""
        if isinstance(item, ArticleItem):
            return item
        record = ItemAdapter(item)
        for name, value in normalized_values(record).items():
            record[name] = value
        reason = reason_to_reject(record["title"], record["offices"], record["topics"])
        if reason is not None:
            raise DropItem(reason)
        return item


class StoragePipeline:
    """Stores the records of each page in one transaction, when all of them have come through.

    The page is checked first; if it fails, none of its records is stored. A record that another pipeline
    dropped is set aside in the table `quarantine`, with the reason. Pages of `scrapy parse` are not stored:
    they belong to no crawl.
    """

    def __init__(self, crawl: Crawl) -> None:
        self.crawl = crawl
        self._exported: set[int] = set()

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Return the pipeline for the crawl in the settings, and let it know of records that are dropped."""
        pipeline = cls(crawler.settings["OSCE_NEWS_CRAWL"])
        crawler.signals.connect(pipeline.item_dropped, signals.item_dropped)
        crawler.signals.connect(pipeline.item_error, signals.item_error)
        return pipeline

    def process_item(self, item: Any) -> Any:
        """Return the item after taking it for storage.

        Raises DropItem for what feeds should not have: a record outside of the period, one that an
        overlapping page has shown before, and an article among the records of the list.
        """
        if (page := self.crawl.pending) is None:
            return item
        page.add(item)
        self._store_if_complete()
        self._drop_from_feeds(item)
        return item

    def item_dropped(self, item: Any, exception: DropItem) -> None:
        """Set a record aside that another pipeline dropped."""
        if (page := self.crawl.pending) is not None and not isinstance(exception, NotExportedError):
            page.drop(item, str(exception))
            self._store_if_complete()

    def item_error(self, failure: Failure) -> None:
        """Give the page up if a pipeline fails: none of its records is stored."""
        if (page := self.crawl.pending) is not None:
            self.crawl.pending = None
            page.stored.set_exception(failure.value or RuntimeError(str(failure)))

    def _store_if_complete(self) -> None:
        page = self.crawl.pending
        if page is not None and page.is_complete:
            self.crawl.store(page)

    def _drop_from_feeds(self, item: Any) -> None:
        if isinstance(item, ArticleItem):
            if self.crawl.list_run is not None:
                raise NotExportedError("articles are exported by `scrapy crawl articles`")
            return
        if not self.crawl.in_period(ItemAdapter(item)["published"]):
            raise NotExportedError("published outside of the period")
        values = hash(repr(item))
        if values in self._exported:
            raise NotExportedError("shown on an earlier page")
        self._exported.add(values)


class PendingPage:
    """A page of the list, or an article, until all of its records have come through the item pipelines.

    Each record ends in `add` or in `drop`. `stored` is a future that is done when the page is stored; its
    exception is why it was not.
    """

    def __init__(self, page: Listing | ArticleItem, facts: PageFacts | None = None) -> None:
        """`facts` are what the traversal needs to know about a page of the list."""
        self.page, self.facts = page, facts
        self.stored: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        records: Sequence[object] = page.records if isinstance(page, Listing) else [page]
        self._positions = {id(record): position for position, record in enumerate(records)}
        self._done = 0  # records that have come through: they come one by one, in order
        if isinstance(page, Listing):
            self._printed, page.records = page.records, []

    @property
    def is_complete(self) -> bool:
        """Whether all records have come through."""
        return self._done == len(self._positions)

    def add(self, item: object) -> None:
        """Take a record from the pipelines: the yielded item, or the one that replaced it."""
        self._done += 1
        if isinstance(self.page, Listing):
            self.page.records.append(_as_record(item))

    def drop(self, item: object, reason: str) -> None:
        """Set a record aside that a pipeline dropped; `item` is the one that was yielded.

        Does nothing if it was dropped after it was added.
        """
        position = self._positions[id(item)]
        if position < self._done:
            return
        self._done += 1
        if isinstance(self.page, Listing):
            self.page.rejected.append(rejected(self._printed[position], position, reason, self.page.url))


class NotExportedError(DropItem):
    """The record was taken for storage, but feeds should not have it."""


def _as_record(item: object) -> NewsItem:
    """Return the record of an item of any kind that itemadapter knows."""
    if isinstance(item, NewsItem):
        return item
    columns = NewsItem.__dataclass_fields__
    values = {name: value for name, value in ItemAdapter(item).items() if name in columns}
    for name in ("offices", "topics", "dateline_places"):
        terms = (ItemAdapter(term).asdict() for term in values.get(name) or ())
        values[name] = tuple(Term(**term) for term in terms)
    return NewsItem(**values)
