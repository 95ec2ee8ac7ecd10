"""The run that reads items' own pages."""

from __future__ import annotations

from osce_news.checks.article_checks import ArticleChecks
from osce_news.clock import utc_now
from osce_news.crawl.crawl_run import CrawlRun
from osce_news.crawl.options import CrawlOptions
from osce_news.errors import PartialError
from osce_news.items import ArticleItem
from osce_news.storage import Writer, article_queue


class ArticlesRun(CrawlRun):
    """Reads the articles that are due when it begins, up to the number that the options allow."""

    source = "page"

    def __init__(self, writer: Writer, options: CrawlOptions) -> None:
        """Begin the run; raises StorageError."""
        queue = article_queue.due_articles(writer.connection, utc_now(), options.lists)
        super().__init__(writer, options, "articles")
        self.request_pages(queue[: options.max_articles])
        self._over_limit = len(queue) - self.total
        self._failures = 0
        self._first_failure = ""
        self.checks = ArticleChecks(*article_queue.count_layouts(writer.connection), accept=options.accept)
        self.summary.articles_left = len(queue)

    def store_answer(self, answer: ArticleItem) -> None:
        """As `CrawlRun.store_answer`, and count the failures and what is left."""
        self.summary.articles_left = self.remaining - 1 + self._over_limit
        if answer.status == "failed":
            self._failures += 1
            self._first_failure = self._first_failure or f"{answer.url}: {answer.reason}"
        super().store_answer(answer)

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
