"""The middleware that keeps a crawl on one site, and gives all hosts of the site one crawl-delay."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scrapy.downloadermiddlewares.offsite import OffsiteMiddleware
from scrapy.exceptions import IgnoreRequest
from scrapy.utils.httpobj import urlparse_cached

if TYPE_CHECKING:
    from scrapy import Request, Spider


class OneSiteMiddleware(OffsiteMiddleware):
    """Keeps the crawl on the start address's site; the spider gets an error for requests to other sites.

    Scrapy's middleware drops such a request when it is scheduled, so the crawl would end as if the list were
    at its end. It also follows a redirect to any site after a retry, because Scrapy sets `dont_filter` on
    retried requests.

    All requests to the site share one slot of the downloader, so that the crawl-delay also applies between
    osce.org and www.osce.org; it is the longest that any of the hosts asks for.
    """

    def request_scheduled(self, request: Request, spider: Spider) -> None:
        """Do nothing: `process_request` decides, and there the request's errback is called."""

    def process_request(self, request: Request, spider: Spider | None = None) -> None:
        """Put the request into the site's slot; raises IgnoreRequest if it leads to another site."""
        assert self.crawler.spider is not None
        host = urlparse_cached(request).hostname or ""
        if not self.should_follow(request, self.crawler.spider):
            self.stats.inc_value("offsite/filtered")
            raise IgnoreRequest(f"Filtered offsite request to {host!r}")
        domains: list[str] = getattr(self.crawler.spider, "allowed_domains", None) or []
        # A redirected request still has the slot of where it came from.
        request.meta["download_slot"] = next(
            (site for site in domains if host == site or host.endswith(f".{site}")), host
        )
