"""One crawl as seen from the outside: what it goes on with, what is stored, what failed, how it ended."""

from __future__ import annotations

import dataclasses
import json
import logging
import sqlite3
from pathlib import Path

from osce_news import checks
from osce_news.archive.recorder import Recorder
from osce_news.clock import utc_now
from osce_news.crawl.articles import Articles
from osce_news.crawl.options import CrawlOptions
from osce_news.crawl.pagers import PageFacts
from osce_news.crawl.stats import RequestStats
from osce_news.crawl.traversal import Traversal
from osce_news.errors import NetworkError, OsceNewsError, PartialError, RefusedError, StorageError
from osce_news.items import ArticleItem, Listing
from osce_news.normalize import rules
from osce_news.storage import Stored, Summary, Writer, crawls
from osce_news.storage.ingest import identifiers

logger = logging.getLogger(__name__)


class CrawlRun:
    """The run of a crawl; holds the writer, the traversal, and the first error that ended it."""

    def __init__(self, options: CrawlOptions) -> None:
        self.options = options
        self.traversal = Traversal(options)
        self.error: OsceNewsError | None = None
        self.interrupted = False
        self.hint: str | None = None  # what the person may want to do next
        self.recording: Recorder | None = None
        self.articles: Articles | None = None  # when the list is read and articles are
        self._writer: Writer | None = None
        self._unsettled: str | None = None
        self._told_history = False
        self._before = crawls.ArchivedRuns()
        self._continues: crawls.UnfinishedRun | None = None

    @property
    def summary(self) -> Summary:
        """The run's summary so far."""
        return self._writer.summary if self._writer else Summary(0, "full", database=str(self.options.db))

    @property
    def opened(self) -> bool:
        """Whether the run got as far as the database."""
        return self._writer is not None

    @property
    def _connection(self) -> sqlite3.Connection:
        assert self._writer is not None, "pages come after open()"
        return self._writer.connection

    def open(self) -> None:
        """Open the database and begin the run: full, incremental, or where an unfinished one stood.

        Raises what `Writer` raises; LockedError at once if another process writes.
        """
        writer = Writer(self.options.db, wait_s=0)
        self._writer = writer
        name, url = self.options.run_name, self.options.start_url
        unfinished = crawls.unfinished(self._connection, name)
        never_whole = crawls.last_complete(self._connection, self.options.list_name) is None
        empty = self._connection.execute("SELECT 1 FROM items LIMIT 1").fetchone() is None
        full = self.options.full or empty or (unfinished is not None and never_whole)
        if not full or self.options.limited or self.options.restart:
            unfinished = None
        if not full:
            self._unsettled = crawls.unsettled_since(self._connection, name)
            self.traversal = Traversal(self.options, overlap=self.options.overlap)
        if unfinished is not None:
            self.traversal.resume(unfinished.position, unfinished.listed)
            logger.info("going on with run %d, behind result %d", unfinished.run, unfinished.position["end"])
        self._before, self._continues = crawls.recorded(self._connection), unfinished
        writer.begin("full" if full else "incremental", url, list_name=name, continues=unfinished)
        if never_whole and (not full or self.options.limited) and self.options.whole_list:
            self.hint = "this list was never read to its end: `osce-news crawl --full` does that"

    def record(self, user_agent: str) -> None:
        """Open the archive, if one is asked for; when it can't be written, that ends the run."""
        if self.options.archive is None or self._writer is None or self.recording is not None:
            return
        try:
            recording = Recorder(self.options.archive, self.summary.run, user_agent)
            self._writer.note_archive(recording.name)
            recording.begins(
                self.options,
                self.summary,
                self._writer.started,
                continues=self._continues,
                before=self._before,
                rules=rules(),
            )
            self.recording = recording
        except StorageError as error:
            self.fail(error)

    @property
    def archived_in(self) -> Path | None:
        """The file that holds the page which was answered last; None if the run is not recorded."""
        return self.recording.path if self.recording else None

    def validators(self, url: str) -> crawls.Validators | None:
        """Return what to ask with whether a page has changed; None if it has to be read."""
        if self.traversal.overlap is None or self.options.limited or self._unsettled is not None:
            return None
        return crawls.validators(self._connection, url, rules())

    def check(self, page: Listing) -> None:
        """Compare a page with what the database knows; raises LayoutError if it can't be right."""
        if self.options.accept:
            return
        too_short = checks.check_page(
            self._connection, page, start_url=self.options.start_url, whole_list=self.options.whole_list
        )
        if too_short and not self._told_history:
            self._told_history = True
            logger.info("%s", too_short)

    def store(self, page: Listing, reading: PageFacts, cost: RequestStats) -> None:
        """Store a page, what it cost, and where the traversal goes on; raises StorageError."""
        assert self._writer is not None, "pages come after open()"

        def position(stored: Stored) -> str | None:
            news = stored.new + stored.changed + fresh
            self.traversal.read(dataclasses.replace(reading, has_news=bool(news)))
            if not self.traversal.accepted:  # a later traversal must not take it for a part of what was read
                page.listed = []
            if self.recording is not None:
                self.recording.stored(page, self.traversal, self.summary)
            position = self.traversal.save()
            return json.dumps(position) if position else None

        self.receipt(cost)
        fresh = self._fresh(page)  # before they are seen again, by a clock that may have been set back
        self._writer.store(page, position)

    def settle(self) -> Articles | None:
        """End the list's part of the run when the traversal is over; return the articles to read, if any are.

        None are where none was asked for, and where the list could not be read to its end. Whatever becomes
        of the articles, the list counts as read. Raises StorageError.
        """
        if not self.options.articles or self.error is not None or self.interrupted:
            return None
        assert self._writer is not None, "articles come after open()"
        withdrawn = self._gone()
        status = self._status()
        if status not in ("complete", "partial"):
            return None
        if self.recording is not None:
            tells_gone = self._whole and self._tells_what_is_gone
            self.recording.list_ends(status, self.traversal, whole=self._whole, tells_gone=tells_gone)
        self._writer.settle(status, withdrawn=withdrawn, whole=self._whole)
        self.articles = Articles(self._writer, self.options)
        return self.articles

    def store_article(self, answer: ArticleItem, cost: RequestStats) -> None:
        """Store an answer for an item's page, and what it cost; raises StorageError."""
        assert self.articles is not None, "articles come after settle()"
        self.receipt(cost)
        self.articles.store(answer, lambda: self._note_answer(answer))

    def _note_answer(self, answer: ArticleItem) -> None:
        if self.recording is not None:
            self.recording.answered(answer, self.summary)

    def skip(self, error: OsceNewsError) -> None:
        """Go on without a page that can't be read, if there is a way; else note what ended the run."""
        self.traversal.skip(str(error))
        if self.traversal.url is None:
            self.fail(partial(error, self.summary.pages))
        else:
            logger.warning("%s; going on behind it", error)

    def fail(self, error: OsceNewsError) -> None:
        """Note what ended the run; the first error counts, but that the list is partial ends no run."""
        worse = isinstance(self.error, PartialError) and not isinstance(error, PartialError)
        if self.error is None or (worse and self.articles is not None):
            self.error = error

    def receipt(self, cost: RequestStats) -> None:
        """Note what the crawl cost the site so far."""
        for name in ("requests", "bytes", "retries", "back_offs"):
            setattr(self.summary, name, getattr(cost, name))
        self.summary.waited_s = round(cost.waited_s, 1)
        self.summary.smallest_gap_s = None if cost.smallest_gap_s is None else round(cost.smallest_gap_s, 3)

    def close(self) -> None:
        """End the run and close the database; harmless when it was never opened."""
        if self._writer is None:
            return
        try:
            finished = utc_now()
            withdrawn = self._gone() if self.articles is None else []
            if self.articles is not None and self.error is None and (failures := self.articles.error()):
                self.fail(failures)
            whole = self.articles is None and self._whole
            self._note_end(finished, whole=whole)
            if self.error is not None:
                withdrawn, whole = [], False
            self._writer.finish(
                self._status(), self._message(), withdrawn=withdrawn, whole=whole, finished=finished
            )
        except OsceNewsError as error:
            self.fail(error)
            self.summary.status, self.summary.message = "failed", str(self.error)
        finally:
            self._writer.close()

    def _note_end(self, finished: str, *, whole: bool) -> None:
        """Have in the archive how the run ended; that it can't be written is how it ended then."""
        if self.recording is None:
            return
        self.summary.status, self.summary.message = self._status(), self._message()
        tells_gone = whole and self._tells_what_is_gone
        try:
            self.recording.ends(self.summary, finished, self.traversal, whole=whole, tells_gone=tells_gone)
        except StorageError as error:
            self.fail(error)

    def _message(self) -> str | None:
        if self.interrupted:
            return "interrupted; what was read is stored"
        if (
            self.error is None
            and self.summary.mode == "full"
            and self.traversal.ended
            and not self.traversal.whole
        ):
            return (
                "read to the end, but pages of these sizes can't be made to overlap: what moved meanwhile "
                "may be missing, and nothing was marked as withdrawn"
            )
        return str(self.error) if self.error else None

    def _gone(self) -> list[str]:
        """Return the items that the list no longer has, if it was read whole; note what it lacks."""
        if self.error is not None or self.interrupted:
            return []
        if self.traversal.problems:
            said = "; ".join(self.traversal.problems[:3])
            self.fail(PartialError(f"{said}; what was read is stored, run the command again"))
        if self.error is not None or not self._tells_what_is_gone:
            return []
        try:
            return checks.withdrawn(
                self._connection, self.summary.run, self.traversal.list_url, accept=self.options.accept
            )
        except PartialError as error:
            self.fail(error)
            return []

    @property
    def _whole(self) -> bool:
        return self.summary.mode == "full" and self.traversal.whole and self._status() == "complete"

    @property
    def _tells_what_is_gone(self) -> bool:
        full = self.summary.mode == "full" and self.traversal.whole
        return full and not self.options.limited and self.options.whole_list

    def _fresh(self, page: Listing) -> int:
        """How many of the page's items were stored by a crawl that did not come to its end."""
        if self._unsettled is None:
            return 0
        return crawls.fresh(self._connection, identifiers(page), self._unsettled)

    def _status(self) -> str:
        if self.interrupted:
            return "interrupted"
        if self.error is None:
            return "complete"
        if isinstance(self.error, RefusedError):
            return "refused"
        if isinstance(self.error, PartialError):
            return "partial"
        return "failed"


def partial(error: OsceNewsError, pages: int) -> OsceNewsError:
    """Return the error as that of a partial run, if pages were stored before it came."""
    if pages and isinstance(error, NetworkError):
        return PartialError(f"{error}; what was read before it is stored, run the command again")
    return error
