"""Politeness: what the settings name and what the spider needs."""

from osce_news.crawl.polite.backoff import CircuitOpenError, CrawlStoppedError
from osce_news.crawl.polite.receipt import Cost, Receipt
from osce_news.crawl.polite.retries import BackOffMiddleware
from osce_news.crawl.polite.robots import CrawlDelay, RobotsError, StrictRobotsMiddleware
from osce_news.crawl.polite.site import OneSiteMiddleware

__all__ = [
    "BackOffMiddleware",
    "CircuitOpenError",
    "Cost",
    "CrawlDelay",
    "CrawlStoppedError",
    "OneSiteMiddleware",
    "Receipt",
    "RobotsError",
    "StrictRobotsMiddleware",
]
