"""The spider that reads the newsroom's list and, with `articles`, the items' own pages."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator, Callable
from functools import partial
from http import HTTPStatus
from typing import Any, ClassVar

from scrapy.http import Request, Response
from scrapy.spidermiddlewares.httperror import HttpError
from twisted.python.failure import Failure

from osce_news.crawl.crawl_run import CrawlRun
from osce_news.crawl.key_search import KeySearchSpider
from osce_news.crawl.list_run import ListRun
from osce_news.crawl.middlewares import conditional_headers
from osce_news.crawl.notice import NOTICE
from osce_news.crawl.pipelines import PendingPage
from osce_news.crawl.responses import (
    error_from_failure,
    fetched_at,
    findings_of,
    gone_list,
    listing_from_response,
    service_message,
)
from osce_news.crawl.search_run import SearchRun, explain
from osce_news.errors import NetworkError, OsceNewsError, UnavailableError
from osce_news.items import ArticleItem, Listing, NewsItem
from osce_news.pages.page_facts import AnswerFacts, PageFacts
from osce_news.storage import Validators

logger = logging.getLogger(__name__)


class NewsroomSpider(KeySearchSpider):
    """Reads the list, or the answers of the search service, page by page from the top to the end.

    Each item is one record of the list; with `articles` the items' own pages follow.
    """

    name = "newsroom"
    defaults: ClassVar[dict[str, Any]] = {}

    async def start(self) -> AsyncIterator[Request]:
        """Yield the request for the first page, or for the page with the key of the search service."""
        request = self.request_start_page() if self.options.needs_key else self.begin()
        if request is not None:
            yield request

    def begin(self) -> Request | None:
        """Begin the first run, and return its first request."""
        return self._begin_list(self.crawl.begin_list_run)

    def _begin_list(self, begin: Callable[[], ListRun | None]) -> Request | None:
        """Begin a run, and return the request for its first page; after the last list, for an article."""
        self.update_stats()
        try:
            run = begin()
        except OsceNewsError as error:
            logger.error("%s", error)
            self.crawl.fail(error)
            return None
        if run is None:
            return self.begin_articles()
        self.start_run(run)
        return self._next_request(run)

    async def parse(
        self, response: Response, known: Validators | None = None
    ) -> AsyncIterator[NewsItem | ArticleItem | Request]:
        """Yield the page's records and, when the page is stored, the next request."""
        run = self.crawl.list_run
        try:
            page, facts = self._read(response, known)
            if run is None:  # `scrapy parse`: there is nothing to store it in
                for record in page.records:
                    yield record
                return
            self.update_stats()
            self.crawl.pending = pending = PendingPage(page, partial(run.store, page, facts))
            for record in pending.records:
                yield record
            await pending.wait()
        except OsceNewsError as error:
            request = self._after_rejected(error, response)
        else:
            expected = run.traversal.expected_pages
            of = f" of about {expected}" if expected else ""
            logger.info("page %d%s: %d results", run.traversal.pages, of, page.results)
            self.crawl.progress(run.summary, expected, None)
            request = self._next_request(run)
        if request is not None:
            yield request

    def page_failed(self, failure: Failure) -> Request | None:
        """Return the next request after a page that could not be fetched, or end the crawl."""
        error, run = error_from_failure(failure), self.crawl.list_run
        response = failure.value.response if isinstance(failure.value, HttpError) else None
        if response is not None and isinstance(run, SearchRun):
            said = service_message(response).replace(run.options.search_key or "\0", "KEY")
            if field := run.leaves_out_field(response.status, said):
                logger.warning("the search service does not know the field %s: asking without it", field[:60])
                return self._next_request(run)
            error = explain(response.status, said, error)
        if run is None or not isinstance(error, NetworkError):
            raise self.fail_as_partial(error)
        is_first = not run.traversal.pages and not isinstance(run, SearchRun)
        if is_first and (gone := gone_list(failure)) is not None:
            return self._after_rejected(gone, response)
        if isinstance(error, UnavailableError):
            self.fail_as_partial(error)
        else:
            run.skip(error)
        return self._next_request(run)

    def _next_request(self, run: ListRun) -> Request | None:
        """Return the request for the next page of the list; after its end, for a missing item's own page."""
        self._requested = None
        if run.error is not None:
            return self._begin_list(self.crawl.next_list_run)
        if (url := run.traversal.url) is None:
            run.end_list()
            return self.next_page(run)
        known = run.validators(url)
        conditions = conditional_headers(known.etag, known.last_modified) if known else {}
        return self.track(
            Request(
                url,
                headers=run.headers | conditions,
                callback=self.parse,
                errback=self.page_failed,
                cb_kwargs={"known": known},
                meta={
                    "handle_httpstatus_list": [HTTPStatus.NOT_MODIFIED] if known else [],
                    "dont_redirect": bool(run.headers),  # a redirect would pass them on
                },
            )
        )

    def next_page(self, run: CrawlRun) -> Request | None:
        """Return the request for the next item's page; after those of a list's run, for the next list."""
        request = super().next_page(run)
        if request is None and isinstance(run, ListRun):
            return self._begin_list(self.crawl.next_list_run)
        return request

    def _after_rejected(self, error: OsceNewsError, response: Response | None) -> Request | None:
        """Return the request for the next list after a page that was rejected; raises if there is none."""
        end = self.reject(error, response) if response is not None else self.fail(error)
        if (request := self._begin_list(self.crawl.next_list_run)) is None:
            raise end from error
        return request

    def _read(self, response: Response, known: Validators | None) -> tuple[Listing, PageFacts]:
        """Return the page with its raw records, and its facts for the traversal."""
        if known is not None and response.status == HTTPStatus.NOT_MODIFIED:
            # The page as it was last read, without records.
            return known.page(response.url, fetched_at(response)), PageFacts(response.url, known.listed)
        listing, facts = listing_from_response(response)
        run = self.crawl.list_run
        if run is not None and not run.traversal.pages and not isinstance(facts, AnswerFacts):
            logger.log(NOTICE, "%s: %s", response.url, findings_of(response))
        return listing, facts
