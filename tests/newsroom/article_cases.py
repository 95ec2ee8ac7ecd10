"""The fixtures of items' own pages: which page each case is, and how it was made."""

from __future__ import annotations

import dataclasses
from collections.abc import Iterator
from dataclasses import dataclass

from tests.newsroom import article_pages, article_texts
from tests.newsroom.articles import Document, article_of
from tests.newsroom.pages import render_article, render_not_found
from tests.newsroom.russian import SIX
from tests.newsroom.samples import TEN
from tests.newsroom.stories import Story

HOST = "https://www.osce.org"
HOSTS = {"multisite": "https://astana.osce.org", "drupal11": "https://odihr.osce.org"}
_SELECTORS = (
    "Real are the class names of title, date, text and downloads, as a public crawler of the site uses "
    "them; how they stand together, and all else on the page, is reconstructed. Text, names and documents "
    "are made up."
)
_TEXT = "Made up to show what a text may hold; none of it was seen on the site. "
MADE = {
    "drupal7-header": _SELECTORS,
    "drupal7-content": _SELECTORS,
    "drupal6-node": _SELECTORS,
    "drupal6-description": _SELECTORS,
    "section-lines": "Real is the order of the visible lines (section, title, city, date), as stored copies "
    "show it; they have no markup, so all of it is reconstructed. Text and names are made up.",
    "drupal11": "Real are the classes of the text and that the first `datetime` of the page is its date, as "
    "a public program reads documents of odihr.osce.org with them; all else is reconstructed. Text, names "
    "and documents are made up.",
    "multisite": "Real are the words 'Skip Links' at the beginning of the sites of field operations; their "
    "markup is not known, so this is what Drupal 10 commonly writes. Text and names are made up.",
}


@dataclass(frozen=True, slots=True)
class ArticleCase:
    """One fixture: the folder's name, the page's bytes, and what its meta.json says."""

    name: str
    body: bytes
    url: str
    made: str
    fetched_at: str = "2024-08-05T12:00:00Z"


def article_cases() -> Iterator[ArticleCase]:
    """Every case of fixtures/article: the layouts first, then what a text or a page may hold."""
    for number, layout in enumerate(article_pages.LAYOUTS):
        story = TEN[number]
        host = HOSTS.get(layout, HOST)
        yield _case(layout, story, render_article(story, layout=layout), MADE[layout], host=host)
    yield _case("russian", SIX[0], render_article(SIX[0], "ru"), f"In Russian. {_SELECTORS}", "/ru")
    yield _downloads()
    for name, (html, what) in article_texts.TEXTS.items():
        page = article_pages.with_text(article_of(TEN[7]), html)
        yield _case(name, TEN[7], page, f"{what} {_TEXT}{_SELECTORS}")
    for name, (html, what) in article_texts.PAGES.items():
        yield _case(name, TEN[8], html, f"{what} Made up; the site was not seen to have such a page.")
    yield _windows_1252()
    made = "A page that says 'Page not found', as if it came with status 200. Reconstructed."
    yield _case("soft-404", TEN[9], render_not_found(), made)


def _case(name: str, story: Story, html: str, made: str, prefix: str = "", host: str = HOST) -> ArticleCase:
    return ArticleCase(name, html.encode(), f"{host}{prefix}{story.path}", made)


def _downloads() -> ArticleCase:
    documents = (
        Document("Final report (English)", "/files/f/documents/5/7/477547.pdf", "en"),
        Document("Итоговый отчёт (Русский)", "/files/f/documents/6/0/477606.pdf", "ru"),
        Document("Raporti përfundimtar", '/files/f/documents/1/2/477612.pdf" hreflang="sq', "sq"),
        Document("Annex: voter lists & maps", "/sites/default/files/f/documents/1/3/477613.xlsx", ""),
        Document("Final report (English)", "/files/f/documents/5/7/477547.pdf", "en"),
    )
    article = dataclasses.replace(article_of(TEN[2]), documents=documents)
    made = f"Five links to four documents, of which three tell their language. {_SELECTORS}"
    return _case("downloads", TEN[2], article_pages.render(article), made)


def _windows_1252() -> ArticleCase:
    text = (
        "<p>“Curly quotes”, a dash – and the café in Niš: all in windows-1252.</p>\n"
        "<p>It’s the frame of the page that is UTF-8.</p>\n"
    )
    page = article_pages.with_text(article_of(TEN[6]), "@1252@")
    made = (
        "A UTF-8 page whose text was pasted in windows-1252, so that its bytes are no UTF-8. Made up; pages "
    )
    made += f"of this kind are common, none was seen on the site. {_SELECTORS}"
    body = page.encode().replace(b"@1252@", text.encode("windows-1252"))
    return ArticleCase("windows-1252", body, f"{HOST}{TEN[6].path}", made)
