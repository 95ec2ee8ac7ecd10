"""When single answers say that something is wrong with all of them."""

from __future__ import annotations

from itertools import count

import pytest

from osce_news.checks import limits
from osce_news.checks.article_checks import ArticleChecks
from osce_news.errors import LayoutError, RefusedError
from osce_news.items import ArticleItem, ArticleStatus, RawArticle
from osce_news.storage.own_pages import NEVER, Due

KNOWN = limits.MIN_KNOWN_LAYOUTS
NEW = Due("1", "u", NEVER, None, None)
REFUSED = RefusedError("no")
NUMBERS = count()


def answer(
    status: ArticleStatus = "read", layout: str = "drupal7-header", text: str | None = None
) -> ArticleItem:
    text = text or f"Text {next(NUMBERS)}"
    article = RawArticle("u", None, "A title", None, text, layout=layout) if status == "read" else None
    return ArticleItem("1", "u", "2024-08-05T12:00:00Z", status, reason="why", article=article)


def test_pages_in_a_row_that_are_not_understood_end_the_run() -> None:
    checks = ArticleChecks(0, 0)
    for _ in range(3):
        for _ in range(limits.MAX_BAD_IN_A_ROW - 1):
            checks.check(answer("unreadable"), NEW)
            checks.check(answer("gone"), NEW)
        checks.check(answer(), NEW)
    for _ in range(limits.MAX_BAD_IN_A_ROW - 1):
        checks.check(answer("unreadable"), NEW)
    with pytest.raises(LayoutError, match=r"5 pages in a row.*why"):
        checks.check(answer("unreadable"), NEW)


def test_pages_that_never_were_understood_say_nothing_new() -> None:
    checks = ArticleChecks(0, 0)
    for _ in range(10 * limits.MAX_BAD_IN_A_ROW):
        checks.check(answer("unreadable"), NEW._replace(status="unreadable"))
    checks = ArticleChecks(KNOWN, 0)
    for _ in range(10 * limits.MAX_BAD_IN_A_ROW):
        checks.check(answer(layout="trafilatura"), NEW._replace(status="read", layout="trafilatura"))


def test_no_known_layout_on_pages_in_a_row_ends_the_run_where_known_ones_are_usual() -> None:
    checks = ArticleChecks(KNOWN, KNOWN - 10)
    for _ in range(limits.MAX_BAD_IN_A_ROW - 1):
        checks.check(answer(layout="trafilatura"), NEW)
    with pytest.raises(LayoutError, match=rf"{KNOWN} articles.*--accept"):
        checks.check(answer(layout="trafilatura"), NEW)
    for known, others in ((KNOWN - 1, 0), (KNOWN, KNOWN)):
        checks = ArticleChecks(known, others)
        for _ in range(3 * limits.MAX_BAD_IN_A_ROW):
            checks.check(answer(layout="trafilatura"), NEW)


def test_one_text_on_pages_in_a_row_ends_the_run() -> None:
    checks = ArticleChecks(0, 0)
    for text in ("A text", "Another text"):  # joint statements have a page for each office
        for _ in range(limits.MAX_BAD_IN_A_ROW - 1):
            checks.check(answer(text=text), NEW)
    with pytest.raises(LayoutError, match=r"the same text on 5 pages in a row.*osce-news undo.*--accept"):
        checks.check(answer(text="Another text"), NEW)


def test_who_accepts_it_is_not_stopped() -> None:
    checks = ArticleChecks(KNOWN, 0, accept=True)
    for _ in range(3 * limits.MAX_BAD_IN_A_ROW):
        checks.check(answer(layout="trafilatura", text="A text"), NEW)
        checks.check(answer("unreadable"), NEW)


def test_one_page_kept_from_us_ends_no_run_and_two_in_a_row_do() -> None:
    checks = ArticleChecks(0, 0)
    for _ in range(3):
        assert checks.check_refusal(REFUSED, by_robots=False) is None
        checks.check(answer("gone"), NEW)
    found = [checks.check_refusal(REFUSED, by_robots=False) for _ in range(limits.MAX_REFUSED)]
    assert found == [None, REFUSED]
    found = [checks.check_refusal(REFUSED, by_robots=True) for _ in range(limits.MAX_FORBIDDEN)]
    assert found == [*[None] * (limits.MAX_FORBIDDEN - 1), REFUSED]
