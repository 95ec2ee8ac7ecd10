"""The last look at a page before it is stored."""

from osce_news.crawl.gate.rules import check

__all__ = ["check"]
