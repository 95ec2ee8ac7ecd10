"""Spiders that request one page: to return it unchanged, or to say what is read from it."""

from __future__ import annotations

from collections.abc import AsyncIterator
from typing import Any

from scrapy.http import Request, Response
from scrapy.spidermiddlewares.httperror import HttpError
from twisted.python.failure import Failure

from osce_news.clock import utc_now
from osce_news.crawl.failures import error_from_failure
from osce_news.crawl.options import CrawlOptions
from osce_news.crawl.responses import findings_of, gone_list, listing_from_response
from osce_news.crawl.spiders.base import PoliteSpider
from osce_news.errors import LayoutError, NetworkError, OsceNewsError, unexpected
from osce_news.items import Listing
from osce_news.normalize import normalize_listing, unknown_terms
from osce_news.pages import ListingPage
from osce_news.pages.findings import Findings
from osce_news.urls import page_number, site_host

_FIELDS = ("title", "published", "content_type", "offices", "topics", "teaser", "dateline_raw", "language")


class SinglePageSpider(PoliteSpider):
    """Makes one request; the result is `response`, received at `fetched_at`, or `error`."""

    name = "single"
    custom_settings = {  # noqa: RUF012  # Scrapy reads it as a plain dictionary
        "ITEM_PIPELINES_BASE": {},
        "RETRY_TIMES": 0,  # a person is waiting
    }

    def __init__(self, *args: Any, options: CrawlOptions, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.options = options
        self.response: Response | None = None
        self.fetched_at = ""
        self.error: OsceNewsError | None = None
        self.allowed_domains = [site_host(options.start_url)]

    async def start(self) -> AsyncIterator[Request]:
        """Yield the one request."""
        yield Request(self.options.start_url, callback=self.parse, errback=self.page_failed)

    def parse(self, response: Response, **kwargs: Any) -> None:
        """Keep the response."""
        self.response, self.fetched_at = response, utc_now()

    def page_failed(self, failure: Failure) -> None:
        """Set the error of a page that could not be fetched."""
        self.error = error_from_failure(failure)

    def spider_error(self, failure: Failure) -> None:
        """Set the error for an unexpected exception."""
        self.error = unexpected(failure.value)

    def closed(self, reason: str) -> None:
        """Set an error if the crawl ended before the page was read."""
        if self.response is None and self.error is None:
            self.error = NetworkError(f"{self.options.start_url}: not read ({reason})")


class CheckSpider(SinglePageSpider):
    """Reads the first page and stores nothing; see `findings`, `page`, `coverage`, `error`."""

    name = "check"

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.page: Listing | None = None
        self.coverage: dict[str, Any] = {}
        self.findings: Findings | None = None

    def parse(self, response: Response, **kwargs: Any) -> None:
        """Read the page, and measure its coverage; set the error if it is not understood."""
        super().parse(response)
        try:
            listing, page = listing_from_response(response)
            if not isinstance(page, ListingPage):
                raise LayoutError("html", expected="a list", got="an answer of the search service")
            last = page_number(page.pager.last or "")
            self.page, self.findings = normalize_listing(listing), Findings.of(page)
            self.coverage = coverage(self.page, None if last is None else last + 1)
        except OsceNewsError as error:
            self._reject(error, response)

    def page_failed(self, failure: Failure) -> None:
        """Set the error, and the findings if the list is gone and there is a page."""
        super().page_failed(failure)
        if (gone := gone_list(failure)) is not None:
            self.error = gone
            if isinstance(failure.value, HttpError):
                self._reject(gone, failure.value.response)

    def _reject(self, error: OsceNewsError, response: Response) -> None:
        self.response, self.fetched_at = response, utc_now()
        self.findings = findings_of(response)
        error.args = (f"{response.url}: {error}",)
        self.error = error


def coverage(page: Listing, pages: int | None) -> dict[str, Any]:
    """Return how many results of a page with normalised records have each field, by the keys of `--json`.

    `pages` is how many the list has, if the pager says so.
    """
    dates = [item.published for item in page.records if item.published]
    return {
        "url": page.url,
        "results": page.results,
        "quarantined": len(page.quarantined),
        "fields": {name: sum(bool(getattr(item, name)) for item in page.records) for name in _FIELDS},
        "unknown": sorted(
            {f"{kind} {name!r}" for item in page.records for kind, name in unknown_terms(item)}
        ),
        "newest": max(dates, default=None),
        "oldest": min(dates, default=None),
        "pages": pages,
    }
