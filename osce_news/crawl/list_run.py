"""The runs that read the list, or the search service: they resume, store pages, and find missing items."""

from __future__ import annotations

import logging
import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import replace
from urllib.parse import urlencode

from osce_news import checks
from osce_news.checks.article_checks import ArticleChecks
from osce_news.clock import utc_now
from osce_news.crawl.crawl_run import CrawlRun
from osce_news.crawl.options import CrawlOptions
from osce_news.crawl.search_traversal import SearchTraversal
from osce_news.crawl.traversal import ListTraversal
from osce_news.errors import DoubtfulPageError, LayoutError, OsceNewsError, PartialError, command_line
from osce_news.events import PageStored, RunFinished
from osce_news.items import Listing
from osce_news.normalize import rules
from osce_news.normalize.keys import items_of
from osce_news.pages.page_facts import AnswerFacts, PageFacts
from osce_news.search_query import COLLECTION, KEY_HEADER, SearchQuery
from osce_news.storage import LastReading, Writer, crawl_state, own_pages
from osce_news.storage.own_pages import Due
from osce_news.urls import page_size, same_site, short_address

logger = logging.getLogger(__name__)

MAX_OWN_PAGES = 50  # missing items whose own pages one run requests
_FIELD = re.compile("field named `([^`]+)`")
_MOST_TYPES = 5  # in a message


