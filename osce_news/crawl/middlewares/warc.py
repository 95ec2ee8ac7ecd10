"""Records the responses that Scrapy receives, in the archive of the run."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from scrapy.exceptions import IgnoreRequest

from osce_news import clock
from osce_news.archive.http_messages import MAX_PAGE_BYTES, Exchange, unpack
from osce_news.archive.report import RecordError
from osce_news.errors import StorageError
from osce_news.pages.search_settings import MIN_KEY_LENGTH, without_keys
from osce_news.search_query import KEY_HEADER

if TYPE_CHECKING:
    from scrapy import Request
    from scrapy.crawler import Crawler
    from scrapy.http import Response
    from scrapy.http.headers import Headers

    from osce_news.crawl.crawl import Crawl
    from osce_news.crawl.crawl_run import CrawlRun

_TRUNCATED = {"dataloss": "disconnect", "download_stopped": "length"}  # Scrapy's flags, WARC's reasons
_REPLACED = "keys of the search service"


class ArchiveMiddleware:
    """Records every response as received, including robots.txt, redirects, errors and retries.

    Keys of the search service are replaced in it, for the spider too, so that a replay reads the same page.

    It is the middleware nearest to the downloader, so it sees responses before they are decompressed or
    retried. The archive is that of the present run; without one nothing is recorded. If the archive can't be
    written, the crawl ends with that error: no page is stored that was not recorded. The time of an exchange
    is kept in `request.meta["fetched_at"]`, so that database and archive have the same time.
    """

    def __init__(self, crawler: Crawler) -> None:
        self.crawler = crawler

    @classmethod
    def from_crawler(cls, crawler: Crawler) -> ArchiveMiddleware:
        """Return the middleware for this crawler."""
        return cls(crawler)

    def process_response(self, request: Request, response: Response) -> Response:
        """Return the response after recording it, both without keys of the search service."""
        run = self._run
        archive = run.recorder if run is not None else None
        used = _key_that_may_be_in(response, request, run.options.search_key) if run is not None else None
        if archive is not None or used is not None:
            response = _without_keys(response, used)
        if run is None or archive is None:
            request.meta["fetched_at"] = clock.utc_now()
            return response
        exchange = _exchange(request, response)
        request.meta["fetched_at"] = exchange.when
        try:
            archive.record(exchange)
        except StorageError as error:
            run.fail(error)
            raise IgnoreRequest(str(error)) from error
        return response

    @property
    def _run(self) -> CrawlRun | None:
        crawl: Crawl | None = getattr(self.crawler.spider, "crawl", None)
        return crawl.run if crawl is not None else None


def _key_that_may_be_in(response: Response, request: Request, key: str | None) -> str | None:
    """Return the key in use if the response may repeat it: an error, or an answer to it; else None.

    Documents may hold a short key by chance.
    """
    is_answer = key is not None and KEY_HEADER in request.headers and len(key) >= MIN_KEY_LENGTH
    return key if response.status >= 400 or is_answer else None


def _without_keys(response: Response, used: str | None) -> Response:
    """Return a page with keys unpacked and without them, in its headers too; any other response unchanged."""
    encoding = (response.headers.get("Content-Encoding") or b"").decode("latin-1").strip()
    with suppress(RecordError):  # a body that is cut or damaged is requested again
        body = unpack(encoding, response.body, MAX_PAGE_BYTES) if encoding else response.body
        body, replaced = without_keys(body, used)
        if replaced:
            headers = response.headers.copy()
            headers.pop("Content-Encoding", None)
            response = response.replace(body=body, headers=headers, flags=[*response.flags, _REPLACED])
    for name, values in response.headers.items() if used else ():
        response.headers[name] = [without_keys(value, used)[0] for value in values]
    return response


def _exchange(request: Request, response: Response) -> Exchange:
    address = response.ip_address
    return Exchange(
        method=request.method,
        url=request.url,
        request_headers=_pairs(request.headers),
        status=response.status,
        headers=_pairs(response.headers),
        body=response.body,
        when=clock.utc_now(),
        ip=str(address) if address is not None else None,
        truncated=next((why for flag, why in _TRUNCATED.items() if flag in response.flags), None),
        replaced=_REPLACED if _REPLACED in response.flags else None,
    )


def _pairs(headers: Headers) -> list[tuple[str, str]]:
    return [
        (name.decode("latin-1"), value.decode("latin-1"))
        for name, values in headers.items()
        for value in values
    ]
