"""Reads article pages with one extractor, in a process of its own: `python driver.py NAME PAGES`.

This file runs in environments without osce-news, so it imports nothing but the one extractor. PAGES is a
JSON file: a list of `{"file": ..., "url": ...}`. Each line on standard input asks for one line of JSON on
standard output: `read` gives what was read, `[{"title", "date", "text"}, ...]`, null for what was not
found; `time` gives `{"processor": ..., "wall": ...}`, the seconds that all pages took.
No socket can be opened, because some extractors try to.
"""

from __future__ import annotations

import json
import logging
import socket
import sys
import time
import warnings
from collections.abc import Callable
from pathlib import Path
from typing import Any, NamedTuple, NoReturn


class Page(NamedTuple):
    """A page as the extractors get it."""

    body: bytes
    text: str  # the body as UTF-8, for those that take no bytes
    url: str


class Read(NamedTuple):
    """What an extractor found: None where it found nothing; `date` is the day, YYYY-MM-DD, or as printed."""

    title: str | None = None
    date: str | None = None
    text: str | None = None


Extract = Callable[[Page], Read]


def ours() -> Extract:
    """Return a function that reads with our page object; a page that it refuses has no article."""
    from osce_news.errors import OsceNewsError
    from osce_news.pages.article import ArticlePage

    def extract(page: Page) -> Read:
        try:
            article = ArticlePage.from_body(page.body, page.url).article
        except OsceNewsError:
            return Read()
        return Read(article.title, article.published, article.text)

    return extract


def newspaper4k() -> Extract:
    """Return a function that reads with newspaper4k, without downloading."""
    import newspaper

    def extract(page: Page) -> Read:
        article = newspaper.article(page.url, input_html=page.text)
        return Read(article.title, _day(article.publish_date), article.text)

    return extract


def news_please() -> Extract:
    """Return a function that reads with news-please, without downloading."""
    from newsplease import NewsPlease

    def extract(page: Page) -> Read:
        article = NewsPlease.from_html(page.text, url=page.url)
        return Read(article.title, _day(article.date_publish), article.maintext)

    return extract


def trafilatura() -> Extract:
    """Return a function that reads with trafilatura: the text of its `extract`, with default options."""
    from trafilatura import bare_extraction

    def extract(page: Page) -> Read:
        document: Any = bare_extraction(page.body, url=page.url, with_metadata=True)
        return Read() if document is None else Read(document.title, _day(document.date), document.text)

    return extract


def lxml() -> Extract:
    """Return a function that builds the tree of a page and reads nothing: the limit."""
    from lxml import html

    def extract(page: Page) -> Read:
        html.document_fromstring(page.text)
        return Read()

    return extract


def fundus() -> Extract:
    """Return a function that reads with fundus, which has a parser per publisher, but none for the OSCE.

    Its selectors are those of osce_news/pages/article_layouts.py, for the layouts that are recognised by
    class names. The markup of the two others is not known, so nobody could write selectors for them.
    """
    from fundus.parser import ArticleBody, BaseParser, ParserProxy, attribute
    from fundus.parser.utility import extract_article_body_with_selector, generic_date_parsing
    from lxml.cssselect import CSSSelector
    from lxml.etree import XPath

    texts = (
        "div.content--content > div > div.pane-content",
        "div.node-content > div.pane-content",
        "div.field-field-description > div > div.field-item",
    )
    paths = [CSSSelector(text).path for text in texts]
    paragraphs = XPath(" | ".join(f"{path}//p[not(ancestor::li)] | {path}//li" for path in paths))
    headings = XPath(" | ".join(f"{path}//h2 | {path}//h3" for path in paths))
    title: Any = CSSSelector("div.content--header > h1, div.content--content > h1")
    date: Any = CSSSelector("span.date-display-single")

    class OsceParser(ParserProxy):
        class V1(BaseParser):
            @attribute
            def title(self) -> str | None:
                found = title(self.precomputed.doc)
                return found[0].text_content() if found else None

            @attribute
            def publishing_date(self) -> Any:
                found = date(self.precomputed.doc)
                return generic_date_parsing(found[0].text_content()) if found else None

            @attribute
            def body(self) -> ArticleBody | None:
                return extract_article_body_with_selector(
                    self.precomputed.doc, paragraph_selector=paragraphs, subheadline_selector=headings
                )

    parser = OsceParser()

    def extract(page: Page) -> Read:
        found = parser().parse(page.text, "raise")
        body = found["body"]
        return Read(found["title"], _day(found["publishing_date"]), str(body) if body else None)

    return extract


EXTRACTORS: dict[str, Callable[[], Extract]] = {
    "ours": ours,
    "fundus": fundus,
    "newspaper4k": newspaper4k,
    "news-please": news_please,
    "trafilatura": trafilatura,
    "lxml": lxml,
}


def _day(value: Any) -> str | None:
    """Return the day of a datetime or of a text that begins with one."""
    return str(value)[:10] if value else None


def _no_network(*arguments: object) -> NoReturn:
    raise OSError("no socket is opened here")


def main() -> None:
    """Answer each line of the standard input."""
    name, pages_file = sys.argv[1:]
    logging.disable()
    warnings.simplefilter("ignore")
    socket.socket.connect = _no_network  # type: ignore[method-assign]
    answers, sys.stdout = sys.stdout, sys.stderr  # an extractor that prints does not end up in an answer
    extract = EXTRACTORS[name]()
    pages = []
    for page in json.loads(Path(pages_file).read_text(encoding="utf-8")):
        body = Path(page["file"]).read_bytes()
        pages.append(Page(body, body.decode("utf-8", "replace"), page["url"]))
    for line in sys.stdin:
        answer: object
        if line.strip() == "read":
            answer = [extract(page)._asdict() for page in pages]
        else:
            wall, processor = time.perf_counter(), time.process_time()
            for page in pages:
                extract(page)
            answer = {
                "processor": time.process_time() - processor,
                "wall": time.perf_counter() - wall,
            }
        print(json.dumps(answer), file=answers, flush=True)


if __name__ == "__main__":
    main()
