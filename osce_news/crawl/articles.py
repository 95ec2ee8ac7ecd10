"""The articles' part of a crawl: which page is next, what is stored, how many are left."""

from __future__ import annotations

from collections import deque
from collections.abc import Callable

from osce_news.checks.articles import ArticleChecks
from osce_news.clock import utc_now
from osce_news.crawl.options import CrawlOptions
from osce_news.errors import OsceNewsError, PartialError
from osce_news.items import ArticleItem
from osce_news.pages.article_generic import NAME as BY_EXTRACTOR
from osce_news.storage import Writer, article_queue
from osce_news.storage.article_queue import AGE, Due
from osce_news.storage.refresh import old_enough
from osce_news.urls import same_site


class Articles:
    """The queue of items' pages that are due, within the run's budget; told once, when it begins."""

    def __init__(self, writer: Writer, options: CrawlOptions) -> None:
        self._writer = writer
        now = utc_now()
        queue = article_queue.due(
            writer.connection,
            writer.summary.run,
            lambda first, last: old_enough(first, last, now),
            lambda url: same_site(url, options.start_url),
        )
        most = len(queue) if options.max_articles is None else options.max_articles
        self._queue = deque(queue[:most])
        self._beyond = len(queue) - len(self._queue)
        self.total = len(self._queue)
        self.done = 0
        self._failures = 0
        self._first_failure = ""
        known, others = article_queue.layouts(writer.connection, BY_EXTRACTOR)
        self.checks = ArticleChecks(known, others, accept=options.accept)
        self._note_left()

    @property
    def left(self) -> int:
        """How many are still to be asked for in this run."""
        return len(self._queue)

    def next(self) -> Due | None:
        """Return the item whose page is to be asked for next; None at the end."""
        return self._queue[0] if self._queue else None

    def validators(self, due: Due) -> tuple[str | None, str | None]:
        """Return ETag and Last-Modified with which to ask; both None where the page has to be read."""
        if due.rank != AGE:
            return None, None
        return article_queue.validators(self._writer.connection, due.item_id)

    def store(self, answer: ArticleItem, before: Callable[[], None] = lambda: None) -> None:
        """Store the answer for the next item, which is then done; raises StorageError.

        `before` is called a moment before, with the summary as it is stored.
        """
        self._queue.popleft()
        self._note_left()
        before()
        self._writer.store_article(answer)
        self.done += 1
        if answer.status == "failed":
            self._failures += 1
            self._first_failure = self._first_failure or f"{answer.url}: {answer.reason}"

    def error(self) -> OsceNewsError | None:
        """Return what a run has to say of articles that could not be had; None if all could."""
        if not self._failures:
            return None
        return PartialError(
            f"articles that could not be had: {self._failures}, the first of them {self._first_failure}; "
            "the next run asks for them again"
        )

    def _note_left(self) -> None:
        self._writer.summary.articles_left = self.left + self._beyond
