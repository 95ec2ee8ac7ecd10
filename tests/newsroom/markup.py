"""Whole list pages, in the site's known markup and in others with the same visible text."""

from __future__ import annotations

import functools
from collections.abc import Callable, Sequence

from tests.newsroom import chrome, pagers, results
from tests.newsroom.labels import Result, result
from tests.newsroom.stories import Story

# By markup: the function that writes a result, the markup before and after the list, the pager.
_HANDS: dict[str, tuple[Callable[[Result], str], str, str, Callable[[pagers.Place], str]]] = {
    "drupal7": (
        results.drupal7,
        '<div class="panel-pane pane-apachesolr-result">\n<div class="pane-content">\n',
        "</div>\n</div>\n",
        pagers.drupal7,
    ),
    "strong": (results.strong, '<div class="news-list">\n', "</div>\n", pagers.drupal7),
    "dl": (results.dl, '<div class="entries">\n', "</div>\n", pagers.drupal7),
    "dd-links": (results.dd_links, '<div class="entries">\n', "</div>\n", pagers.drupal7),
    "table": (results.table, '<div class="rows">\n', "</div>\n", pagers.drupal7),
    "lines": (results.lines, '<div class="text">\n', "</div>\n", pagers.drupal7),
    "drupal10": (
        results.drupal10,
        '<div class="views-element-container"><div class="view view-newsroom">\n<div class="view-content">\n',
        "</div>\n</div></div>\n",
        pagers.drupal10,
    ),
    "links": (results.links, '<div class="teasers">\n', "</div>\n", pagers.drupal7),
    "nbsp": (results.nbsp, '<div class="items">\n', "</div>\n", pagers.drupal7),
    "upper": (results.upper, '<div class="cards">\n', "</div>\n", pagers.drupal7),
    "nocolon": (results.nocolon, '<div class="hits">\n', "</div>\n", pagers.drupal7),
    "flat": (results.flat, '<div class="list">\n', "</div>\n", pagers.drupal7),
    "nested": (
        results.nested,
        '<div class="l-a"><div class="l-b"><ul class="l-c">\n',
        "</ul></div></div>\n",
        pagers.plain,
    ),
}

MARKUPS = tuple(_HANDS)


def render_page(
    stories: Sequence[Story],
    *,
    page: int,
    rows: int,
    total: int,
    path: str = "/press-releases",
    query: Sequence[tuple[str, str]] | None = None,
    markup: str = "drupal7",
    language: str = "en",
) -> str:
    """Return the HTML of a list page with these stories; without any, that of an empty list.

    `page` counts from 0; `total` is the number of stories on all pages, and makes the pager with `rows`.
    `path` is that of an address (percent-encoded, without the prefix of a language). `query` has the other
    parameters, not encoded, in the order in which the links of the pager have them; by default, these are
    the rows and the order by date. Raises KeyError for an unknown markup.
    """
    one, before, after, pager = _HANDS[markup]
    top, bottom = _frame(markup, language)
    if not stories:
        content = chrome.no_results(chrome.WORDS[language])
        return "".join((top, before, content, after, bottom))
    if query is None:
        query = (("rows", str(rows)), ("solrsort", "ds_date desc"))
    place = pagers.Place(
        path=chrome.WORDS[language].prefix + path,
        query=tuple(pair for pair in query if pair[0] != "page"),
        page=page,
        pages=-(-total // rows),
        language=language,
    )
    shown = [one(result(story, language)) for story in stories]
    # In the known markup the pager is in the same pane as the results, in others below it.
    tail = (pager(place), after) if markup == "drupal7" else (after, pager(place))
    return "".join((top, before, *shown, *tail, bottom))


@functools.cache
def _frame(markup: str, language: str) -> tuple[str, str]:
    """Return what is above and below the results, which does not depend on the stories."""
    words = chrome.WORDS[language]
    if markup == "drupal10":
        body, main, end = '<body class="path-newsroom">\n', '<main role="main">\n', "</main>\n"
    else:
        body, main, end = (
            '<body class="html not-front one-sidebar page-press-releases">\n<div id="page">\n',
            '<div id="main"><div id="content" class="column" role="main">\n',
            "</div></div>\n</div>\n",
        )
    drupal = 10 if markup == "drupal10" else 7
    top = chrome.head(words, language, drupal) + body + chrome.header(words)
    return (f"{top}{main}{chrome.opening(words)}", f"{end}{chrome.sidebar(words)}{chrome.footer(words)}")
