"""Reads the items of a sitemap with fundus or news-please, as their documentation shows, into JSON lines.

benchmarks/other_programs.py runs it in an environment that has both, without the rest of this project.
"""

# The two programs are not installed where types are checked.
# mypy: ignore-errors
from __future__ import annotations

import json
import re
import sys
import urllib.request
from collections.abc import Iterator
from datetime import datetime


def main() -> None:
    """Read all items from the site, with the program that the command names."""
    program, site = sys.argv[1:]
    for values in {"fundus": with_fundus, "news-please": with_news_please}[program](site):
        print(json.dumps(values, default=lambda value: value.isoformat()))


def with_fundus(site: str) -> Iterator[dict[str, object]]:
    """Yield the values of each item; the selectors are those of the site's pages of 2026."""
    from fundus import Crawler, Sitemap
    from fundus.parser import ArticleBody, BaseParser, ParserProxy, attribute
    from fundus.parser.utility import (
        extract_article_body_with_selector,
        generic_date_parsing,
        generic_nodes_to_text,
    )
    from fundus.publishers.base_objects import Publisher, PublisherGroup
    from lxml.cssselect import CSSSelector

    class Parser(ParserProxy):
        class V1(BaseParser):
            @attribute
            def title(self) -> str | None:
                return next(iter(generic_nodes_to_text(CSSSelector("h1")(self.precomputed.doc))), None)

            @attribute
            def publishing_date(self) -> datetime | None:
                times = CSSSelector("time[datetime]")(self.precomputed.doc)
                return generic_date_parsing(times[0].get("datetime")) if times else None

            @attribute
            def body(self) -> ArticleBody | None:
                return extract_article_body_with_selector(
                    self.precomputed.doc,
                    paragraph_selector=CSSSelector("div.body-section p, div.body-section li"),
                    subheadline_selector=CSSSelector("div.body-section h3"),
                )

            @attribute
            def topics(self) -> list[str]:
                rows = CSSSelector("div.meta__row")(self.precomputed.doc)
                row = [one for one in rows if "Field of work" in one.text_content()]
                return generic_nodes_to_text(CSSSelector("li")(row[0])) if row else []

    class Organization(metaclass=PublisherGroup):
        default_language = "en"
        osce = Publisher(
            name="OSCE", domain=f"{site}/", parser=Parser, sources=[Sitemap(f"{site}/sitemap.xml")]
        )

    for article in Crawler(Organization, delay=0.0).crawl(only_complete=False):
        yield {
            "url": article.html.requested_url,
            "title": article.title,
            "published": article.publishing_date,
            "text": str(article.body) if article.body else None,
            "topics": article.topics or None,
            "language": article.lang,
        }


def with_news_please(site: str) -> Iterator[dict[str, object]]:
    """Yield the values of each item."""
    from newsplease import NewsPlease

    with urllib.request.urlopen(f"{site}/sitemap.xml") as answer:
        addresses = re.findall("<loc>(.*?)</loc>", answer.read().decode())
    for address in addresses:
        if article := NewsPlease.from_url(address):
            yield {
                "url": address,
                "title": article.title,
                "published": article.date_publish,
                "text": article.maintext,
                "language": article.language,
            }


if __name__ == "__main__":
    main()
