"""Reads an article of an unknown layout: conventions find title and date, trafilatura finds the text."""

from __future__ import annotations

from collections.abc import Sequence
from itertools import islice
from typing import Any

from lxml import etree
from lxml.etree import _Element as Element

from osce_news.errors import LayoutError
from osce_news.items import BY_EXTRACTOR
from osce_news.normalize.dates import place_and_day
from osce_news.normalize.vocabulary import says
from osce_news.pages.article_layouts import ArticleOutline, first_date, title_in_head
from osce_news.pages.article_text import Paragraph, read_paragraphs
from osce_news.pages.html_page import HtmlPage
from osce_news.pages.segmentation import find_date_anchors
from osce_news.pages.text_lines import Line, text_of

_DATES = "span.date-display-single, time, [class*=publish], [class*=date-]"
_MOST_TEXTS = 20  # in an element that holds only a date; others may be nested in each other
_NEAR = 6  # lines below a title that may contain its date
_MOST_ELEMENTS = 20_000  # 2 MB of short paragraphs; trafilatura needs quadratic time
_LARGE = 500_000  # characters; trafilatura's fallbacks take too long for larger pages
# Elements of trafilatura's output, and their names in HTML.
_TAGS = {"head": "h2", "item": "li", "lb": "br", "quote": "blockquote", "row": "tr", "cell": "td", "hi": "b"}


def find_outline(page: HtmlPage) -> ArticleOutline:
    """Return title and date; the text is not read.

    The title is the first h1, else the title in the page's head. The date is None if none is recognised.
    Raises LayoutError if the page has no title, or is a list.
    """
    body = next(iter(page.find("body")), page.root)
    lines = page.lines
    listed = len(find_date_anchors(lines).in_list)
    if listed > 1:
        raise LayoutError("article", expected="an article", got=f"a list of {listed} results")
    heading = next((element for element in page.find("h1") if text_of(element)), None)
    title = text_of(heading) if heading is not None else title_in_head(page, lines)
    if not title:
        raise LayoutError("h1", expected="a title", got=page.description)
    if says("section", title):
        raise LayoutError("h1", expected="an article's title", got=f"that of a section: {title!r}")
    skips = [line.block for line in lines if says("skip_links", line.text) and line.block is not body]
    used = [*skips, *_menus(lines, body), *([] if heading is None else [heading])]
    at = next((n for n, line in enumerate(lines) if line.block is heading), None)
    for line in lines[at + 1 : at + 1 + _NEAR] if at is not None else []:
        if (printed := place_and_day(line.text)) and line.block is not body:
            known = [*used, line.block]
            return ArticleOutline(BY_EXTRACTOR, title, body, (), known, printed.day, printed.place)
    dates = [one for one in page.find(_DATES) if _has_few_texts(one) and place_and_day(text_of(one))]
    published, remark = first_date(dates)
    return ArticleOutline(BY_EXTRACTOR, title, body, (), [*used, *dates], published, remark=remark)


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
    for element in list(body.iter("list", *_TAGS)):  # others keep their names, which may be no names
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


def _has_few_texts(element: Element) -> bool:
    return next(islice(element.itertext(), _MOST_TEXTS, None), None) is None


def _menus(lines: Sequence[Line], body: Element) -> list[Element]:
    """Return the blocks with several lines that are all links: menus without a nav element."""
    by_block: dict[Element, list[bool]] = {}
    for line in lines:
        by_block.setdefault(line.block, []).append(line.is_link)
    return [block for block, links in by_block.items() if len(links) > 1 and all(links) and block is not body]
