"""The replies of the newsroom to requests, without sockets."""

from __future__ import annotations

import functools
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal
from urllib.parse import parse_qsl, urlsplit

from tests.newsroom.cards import CARDS, render_cards
from tests.newsroom.editing import StoryList
from tests.newsroom.markup import render_page
from tests.newsroom.pages import render_article, render_not_found
from tests.newsroom.stories import Story

FIXTURES = Path(__file__).resolve().parents[2] / "fixtures" / "listing"
ARTICLES = FIXTURES.with_name("article")
ROBOTS = "User-agent: *\nCrawl-delay: 0.05\nDisallow: /admin/\n"
HTML = "text/html; charset=utf-8"
MAX_ROWS = 50
BeyondEnd = Literal["empty", "last", "404"]
_LISTING = re.compile(r"(/press-releases(?:/[^/]+)?)", re.IGNORECASE)
_ITEM = re.compile(r"/(?:.+/)?(\d+)")


@dataclass(frozen=True, slots=True)
class Reply:
    """A whole response: status, body, and headers other than `Content-Length`."""

    status: int = 200
    body: bytes = b""
    content_type: str = HTML
    headers: Mapping[str, str] = field(default_factory=dict)


class Site(StoryList):
    """The stories and how they are shown; every attribute may be changed between two requests.

    A list page has the requested number of rows, from 1 to 50, or always `fixed_rows`. `markup` may also be a
    layout of cards, and `dates` says where these have theirs. `beyond_end` is the reply for a page after the
    last one: a page that says that nothing was found, the last page again, or 404.
    """

    def __init__(
        self,
        stories: Iterable[Story] = (),
        *,
        markup: str = "drupal7",
        dates: str = "time",
        robots: str = ROBOTS,
        fixed_rows: int | None = None,
        beyond_end: BeyondEnd = "empty",
    ) -> None:
        super().__init__(stories)
        self.markup = markup
        self.dates = dates
        self.robots = robots
        self.fixed_rows = fixed_rows
        self.beyond_end: BeyondEnd = beyond_end
        self.layout = "drupal7-header"
        """The layout of items' own pages."""
        self.article_pages: dict[int, bytes] = {}
        """The replies for items' own pages in place of their articles, by node; also for removed items."""

    def answer(self, target: str) -> Reply:
        """Return the reply for a path with its query; 404 for an unknown one."""
        parts = urlsplit(target)
        if parts.path == "/robots.txt":
            return Reply(200, self.robots.encode(), "text/plain; charset=utf-8")
        if found := _LISTING.fullmatch(parts.path.rstrip("/")):
            return self._listing(found[1], parts.query)
        if found := _ITEM.fullmatch(parts.path):
            return self._item(int(found[1]))
        return _not_found()

    def _listing(self, path: str, query: str) -> Reply:
        stories = self.stories
        pairs = parse_qsl(query, keep_blank_values=True)
        asked = dict(pairs)
        page = _number(asked.get("page"), 0)
        rows = self.fixed_rows or min(_number(asked.get("rows"), 10) or 10, MAX_ROWS)
        pages = -(-len(stories) // rows)
        if page > max(0, pages - 1):
            if self.beyond_end == "404":
                return _not_found()
            page = max(0, pages - 1) if self.beyond_end == "last" else page
        shown = tuple(stories[page * rows : (page + 1) * rows])
        return Reply(body=_rendered(shown, self.markup, self.dates, page, rows, pages, path, tuple(pairs)))

    def _item(self, node: int) -> Reply:
        if node in self.article_pages:
            return Reply(body=self.article_pages[node])
        for story in self.stories:
            if story.node == node:
                return Reply(body=render_article(story, layout=self.layout).encode())
        return _not_found()


@functools.lru_cache(1_000)
def _rendered(
    shown: tuple[Story, ...], markup: str, dates: str, page: int, rows: int, pages: int, path: str,
    query: tuple[tuple[str, str], ...],
) -> bytes:  # fmt: skip
    """Return a page of the list; one that does not change is rendered once."""
    if markup in CARDS:
        return render_cards(shown, markup, page=page, pages=pages, path=path, dates=dates).encode()
    total = pages * rows
    return render_page(
        shown, page=page, rows=rows, total=total, path=path, query=query, markup=markup
    ).encode()


def _number(text: str | None, default: int) -> int:
    """Return the number, or the default if the text is not a number, as the site does."""
    return int(text) if text and text.isascii() and text.isdigit() and len(text) < 10 else default


def _not_found() -> Reply:
    return Reply(404, render_not_found().encode())
