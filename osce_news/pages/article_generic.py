"""Reads an article from a page of no known layout: the text by trafilatura, the rest by what is common."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import Any

from lxml import etree
from lxml.etree import _Element as Element

from osce_news.errors import LayoutError
from osce_news.normalize.dates import place_and_day
from osce_news.pages.article_layouts import ArticleOutline, first_date
from osce_news.pages.article_text import Paragraph, read_paragraphs
from osce_news.pages.article_tree import ArticleTree
from osce_news.pages.article_words import says
from osce_news.pages.date_anchors import find_date_anchors
from osce_news.pages.text_lines import Line, squeeze, text_lines, text_of

NAME = "trafilatura"

_TITLES = "h1"
_DATES = "span.date-display-single, time, [class*=publish], [class*=date-]"
_NEAR = 6  # lines below a title in which its date may stand
_MOST_ELEMENTS = 50_000  # 5 MB of text in short paragraphs; trafilatura's time grows with their square
_LARGE = 500_000  # letters of a page; for larger ones trafilatura's other ways take too long
# What trafilatura calls the elements of a text, and what a page calls them.
_TAGS = {"head": "h2", "item": "li", "lb": "br", "quote": "blockquote", "row": "tr", "cell": "td", "hi": "b"}


def find_around(tree: ArticleTree) -> ArticleOutline:
    """Return title and date, as far as they can be told; the text is not looked for.

    The title is the first heading of the first rank, else what the head says. Raises LayoutError if the
    page has no title, or is a list.
    """
    body = next(iter(tree.find("body")), tree.root)
    lines = text_lines(body)
    listed = len(find_date_anchors(lines).in_list)
    if listed > 1:
        raise LayoutError("article", expected="an article", got=f"a list of {listed} results")
    heading = next((element for element in tree.find(_TITLES) if text_of(element)), None)
    title = text_of(heading) if heading is not None else _title_in_head(tree, lines)
    if not title:
        raise LayoutError("h1", expected="a title", got=tree.description)
    if says("section", title):
        raise LayoutError("h1", expected="an article's title", got=f"that of a section: {title!r}")
    skips = [line.block for line in lines if says("skip_links", line.text) and line.block is not body]
    used = [*skips, *_menus(lines, body), *([] if heading is None else [heading])]
    at = next((n for n, line in enumerate(lines) if line.block is heading), None)
    for line in lines[at + 1 : at + 1 + _NEAR] if at is not None else []:
        if (printed := place_and_day(line.text)) and line.block is not body:
            return ArticleOutline(NAME, title, body, (), [*used, line.block], printed.day, printed.place)
    dates = [element for element in tree.find(_DATES) if place_and_day(text_of(element))]
    published, remark = first_date(dates)
    return ArticleOutline(NAME, title, body, (), [*used, *dates], published, remark=remark)


def read_text(tree: ArticleTree) -> list[Paragraph]:
    """Return the paragraphs that trafilatura takes for the text; an empty list if it finds none.

    It gets the page without what is known to be no text. It opens no socket and reads no file of the user.
    """
    elements = sum(1 for _ in tree.root.iter(etree.Element))
    if elements > _MOST_ELEMENTS:
        raise LayoutError("article", expected=f"at most {_MOST_ELEMENTS} elements", got=str(elements))
    html = etree.tostring(tree.root, encoding="unicode", method="html")
    try:
        body = _extracted(html)
    except Exception as error:  # whatever another's code makes of a hostile page: it is not understood
        raise LayoutError("article", expected="a text", got=f"{type(error).__name__} in {NAME}") from error
    if body is None:
        return []
    for element in body.iter(etree.Element):
        tag = str(element.tag)
        if tag == "list":
            element.tag = "ol" if element.get("rend") == "ol" else "ul"
        else:
            element.tag = _TAGS.get(tag, tag)
    return read_paragraphs(body)


def _extracted(html: str) -> Element | None:
    """Return the body that trafilatura makes of a page, or None."""
    from trafilatura import bare_extraction  # a third of a second, and few pages need it

    document: Any = bare_extraction(
        html,
        fast=len(html) > _LARGE,
        include_comments=False,
        include_tables=True,
        with_metadata=False,
        deduplicate=False,
    )
    return None if document is None else document.body


def _menus(lines: Sequence[Line], body: Element) -> list[Element]:
    """Return the blocks with several lines that are all links: menus of pages that do not mark them up."""
    by_block: dict[Element, list[bool]] = {}
    for line in lines:
        by_block.setdefault(line.block, []).append(line.is_link)
    return [block for block, links in by_block.items() if len(links) > 1 and all(links) and block is not body]


def _title_in_head(tree: ArticleTree, lines: Sequence[Line]) -> str | None:
    """Return the title that the head gives, best without the site's name: as a line of the page prints it."""
    printed = tree.first("meta[property='og:title']::attr(content)") or tree.first("title::text")
    if printed is None:
        return None
    in_title = (line.text for line in lines[: _NEAR * 5] if line.text in printed)
    longest = max(in_title, key=len, default="")
    if len(longest) * 2 > len(printed):
        return longest
    return squeeze(re.split(r"\s[|–—]\s", printed)[0])
