"""The spider that copies captures of a web archive into WARC files of our own."""

from __future__ import annotations

import logging
from collections import Counter, deque
from collections.abc import AsyncIterator, Callable, Sequence
from dataclasses import dataclass
from http import HTTPStatus
from pathlib import Path
from typing import Any, Self

from scrapy.exceptions import CannotResolveHostError, DownloadConnectionRefusedError
from scrapy.http import Request, Response
from scrapy.spidermiddlewares.httperror import HttpError
from twisted.python.failure import Failure

from osce_news.archive.cdx import CdxRecord, Selection
from osce_news.archive.digests import DigestIndex
from osce_news.archive.report import RecordError
from osce_news.archive.warc_writer import ArchiveWriter
from osce_news.archive.web_archives import ARCHIVES, WebArchive
from osce_news.crawl.failures import as_partial, error_from_failure
from osce_news.crawl.options import delay_seconds, split_address
from osce_news.crawl.spiders.base import PoliteSpider
from osce_news.errors import (
    BadInputError,
    LayoutError,
    OsceNewsError,
    PartialError,
    RefusedError,
    StorageError,
    UnavailableError,
    unexpected,
)
from osce_news.normalize.dates import period_options
from osce_news.urls import site_host

logger = logging.getLogger(__name__)

Progress = Callable[[int, int], object]  # called with the captures so far and in all
INDEX_TIMEOUT_S = 300  # it looks through millions of captures before it answers
MAX_REFUSALS = 3  # in a row: a single capture may be closed to the public


@dataclass(frozen=True, slots=True)
class BackfillOptions:
    """What to copy, and where to: `name` is the web archive, `hosts` are the wanted sites."""

    name: str
    web_archive: WebArchive
    hosts: list[str]
    archive: Path
    limit: int | None
    delay: float

    @classmethod
    def parse(
        cls,
        name: str,
        archive: Path,
        *,
        urls: Sequence[str] = (),
        since: str | None = None,
        until: str | None = None,
        limit: int | None = None,
        delay: str = "4",
        cdx_url: str | None = None,
        data_url: str | None = None,
    ) -> Self:
        """Return the options, checked; raises BadInputError."""
        since, until = period_options(since, until, ("from", "to"))
        kind = ARCHIVES[name]
        places = (cdx_url or kind.CDX_URL, data_url or kind.DATA_URL)
        urls = urls or kind.URLS
        full = [url if "://" in url else f"https://{url}" for url in (one.removeprefix("*.") for one in urls)]
        for url in (*places, *full):
            split_address(url, "a web address")
        hosts = {site_host(url.rstrip("*")): given for given, url in zip(urls, full, strict=True)}
        if "" in hosts:
            raise BadInputError(f"--url: {hosts[''][:200]!r} has no host; write one like 'www.osce.org/*'")
        web_archive = kind(urls, since, until, *places)
        return cls(name, web_archive, sorted(hosts), archive, limit, delay_seconds(delay))


