"""Scrapy's middlewares for other sites, compression and redirects, with stricter rules."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from scrapy.downloadermiddlewares.httpcompression import HttpCompressionMiddleware
from scrapy.downloadermiddlewares.offsite import OffsiteMiddleware
from scrapy.downloadermiddlewares.redirect import RedirectMiddleware
from scrapy.exceptions import DownloadCancelledError, IgnoreRequest
from scrapy.utils.httpobj import urlparse_cached

from osce_news.archive.http_messages import MAX_PAGE_BYTES, unpack
from osce_news.archive.report import RecordError
from osce_news.crawl.failures import OffsiteError
from osce_news.normalize import is_web_address
from osce_news.urls import page_number, same_path, without_user

if TYPE_CHECKING:
    from scrapy import Request, Spider
    from scrapy.http import Response


CONDITIONS = ("If-None-Match", "If-Modified-Since")  # headers of a conditional request


def conditional_headers(etag: str | None, last_modified: str | None) -> dict[str, str]:
    """Return the headers of a request that is answered with 304 if the page has not changed."""
    values = zip(CONDITIONS, (etag, last_modified), strict=True)
    return {name: value for name, value in values if value}


class OneSiteMiddleware(OffsiteMiddleware):
    """Keeps the crawl on the start address's site; the spider gets an error for requests to other sites.

    Scrapy's middleware drops such a request when it is scheduled, so the crawl would end as if the list were
    at its end. It also follows a redirect to any site after a retry, because Scrapy sets `dont_filter` on
    retried requests.

    All requests to the site share one slot of the downloader, so that the crawl-delay also applies between
    osce.org and www.osce.org; it is the longest of those of the hosts.
    """

    def request_scheduled(self, request: Request, spider: Spider) -> None:
        """Do nothing: `process_request` decides, and there the request's errback is called."""

    def process_request(self, request: Request, spider: Spider | None = None) -> None:
        """Put the request into the site's slot; raises OffsiteError if it leads to another site.

        Raises IgnoreRequest for a host name that is not valid: Twisted would wait for its address forever.
        """
        assert self.crawler.spider is not None
        if not is_web_address(request.url):
            raise IgnoreRequest("not a valid address")
        host = urlparse_cached(request).hostname or ""
        if not self.should_follow(request, self.crawler.spider):
            self.stats.inc_value("offsite/filtered")
            raise OffsiteError(f"Filtered offsite request to {host!r}")
        domains: list[str] = getattr(self.crawler.spider, "allowed_domains", None) or []
        # A redirected request still has the slot of the host that redirected it.
        request.meta["download_slot"] = next(
            (site for site in domains if host == site or host.endswith(f".{site}")), host
        )


class StrictCompressionMiddleware(HttpCompressionMiddleware):
    """Flags a response whose body is cut or damaged with "dataloss", so that the page is requested again.

    Scrapy accepts gzip with a wrong checksum or without its end. The replay of an archive would not, so it
    would give another database than the crawl.
    """

    def process_response(self, request: Request, response: Response, *_: Any) -> Request | Response:
        """Return the response unpacked, or flagged; raises DownloadCancelledError if it is too large."""
        try:
            return super().process_response(request, response)
        except RecordError as error:
            if error.kind == "too_large":
                raise DownloadCancelledError(str(error)) from error
            return response.replace(flags=[*response.flags, "dataloss"])

    @staticmethod
    def _decode(body: bytes, encoding: bytes, max_size: int) -> bytes:
        return unpack(encoding.decode("latin-1"), body, max_size or MAX_PAGE_BYTES)


class CookielessRedirectMiddleware(RedirectMiddleware):
    """Gives up a page that redirects to itself until it gets a cookie, because the crawl keeps no cookies.

    It also gives up a page of a list that redirects to another page of that list, because the results between
    the two would never be read.

    Another address is requested without a condition: ETag and date are those of the page that redirects, so
    a 304 response would not be about it.
    """

    def process_response(self, request: Request, response: Response, *_: Any) -> Request | Response:
        """Return the response, or the request that it redirects to; raises IgnoreRequest."""
        if location := response.headers.get("Location"):
            # Scrapy logs it, and can't request a host with a password.
            response.headers["Location"] = without_user(location.decode("latin-1")).encode("latin-1")
        try:
            following = super().process_response(request, response)
        except ValueError as error:
            raise IgnoreRequest(f"a redirect to an address that is not valid ({error})") from error
        number = page_number(request.url)
        if number and same_path(request.url, following.url) and page_number(following.url) != number:
            raise IgnoreRequest(f"a redirect to another page of the list, {following.url}")
        redirects_to_itself = following is not response and following.url == request.url
        if redirects_to_itself and "Set-Cookie" in response.headers:
            raise IgnoreRequest("the site asks for a cookie, and the crawl keeps none")
        if following is not response and not redirects_to_itself:
            for name in CONDITIONS:
                following.headers.pop(name, None)
        return following
