"""Middlewares and extensions: politeness, one site per crawl, and the archive."""

from osce_news.crawl.middlewares.offsite import OneSiteMiddleware
from osce_news.crawl.middlewares.retry import BackOffMiddleware, CircuitOpenError, CrawlStoppedError
from osce_news.crawl.middlewares.robots import CrawlDelay, RobotsError, StrictRobotsMiddleware
from osce_news.crawl.stats import RequestStats, RequestStatsExtension

__all__ = [
    "BackOffMiddleware",
    "CircuitOpenError",
    "CrawlDelay",
    "CrawlStoppedError",
    "OneSiteMiddleware",
    "RequestStats",
    "RequestStatsExtension",
    "RobotsError",
    "StrictRobotsMiddleware",
]
