"""The page of a news item (an article): its full text, and what is printed around it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from functools import cached_property

from osce_news.errors import LayoutError
from osce_news.items import BY_EXTRACTOR, RawArticle
from osce_news.normalize import parse_date
from osce_news.normalize.vocabulary import says
from osce_news.pages import article_parts, article_values, unknown_layout
from osce_news.pages.article_layouts import LAYOUTS, ArticleOutline
from osce_news.pages.article_text import Paragraph, language_notes, read_paragraphs, text_notes
from osce_news.pages.html_page import HtmlPage, decode
from osce_news.pages.labels import DATE
from osce_news.pages.text_lines import text_of

_ENOUGH = 200  # characters of a page; with fewer, a known layout without a text has missed none


@dataclass
class ArticlePage:
    """The page object of an article, made of its text and its address.

    `remark`, such as one on a wrong encoding, becomes part of the article's note.
    """

    html: str
    url: str
    remark: str | None = None

    @classmethod
    def from_body(cls, body: bytes, url: str, content_type: str | None = None) -> ArticlePage:
        """Return the page object of a response's body; `content_type` is the header, if there is one."""
        html, remark = decode(body, content_type)
        return cls(html, url, remark)

    @cached_property
    def is_not_found(self) -> bool:
        """Whether the page says that it does not exist, even if its status is 200 (a "soft 404")."""
        return self._is_called("not_found")

    @cached_property
    def article(self) -> RawArticle:
        """The article; raises LayoutError if none can be read, ChallengePageError for a challenge."""
        try:
            return self._read()
        except LayoutError:
            del self._page  # it is pruned; the next call needs a fresh one for the same result
            raise

    def _read(self) -> RawArticle:
        page = self._page
        self._refuse_other_pages()
        # These are partly in elements that are pruned below.
        stated, beside = article_values.stated_date(page), article_values.read_sidebar(page)
        languages = article_parts.read_translations(page)
        links = [page.address(link.get("href"), itself=True) for link in page.find("link[rel~=canonical]")]
        notes = [self.remark] if self.remark else []
        page.prune()
        found = self._find()
        notes += [found.remark] if found.remark else []
        labelled, label_elements = article_values.read_labels(found.region, found.texts)
        labelled = beside | dict(found.values) | labelled
        dates = (found.published, labelled.get(DATE), stated)
        captions = article_parts.find_captions(page, found.region)
        image = article_parts.read_image(page, found.region, captions)
        downloads = article_parts.read_downloads(page, found.region)
        notes += language_notes(found.texts, page.language)
        blocks = article_parts.contact_elements(page, found.region, found.texts)
        contact = [one for block in blocks for one in read_paragraphs(block)]
        page.take_out(
            [*found.used, *label_elements, *blocks, *page.find(article_parts.DOWNLOAD_LISTS), *captions]
        )
        text, below, layout = self._text(found)
        if layout != found.layout:
            notes.append(f"{found.layout} fits, but its text is empty")
        elif not text:
            notes.append("no text")
        text = [*article_parts.read_lead(page, text), *text]
        return RawArticle(
            url=self.url,
            canonical=next(filter(None, links), None),
            title=found.title,
            published=next(filter(parse_date, dates), None) or next(filter(None, dates), None),
            text=_joined(text),
            place=found.place,
            image=image,
            downloads=downloads,
            contact=_joined([*below, *contact]),
            languages=languages,
            content_type=labelled.get("content_type"),
            offices=labelled.get("offices"),
            topics=labelled.get("topics"),
            language=page.language,
            layout=layout,
            note="; ".join([*notes, *text_notes(text)]) or None,
        )

    @cached_property
    def _page(self) -> HtmlPage:
        return HtmlPage(self.html, self.url)

    def _refuse_other_pages(self) -> None:
        self._page.refuse_other_pages("article")
        if self.is_not_found:
            raise LayoutError("article", expected="an article", got="a page that says 'not found'")
        if self._is_called("no_article"):
            raise LayoutError("article", expected="an article", got=self._page.description)

    def _is_called(self, section: str) -> bool:
        """Whether the page's heading or name is one of the section's words, and the page has no date."""
        heading = next((text for one in self._page.find("h1") if (text := text_of(one))), "")
        name = self._page.name.partition("|")[0]  # the site's name follows
        if not says(section, heading) and not says(section, name):
            return False
        return all(self._page.is_boilerplate(date) for date in self._page.find("span.date-display-single"))

    def _find(self) -> ArticleOutline:
        """Return what the first matching layout finds, or else the title and the date, if recognised."""
        partly = None
        for layout in LAYOUTS:
            try:
                return layout.find(self._page)
            except LayoutError as error:
                if error.selector == layout.TEXT.css and partly is None:
                    misfit = f"{error.selector}: {error.expected}, got {error.got}"
                    partly = f"{layout.NAME} fits except for {misfit}"
        return replace(unknown_layout.find_outline(self._page), remark=partly)

    def _text(self, found: ArticleOutline) -> tuple[list[Paragraph], list[Paragraph], str]:
        """Return the text, the contact block below it, and the layout or method that read them.

        Raises LayoutError if a page of an unknown layout has no text.
        """
        read = [one for element in found.texts for one in read_paragraphs(element)]
        text, contact = article_parts.split_contact(read)
        if text:
            return text, contact, found.layout
        known = found.layout != BY_EXTRACTOR
        if known and len(self._page.text) < _ENOUGH:
            return [], contact, found.layout
        title_and_date = (found.title, found.published)  # may be among the first three paragraphs
        read = unknown_layout.read_text(self._page)
        read = [one for n, one in enumerate(read) if n > 2 or one.text not in title_and_date]
        text, below = article_parts.split_contact(read)
        if not known and not text:
            raise LayoutError("article", expected="a text", got=self._page.description)
        return text, [*contact, *below], BY_EXTRACTOR


def _joined(paragraphs: Sequence[Paragraph]) -> str | None:
    return "\n\n".join(one.text for one in paragraphs) or None
