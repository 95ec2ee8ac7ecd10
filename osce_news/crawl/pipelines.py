"""The item pipelines: one normalises records, the other stores a page; how feeds and logs show items."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from typing import TYPE_CHECKING, Any, Self

from itemadapter import ItemAdapter
from scrapy import signals
from scrapy.exceptions import DropItem
from scrapy.exporters import CsvItemExporter
from scrapy.logformatter import LogFormatter, LogFormatterResult

from osce_news.errors import OsceNewsError
from osce_news.items import ArticleItem, Listing, NewsItem, Term
from osce_news.normalize import normalized_values, quarantine, reason_to_quarantine

if TYPE_CHECKING:
    from scrapy.crawler import Crawler
    from twisted.python.failure import Failure

    from osce_news.crawl.crawl import Crawl


MAX_SILENCE_S = 600.0  # without a record; pipelines may be slow


class NormalizePipeline:
    """Sets the normalised fields of a record: identity, dates, offices, topics, type, language, dateline.

    Records that can't be stored, for example one without a title, are dropped. Articles, and items of other
    spiders, have no `url_raw` and pass unchanged.
    """

    def process_item(self, item: Any) -> Any:
        """Return the record with its normalised fields; raises DropItem if it can't be stored."""
        record = ItemAdapter(item) if ItemAdapter.is_item(item) else {}
        if "url_raw" not in record:
            return item
        for name, value in normalized_values(record).items():
            record[name] = value
        reason = reason_to_quarantine(record["title"], record["offices"], record["topics"])
        if reason is not None:
            raise DropItem(reason)
        return item


class StoragePipeline:
    """Stores the records of each page in one transaction, when all of them have passed the other pipelines.

    The page is checked first; if it fails, none of its records is stored. Records that another pipeline
    dropped go to the table `quarantine`, with the reason. A dropped article counts as one that could not be
    fetched, so a later run requests it again. Items of `scrapy parse`, and of a spider without a crawl, pass
    unchanged.
    """

    def __init__(self, crawl: Crawl | None) -> None:
        self.crawl = crawl
        self._exported: set[int] = set()

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        """Return the pipeline for the crawl of the spider; signals tell it how records end."""
        pipeline = cls(getattr(crawler.spider, "crawl", None))
        crawler.signals.connect(pipeline.item_scraped, signals.item_scraped)
        crawler.signals.connect(pipeline.item_dropped, signals.item_dropped)
        crawler.signals.connect(pipeline.item_error, signals.item_error)
        return pipeline

    def process_item(self, item: Any) -> Any:
        """Return the item after adding it to its page.

        Raises DropItem for items that feeds should not contain: records outside of the period or shown on an
        earlier page, and articles in a crawl of the list. They are stored nevertheless.
        """
        if (page := self._page) is None:
            return item
        if page.stored.done():
            raise NotExportedError("another pipeline failed for a record of this page")
        page.add(item)
        self._drop_from_feeds(item)
        return item

    def item_scraped(self) -> None:
        """Note that a record has left the last pipeline."""
        if (page := self._page) is not None:
            page.finish()

    def item_dropped(self, exception: DropItem) -> None:
        """Add a record that another pipeline dropped to the quarantined ones of its page."""
        if (page := self._page) is not None:
            page.finish(dropped=str(exception))

    def item_error(self, failure: Failure) -> None:
        """Give up the page if a pipeline fails: none of its records is stored."""
        if (page := self._page) is not None and not page.stored.done():
            page.stored.set_exception(failure.value or RuntimeError(str(failure)))

    @property
    def _page(self) -> PendingPage | None:
        """The page whose records pass; None after its last one, and if nothing is stored."""
        page = self.crawl.pending if self.crawl else None
        return None if page is None or page.is_complete else page

    def _drop_from_feeds(self, item: Any) -> None:
        run = self.crawl.list_run if self.crawl else None
        if isinstance(item, ArticleItem):
            if run is not None:
                raise NotExportedError("articles are exported by `scrapy crawl articles`")
            return
        if run is not None and not run.in_period(ItemAdapter(item)["published"]):
            raise NotExportedError("published outside of the period")
        values = hash(repr(item))
        if values in self._exported:
            raise NotExportedError("shown on an earlier page")
        self._exported.add(values)


