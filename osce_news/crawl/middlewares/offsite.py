"""The middleware that keeps a crawl on one site, and gives all hosts of the site one crawl-delay."""

from __future__ import annotations

from typing import TYPE_CHECKING

from scrapy.downloadermiddlewares.offsite import OffsiteMiddleware
from scrapy.exceptions import IgnoreRequest
from scrapy.utils.httpobj import urlparse_cached

if TYPE_CHECKING:
    from scrapy import Request, Spider


class OneSiteMiddleware(OffsiteMiddleware):
    """Keeps the crawl on the start address's site, and lets the spider know when it is led away.

    Scrapy's middleware drops such a request when it is scheduled, and the crawl would end as if the
    list were at its end; and it lets a redirect go anywhere once the request was tried again, for
    Scrapy marks retried requests as not to be filtered.

    All requests to the site share one slot of the downloader, so that the crawl-delay also holds
    between osce.org and www.osce.org; the longest that any of its hosts asks for counts.
    """

    def request_scheduled(self, request: Request, spider: Spider) -> None:
        """Do nothing: `process_request` decides, where the spider learns of it."""

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
