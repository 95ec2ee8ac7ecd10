"""Records what Scrapy gets: the one module of the archive that knows Scrapy."""

from __future__ import annotations

import logging
from pathlib import Path
from typing import TYPE_CHECKING

from scrapy import signals
from scrapy.exceptions import IgnoreRequest, NotConfigured

from osce_news import clock
from osce_news.archive.exchange import Exchange
from osce_news.archive.writer import ArchiveWriter
from osce_news.errors import StorageError

if TYPE_CHECKING:
    from collections.abc import Iterable

    from scrapy import Request
    from scrapy.crawler import Crawler
    from scrapy.http import Response
    from scrapy.http.headers import Headers

logger = logging.getLogger(__name__)


class NotRecordedError(IgnoreRequest):
    """The archive can't be written, so nothing more is asked of the site."""


class ArchiveMiddleware:
    """Records every answer as it came: robots.txt, redirects, errors and answers that are asked again.

    It stands next to the downloader, below what unpacks and what tries again. The setting OSCE_NEWS_ARCHIVE
    is the folder; without it nothing is recorded. When the archive can't be written, the crawl ends with the
    error of the archive: no page is stored that was not recorded.
    """

    def __init__(self, crawler: Crawler) -> None:
        folder = crawler.settings["OSCE_NEWS_ARCHIVE"]
        if not folder:
            raise NotConfigured
        self.crawler = crawler
        self.folder = Path(folder)
        self._writer: ArchiveWriter | None = None
        self._error: StorageError | None = None
        crawler.signals.connect(self.spider_closed, signals.spider_closed)

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> ArchiveMiddleware:
        """Return the middleware for this crawler."""
        return cls(crawler)

    def process_request(self, request: Request) -> None:
        """Open the archive before anything is asked of the site; ask for gzip, which every tool can read."""
        if self._error is not None:
            raise NotRecordedError(str(self._error)) from self._error
        if self._writer is None:
            try:
                self._writer = self._open()
            except StorageError as error:
                raise self._failed(error) from error
        if "Accept-Encoding" in request.headers:
            request.headers["Accept-Encoding"] = b"gzip"

    def process_response(self, request: Request, response: Response) -> Response:
        """Return the answer when it is recorded."""
        if self._writer is None:  # it does not come from the site
            return response
        try:
            self._writer.record(_exchange(request, response))
        except StorageError as error:
            raise self._failed(error) from error
        return response

    def spider_closed(self) -> None:
        """End the archive's last file."""
        if self._writer is None:
            return
        try:
            self._writer.close()
        except StorageError as error:
            self._failed(error)

    def _open(self) -> ArchiveWriter:
        settings = self.crawler.settings
        run = getattr(getattr(self.crawler.spider, "run", None), "summary", None)
        agent = str(settings["USER_AGENT"])
        return ArchiveWriter(
            self.folder,
            str(getattr(run, "run", 0)),
            software=agent.partition(" ")[0],
            operator=agent.partition("(+")[2].rstrip(")") or None,
            user_agent=agent,
            robots="obey" if settings.getbool("ROBOTSTXT_OBEY") else "ignore",
        )

    def _failed(self, error: StorageError) -> NotRecordedError:
        """Note the error as what ended the run, and end the crawl."""
        if self._error is None:
            self._error = error
            logger.error("%s", error)
            run = getattr(self.crawler.spider, "run", None)
            if run is not None:
                run.fail(error)
        return NotRecordedError(str(error))


def _exchange(request: Request, response: Response) -> Exchange:
    address = response.ip_address
    return Exchange(
        method=request.method,
        url=request.url,
        request_headers=list(_pairs(request.headers)),
        status=response.status,
        headers=list(_pairs(response.headers)),
        body=response.body,
        when=clock.utc_now(),
        ip=str(address) if address is not None else None,
        truncated="disconnect" if "dataloss" in response.flags else None,
    )


def _pairs(headers: Headers) -> Iterable[tuple[bytes, bytes]]:
    return ((name, value) for name, values in headers.items() for value in values)
