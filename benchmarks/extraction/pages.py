"""The pages that are read, and what is expected of each: the article fixtures, and generated articles."""

from __future__ import annotations

import html
import json
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from benchmarks.extraction.peers import ROOT
from benchmarks.extraction.scoring import Expected
from tests.newsroom import make_stories
from tests.newsroom.article_pages import HOST, LAYOUTS, render
from tests.newsroom.articles import Article, article_of
from tests.newsroom.dates import print_day
from tests.newsroom.labels import LABELS, result

FIXTURES = ROOT / "fixtures" / "article"


@dataclass(frozen=True, slots=True)
class Page:
    """A page on disk; `kind` is the fixture's or the layout's name."""

    kind: str
    file: Path
    url: str
    expected: Expected


def fixture_pages(folder: Path = FIXTURES) -> list[Page]:
    """Return the fixtures that are articles, without those that must be refused."""
    pages = []
    for case in sorted(path for path in folder.iterdir() if path.is_dir()):
        wanted = json.loads((case / "expected.json").read_text(encoding="utf-8"))
        if "error" not in wanted:
            meta = json.loads((case / "meta.json").read_text(encoding="utf-8"))
            pages.append(Page(case.name, case / "page.html", meta["url"], _expected(wanted)))
    return pages


def generated_pages(folder: Path, count: int) -> list[Page]:
    """Write the pages of this number of articles in every layout, and return them.

    The values from which they were generated are expected.
    """
    pages = []
    for story in make_stories(count):
        article = article_of(story)
        for layout in LAYOUTS:
            file = folder / f"{story.node}-{layout}.html"
            file.write_text(render(article, layout), encoding="utf-8")
            pages.append(Page(layout, file, f"{HOST}{story.path}", _made_of(article)))
    return pages


def _expected(wanted: dict[str, Any]) -> Expected:
    """Return the expected values of a fixture's expected.json."""
    language = wanted.get("language", "en")
    values = (wanted.get(name) for name in ("content_type", "offices", "topics", "place"))
    beside = [value for value in values if value]
    beside += [caption for caption in [wanted.get("image", {}).get("caption")] if caption]
    beside += [*wanted.get("contact", ()), *(one["title"] for one in wanted.get("downloads", ()))]
    return Expected(
        wanted["title"],
        wanted.get("published"),
        tuple(wanted.get("text", ())),
        (*beside, *LABELS.get(language, {}).values()),
    )


def _made_of(article: Article) -> Expected:
    return Expected(
        article.story.title,
        print_day(article.story.published, article.language),
        tuple(block.text for block in article.blocks),
        tuple(_beside(article)),
    )


def _beside(article: Article) -> Iterator[str]:
    """Yield what an article's page prints around the text, in every layout."""
    yield article.place
    yield from filter(None, [article.caption])
    yield from article.contact
    yield from (one.title for one in article.documents)
    for field in result(article.story, article.language).fields:
        yield field.label
        yield from map(html.unescape, field.values)
        yield html.unescape(field.joined)
