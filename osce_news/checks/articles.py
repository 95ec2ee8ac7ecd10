"""When answers to requests for articles say that something is wrong with all of them: no network."""

from __future__ import annotations

from osce_news.errors import LayoutError, RefusedError
from osce_news.items import ArticleItem
from osce_news.pages.article_generic import NAME as BY_EXTRACTOR
from osce_news.storage.article_queue import Due

IN_A_ROW = 5  # pages that are not understood, or by no known layout: the site has changed its pages
ENOUGH = 20  # stored articles of known layouts, without which nothing is unusual in others
REFUSALS = 2  # one page may be kept from everybody; a second one in a row says that we are not wanted
FORBIDDEN = 5  # by robots.txt, in a row; these cost no request


class ArticleChecks:
    """Looks at the answers in order, and raises when they are no matter of single articles any more.

    Only what is otherwise than at the last reading counts: an article that never could be read says
    nothing new.
    """

    def __init__(self, known: int, others: int, *, accept: bool = False) -> None:
        """`known` and `others`: how many stored articles were read by known layouts, and by the extractor."""
        self._known, self._others = known, others
        self._accept = accept
        self._unreadable = self._by_extractor = self._refused = self._forbidden = 0

    def check(self, answer: ArticleItem, before: Due) -> None:
        """Take note of an answer before it is stored; raises LayoutError, and then it is not to be stored."""
        self._refused = self._forbidden = 0
        if answer.article is not None:
            self._unreadable = 0
            self._see_layout(answer.article.layout, before)
        elif answer.status == "unreadable" and before.status != "unreadable":
            self._unreadable += 1
            if self._unreadable >= IN_A_ROW and not self._accept:
                raise LayoutError(
                    "article",
                    expected="an article",
                    got=f"{self._unreadable} pages in a row that are none; the last: {answer.reason}",
                )

    def check_refusal(self, error: RefusedError, *, by_robots: bool) -> RefusedError | None:
        """Take note of a refusal; return the error if it ends the run."""
        if by_robots:
            self._forbidden += 1
            return error if self._forbidden >= FORBIDDEN else None
        self._refused += 1
        return error if self._refused >= REFUSALS else None

    def _see_layout(self, layout: str, before: Due) -> None:
        if layout != BY_EXTRACTOR:
            self._known += 1
            self._by_extractor = 0
            return
        if before.layout == BY_EXTRACTOR:
            return
        self._by_extractor += 1
        usual = self._known >= ENOUGH and self._known > self._others
        if self._by_extractor >= IN_A_ROW and usual and not self._accept:
            raise LayoutError(
                "article",
                expected=f"a known layout, as {self._known} articles have",
                got=f"none on {self._by_extractor} pages in a row; if that is right, go on with --accept",
            )
        self._others += 1
