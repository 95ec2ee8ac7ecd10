"""One crawl: the run that reads the list and, with `articles`, the run that reads the items' own pages."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from osce_news.crawl.articles_run import ArticlesRun
from osce_news.crawl.crawl_run import CrawlRun
from osce_news.crawl.list_run import ListRun
from osce_news.crawl.options import CrawlOptions
from osce_news.crawl.pagers import PageFacts
from osce_news.crawl.pipelines import PendingPage
from osce_news.crawl.search_run import SearchRun
from osce_news.errors import OsceNewsError, PartialError
from osce_news.items import ArticleItem, Listing
from osce_news.search_query import SEARCH_URL
from osce_news.storage import Summary, Writer

# Called after each stored page with the run's summary, the expected number of pages or articles (None if
# unknown), and for articles the seconds left.
Progress = Callable[[Summary, int | None, float | None], object]


class Crawl:
    """One or two runs that share the open database; `run` is the present one."""

    def __init__(
        self, options: CrawlOptions, progress: Progress = lambda summary, total, left_s: None
    ) -> None:
        self.options = options
        self.progress = progress
        self.list_run: ListRun | None = None
        self.articles_run: ArticlesRun | None = None
        self.pending: PendingPage | None = None  # the page whose records are in the item pipelines
        self._writer: Writer | None = None
        self._early_error: OsceNewsError | None = None  # an error before a run began

    @property
    def run(self) -> CrawlRun | None:
        """The present run, or the last one; None before the first."""
        return self.articles_run or self.list_run

    @property
    def is_open(self) -> bool:
        """Whether the database is open."""
        return self._writer is not None

    def open(self) -> Writer:
        """Open and lock the database; raises the errors of `Writer`, LockedError without a wait."""
        self._writer = Writer(self.options.db, wait_s=0)
        return self._writer

    def begin_list_run(self) -> ListRun:
        """Begin the run that reads the list; raises what `open` raises."""
        if self.list_run is None:
            kind = SearchRun if self.options.source == "search" else ListRun
            self.list_run = kind(self._writer or self.open(), self.options)
        return self.list_run

    def use_key(self, key: str, base: str | None) -> CrawlOptions:
        """Return the options with the key that the site gives, and its address unless another was given."""
        url = base if base and self.options.search_url == SEARCH_URL else self.options.search_url
        self.options = replace(self.options, search_key=key, search_url=url)
        return self.options

    def begin_articles_run(self) -> ArticlesRun | None:
        """End the run of the list, and begin that of the articles; raises what `open` raises.

        Returns None if articles were not requested, or if the list could not be read to its end.
        """
        if self.list_run is not None:
            if not self.options.articles or self.list_run.error is not None or self.list_run.interrupted:
                return None
            self.list_run.finish()
            if not isinstance(self.list_run.error, PartialError | None):
                return None
        self.articles_run = ArticlesRun(self._writer or self.open(), self.options)
        return self.articles_run

    def begin_page(self, page: Listing | ArticleItem, facts: PageFacts | None = None) -> PendingPage:
        """Return a pending page. The storage pipeline completes it; a page without records is stored now."""
        self.pending = pending = PendingPage(page, facts)
        if pending.is_complete:
            self.store(pending)
        return pending

    def store(self, pending: PendingPage) -> None:
        """Store a complete page, and set the result of `pending.stored`."""
        self.pending = None
        try:
            page = pending.page
            if isinstance(page, Listing) and self.list_run is not None and pending.facts is not None:
                self.list_run.store(page, pending.facts)
            elif isinstance(page, ArticleItem) and self.articles_run is not None:
                self.articles_run.store(page)
        except Exception as error:
            pending.stored.set_exception(error)
        else:
            pending.stored.set_result(None)

    def in_period(self, published: str | None) -> bool:
        """Whether a date is in the period of the options; true for a missing date."""
        return self.list_run is None or self.list_run.run.in_period(published)

    def close(self) -> None:
        """End the present run and close the database, if they are open."""
        if self._writer is None:
            return
        try:
            if self.run is not None:
                self.run.finish()
        finally:
            self._writer.close()
            self._writer = None

    def fail(self, error: OsceNewsError) -> None:
        """Set the error that ended the present run; only the first one counts."""
        if self.run is None:
            self._early_error = self._early_error or error
        else:
            self.run.fail(error)

    @property
    def error(self) -> OsceNewsError | None:
        """The error that counts: one that is not partial, else the list's; None without errors."""
        errors = [run.error for run in (self.articles_run, self.list_run) if run and run.error]
        worst = [error for error in errors if not isinstance(error, PartialError)]
        return next(iter([*worst, *reversed(errors)]), self._early_error)

    @property
    def interrupted(self) -> bool:
        """Whether the crawl was stopped by a signal."""
        return self.run is not None and self.run.interrupted

    @property
    def hint(self) -> str | None:
        """A hint for the user about what to do next; None if there is none."""
        return self.list_run.hint if self.list_run is not None else None

    @property
    def summary(self) -> Summary:
        """The counters of the list's run, with those of the articles added."""
        runs = [run.summary for run in (self.list_run, self.articles_run) if run is not None]
        if not runs:
            return Summary(0, "full", database=str(self.options.db))
        return runs[0] if len(runs) == 1 else _with_articles(*runs)


def _with_articles(list_summary: Summary, articles: Summary) -> Summary:
    """Return one summary of both runs, with the number and the mode of the list run."""
    both = replace(list_summary)
    both.add(articles)
    both.articles_left = articles.articles_left
    gaps = [gap for gap in (list_summary.smallest_gap_s, articles.smallest_gap_s) if gap is not None]
    both.smallest_gap_s = min(gaps, default=None)
    if articles.status != "complete":
        both.status, both.message = articles.status, articles.message
    return both
