"""The spider that reads the newsroom's list and, with `articles`, the items' own pages."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from functools import partial
from http import HTTPStatus
from typing import Any, ClassVar

from scrapy.http import Request, Response
from scrapy.spidermiddlewares.httperror import HttpError
from twisted.python.failure import Failure

from osce_news.crawl import NOTICE
from osce_news.crawl.crawl_run import CrawlRun
from osce_news.crawl.failures import error_from_failure, service_error
from osce_news.crawl.list_run import ListRun, SearchRun
from osce_news.crawl.middlewares.http import conditional_headers
from osce_news.crawl.pipelines import PendingPage
from osce_news.crawl.responses import (
    fetched_at,
    gone_list,
    header,
    listing_from_response,
    service_message,
)
from osce_news.crawl.spiders.articles import ArticlesSpider
from osce_news.errors import BadInputError, NetworkError, OsceNewsError, UnavailableError
from osce_news.items import HTTP_GONE, ArticleItem, Listing, NewsItem
from osce_news.pages import ListingPage
from osce_news.pages.findings import Findings
from osce_news.pages.html_page import HtmlPage, decode
from osce_news.pages.page_facts import PageFacts
from osce_news.pages.search_settings import SearchSettings, scripts_of, settings_in_page, settings_in_script
from osce_news.search_query import KEY_HEADER
from osce_news.storage import LastReading
from osce_news.urls import HOME_URL, LISTING_URL, without_query

logger = logging.getLogger(__name__)

_NO_KEY = (
    "no key of the search service in the site's start page and its scripts; a browser sends it with each "
    f"search in the header {KEY_HEADER}: give it as OSCE_NEWS_SEARCH_KEY or --search-key"
)


class NewsroomSpider(ArticlesSpider):
    """Reads the list, or the answers of the search service, page by page from the top to the end.

    Each item is one record of the list; with `articles` the items' own pages follow.

    The key of the search service, if it is not given, is looked for in the start page and a few of its
    scripts. None of these responses is archived, because they hold the key: the run begins when it is found.
    """

    name = "newsroom"
    defaults: ClassVar[dict[str, Any]] = {}

    async def start(self) -> AsyncIterator[Request]:
        """Yield the request for the first page, or for the page with the key of the search service."""
        if self.options.needs_key:
            start = without_query(self.options.start_url)
            url = HOME_URL if start == LISTING_URL else start
            logger.info("looking for the key of the search service at %s", url)
            yield self.track(Request(url, callback=self.parse_start_page, errback=self.key_page_failed))
        elif (request := self._begin_list()) is not None:
            yield request

    def parse_start_page(self, response: Response) -> Request | None:
        """Look for the key in the page, and then in its scripts one by one."""
        page = HtmlPage(decode(response.body, header(response, "Content-Type"))[0], response.url)
        return self._begin_with_key(next(settings_in_page(page), None), response.url, scripts_of(page))

    def parse_script(self, response: Response, others: list[str]) -> Request | None:
        """Look for the key in a script, and then in the others."""
        found = settings_in_script(decode(response.body, "text/javascript")[0], self.options.start_url)
        return self._begin_with_key(next(found, None), response.url, others)

    def key_page_failed(self, failure: Failure) -> Request | None:
        """Look into the other scripts if a page or script is gone; end the crawl if it could not be read."""
        error = failure.value
        if not isinstance(error, HttpError) or error.response.status not in HTTP_GONE:
            raise self.fail(error_from_failure(failure))
        return self._begin_with_key(None, error.response.url, error.response.cb_kwargs.get("others", []))

    def _begin_with_key(self, found: SearchSettings | None, where: str, scripts: list[str]) -> Request | None:
        """Begin with the settings that were found, or request the next script; fail after the last."""
        self._requested = None
        if found is not None:
            logger.info("found the key of the search service in %s", without_query(where))
            self.set_options(self.crawl.use_key(found.key, found.base))
            return self._begin_list()
        if not scripts:
            raise self.fail(BadInputError(_NO_KEY))
        others = {"others": scripts[1:]}
        return self.track(
            Request(scripts[0], callback=self.parse_script, errback=self.key_page_failed, cb_kwargs=others)
        )

    def _begin_list(self) -> Request | None:
        """Begin the run of the next list, or of the articles, and return its first request."""
        run = self.start_run(self.crawl.next_list_run)
        return self._next_request(run) if run is not None else self.begin_articles()

    async def parse(
        self, response: Response, known: LastReading | None = None
    ) -> AsyncIterator[NewsItem | ArticleItem | Request]:
        """Yield the page's records and, when the page is stored, the next request."""
        run = self.crawl.list_run
        try:
            page, facts = self._read_page(response, known)
            if run is None:  # `scrapy parse`: there is nothing to store it in
                for record in page.records:
                    yield record
                return
            self.update_stats()
            self.crawl.pending = pending = PendingPage(page, partial(run.store, facts=facts))
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
                logger.warning("the search service does not know the field %s: it is left out", field[:60])
                return self._next_request(run)
            error = service_error(response.status, said, error)
        if run is None or not isinstance(error, NetworkError):
            raise self.fail(error)
        gone = None if isinstance(run, SearchRun) else gone_list(failure)
        if gone is not None and not run.traversal.pages:
            return self._after_rejected(gone, response)
        if isinstance(error, UnavailableError) or not run.skip(error, is_gone=gone is not None):
            self.fail(error)
        return self._next_request(run)

    def _next_request(self, run: ListRun) -> Request | None:
        """Return the request for the next page of the list; after its end, for a missing item's own page."""
        self._requested = None
        if run.error is not None:
            return self._begin_list()
        if (url := run.traversal.url) is None:
            run.end_list()
            return self.next_item_page(run)
        known = run.reusable_reading(url)
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
                    "needs_body": True,
                },
            )
        )

    def next_item_page(self, run: CrawlRun) -> Request | None:
        """Return the request for the next item's page; after those of a list's run, for the next list."""
        request = super().next_item_page(run)
        if request is None and isinstance(run, ListRun):
            return self._begin_list()
        return request

    def _after_rejected(self, error: OsceNewsError, response: Response | None) -> Request | None:
        """Return the request for the next list after a page that was rejected; raises if there is none."""
        end = self.reject(error, response)
        if (request := self._begin_list()) is None:
            raise end from error
        return request

    def _read_page(self, response: Response, known: LastReading | None) -> tuple[Listing, PageFacts]:
        """Return the page with its raw records, and its facts for the traversal."""
        if known is not None and response.status == HTTPStatus.NOT_MODIFIED:
            # The page as it was last read, without records.
            return known.page(response.url, fetched_at(response)), PageFacts(response.url, known.listed)
        listing, page = listing_from_response(response)
        facts = page.facts
        run = self.crawl.list_run
        if run is not None and not run.traversal.pages and isinstance(page, ListingPage):
            logger.log(NOTICE, "%s: %s", response.url, Findings.of(page))
        return listing, facts
