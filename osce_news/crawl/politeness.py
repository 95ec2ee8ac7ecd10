"""Politeness, all of it: what the settings name and what the spider needs."""

from osce_news.crawl.backoff import CircuitOpenError, CrawlStoppedError
from osce_news.crawl.receipt import Cost, Receipt
from osce_news.crawl.retries import BackOffMiddleware
from osce_news.crawl.robots import CrawlDelay, RobotsError, StrictRobotsMiddleware
from osce_news.crawl.site import OneSiteMiddleware

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
