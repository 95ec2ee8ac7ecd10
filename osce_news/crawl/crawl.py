"""One crawl: a run for each list and, with `articles`, the run that reads the items' own pages."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

from osce_news.crawl.crawl_run import ArticlesRun, CrawlRun
from osce_news.crawl.list_run import ListRun, SearchRun
from osce_news.crawl.options import CrawlOptions
from osce_news.crawl.pipelines import PendingPage
from osce_news.errors import LayoutError, NetworkError, OsceNewsError, PartialError
from osce_news.search_query import SEARCH_URL
from osce_news.storage import Summary, Writer
from osce_news.storage.database import storage_errors

# Called after each stored page with the run's summary, the expected number of pages or articles (None if
# unknown), and for articles the seconds left.
Progress = Callable[[Summary, int | None, float | None], object]


class Crawl:
    """The runs of a crawl, one after another; they share the open database."""

    def __init__(
        self, options: CrawlOptions, progress: Progress = lambda summary, total, left_s: None
    ) -> None:
        self.options = options
        self.progress = progress
        self.runs: list[CrawlRun] = []  # so far, in order
        self.interrupted = False  # by a signal
        self.pending: PendingPage | None = None  # the last page whose records went to the item pipelines
        self._writer: Writer | None = None
        self._own_error: OsceNewsError | None = None  # an error before a run began

    @property
    def run(self) -> CrawlRun | None:
        """The present run, or the last one."""
        return self.runs[-1] if self.runs else None

    @property
    def list_runs(self) -> list[ListRun]:
        """The runs that read a list."""
        return [run for run in self.runs if isinstance(run, ListRun)]

    @property
    def list_run(self) -> ListRun | None:
        """The run of the present list, or of the last one."""
        return next((run for run in reversed(self.runs) if isinstance(run, ListRun)), None)

    @property
    def is_open(self) -> bool:
        """Whether the database is open."""
        return self._writer is not None

    def open(self) -> Writer:
        """Open and lock the database; raises the errors of `Writer`, LockedError without a wait."""
        self._writer = Writer(self.options.db, wait_s=0)
        return self._writer

    def next_list_run(self) -> ListRun | None:
        """End the run of the present list, if any, and begin that of the next; raises what `open` raises.

        Returns None after the last list, and if the crawl must end.
        """
        if (last := self.list_run) is not None:
            if not last.interrupted and not _ends_the_crawl(last.error):
                last.finish()  # this may find the error of a partial run, or that its end can't be written
            if last.interrupted or _ends_the_crawl(last.error):
                return None
        lists = self.options.each_list()[len(self.list_runs) :]
        if not lists:
            return None
        kind = SearchRun if self.options.source == "search" else ListRun
        with storage_errors(self.options.db):
            run = kind(self._writer or self.open(), lists[0])
        self.runs.append(run)
        return run

    def use_key(self, key: str, base: str | None) -> CrawlOptions:
        """Return the options with the key that the site gives, and its address unless another was given."""
        url = base if base and self.options.search_url == SEARCH_URL else self.options.search_url
        self.options = replace(self.options, search_key=key, search_url=url)
        return self.options

    def begin_articles_run(self) -> ArticlesRun | None:
        """Begin the run of the articles; raises what `open` raises.

        Returns None if articles were not requested, or if no list could be read.
        """
        errors = [run.error for run in self.list_runs]
        is_read = not errors or any(isinstance(error, PartialError | None) for error in errors)
        must_end = self.interrupted or any(map(_ends_the_crawl, [*errors, self._own_error]))
        if must_end or not is_read or not self.options.articles:
            return None
        with storage_errors(self.options.db):
            run = ArticlesRun(self._writer or self.open(), self.options)
        self.runs.append(run)
        return run

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
        """Set the error that ended the present run, or that prevented the next.

        Of several that prevented a run, the first one counts; `CrawlRun.fail` says which of a run counts.
        """
        if self.run is None or self.run.has_ended:
            self._own_error = self._own_error or error
        else:
            self.run.fail(error)

    @property
    def error(self) -> OsceNewsError | None:
        """The error that counts: the first that is not partial, else the first; None without errors."""
        errors = [error for error in (*(run.error for run in self.runs), self._own_error) if error]
        worst = [error for error in errors if not isinstance(error, PartialError)]
        return next(iter([*worst, *errors]), None)

    @property
    def hint(self) -> str | None:
        """A hint for the user about what to do next; None if there is none."""
        return next((run.hint for run in self.list_runs if run.hint and run.error is None), None)

    @property
    def summary(self) -> Summary:
        """The counters of all runs, and the mode of the first; the status is the worst.

        The number is that of the run with this status, or of the first if all are complete.
        """
        if not self.runs:
            return Summary(0, "full", database=str(self.options.db))
        first, *others = (run.summary for run in self.runs)
        total = replace(first)
        for summary in others:
            total.add(summary)
        gaps = [run.summary.smallest_gap_s for run in self.runs if run.summary.smallest_gap_s is not None]
        total.smallest_gap_s = min(gaps, default=None)
        last = self.runs[-1]
        worst = next((run for run in self.runs if run.error and run.error is self.error), last)
        worst = last if last.interrupted else worst
        total.status, total.message = worst.summary.status, worst.summary.message
        if total.status != "complete":
            total.run = worst.summary.run
        if self._own_error is not None and self._own_error is self.error:
            total.status, total.message = "failed", str(self.error)
        return total


def _ends_the_crawl(error: OsceNewsError | None) -> bool:
    """Whether no other list is read after this error; other errors are about one list or its host."""
    return not isinstance(error, PartialError | LayoutError | NetworkError | None)
