"""Reads the parts of an article's page around its text: lead, downloads, languages, image, contact."""

from __future__ import annotations

import re
from collections.abc import Sequence
from itertools import islice

from lxml.etree import _Element as Element

from osce_news.items import Download, Image, Translation
from osce_news.normalize.vocabulary import begins, known_language, language_code, says
from osce_news.pages.article_text import Paragraph, read_paragraphs
from osce_news.pages.html_page import HtmlPage
from osce_news.pages.text_lines import (
    class_words,
    is_item,
    outermost,
    squeeze,
    text_of,
    upwards,
)

DOWNLOAD_LISTS = "ul.osce-download-links"
# Addresses of the site's documents, such as `/files/f/documents/5/7/477547.pdf`.
_DOCUMENT = re.compile(r"/files/f/documents/|\.(?:pdf|docx?|xlsx?|pptx?|odt|rtf|zip)(?:$|[?#])", re.I)
_SWITCHERS = (
    "[class*=language-switcher] a, [class*=language_switcher] a, [id*=language-switcher] a, .translations a"
)
_CAPTION = "figcaption, [class*=caption]"
_SOURCES = ("src", "data-src", "data-original")
_SMALL = frozenset({"0", "1", "16", "24", "32"})
_NO_IMAGE = re.compile(
    r"(?:(?<!a)logo|(?<![a-z])(?:(?:fav)?icon|spacer|pixel|blank))s?(?![a-z])",  # "oscelogo", not "catalogo"
    re.IGNORECASE,
)
_WORDS_IN_BRACKETS = re.compile(r"\(([^()]{2,30})\)|\[([^\[\]]{2,30})\]")
_PHONE = re.compile(r"\+?\d[\d ()/.-]{6,}\d")
_LEAD = frozenset({"lead", "intro", "introduction", "standfirst"})  # words in the class of a lead
_MOST_LEADS = 20  # elements that may be the lead; a hostile page may nest thousands in each other
_BEGINNING = 40  # characters by which a paragraph is found on the page
_CONTACT = frozenset({"contact", "contacts"})
_LONGEST_CAPTION = 1_000  # characters
_LONGEST_LINE = 160  # characters of a line in a contact block


def read_translations(page: HtmlPage) -> tuple[Translation, ...]:
    """Return the languages that the head's alternates and the language switcher link to, each once.

    Links to an address without a number, such as a home page, are not translations.
    """
    found: dict[str, Translation] = {}
    for link in page.find(f"link[rel~=alternate][hreflang], {_SWITCHERS}"):
        url = page.address(link.get("href"), itself=True)
        text = _beginning(link)[:40]
        language = _marked(link) or language_code(text) or text
        if url is not None and is_item(link) and language:
            found.setdefault(language, Translation(language, url))
    return tuple(found.values())


def read_lead(page: HtmlPage, text: Sequence[Paragraph]) -> list[Paragraph]:
    """Return the paragraphs of a lead above the text; an empty list without one, or if the text has it."""
    inside = "\n".join(one.text for one in text)
    for element in page.find("[class*=lead], [class*=intro], [class*=standfirst]")[:_MOST_LEADS]:
        lead = read_paragraphs(element) if _LEAD & class_words(element) else []
        if lead and text and lead[0].text not in inside:
            places = [page.text.find(one.text.partition("\n")[0][:_BEGINNING]) for one in (lead[0], text[0])]
            return lead if -1 < places[0] < places[1] else []
    return []


def read_downloads(page: HtmlPage, region: Element) -> tuple[Download, ...]:
    """Return the documents in the page's list of downloads, else those linked in the region, each once."""
    listed = page.find(f"{DOWNLOAD_LISTS} > li > a")
    links = listed or [link for link in region.iter("a") if _DOCUMENT.search(link.get("href") or "")]
    found: dict[str, Download] = {}
    for link in links:
        url = page.address(link.get("href"))
        if url is not None:
            title = text_of(link) or squeeze(link.get("title") or "") or None
            found.setdefault(url, Download(title, url, _language_of(link, title)))
    return tuple(found.values())


