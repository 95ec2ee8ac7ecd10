"""Reads an article of an unknown layout: title and values are those of a card, trafilatura finds the text."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from itertools import chain, islice, takewhile
from typing import Any

from lxml import etree
from lxml.etree import _Element as Element

from osce_news.errors import LayoutError
from osce_news.items import BY_EXTRACTOR
from osce_news.normalize.dates import parse_date, place_and_day
from osce_news.normalize.vocabulary import says, vocabulary
from osce_news.pages.article_layouts import ArticleOutline, find_title
from osce_news.pages.article_text import Paragraph, read_paragraphs
from osce_news.pages.card_fields import CardFields, is_of_change, times_in
from osce_news.pages.card_values import is_dated, is_of_values
from osce_news.pages.html_page import HtmlPage
from osce_news.pages.labelled_list import find_date_anchors
from osce_news.pages.labels import DATE
from osce_news.pages.text_lines import INLINE, Line, text_of

_DATES = "time, [class*=publish], [class*=date]"
_ABOVE, _BELOW = 3, 6  # lines around a title that may be its values
_LONGEST_VALUE = 120  # characters of such a line; a longer one begins the text
_MOST_TEXTS = 20  # in an element of a line; a hostile page may nest thousands in each other
_MOST_ELEMENTS = 20_000  # 2 MB of short paragraphs; trafilatura needs quadratic time
_LARGE = 500_000  # characters; trafilatura's fallbacks take too long for larger pages
# Elements of trafilatura's output, and their names in HTML.
_TAGS = {"head": "h2", "item": "li", "lb": "br", "quote": "blockquote", "row": "tr", "cell": "td", "hi": "b"}


def find_outline(page: HtmlPage) -> ArticleOutline:
    """Return the title and the values around it; the text is not read.

    The title is the page's heading, else the title in the page's head. If no date is next to the
    title, the date is the only one in elements for dates; None if none is recognised. Raises LayoutError if
    the page has no title, or is a list.
    """
    body = next(iter(page.find("body")), page.root)
    lines = page.lines
    listed = len(find_date_anchors(lines).in_list)
    if listed > 1:
        raise LayoutError("article", expected="an article", got=f"a list of {listed} results")
    heading, title = find_title(page)
    if says("section", title):
        raise LayoutError("h1", expected="an article's title", got=f"that of a section: {title!r}")
    around = _around(lines, heading)
    times = [time for line in around for element in _elements_of(line) for time in times_in(element)]
    card = CardFields(around, body, None, times=times)
    values = dict(card.values)
    printed = (place_and_day(line.text) for line in around if not parse_date(line.text))
    places = (one.place for one in printed if one is not None and one.place)
    used = [line for number, line in enumerate(around) if number in card.labelled.used or _is_value(line)]
    return ArticleOutline(
        BY_EXTRACTOR,
        title,
        body,
        (),
        [*_before(lines, heading), *_menus(lines, body), *chain.from_iterable(map(_elements_of, used))],
        published=values.pop(DATE, None) or _only_date(page),
        place=next(filter(vocabulary("places").find, places), None),
        values=values,
    )


def read_text(page: HtmlPage) -> list[Paragraph]:
    """Return the paragraphs that trafilatura recognises as the text; an empty list if it finds none.

    It gets the page after pruning, and uses neither the network nor files of the user.
    """
    elements = sum(1 for _ in page.root.iter(etree.Element))
    if elements > _MOST_ELEMENTS:
        raise LayoutError("article", expected=f"at most {_MOST_ELEMENTS} elements", got=str(elements))
    html = etree.tostring(page.root, encoding="unicode", method="html")
    try:
        body = _extracted(html)
    except Exception as error:  # the library may raise anything for a hostile page
        got = f"{type(error).__name__} in {BY_EXTRACTOR}"
        raise LayoutError("article", expected="a text", got=got) from error
    if body is None:
        return []
    for element in list(body.iter("list", *_TAGS)):  # others keep their names, which may not be valid ones
        if element.tag == "list":
            element.tag = "ol" if element.get("rend") == "ol" else "ul"
        else:
            element.tag = _TAGS[str(element.tag)]
    return read_paragraphs(body)


def _extracted(html: str) -> Element | None:
    """Return the body element of trafilatura's output, or None."""
    from trafilatura import bare_extraction  # the import takes 0.3 s, and few pages need it

    document: Any = bare_extraction(html, fast=len(html) > _LARGE, include_comments=False)
    return None if document is None else document.body


def _around(lines: Sequence[Line], heading: Element | None) -> list[Line]:
    """Return the lines with values above the title, and the short lines between it and the text."""
    own = [number for number, line in enumerate(lines) if line.block is heading]
    if not own:
        return []
    above = list(takewhile(_is_value, reversed(lines[max(0, own[0] - _ABOVE) : own[0]])))
    below = takewhile(_is_short, lines[own[-1] + 1 : own[-1] + 1 + _BELOW])
    return [*reversed(above), *below]


def _before(lines: Sequence[Line], heading: Element | None) -> Iterator[Element]:
    """Yield the title's heading and the blocks above it: the text is below."""
    if heading is not None:
        yield heading
        wide = set(heading.iterancestors())
        above = takewhile(lambda line: line.block is not heading, lines)
        yield from (line.block for line in above if line.block not in wide)


def _only_date(page: HtmlPage) -> str | None:
    """Return the date in elements for dates anywhere on the page; None without one or with several."""
    elements = (one for one in page.find(_DATES) if not is_of_change(one) and _has_few_texts(one))
    found = (date for one in elements for date in (text_of(one), one.get("datetime")))
    days = {day: date for date in found if (day := parse_date(date))}
    return days.popitem()[1] if len(days) == 1 else None


def _is_short(line: Line) -> bool:
    return (
        line.heading is None and len(line.text) <= _LONGEST_VALUE and not line.text.endswith((".", "!", "?"))
    )


def _is_value(line: Line) -> bool:
    return _is_short(line) and (is_of_values(line) or is_dated(line) or place_and_day(line.text) is not None)


def _elements_of(line: Line) -> list[Element]:
    """Return the elements with the text of a line: its block, or elements inside a block with more lines."""
    if _has_few_texts(line.block) and text_of(line.block) == line.text:
        return [line.block]
    inside = filter(_has_few_texts, islice(line.block.iterchildren(*INLINE), _MOST_TEXTS))
    return [one for one in inside if (text := text_of(one)) and text in line.text]


def _has_few_texts(element: Element) -> bool:
    return next(islice(element.itertext(), _MOST_TEXTS, None), None) is None


def _menus(lines: Sequence[Line], body: Element) -> list[Element]:
    """Return the blocks with several lines that are all links: menus without a nav element."""
    by_block: dict[Element, list[bool]] = {}
    for line in lines:
        by_block.setdefault(line.block, []).append(line.is_link)
    return [block for block, links in by_block.items() if len(links) > 1 and all(links) and block is not body]