class BackfillSpider(PoliteSpider):
    """Requests the index, then one capture after another; the outcome is in `counts` and `error`."""

    name = "backfill"
    custom_settings = {  # noqa: RUF012  # Scrapy reads it as a plain dictionary
        "ITEM_PIPELINES_BASE": {},
        "CLOSESPIDER_TIMEOUT_NO_ITEM": 0,  # there are no items
        # robots.txt is for programs that follow links; both archives offer these interfaces to programs.
        "ROBOTSTXT_OBEY": False,
        "CIRCUIT_BREAKER": 10,  # several captures in a row may be in an unreadable file
    }

    def __init__(self, *args: Any, options: BackfillOptions, progress: Progress, **kwargs: Any) -> None:
        super().__init__(*args, **kwargs)
        self.progress = progress
        self.options, self.web_archive = options, options.web_archive
        self.allowed_domains = [
            site_host(url) for url in (self.web_archive.cdx_url, self.web_archive.data_url)
        ]
        self.selection = Selection(options.web_archive.urls, options.hosts, DigestIndex(options.archive))
        self.errors: list[OsceNewsError] = []
        self.interrupted = True  # until Scrapy says how it ended
        self.cost: dict[str, Any] = {}  # the counts of its requests, by the names of Summary
        self._index_urls = deque(self.web_archive.first())
        self._captures: deque[CdxRecord] | None = None  # None while the index is read
        self._total = self._refusals = 0
        self._first_lost = ""
        self._is_over = False
        self._writer: ArchiveWriter | None = None

    @property
    def counts(self) -> Counter[str]:
        """How many captures the index lists, and what became of them."""
        return self.selection.counts

    @property
    def error(self) -> OsceNewsError | None:
        """What ended the backfill or went wrong in it; None if nothing did."""
        if self.errors:
            return as_partial(self.errors[0], self.counts["kept"])
        if lost := self.counts["not_kept"]:
            text = f"captures that could not be kept: {lost:,}; the first: {self._first_lost}"
            return PartialError(f"{text}; the next backfill requests them again")
        return PartialError("interrupted; the next backfill copies the rest") if self.interrupted else None

    async def start(self) -> AsyncIterator[Request]:
        """Yield the first request."""
        if (request := self._next()) is not None:
            yield request

    def _next(self) -> Request | None:
        """Return the next request; None at the end."""
        if self._is_over:
            return None
        limit = self.options.limit
        if self._index_urls and (limit is None or len(self.selection) < limit):
            index_url = self._index_urls.popleft()
            logger.info("index: %d captures so far; requesting %s", self.counts["captures"], index_url)
            return Request(
                index_url,
                self.index_read,
                errback=self.index_failed,
                headers={"Accept": "application/json"},
                cb_kwargs={"index_url": index_url},
                meta={"handle_httpstatus_list": [HTTPStatus.NOT_FOUND], "download_timeout": INDEX_TIMEOUT_S},
            )
        if self._captures is None:
            self._captures = deque(self.selection.chosen()[:limit])
            self._total = len(self._captures)
        self.progress(self._total - len(self._captures), self._total)
        if not self._captures:
            return None
        record = self._captures.popleft()
        url, headers = self.web_archive.place(record)
        return Request(
            url,
            self.capture_read,
            errback=self.capture_failed,
            headers=headers,
            cb_kwargs={"record": record},
            meta={"dont_redirect": True},
        )

    def index_read(self, response: Response, index_url: str) -> Request | None:
        """Add the captures of an answer, and return the next request."""
        try:
            page = self.web_archive.read(index_url, response.status, response.body)
        except LayoutError as error:
            error.args = (f"{response.url}: {error}",)
            self.errors.append(error)
        else:
            for record in page.records:
                self.selection.add(record)
            self.counts["captures"] += page.unreadable
            self.counts["unreadable"] += page.unreadable
            self._index_urls.extendleft(reversed(page.next))
            if page.is_cut:
                text = "the index has more captures; read it in parts, with --from, --to or another --url"
                self.errors.append(PartialError(f"{response.url}: {text}"))
        return self._next()

    def index_failed(self, failure: Failure) -> Request | None:
        """Note the error, and return the next request unless the archive refuses or can't be reached."""
        error = error_from_failure(failure)
        self.errors.append(error)
        is_unreachable = isinstance(failure.value, CannotResolveHostError | DownloadConnectionRefusedError)
        self._is_over = is_unreachable or isinstance(error, RefusedError | UnavailableError)
        return self._next()

    def capture_read(self, response: Response, record: CdxRecord) -> Request | None:
        """Keep the capture, and return the next request."""
        self._refusals = 0
        headers = {
            name.decode("latin-1").lower(): b",".join(values).decode("latin-1")
            for name, values in response.headers.items()
        }
        try:
            exchange = self.web_archive.exchange(
                record, response.url, headers, response.status, response.body
            )
            self._archive().record(exchange)
        except RecordError as error:
            self._lose(f"{response.url}: {error}")
        except StorageError as error:
            self.errors.insert(0, error)
            self._is_over = True
        else:
            self.counts["kept"] += 1
        return self._next()

    def capture_failed(self, failure: Failure) -> Request | None:
        """Count the capture as lost, and return the next request unless the archive refuses or is down."""
        error = error_from_failure(failure)
        self._refusals = self._refusals + 1 if isinstance(error, RefusedError) else 0
        too_many = (
            isinstance(failure.value, HttpError)
            and failure.value.response.status == HTTPStatus.TOO_MANY_REQUESTS
        )
        if isinstance(error, UnavailableError) or too_many or self._refusals == MAX_REFUSALS:
            self.errors.append(error)
            self._is_over = True
        else:
            self._lose(str(error))
        return self._next()

    def _archive(self) -> ArchiveWriter:
        """Return the archive of this backfill; it begins with the first capture."""
        if self._writer is None:
            agent = str(self.crawler.settings["USER_AGENT"])
            source = self.web_archive.data_url
            self._writer = ArchiveWriter(
                self.options.archive, self.options.name, user_agent=agent, copied_from=source
            )
        return self._writer

    def _lose(self, why: str) -> None:
        logger.warning("%s", why)
        self._first_lost = self._first_lost or why
        self.counts["not_kept"] += 1

    def spider_error(self, failure: Failure) -> None:
        """End with an unexpected error, which Scrapy would only log."""
        self.errors.insert(0, unexpected(failure.value))
        self._is_over = True

    def closed(self, reason: str) -> None:
        """Note how it ended, and close the archive."""
        self.interrupted = reason == "shutdown"
        self.cost = self.request_counts()
        self.close_archive()

    def close_archive(self) -> None:
        """Finish the last WARC file; may be called twice."""
        if self._writer is not None:
            try:
                self._writer.close()
            except StorageError as error:
                self.errors.insert(0, error)