class ListRun(CrawlRun):
    """Reads the whole list into an empty database, else only what is new; resumes a full crawl.

    At the end of the whole list it requests the own pages of items that the list no longer shows.
    """

    def __init__(self, writer: Writer, options: CrawlOptions) -> None:
        """Decide how to read the list, and begin the run; raises StorageError."""
        connection, name = writer.connection, options.list_with_limits
        unfinished = crawl_state.unfinished_run(connection, name)
        never_complete = not crawl_state.was_read_to_end(connection, options.list_name)
        # Below items that were stored since then, there may be others that were never read.
        gaps_since = crawl_state.incomplete_since(connection, name)
        empty = not crawl_state.has_items_before_gaps(connection, name)  # nothing at which to stop
        # Of several lists, the first crawl reads each completely.
        unread = empty or (len(options.lists) > 1 and not crawl_state.was_read(connection, name))
        full = options.full or unread or (unfinished is not None and never_complete)
        # A crawl that accepts doubtful pages begins at the top, because held pages must be read again.
        if not full or options.is_limited or options.restart or options.accept:
            unfinished = None
        self._gaps_since = None if full else gaps_since
        self.traversal = self.make_traversal(options, None if full else options.overlap)
        if unfinished is not None:
            self.traversal.resume(unfinished.position, unfinished.listed)
            logger.info("resuming run %d after result %d", unfinished.run, unfinished.position["end"])
        self.hint: str | None = None
        self.checks = ArticleChecks(0, 0, accept=True)  # fails no page
        self._is_list_complete = False  # whether the list was read to its end, or as far as intended
        self._is_emptied = False  # whether a held page says that the list is empty
        self._missing_note: str | None = None
        if never_complete and (not full or options.is_limited) and options.is_unfiltered:
            self.hint = f"no full crawl has read this list to its end; next: `{options.full_crawl}`"
        if options.restart and not full:
            logger.warning(
                "--restart has no effect: this crawl is incremental; `--full --restart` starts over"
            )
        super().__init__(writer, options, "full" if full else "incremental", unfinished)

    def make_traversal(self, options: CrawlOptions, overlap: int | None) -> ListTraversal | SearchTraversal:
        """Return the traversal; it ends after `overlap` pages without news."""
        return ListTraversal(options, overlap=overlap)

    @property
    def headers(self) -> dict[str, str]:
        """The headers of each request, besides Scrapy's."""
        return {}

    def reusable_reading(self, url: str) -> LastReading | None:
        """Return the last reading of a page, for a conditional request; None if the page must be read."""
        if self.traversal.overlap is None or self.options.is_limited or self._gaps_since is not None:
            return None
        last = crawl_state.reusable_reading(self.writer.connection, url, rules())
        # A 304 response has no pager, and no dates of documents; only pages of the requested size can do
        # without.
        return last if last is not None and len(last.listed) == page_size(url) else None

    def store(self, page: Listing, facts: PageFacts) -> None:
        """Check a page, store or hold it, and decide where the traversal continues.

        Raises DoubtfulPageError if so many pages are held that the site must have changed, StorageError if
        the page can't be written.
        """
        former_note = self.history_note
        try:
            changes = self.prepare(page)
        except DoubtfulPageError as doubt:
            self._hold(page, facts, doubt)
            return
        if self.history_note != former_note:
            logger.info("%s", self.history_note)
        # The keys are those of the page now: `prepare` may have found stored items under other addresses.
        has_news = bool(changes.new or changes.changed or self._stored_with_gaps(page))
        self.store_page(
            self._advance(page, replace(facts, keys=page.listed, has_news=has_news)), page, changes
        )

    def _hold(self, page: Listing, facts: PageFacts, doubt: DoubtfulPageError) -> None:
        """Hold a page; raises DoubtfulPageError if too many are held."""
        self.hold_page(self._advance(page, replace(facts, keys=page.listed, has_news=None)), page, doubt)
        self._is_emptied |= not page.listed
        logger.warning("%s: %s; held, see `%s`", short_address(page.url), doubt, self._held_command)
        held, pages = self.summary.held, self.summary.pages
        if checks.site_has_changed(held, pages):
            got = f"{doubt.got}, and {held} of {pages} pages are held, so the site has changed"
            accept = "--full --accept" if self.summary.mode == "full" else "--accept"
            hint = f"`{self._held_command}` shows them; if they are right, repeat this crawl with {accept}"
            raise DoubtfulPageError(doubt.selector, expected=doubt.expected, got=f"{got}; {hint}")

    @property
    def _held_command(self) -> str:
        """The command that shows the held pages."""
        return command_line("held", self.options.db)

    def _advance(self, page: Listing, facts: PageFacts) -> PageStored:
        """Let the traversal continue after a page, and return the event of the page."""
        self.traversal.read(facts)
        return PageStored(
            url=page.url,
            fetched_at=page.fetched_at,
            joined=self.traversal.is_joined,
            position=self.traversal.save(),
            cost=self.cost(),
        )

    def skip(self, error: OsceNewsError, *, is_gone: bool) -> bool:
        """Skip a page that can't be read; return False if the pages after it can't be reached.

        `is_gone` is whether the server says that there is no such page.
        """
        self.traversal.skip(str(error), is_gone=is_gone)
        if self.traversal.url is not None:
            logger.warning("%s; continuing after it", error)
        return self.traversal.url is not None or self.traversal.reached_end

    def end_list(self) -> None:
        """Note that the last page was stored, and look for items whose own pages must be requested."""
        self._is_list_complete = not self.traversal.problems and not self._is_emptied
        if self._finds_missing:
            due = self._due_pages(self.find_missing(self.traversal.list_url))
            self.queue_pages(due[:MAX_OWN_PAGES])
            if due:
                logger.info(
                    "%d items are missing from the list; requesting the own pages of %d", len(due), self.total
                )

    def stop_requests(self, error: OsceNewsError) -> None:
        """Request no more pages: the list was read, and a later run requests those of the missing items."""
        logger.warning("no more pages of missing items are requested: %s", error)
        self.queue_pages([])

    @property
    def _finds_missing(self) -> bool:
        """Whether items that this run has not seen are missing from the list."""
        return self._has_read_whole_list and self.options.is_unfiltered and not self.options.is_limited

    @property
    def _has_read_whole_list(self) -> bool:
        """Whether this run has read the list from its top to its end."""
        return self._is_list_complete and self.summary.mode == "full" and self.traversal.has_read_all

    def _due_pages(self, items: Sequence[str]) -> list[Due]:
        return [
            due
            for due in own_pages.due_pages(self.writer.connection, items, utc_now())
            if any(same_site(due.url, site) for site in self.options.lists)
        ]

    def ending(self) -> tuple[RunFinished, list[str]]:
        """As `CrawlRun.ending`, with what the run has found out about its list."""
        if self.error is None and not self.interrupted:
            reasons = []
            if held := self.summary.held:
                pages = "page is" if held == 1 else "pages are"
                reasons.append(f"{held} doubtful {pages} held, not stored: see `{self._held_command}`")
            if problems := self.traversal.problems[:3]:
                reasons += [*problems, "what was read is stored, run the command again"]
            if reasons:
                self.fail(PartialError("; ".join(reasons)))
        list_url, gone = self.traversal.list_url, []
        if withdraws := self._finds_missing:
            items = self.find_missing(list_url)
            gone = self.find_gone(items)
            self._missing_note = self._about_missing(items, len(items) - len(gone))
            self.hint = self.hint or self._missing_note
        is_complete = self.error is None and not self.interrupted
        end, _ = super().ending()
        end = replace(
            end,
            list_url=list_url,
            list_status="complete" if self._is_list_complete and not is_complete else None,
            whole=self._has_read_whole_list,
            withdraws=withdraws,
            only_if_page_gone=withdraws,
        )
        return end, gone

    def _about_missing(self, items: Sequence[str], left: int) -> str | None:
        if not left:
            return None
        due = len(self._due_pages(items))
        return (
            f"missing from the list, but not withdrawn: {left} items; {left - due} still have their own "
            f"page, and a later full crawl requests the pages of {due}"
        )

    @property
    def message(self) -> str | None:
        """How the run ended, in words; None if there is nothing to say."""
        return super().message or self._missing_note

    def _stored_with_gaps(self, page: Listing) -> int:
        """Return how many of the page's items were stored by crawls that did not reach their end."""
        if self._gaps_since is None:
            return 0
        return crawl_state.count_first_seen_since(
            self.writer.connection, items_of(page.listed), self._gaps_since
        )


