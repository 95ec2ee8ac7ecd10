"""The checks that a page has to pass before it is stored."""

from osce_news.checks.page_checks import check_against, check_page, site_has_changed

__all__ = ["check_against", "check_page", "site_has_changed"]
