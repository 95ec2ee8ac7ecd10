"""Small handmade article pages with only the markup that a test is about."""

from __future__ import annotations

from pathlib import Path

from lxml.etree import _Element as Element

from osce_news.items import RawArticle
from osce_news.pages.article import ArticlePage
from osce_news.pages.html_page import HtmlPage
from tests.newsroom.site import ARTICLES

URL = "https://www.osce.org/odihr/575719"
CASES = sorted(path.parent.name for path in ARTICLES.glob("*/page.html"))
DAY = '<span class="date-display-single">1 May 2020</span>'
PROSE = "<p>The mayors of four towns met in the old school and spoke of one bridge, at length.</p>\n"


def layout(text: str, *, beside: str = "", head: str = "", title: str = "A bridge opens") -> str:
    """The HTML of a page in the layout drupal7-header with this text, and more next to it."""
    return (
        f'<!DOCTYPE html>\n<html lang="en"><head><title>{title} | OSCE</title>{head}</head><body>'
        f'<div class="content--header"><h1>{title}</h1>{DAY}</div>'
        f'<div class="content--content"><div><div class="pane-content">{text}</div></div>{beside}</div>'
        "</body></html>\n"
    )


def unknown(*parts: str, head: str = "") -> str:
    """The HTML of a page in an unknown layout."""
    return f'<!DOCTYPE html>\n<html lang="en"><head>{head}</head><body>{"".join(parts)}</body></html>\n'


def read(html: str, url: str = URL) -> RawArticle:
    """The article that the page object reads from a page."""
    return ArticlePage(html, url).article


def paragraphs(article: RawArticle) -> list[str]:
    """The paragraphs of an article's text."""
    return article.text.split("\n\n") if article.text else []


def body_of(case: str) -> bytes:
    """The bytes of a fixture's page."""
    return Path(ARTICLES, case, "page.html").read_bytes()


def of_fixture(case: str) -> RawArticle:
    """The article that the page object reads from a fixture."""
    return ArticlePage.from_body(body_of(case), URL).article


def element(markup: str) -> Element:
    """The element of this markup."""
    found: Element = HtmlPage(f"<body>{markup}</body>", URL).find("body > *")[0]
    return found
