"""Downloader middlewares: politeness, one site per crawl, redirects, compression, and the archive."""

from osce_news.crawl.middlewares.http import (
    CookielessRedirectMiddleware,
    OneSiteMiddleware,
    StrictCompressionMiddleware,
)
from osce_news.crawl.middlewares.retry import BackOffMiddleware, CircuitOpenError, CrawlStoppedError
from osce_news.crawl.middlewares.robots import RobotsError, StrictRobotsMiddleware

__all__ = [
    "BackOffMiddleware",
    "CircuitOpenError",
    "CookielessRedirectMiddleware",
    "CrawlStoppedError",
    "OneSiteMiddleware",
    "RobotsError",
    "StrictCompressionMiddleware",
    "StrictRobotsMiddleware",
]
