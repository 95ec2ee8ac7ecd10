"""The checks that a page has to pass before it is stored."""

from osce_news.checks.page_checks import check, check_page, withdrawn

__all__ = ["check", "check_page", "withdrawn"]
