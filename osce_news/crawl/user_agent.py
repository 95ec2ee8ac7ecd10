"""How the crawler presents itself: as slow as asked for, and with the name of who crawls."""

from __future__ import annotations

import logging
import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from scrapy.crawler import Crawler

    from osce_news.crawl.options import CrawlOptions

logger = logging.getLogger(__name__)


def set_up(crawler: Crawler, options: CrawlOptions) -> None:
    """Let the crawler be as slow as asked for, and say who crawls."""
    if options.delay is not None:
        crawler.settings.set("DOWNLOAD_DELAY", options.delay, priority="spider")
    if contact := crawler.settings["OSCE_NEWS_CONTACT"] or os.environ.get("OSCE_NEWS_CONTACT"):
        agent = f"{crawler.settings['USER_AGENT']} (+{contact})"
        crawler.settings.set("USER_AGENT", agent, priority="spider")
    else:
        logger.warning("no contact in the user agent: set OSCE_NEWS_CONTACT to your e-mail or page")
