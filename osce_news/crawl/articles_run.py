"""The run that reads items' own pages."""

from __future__ import annotations

from collections import deque

from osce_news.checks.article_checks import ArticleChecks
from osce_news.clock import utc_now
from osce_news.crawl.crawl_run import CrawlRun
from osce_news.crawl.options import CrawlOptions
from osce_news.errors import PartialError
from osce_news.events import PageStored
from osce_news.items import ArticleItem
from osce_news.storage import Writer, article_queue
from osce_news.storage.article_queue import AGE, Due


class ArticlesRun(CrawlRun):
    """Reads the articles that are due when it begins, up to the number that the options allow."""

    source = "page"

    def __init__(self, writer: Writer, options: CrawlOptions) -> None:
        """Begin the run; raises StorageError."""
        queue = article_queue.due_articles(writer.connection, utc_now(), options.lists or [options.start_url])
        super().__init__(writer, options, "articles")
        self._queue = deque(queue[: options.max_articles])
        self._over_limit = len(queue) - len(self._queue)
        self._failures = 0
        self._first_failure = ""
        self.total = len(self._queue)
        self.checks = ArticleChecks(*article_queue.count_layouts(writer.connection), accept=options.accept)
        self.summary.articles_left = len(queue)

    @property
    def remaining(self) -> int:
        """How many articles are still to be requested in this run."""
        return len(self._queue)

    def next_due(self) -> Due | None:
        """Return the item whose page is requested next, until `store` is called; None at the end."""
        return self._queue[0] if self._queue else None

    def validators(self, due: Due) -> tuple[str | None, str | None]:
        """Return the ETag and Last-Modified for a conditional request; both None if the page must be read."""
        if due.rank != AGE:
            return None, None
        return article_queue.validators(self.run.writer.connection, due.item_id)

    def store(self, answer: ArticleItem) -> None:
        """Store the response for the next item, and remove the item from the queue; raises StorageError."""
        self._queue.popleft()
        self.summary.articles_left = self.remaining + self._over_limit
        if answer.status == "failed":
            self._failures += 1
            self._first_failure = self._first_failure or f"{answer.url}: {answer.reason}"
        event = PageStored(
            url=answer.url,
            fetched_at=answer.fetched_at,
            kind="article",
            cost=self.run.cost(),
            item_id=answer.item_id,
            status=answer.status,
            http_status=answer.http_status,
            reason=answer.reason,
        )
        self.run.store_article(event, answer)

    def finish(self) -> None:
        """End the run; it is partial if articles could not be fetched."""
        if self._failures and self.error is None and not self.interrupted:
            self.fail(
                PartialError(
                    f"articles that could not be fetched: {self._failures}; the first: {self._first_failure}"
                    "; the next run requests them again"
                )
            )
        super().finish()