class PendingPage:
    """A page of the list, or an article, until all of its records have passed the item pipelines.

    The spider yields `records`. Each comes to `add`, if it reaches the storage, and then to `finish`, before
    the next one. `store` is called with the page when all were added or dropped. `stored` is a future that is
    done then, or holds the exception that prevented it.
    """

    def __init__(self, page: Listing | ArticleItem, store: Callable[[Any], None]) -> None:
        self.page = page
        self.stored: asyncio.Future[None] = asyncio.get_running_loop().create_future()
        self.records: list[Any] = [page]  # as printed
        self._store = store
        self._done = self._finished = 0  # records that were added or dropped before; those that have left
        if isinstance(page, Listing):
            self.records, page.records = page.records, []

    async def wait(self) -> None:
        """Wait until the page is stored; raises what prevented it, OsceNewsError if records get lost."""
        self._store_if_complete()  # a page without records
        before = -1
        while not self.stored.done() and before != self._done:
            before = self._done
            await asyncio.wait([self.stored], timeout=MAX_SILENCE_S)
        if not self.stored.done():
            came = f"{self._done} of {len(self.records)} records came out of the item pipelines"
            raise OsceNewsError(f"{self.page.url}: {came}; does a spider middleware drop or replace others?")
        self.stored.result()

    @property
    def is_complete(self) -> bool:
        """Whether all records have passed the pipelines."""
        return self._done == len(self.records)

    def add(self, item: object) -> None:
        """Add a record: the item that the spider yielded, or the one with which a pipeline replaced it."""
        self._done += 1
        if isinstance(self.page, Listing):
            self.page.records.append(_as_record(item))
        elif isinstance(item, ArticleItem):
            self.page = item
        self._store_if_complete()

    def finish(self, dropped: str | None = None) -> None:
        """Note that a record has left the pipelines; `dropped` is the reason if one dropped it."""
        if dropped is not None and self._done == self._finished:  # before it was added
            if isinstance(self.page, Listing):
                self.page.quarantined.append(quarantine(self.records[self._done], dropped, self.page.url))
            else:
                self.page = self.page.as_failed(f"an item pipeline dropped it: {dropped}")
            self._done += 1
            self._store_if_complete()
        self._finished += 1

    def _store_if_complete(self) -> None:
        if not self.is_complete or self.stored.done():
            return
        try:
            self._store(self.page)
        except Exception as error:
            self.stored.set_exception(error)
        else:
            self.stored.set_result(None)


class NotExportedError(DropItem):
    """The record was added for storage, but feeds should not contain it."""


def _as_record(item: object) -> NewsItem:
    """Return a NewsItem made from an item of any type that itemadapter supports; raises OsceNewsError."""
    if isinstance(item, NewsItem):
        return item
    columns = NewsItem.__dataclass_fields__
    values = {name: value for name, value in ItemAdapter(item).items() if name in columns}
    if not values.get("id"):
        raise OsceNewsError(f"an item pipeline returned a record without an id: {item!r:.200}")
    for name in ("offices", "topics", "dateline_places"):
        terms = (ItemAdapter(term).asdict() for term in values.get(name) or ())
        values[name] = tuple(Term(**term) for term in terms)
    return NewsItem(**values)


class TermNamesCsvExporter(CsvItemExporter):
    """Writes offices, topics and places as their printed names."""

    def serialize_field(self, field: Any, name: str, value: Any) -> Any:
        if isinstance(value, tuple):
            value = [term.raw for term in value]
        return super().serialize_field(field, name, value)


class QuietLogFormatter(LogFormatter):
    """Does not log each item, since a page has fifty; see the table `quarantine` for those left out."""

    def scraped(self, *args: Any, **kwargs: Any) -> LogFormatterResult | None:  # type: ignore[override]
        return None

    dropped = scraped  # type: ignore[assignment]
