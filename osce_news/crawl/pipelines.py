"""The item pipelines: each one step on the way from what a page prints to what is stored.

Articles pass through to the last of them: they are read whole by their page object.
"""

from __future__ import annotations

import dataclasses
import logging
from typing import TYPE_CHECKING, Self, TypeVar

from osce_news.items import ArticleItem, Listing, NewsItem, Rejected
from osce_news.normalize import record
from osce_news.storage import NOT_MODIFIED

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

    from osce_news.crawl.spiders.newsroom import NewsroomSpider

logger = logging.getLogger(__name__)

Item = TypeVar("Item", Listing, ArticleItem)

MOST_NAMES = 100  # behind one label; the most seen is seven


class _StepPipeline:
    """Applies one step of the normalising to each record of a page."""

    @staticmethod
    def step(item: NewsItem) -> None:
        raise NotImplementedError

    def process_item(self, item: Item) -> Item:
        if isinstance(item, ArticleItem):
            return item
        for news_item in item.records:
            self.step(news_item)
        return item


class IdentityPipeline(_StepPipeline):
    """Tells which item each record is."""

    step = staticmethod(record.set_identity)


class TextPipeline(_StepPipeline):
    """Cleans titles and teasers."""

    step = staticmethod(record.set_text)


class DatePipeline(_StepPipeline):
    """Reads the publishing dates."""

    step = staticmethod(record.set_date)


class ContentTypePipeline(_StepPipeline):
    """Finds the content types."""

    step = staticmethod(record.set_content_type)


class OfficesPipeline(_StepPipeline):
    """Splits and finds the offices."""

    step = staticmethod(record.set_offices)


class TopicsPipeline(_StepPipeline):
    """Splits and finds the topics."""

    step = staticmethod(record.set_topics)


class LanguagePipeline(_StepPipeline):
    """Tells the language of each record."""

    step = staticmethod(record.set_language)


class DatelinePipeline(_StepPipeline):
    """Reads places and date out of the teasers; needs the cleaned teaser."""

    step = staticmethod(record.set_dateline)


class ValidatePipeline:
    """Sets records aside that can't be items, each with its reason; the page goes on."""

    def process_item(self, item: Item) -> Item:
        if isinstance(item, ArticleItem):
            return item
        kept = []
        for position, news_item in enumerate(item.records):
            reason = _fault(news_item)
            if reason is None:
                kept.append(news_item)
                continue
            logger.warning("%s: record %d set aside: %s", item.url, position, reason)
            raw = {name: value for name, value in dataclasses.asdict(news_item).items() if "raw" in name}
            item.rejected.append(Rejected(position, reason, raw))
        item.records = kept
        return item


class PeriodPipeline:
    """Leaves out what was published before `--since` or after `--until`; keeps what has no date."""

    def __init__(self, since: str | None, until: str | None) -> None:
        self.since = since
        self.until = until

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> PeriodPipeline:
        options = _spider(crawler).options
        return cls(options.since, options.until)

    def process_item(self, item: Item) -> Item:
        if isinstance(item, ArticleItem):
            return item
        item.records = [one for one in item.records if self._wanted(one.published)]
        return item

    def _wanted(self, published: str | None) -> bool:
        if published is None:
            return True
        return (self.since is None or published >= self.since) and (
            self.until is None or published <= self.until
        )


class _CrawlPipeline:
    """A step that needs the crawl's run."""

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> Self:
        return cls(crawler)


class GatePipeline(_CrawlPipeline):
    """Lets no page through that can't be right, by what the database knows; raises LayoutError."""

    def process_item(self, item: Item) -> Item:
        if isinstance(item, ArticleItem):
            return item
        if item.status != NOT_MODIFIED:
            _spider(self.crawler).run.check(item)
        return item


class StoragePipeline(_CrawlPipeline):
    """Writes each page into the database, one of the list or an item's own, in one transaction.

    The spider closes the run, for it is told how the crawl ended and a pipeline is not.
    """

    def open_spider(self) -> None:
        run = _spider(self.crawler).run
        if not run.opened:
            run.open()
        run.record(str(self.crawler.settings["USER_AGENT"]))

    def process_item(self, item: Item) -> Item:
        _spider(self.crawler).store(item)
        return item


PREPARING: tuple[_StepPipeline | ValidatePipeline, ...] = (
    IdentityPipeline(),
    TextPipeline(),
    DatePipeline(),
    ContentTypePipeline(),
    OfficesPipeline(),
    TopicsPipeline(),
    LanguagePipeline(),
    DatelinePipeline(),
    ValidatePipeline(),
)


def _fault(item: NewsItem) -> str | None:
    """Return why the record can't be stored, or None."""
    if not item.title:
        return "a title without a visible character"
    for name, terms in (("offices", item.offices), ("topics", item.topics)):
        if len(terms) > MOST_NAMES:
            return f"{len(terms)} {name} (at most {MOST_NAMES} are believed)"
    return None


def _spider(crawler: Crawler) -> NewsroomSpider:
    from osce_news.crawl.spiders.newsroom import NewsroomSpider

    assert isinstance(crawler.spider, NewsroomSpider)
    return crawler.spider