def _language_of(link: Element, title: str | None) -> str | None:
    """Return the language in the attributes or the text of the link or its list item; None without one."""
    parent = link.getparent()
    if code := _marked(link) or (known_language(parent.get("lang")) if parent is not None else None):
        return code
    printed = title or ""
    if parent is not None and parent.tag == "li":
        printed = f"{printed} {_beginning(parent)}"
    bracketed = (first or second for first, second in _WORDS_IN_BRACKETS.findall(printed[:500]))
    names = (title or "", printed.rpartition(" ")[2], *bracketed)
    return next((code for name in names if (code := language_code(name))), None)


def _marked(link: Element) -> str | None:
    """Return the language in the link's attributes; None if it is unknown."""
    return known_language(link.get("hreflang")) or known_language(link.get("lang"))


def read_image(page: HtmlPage, region: Element, captions: Sequence[Element]) -> Image | None:
    """Return the first image inside the region that is not a logo or icon; None if there is none."""
    for element in region.iter("img"):
        # Lazily loaded images have their address in another attribute, and a placeholder in `src`.
        sources = ((element.get(name) or "").strip() for name in _SOURCES)
        source = next((one for one in sources if one and not one.startswith("data:")), "")
        small = (element.get("width") or "").strip() in _SMALL
        if not source or small or _NO_IMAGE.search(source.rpartition("/")[2]):
            continue
        if url := page.address(source):
            return Image(url, _caption(element, captions))
    return None


def find_captions(page: HtmlPage, region: Element) -> list[Element]:
    """Return the captions of images inside the region, which are not part of the text."""
    found = outermost(page.find(_CAPTION), region)
    return [element for element in found if len(text_of(element)) <= _LONGEST_CAPTION]


def _caption(image: Element, captions: Sequence[Element]) -> str | None:
    """Return the caption in one of the three nearest ancestors of the image; None if there is none."""
    for holder in islice(image.iterancestors(), 3):
        if len(list(islice(holder.iter("img"), 2))) > 1:
            break
        if text := next((text_of(one) for one in captions if holder in one.iterancestors()), ""):
            return text
    return None


def split_contact(paragraphs: Sequence[Paragraph]) -> tuple[list[Paragraph], list[Paragraph]]:
    """Return the text and the contact block, which is empty if there is none.

    The block begins with a heading such as "Contacts", or with words such as "For further information, please
    contact". It continues with short lines, addresses and numbers up to the next heading or sentence.
    """
    text: list[Paragraph] = []
    contact: list[Paragraph] = []
    inside = False
    for one in paragraphs:
        first = one.text.partition("\n")[0]
        announced = begins("contact.begins", first) and (first.endswith(":") or _is_of_contact(one.text))
        if announced or says("contact.heading", first):
            inside = True
        elif inside and (one.is_heading or not _is_of_contact(one.text)):
            inside = False
        (contact if inside else text).append(one)
    return text, contact


def contact_elements(page: HtmlPage, region: Element, texts: Sequence[Element]) -> list[Element]:
    """Return the outermost elements with the word "contact" in their class, except those around the text.

    They are inside the region or next to it.
    """
    wide = {element for text in texts for element in upwards(text)}
    named = (element for element in page.find("[class*=contact]") if _CONTACT & class_words(element))
    parent = region.getparent()
    around = region if parent is None or parent.tag in ("html", "body") else parent
    return outermost([element for element in named if element not in wide], around)


def _is_of_contact(text: str) -> bool:
    # Sentences end with a full stop, lines of an address do not.
    short = (len(line) <= _LONGEST_LINE and line[-1] not in ".!?" for line in text.split("\n"))
    return all(short) or (len(text) <= 4 * _LONGEST_LINE and ("@" in text or _PHONE.search(text) is not None))


def _beginning(element: Element) -> str:
    return squeeze("".join(str(text) for text in islice(element.itertext(), 20)))
