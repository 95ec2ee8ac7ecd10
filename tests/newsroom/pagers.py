"""The links from one page of the list to the others."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from urllib.parse import quote, urlencode

from tests.newsroom.labels import escape

WINDOW = 9


@dataclass(frozen=True, slots=True)
class Place:
    """The place of a page in its list."""

    path: str
    query: tuple[tuple[str, str], ...]
    page: int
    pages: int
    language: str = "en"

    @property
    def numbers(self) -> range:
        """Return the pages that the pager names: nine around this one."""
        first = max(0, min(self.page - WINDOW // 2, self.pages - WINDOW))
        return range(first, min(self.pages, first + WINDOW))


WORDS = {
    "en": {
        "pages": "Pages",
        "first": "« first",
        "previous": "‹ previous",
        "next": "next ›",
        "last": "last »",
    },
    "ru": {
        "pages": "Страницы",
        "first": "« первая",
        "previous": "‹ предыдущая",
        "next": "следующая ›",
        "last": "последняя »",
    },
}


def address(path: str, pairs: Sequence[tuple[str, str]]) -> str:
    """Return the path with the query, encoded and escaped for an attribute."""
    return escape(f"{path}?{urlencode(pairs, quote_via=quote)}" if pairs else path)


def drupal7(place: Place) -> str:
    """Return Drupal 7's pager, in which the first page's address has no `page`; empty for a single page."""
    if place.pages < 2:
        return ""
    words = WORDS[place.language]

    def item(css: str, page: int, text: str) -> str:
        # Drupal puts the page in front of the other parameters.
        pairs = ((("page", str(page)),) if page else ()) + place.query
        return f'<li class="{css}"><a href="{address(place.path, pairs)}">{text}</a></li>\n'

    parts = []
    if place.page > 0:
        parts.append(item("pager-first first", 0, words["first"]))
        parts.append(item("pager-previous", place.page - 1, words["previous"]))
    if place.numbers.start > 0:
        parts.append('<li class="pager-ellipsis">…</li>\n')
    for number in place.numbers:
        if number == place.page:
            parts.append(f'<li class="pager-current">{number + 1}</li>\n')
        else:
            parts.append(item("pager-item", number, str(number + 1)))
    if place.numbers.stop < place.pages:
        parts.append('<li class="pager-ellipsis">…</li>\n')
    if place.page < place.pages - 1:
        parts.append(item("pager-next", place.page + 1, words["next"]))
        parts.append(item("pager-last last", place.pages - 1, words["last"]))
    return (
        f'<h2 class="element-invisible">{words["pages"]}</h2>\n<div class="item-list">'
        f'<ul class="pager">{"".join(parts)}</ul></div>\n'
    )


def drupal10(place: Place) -> str:
    """Return the pager of a later Drupal, whose addresses are only queries; empty for a single page."""
    if place.pages < 2:
        return ""

    def item(kind: str, page: int, hidden: str, shown: str, extra: str = "") -> str:
        href = address("", (*place.query, ("page", str(page))))
        return (
            f'<li class="pager__item{kind}"><a href="{href}"{extra}>'
            f'<span class="visually-hidden">{hidden}</span>{shown}</a></li>\n'
        )

    def arrow(text: str) -> str:
        return f'<span aria-hidden="true">{text}</span>'

    parts = []
    if place.page > 0:
        parts.append(item(" pager__item--first", 0, "First page", arrow("« First")))
        previous = place.page - 1
        extra = ' rel="prev"'
        parts.append(item(" pager__item--previous", previous, "Previous page", arrow("‹‹"), extra))
    for number in place.numbers:
        current = number == place.page
        kind = " pager__item--active is-active" if current else ""
        extra = ' aria-current="page"' if current else ""
        parts.append(item(kind, number, "Page", f" {number + 1}", extra))
    if place.page < place.pages - 1:
        following = place.page + 1
        extra = ' rel="next"'
        parts.append(item(" pager__item--next", following, "Next page", arrow("››"), extra))
        parts.append(item(" pager__item--last", place.pages - 1, "Last page", arrow("Last »")))
    return (
        '<nav class="pager" role="navigation" aria-labelledby="pagination-heading">\n'
        '<h4 id="pagination-heading" class="visually-hidden">Pagination</h4>\n'
        f'<ul class="pager__items js-pager__items">\n{"".join(parts)}</ul>\n</nav>\n'
    )


def plain(place: Place) -> str:
    """Return two links with the usual words and meaningless classes; empty for a single page."""
    if place.pages < 2:
        return ""
    words = WORDS[place.language]
    parts: list[str] = []
    for word, page in (("previous", place.page - 1), ("next", place.page + 1)):
        if 0 <= page < place.pages:
            href = address(place.path, (*place.query, ("page", str(page))))
            parts.append(f'<a class="p-{len(parts)}" href="{href}">{words[word]}</a>\n')
    return f'<div class="p-w"><div class="p-x">\n{"".join(parts)}</div></div>\n'
