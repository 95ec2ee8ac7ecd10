"""Downloader middlewares: politeness, one site per crawl, redirects, compression, and the archive."""

from osce_news.crawl.middlewares.http import (
    CONDITIONS,
    CookielessRedirectMiddleware,
    OffsiteError,
    OneSiteMiddleware,
    StrictCompressionMiddleware,
    conditional_headers,
)
from osce_news.crawl.middlewares.retry import BackOffMiddleware, CircuitOpenError, CrawlStoppedError
from osce_news.crawl.middlewares.robots import RobotsError, RobotsUnreachableError, StrictRobotsMiddleware

__all__ = [
    "CONDITIONS",
    "BackOffMiddleware",
    "CircuitOpenError",
    "CookielessRedirectMiddleware",
    "CrawlStoppedError",
    "OffsiteError",
    "OneSiteMiddleware",
    "RobotsError",
    "RobotsUnreachableError",
    "StrictCompressionMiddleware",
    "StrictRobotsMiddleware",
    "conditional_headers",
]
