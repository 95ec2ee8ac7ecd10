"""The run that reads the documents of the site's search service, with their texts."""

from __future__ import annotations

import re
from collections import Counter
from dataclasses import replace
from urllib.parse import urlencode

from osce_news.crawl.list_run import ListRun
from osce_news.crawl.options import CrawlOptions
from osce_news.crawl.search_traversal import SearchTraversal
from osce_news.errors import LayoutError, OsceNewsError, RefusedError
from osce_news.items import Listing
from osce_news.pages.page_facts import AnswerFacts, PageFacts
from osce_news.search_query import COLLECTION, KEY_HEADER, SearchQuery
from osce_news.storage import Validators, Writer

_FIELD = re.compile("field named `([^`]+)`")
_MOST_TYPES = 5  # in a message


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
        """The headers of each request: the key, which is in no other place."""
        return {KEY_HEADER: self.options.search_key or "", "Accept": "application/json"}

    def validators(self, url: str) -> Validators | None:
        """Return None: answers are always read in full."""
        return None

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
        is_whole = self.summary.mode == "full" and self.summary.continues is None
        if not self._has_news and (is_whole if self._others else not self.options.type):
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


def explain(status: int, message: str, error: OsceNewsError) -> OsceNewsError:
    """Return the error for an answer with this status; `message` is the service's own."""
    if status in (401, 403):
        return RefusedError(
            f"the search service refuses the key (status {status}): give another one with --search-key or "
            "OSCE_NEWS_SEARCH_KEY"
        )
    if status in (400, 404, 422) or 300 <= status < 400:
        got = f"status {status}" + (f", {message[:120]!r}" if message else "")
        return LayoutError("search service", expected=f"a collection at {COLLECTION}", got=got)
    return error
