"""How many results the list has at least, as one of its pages says: by a count, or a button for more."""

from __future__ import annotations

import re

from lxml.etree import _Element as Element

from osce_news.normalize.vocabulary import begins, fold, words
from osce_news.pages.text_lines import Line, is_hidden, upwards

_LONGEST_COUNT = 60  # characters of the line with a count
_RANGE = re.compile(r"(?:^|\D)(\d+) ?[-–—] ?(\d+) \D{2,8} (\d[\d.,\u00a0 ]*)")  # "11-20 of 1,340"
_SHOWN = re.compile(r"(?:^|\D)(\d+) \D{2,8} (\d[\d.,\u00a0 ]*)")  # "20 of 1,340"


def least_length(root: Element, lines: list[Line], results: int) -> int:
    """Return how many results the list has at least, given those on its page; 0 if nothing says so.

    A count must fit the number of results that the page shows.

    >>> from lxml import html
    >>> from osce_news.pages.text_lines import text_lines
    >>> page = html.fromstring("<p>Showing 2 of 340 results</p><button>Load more</button>")
    >>> least_length(page, text_lines(page), 2), least_length(page, text_lines(page), 3)
    (340, 4)
    """
    counted = [_counted(line.text, results) for line in lines if len(line.text) <= _LONGEST_COUNT]
    return max(counted, default=0) or (results + 1 if _has_button(root) else 0)


def _counted(text: str, results: int) -> int:
    """Return the number of all results in a line such as "11-20 of 1,340"; 0 if it has none."""
    folded = fold(text)
    if found := _RANGE.search(folded):
        first, last, length = found.groups()
        shown = int(last) - int(first) + 1
    elif (found := _SHOWN.search(folded)) and any(word in folded for word in words("counted")):
        first, length = found.groups()
        shown = int(first)
    else:
        return 0
    return int(re.sub(r"\D", "", length)) if shown == results else 0


def _has_button(root: Element) -> bool:
    """Whether the page has one button that loads more results; several would be those of other lists."""
    buttons = [
        one
        for one in root.iter("button", "input", "a")
        if begins("pager.more", one.get("value") or "".join(map(str, one.itertext())))
        and (one.tag != "a" or one.get("href", "#").startswith("#"))
        and not any(map(_is_beside, upwards(one)))
    ]
    return len(buttons) == 1


def _is_beside(element: Element) -> bool:
    """Whether an element is hidden, or contains the filters of a list and not the list."""
    return is_hidden(element) or element.tag in ("aside", "form") or "facet" in (element.get("class") or "")
