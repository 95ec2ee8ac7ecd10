"""The spider that reads items' own pages, one after another; the spider of the list extends it."""

from __future__ import annotations

import logging
from collections.abc import AsyncIterator
from http import HTTPStatus
from typing import Any, ClassVar
from urllib.parse import urlsplit

from scrapy.http import Request, Response
from scrapy.spidermiddlewares.httperror import HttpError
from twisted.python.failure import Failure

from osce_news.clock import duration_in_words, utc_now
from osce_news.crawl.crawl_run import CrawlRun
from osce_news.crawl.failures import CircuitOpenError, error_from_failure
from osce_news.crawl.middlewares.http import CONDITIONS, conditional_headers
from osce_news.crawl.pipelines import PendingPage
from osce_news.crawl.responses import article_from_response
from osce_news.crawl.spiders.base import BaseSpider
from osce_news.errors import (
    ChallengePageError,
    LayoutError,
    OsceNewsError,
    PartialError,
    RefusedError,
    UnavailableError,
)
from osce_news.items import HTTP_GONE, ArticleItem
from osce_news.storage.own_pages import Due

logger = logging.getLogger(__name__)

# Responses that say something about the item.
_HANDLED_STATUSES = [HTTPStatus.NOT_MODIFIED, *HTTP_GONE]


class ArticlesSpider(BaseSpider):
    """Reads the articles that are due, newest first; `max_articles` limits how many."""

    name = "articles"
    defaults: ClassVar[dict[str, Any]] = {"articles": True}

    def __init__(self, *args: Any, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self._stop_because: OsceNewsError | None = None  # ends the run once the item is stored

    async def start(self) -> AsyncIterator[Request]:
        """Yield the request for the first article."""
        if (request := self.begin_articles()) is not None:
            yield request

    def begin_articles(self) -> Request | None:
        """Begin the run of the articles, and return its first request; None if there is nothing to read."""
        run = self.start_run(self.crawl.begin_articles_run)
        return self.next_item_page(run) if run is not None and run.error is None else None

    def parse_article(self, response: Response, due: Due) -> AsyncIterator[ArticleItem | Request]:
        """Return the item with what its page shows and, once it is stored, the next request."""
        run = self._present_run()
        try:
            item = article_from_response(response, due.item_id)
            if item.status == "unchanged" and not _is_conditional(response.request):
                item = item.as_failed("the site answered with status 304 to an unconditional request")
            run.checks.check(item, due)
        except (LayoutError, ChallengePageError) as error:
            raise self.reject(error, response) from error
        if item.status == "unreadable":
            unreadable = OsceNewsError(str(item.reason))
            logger.warning("%s", self.keep_rejected(unreadable, response))
        return self._store(run, item)

    def article_failed(self, failure: Failure) -> AsyncIterator[ArticleItem | Request]:
        """Return the item with the failure and, once it is stored, the next request."""
        run, error = self._present_run(), error_from_failure(failure)
        request: Request = failure.request  # type: ignore[attr-defined]  # Scrapy puts it there
        response = failure.value.response if isinstance(failure.value, HttpError) else None
        site_is_down = isinstance(error, UnavailableError) and not self._is_elsewhere(request, failure)
        has_failed = run.error is not None and not isinstance(run.error, PartialError)
        if has_failed or (site_is_down and response is None):  # no request was made
            raise self.fail(error)
        due: Due = request.cb_kwargs["due"]
        if response is not None:
            item = article_from_response(response, due.item_id)
        else:
            reason = str(error).removeprefix(f"{request.url}: ")
            item = ArticleItem(due.item_id, request.url, utc_now(), "failed", reason=reason)
        if isinstance(error, RefusedError):
            ends = run.checks.check_refusal(error, by_robots=response is None)
            # 429 Too Many Requests is about the crawler, not about the page.
            self._stop_because = error if item.http_status == HTTPStatus.TOO_MANY_REQUESTS else ends
        else:
            run.checks.check(item, due)
            if site_is_down:
                self._stop_because = self.partial_error(error)
        logger.warning("%s", error)
        return self._store(run, item)

    def _present_run(self) -> CrawlRun:
        assert self.crawl.run is not None, "pages are requested in a run"
        return self.crawl.run

    async def _store(self, run: CrawlRun, item: ArticleItem) -> AsyncIterator[ArticleItem | Request]:
        """Yield the item and, when it is stored, the next request."""
        self.update_stats()
        self.crawl.pending = pending = PendingPage(item, run.store_item)
        yield item
        try:
            await pending.wait()
        except OsceNewsError as error:
            raise self.fail(error) from error
        left_s = len(run.queue) * self.delay()
        left = f"; {duration_in_words(left_s)} left" if left_s >= 60 else ""
        number = f"{run.total - len(run.queue)} of {run.total}"
        logger.info("article %s: %s, %s%s", number, pending.page.status, item.url, left)
        self.crawl.progress(run.summary, run.total, left_s)
        if (request := self.next_item_page(run)) is not None:
            yield request

    def next_item_page(self, run: CrawlRun) -> Request | None:
        """Return the request for the next item's page; None if no more are due, or the run must end."""
        self._requested = None
        if self._stop_because is not None:
            run.stop_requests(self._stop_because)
            self._stop_because = None
        if not run.queue:
            return None
        due = run.queue[0]
        return self.track(
            Request(
                due.url,
                headers=conditional_headers(*run.article_validators(due)),
                callback=self.parse_article,
                errback=self.article_failed,
                cb_kwargs={"due": due},
                meta={"handle_httpstatus_list": _HANDLED_STATUSES},
            )
        )

    def _is_elsewhere(self, request: Request, failure: Failure) -> bool:
        """Whether the request was dropped because another host's robots.txt could not be fetched."""
        hosts = {urlsplit(url).netloc for url in (request.url, self.options.start_url)}
        return not isinstance(failure.value, HttpError | CircuitOpenError) and len(hosts) > 1


def _is_conditional(request: Request | None) -> bool:
    return request is not None and any(request.headers.get(name) for name in CONDITIONS)
