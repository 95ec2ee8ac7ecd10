"""The base of the runs that request items' own pages: a queue of items, and the answers."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from osce_news.checks.article_checks import ArticleChecks
from osce_news.crawl.crawl_run import CrawlRun
from osce_news.errors import OsceNewsError
from osce_news.events import PageStored
from osce_news.items import ArticleItem
from osce_news.storage import article_queue
from osce_news.storage.article_queue import AGE, Due


class ItemPagesRun(CrawlRun):
    """Base class of ListRun and ArticlesRun; `total` is the number of items ever in the queue."""

    checks: ArticleChecks
    total = 0
    _queue: Sequence[Due] = ()

    def request_pages(self, queue: Iterable[Due]) -> None:
        """Set the items whose pages are requested."""
        self._queue = tuple(queue)
        self.total = len(self._queue)

    @property
    def remaining(self) -> int:
        """How many pages are still to be requested in this run."""
        return len(self._queue)

    def next_due(self) -> Due | None:
        """Return the item whose page is requested next, until `store_answer` is called; None at the end."""
        return self._queue[0] if self._queue else None

    def article_validators(self, due: Due) -> tuple[str | None, str | None]:
        """Return the ETag and Last-Modified for a conditional request; both None if the page must be read."""
        if due.rank != AGE:
            return None, None
        return article_queue.validators(self.run.writer.connection, due.item_id)

    def store_answer(self, answer: ArticleItem) -> None:
        """Store the response for the next item, and remove the item from the queue; raises StorageError."""
        self._queue = self._queue[1:]
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

    def stop_requests(self, error: OsceNewsError) -> None:
        """Request no more pages, because of this error."""
        self._queue = ()
        self.fail(error)
