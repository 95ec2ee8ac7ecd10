"""The run that reads the list: it resumes, stores pages, and finds withdrawn items."""

from __future__ import annotations

import logging
from dataclasses import replace

from osce_news import checks
from osce_news.crawl.crawl_run import CrawlRun, ListOutcome, as_partial
from osce_news.crawl.options import CrawlOptions
from osce_news.crawl.pagers import PageFacts
from osce_news.crawl.search_traversal import SearchTraversal
from osce_news.crawl.traversal import Traversal
from osce_news.errors import DoubtfulPageError, OsceNewsError, PartialError
from osce_news.events import PageStored
from osce_news.items import Listing
from osce_news.normalize import rules
from osce_news.storage import Validators, Writer, crawl_state
from osce_news.storage.ingest import listed_ids

logger = logging.getLogger(__name__)


class ListRun(CrawlRun):
    """Reads the whole list the first time, later only what is new; resumes a full crawl that did not end."""

    def __init__(self, writer: Writer, options: CrawlOptions) -> None:
        """Decide how to read the list, and begin the run; raises StorageError."""
        connection, name = writer.connection, options.run_name
        unfinished = crawl_state.unfinished_run(connection, name)
        never_complete = crawl_state.last_complete_run(connection, options.list_name) is None
        empty = connection.execute("SELECT 1 FROM items LIMIT 1").fetchone() is None
        # Of several lists, the first crawl reads each completely.
        unread = empty or (len(options.lists) > 1 and not crawl_state.was_read(connection, name))
        full = options.full or unread or (unfinished is not None and never_complete)
        if not full or options.is_limited or options.restart:
            unfinished = None
        # Below items that were stored since then, there may be others that were never read.
        self._gaps_since = None if full else crawl_state.incomplete_since(connection, name)
        self.traversal = self.make_traversal(options, None if full else options.overlap)
        if unfinished is not None:
            self.traversal.resume(unfinished.position, unfinished.listed)
            logger.info("resuming run %d after result %d", unfinished.run, unfinished.position["end"])
        self.hint: str | None = None
        if never_complete and (not full or options.is_limited) and options.is_whole_list:
            self.hint = "this list was never read to its end; `osce-news crawl --full` does that"
        if options.restart and not full:
            logger.warning(
                "--restart has no effect: this crawl is incremental; `--full --restart` starts over"
            )
        super().__init__(writer, options, "full" if full else "incremental", unfinished)

    def make_traversal(self, options: CrawlOptions, overlap: int | None) -> Traversal | SearchTraversal:
        """Return the traversal; it ends after `overlap` pages without news."""
        return Traversal(options, overlap=overlap)

    @property
    def headers(self) -> dict[str, str]:
        """The headers of each request, besides Scrapy's."""
        return {}

    def validators(self, url: str) -> Validators | None:
        """Return the validators for a conditional request; None if the page must be read."""
        if self.traversal.overlap is None or self.options.is_limited or self._gaps_since is not None:
            return None
        return crawl_state.validators(self.run.writer.connection, url, rules())

    def store(self, page: Listing, facts: PageFacts) -> None:
        """Check a page, store or hold it, and decide where the traversal continues.

        Raises DoubtfulPageError if so many pages are held that the site must have changed, StorageError if
        the page can't be written.
        """
        former_note = self.run.history_note
        try:
            changes = self.run.compare(page)
        except DoubtfulPageError as doubt:
            self._hold(page, facts, doubt)
            return
        if self.run.history_note != former_note:
            logger.info("%s", self.run.history_note)
        has_news = bool(changes.new or changes.changed or self._stored_with_gaps(page))
        self.run.store_page(
            self._advance(page, replace(facts, keys=page.listed, has_news=has_news)), page, changes
        )

    def _hold(self, page: Listing, facts: PageFacts, doubt: DoubtfulPageError) -> None:
        """Hold a page; raises DoubtfulPageError if too many are held."""
        self.run.hold_page(self._advance(page, replace(facts, has_news=None)), page, doubt)
        logger.warning("%s: %s; held, see `osce-news held`", page.url, doubt)
        held, pages = self.summary.held, self.summary.pages
        if checks.site_has_changed(held, pages):
            got = f"{doubt.got}, and {held} of {pages} pages are held, so the site has changed"
            hint = "`osce-news held` shows them; if they are right, run again with --accept"
            raise DoubtfulPageError(doubt.selector, expected=doubt.expected, got=f"{got}; {hint}")

    def _advance(self, page: Listing, facts: PageFacts) -> PageStored:
        """Let the traversal continue after a page, and return the event of the page."""
        self.traversal.read(facts)
        return PageStored(
            url=page.url,
            fetched_at=page.fetched_at,
            joined=self.traversal.is_joined,
            position=self.traversal.save(),
            cost=self.run.cost(),
        )

    def skip(self, error: OsceNewsError) -> None:
        """Skip a page that can't be read; end the run if the pages after it can't be reached."""
        self.traversal.skip(str(error))
        if self.traversal.url is None:
            self.fail(as_partial(error, self.summary.pages))
        else:
            logger.warning("%s; continuing after it", error)

    def list_outcome(self) -> ListOutcome:
        """Return what the run has found out about its list; sets the error that comes to light."""
        outcome = self._outcome()
        if self.summary.held and self.error is None and not self.interrupted:
            outcome = outcome._replace(list_status="complete")
            pages = "page is" if self.summary.held == 1 else "pages are"
            self.fail(
                PartialError(f"{self.summary.held} doubtful {pages} held, not stored: see `osce-news held`")
            )
        return outcome

    def _outcome(self) -> ListOutcome:
        list_url = self.traversal.list_url
        if self.error is None and not self.interrupted and self.traversal.problems:
            problems = "; ".join(self.traversal.problems[:3])
            self.fail(PartialError(f"{problems}; what was read is stored, run the command again"))
        whole = self.summary.mode == "full" and self.traversal.is_whole
        if self.error is not None or self.interrupted or not whole:
            return ListOutcome(list_url=list_url)
        if self.options.is_limited or not self.options.is_whole_list:
            return ListOutcome(whole=True, list_url=list_url)
        try:
            return ListOutcome(self.run.find_withdrawn(list_url), True, list_url)
        except PartialError as error:
            self.fail(error)
            return ListOutcome(list_url=list_url)

    @property
    def message(self) -> str | None:
        """How the run ended, in words; None if there is nothing to say."""
        is_uncertain = self.traversal.reached_end and not self.traversal.is_whole
        if self.error is None and not self.interrupted and self.summary.mode == "full" and is_uncertain:
            return (
                "read to the end, but pages of these sizes can't be made to overlap: items that moved "
                "meanwhile may be missing, and none was marked as withdrawn"
            )
        return super().message

    def _stored_with_gaps(self, page: Listing) -> int:
        """Return how many of the page's items were stored by crawls that did not reach their end."""
        if self._gaps_since is None:
            return 0
        return crawl_state.count_first_seen_since(
            self.run.writer.connection, listed_ids(page), self._gaps_since
        )