class SearchRun(ListRun):
    """Reads the search service as a list: everything the first time, later only what is new."""

    source = "search"
    traversal: SearchTraversal

    def __init__(self, writer: Writer, options: CrawlOptions) -> None:
        """Begin the run; raises StorageError."""
        self._query = SearchQuery(options.search_url, types=options.type)
        self._others: dict[str, str] = {}  # the types of documents that are not of the newsroom, by key
        self._has_news = False  # whether any document was of the newsroom, of the run's period or not
        parts = f"?{urlencode([('type', name) for name in options.type])}" if options.type else ""
        super().__init__(writer, replace(options, start_url=f"{options.search_url}{COLLECTION}{parts}"))

    def make_traversal(self, options: CrawlOptions, overlap: int | None) -> SearchTraversal:
        """Return the traversal of the service."""
        return SearchTraversal(self._query, options, overlap=overlap)

    @property
    def headers(self) -> dict[str, str]:
        """The headers of each request: the key, which is sent nowhere else."""
        return {KEY_HEADER: self.options.search_key or "", "Accept": "application/json"}

    def store(self, page: Listing, facts: PageFacts) -> None:
        """Store an answer as `ListRun.store`, and count the documents that are not stored."""
        self._has_news |= bool(page.records or page.quarantined)
        super().store(page, facts)
        if isinstance(facts, AnswerFacts):
            self._others |= facts.others

    def leaves_out_field(self, status: int, message: str) -> str | None:
        """Return the field that the service does not know and that is left out from now on, if any."""
        match = _FIELD.search(message) if status in (400, 404, 422) else None
        return match[1] if match and self.traversal.leave_out(match[1]) else None

    def end_list(self) -> None:
        """As `ListRun.end_list`; the run fails if no document was of the newsroom, or if there was none."""
        is_from_top = self.summary.mode == "full" and self.summary.continues is None
        if not self._has_news and (is_from_top if self._others else not self.options.type):
            got = self._said_of_others if self._others else "none"
            self.fail(LayoutError("search answer", expected="documents of the newsroom", got=got))
        else:
            super().end_list()

    @property
    def message(self) -> str | None:
        """How the run ended, and how many documents were not stored."""
        return super().message or (self._said_of_others if self._others else None)

    @property
    def _said_of_others(self) -> str:
        types = Counter(self._others.values())
        most = ", ".join(f"{name[:40]} {count}" for name, count in types.most_common(_MOST_TYPES))
        more = ", ..." if len(types) > _MOST_TYPES else ""
        return f"{types.total()} documents of other types are not stored ({most}{more})"
