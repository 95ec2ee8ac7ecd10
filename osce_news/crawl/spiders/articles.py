"""The spider's part that asks for items' own pages, one after another, when the list is read."""

from __future__ import annotations

import logging
from collections.abc import Callable, Iterator
from urllib.parse import urlsplit

from scrapy.exceptions import CloseSpider
from scrapy.http import Request, Response
from scrapy.spidermiddlewares.httperror import HttpError
from twisted.python.failure import Failure

from osce_news.clock import in_words, utc_now
from osce_news.crawl.articles import Articles
from osce_news.crawl.middlewares import CircuitOpenError
from osce_news.crawl.responses import article_of, error_of
from osce_news.crawl.run import CrawlRun, partial
from osce_news.errors import (
    ChallengePageError,
    LayoutError,
    OsceNewsError,
    PartialError,
    RefusedError,
    UnavailableError,
)
from osce_news.items import ArticleItem
from osce_news.storage import NOT_MODIFIED
from osce_news.storage.article_queue import Due

logger = logging.getLogger(__name__)

_TOO_MANY = 429  # says of the crawler, not of the page, that it asks too often
_CONDITIONS = ("If-None-Match", "If-Modified-Since")
_READ = [NOT_MODIFIED, 404, 410]  # answers that say something of the item


class ArticleReader:
    """Makes the requests for articles, and items of the answers."""

    def __init__(
        self,
        run: CrawlRun,
        articles: Articles,
        delay: Callable[[], float],
        kept: Callable[[OsceNewsError, str, bytes], OsceNewsError],
    ) -> None:
        """`delay` tells the seconds between two requests; `kept` keeps a page that is not understood."""
        self._run, self._articles = run, articles
        self._delay, self._kept = delay, kept
        self._end: OsceNewsError | None = None  # what ends the run when the answer in hand is stored

    def request(self) -> Request | None:
        """Return the request for the next article; None if there is none, or the run is at its end."""
        if self._end is not None:
            self._run.fail(self._end)
            return None
        due = self._articles.next()
        if due is None:
            return None
        given = dict(zip(_CONDITIONS, self._articles.validators(due), strict=True))
        return Request(
            due.url,
            headers={name: value for name, value in given.items() if value},
            callback=self.parse,
            errback=self.not_read,
            cb_kwargs={"due": due},
            meta={"handle_httpstatus_list": _READ},
        )

    def parse(self, response: Response, due: Due) -> Iterator[ArticleItem]:
        """Yield what the answer says of the item."""
        try:
            answer = article_of(response, due.item_id)
            if answer.status == "unchanged" and not _is_conditional(response.request):
                answer.status = "failed"
                answer.reason = f"the site answered with status {NOT_MODIFIED}, which was not asked for"
            self._articles.checks.check(answer, due)
        except (LayoutError, ChallengePageError) as error:
            raise self._failed(self._kept(error, response.url, response.body)) from error
        if answer.status == "unreadable":
            said = OsceNewsError(str(answer.reason))
            logger.warning("%s", self._kept(said, response.url, response.body))
        yield answer

    def not_read(self, failure: Failure) -> Iterator[ArticleItem]:
        """Yield that the page could not be had, or end the run."""
        error = error_of(failure)
        request: Request = failure.request  # type: ignore[attr-defined]  # Scrapy puts it there
        answered = isinstance(failure.value, HttpError)
        site_down = isinstance(error, UnavailableError) and not self._is_elsewhere(request, failure)
        fatal = self._run.error is not None and not isinstance(self._run.error, PartialError)
        if fatal or (site_down and not answered):  # nobody was asked
            raise self._failed(partial(error, self._run.summary.pages))
        due: Due = request.cb_kwargs["due"]
        if isinstance(failure.value, HttpError):
            answer = article_of(failure.value.response, due.item_id)
        else:
            at, reason = utc_now(), str(error).removeprefix(f"{request.url}: ")
            answer = ArticleItem(due.item_id, request.url, at, "failed", reason=reason)
        if isinstance(error, RefusedError):
            too_many = answer.http_status == _TOO_MANY
            ends = self._articles.checks.check_refusal(error, by_robots=not answered)
            self._end = error if too_many else ends
        else:
            self._articles.checks.check(answer, due)
            if site_down:
                self._end = partial(error, self._run.summary.pages)
        logger.warning("%s", error)
        yield answer

    def stored(self, answer: ArticleItem) -> None:
        """Say how far the reading has come."""
        articles = self._articles
        left = articles.left * self._delay()
        logger.info(
            "article %d of %d: %s, %s%s",
            articles.done,
            articles.total,
            answer.status,
            answer.url,
            f"; {in_words(left)} left" if left >= 60 else "",
        )

    def _is_elsewhere(self, request: Request, failure: Failure) -> bool:
        """Whether a request was not made for want of the robots.txt of another host than the list's."""
        hosts = (urlsplit(url).netloc for url in (request.url, self._run.options.start_url))
        return not isinstance(failure.value, HttpError | CircuitOpenError) and len(set(hosts)) > 1

    def _failed(self, error: OsceNewsError) -> CloseSpider:
        self._run.fail(error)
        return CloseSpider(type(error).__name__)


def _is_conditional(request: Request | None) -> bool:
    return request is not None and any(request.headers.get(name) for name in _CONDITIONS)
