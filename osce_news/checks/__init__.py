"""The last look at a page before it is stored."""

from osce_news.checks.check import check

__all__ = ["check"]
