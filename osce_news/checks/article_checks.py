"""Checks whether something is wrong with all articles of a run."""

from __future__ import annotations

from osce_news.checks import limits
from osce_news.errors import LayoutError, RefusedError
from osce_news.items import BY_EXTRACTOR, ArticleItem
from osce_news.storage.own_pages import Due


class ArticleChecks:
    """Gets the responses in order; raises an error when not only a single article is at fault.

    A page that was not understood before does not count: it says nothing new.
    """

    def __init__(self, known_layouts: int, by_extractor: int, *, accept: bool = False) -> None:
        """Begin with the number of stored articles in known layouts, and of those read by the extractor."""
        self._known_layouts, self._stored_by_extractor = known_layouts, by_extractor
        self._accept = accept
        self._unreadable = self._by_extractor = self._refused = self._forbidden = self._alike = 0
        self._text: str | None = None  # of the last article

    def check(self, item: ArticleItem, before: Due) -> None:
        """Count a response; raises LayoutError if it must not be stored."""
        self._refused = self._forbidden = 0
        if item.article is not None:
            self._unreadable = 0
            self._check_text(item.article.text)
            self._check_layout(item.article.layout, before)
        elif item.status == "unreadable" and before.status != "unreadable":
            self._unreadable += 1
            if self._unreadable >= limits.MAX_BAD_IN_A_ROW and not self._accept:
                raise LayoutError(
                    "article",
                    expected="an article",
                    got=f"{self._unreadable} pages in a row that are not; the last: {item.reason}",
                )

    def check_refusal(self, error: RefusedError, *, by_robots: bool) -> RefusedError | None:
        """Count a refusal; return the error if it ends the run, else None."""
        if by_robots:
            self._forbidden += 1
            return error if self._forbidden >= limits.MAX_FORBIDDEN else None
        self._refused += 1
        return error if self._refused >= limits.MAX_REFUSED else None

    def _check_text(self, text: str | None) -> None:
        self._alike = self._alike + 1 if text and text == self._text else 1
        self._text = text
        if self._alike >= limits.MAX_BAD_IN_A_ROW and not self._accept:
            raise LayoutError(
                "article",
                expected="a text of its own",
                got=f"the same text on {self._alike} pages in a row; `osce-news undo` takes them back, or if "
                "they are right, continue with --accept",
            )

    def _check_layout(self, layout: str, before: Due) -> None:
        if layout != BY_EXTRACTOR:
            self._known_layouts += 1
            self._by_extractor = 0
            return
        if before.layout == BY_EXTRACTOR:
            return
        self._by_extractor += 1
        is_unusual = (
            self._known_layouts >= limits.MIN_KNOWN_LAYOUTS
            and self._known_layouts > self._stored_by_extractor
        )
        if self._by_extractor >= limits.MAX_BAD_IN_A_ROW and is_unusual and not self._accept:
            raise LayoutError(
                "article",
                expected=f"a known layout, as {self._known_layouts} articles have",
                got=f"none on {self._by_extractor} pages in a row; if that is right, continue with --accept",
            )
        self._stored_by_extractor += 1
