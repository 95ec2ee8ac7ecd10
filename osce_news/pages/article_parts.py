"""Reads the parts of an article's page other than its text: labels, downloads, languages, image, contact."""

from __future__ import annotations

import re
from collections.abc import Container, Sequence
from itertools import islice

from lxml.etree import _Element as Element

from osce_news.items import Download, Image, Translation
from osce_news.normalize import parse_date
from osce_news.normalize.vocabulary import begins, language_code, says
from osce_news.pages.article_text import Paragraph, read_paragraphs
from osce_news.pages.card_fields import CardFields
from osce_news.pages.fields import LabelledValues, values_after
from osce_news.pages.html_page import HtmlPage
from osce_news.pages.labels import DATE, Label, is_value, read_label, split_labels
from osce_news.pages.text_lines import (
    Line,
    class_words,
    is_item,
    outermost,
    squeeze,
    text_lines,
    text_of,
    upwards,
)

DOWNLOAD_LISTS = "ul.osce-download-links"
# Addresses of the site's documents, such as `/files/f/documents/5/7/477547.pdf`.
_DOCUMENT = re.compile(r"/files/f/documents/|\.(?:pdf|docx?|xlsx?|pptx?|odt|rtf|zip)(?:$|[?#])", re.I)
_CODE = re.compile(r"[a-z]{2,3}(?:-[a-z0-9]+)*", re.IGNORECASE)
_SWITCHERS = (
    "[class*=language-switcher] a, [class*=language_switcher] a, [id*=language-switcher] a, .translations a"
)
_CAPTION = "figcaption, [class*=caption]"
_SOURCES = ("src", "data-src", "data-original")
_SMALL = frozenset({"0", "1", "16", "24", "32"})
_NO_IMAGE = re.compile(r"logo|icon|spacer|pixel|blank", re.IGNORECASE)
_STATED_DATES = (
    "meta[property='article:published_time']::attr(content)",
    "[itemprop=datePublished]::attr(content)",
    "[itemprop=datePublished]::attr(datetime)",
)
_DATE_IN_JSON = re.compile(r'"datePublished"\s*:\s*"([^"]+)"')
_WORDS_IN_BRACKETS = re.compile(r"\(([^()]{2,30})\)|\[([^\[\]]{2,30})\]")
_PHONE = re.compile(r"\+?\d[\d ()/.-]{6,}\d")
_LEAD = frozenset({"lead", "intro", "introduction", "standfirst"})  # words in the class of a lead
_MOST_BLOCKS = 20  # beside the text, or above it, in which to look; others may be nested in each other
_BEGINNING = 40  # characters by which a paragraph is found on the page
_CONTACT = frozenset({"contact", "contacts"})
_LONGEST_CAPTION = 1_000  # characters
_LONGEST_LABEL = 60  # characters
_LONGEST_ROW = 400  # characters of the values of a row
_LONGEST_LINE = 160  # characters of a line in a contact block


def read_translations(page: HtmlPage) -> tuple[Translation, ...]:
    """Return the languages that the head's alternates and the language switcher link to, each once.

    Links to an address without a number, such as a home page, are not translations.
    """
    found: dict[str, Translation] = {}
    for link in page.find(f"link[rel~=alternate][hreflang], {_SWITCHERS}"):
        url = page.address(link.get("href"), itself=True)
        text = _beginning(link)[:40]
        code = next((c for c in (link.get("hreflang"), link.get("lang")) if c and _CODE.fullmatch(c)), None)
        language = code.split("-")[0].lower() if code else language_code(text) or text
        if url is not None and is_item(link) and language not in ("", "x"):
            found.setdefault(language, Translation(language, url))
    return tuple(found.values())


def stated_date(page: HtmlPage) -> str | None:
    """Return the date of publishing that the page states for programs; None without one or with several.

    It is in Open Graph's meta element, or in schema.org's microdata or JSON-LD.
    """
    stated = [one for css in _STATED_DATES for one in page.find(css)]
    for script in page.find("script[type='application/ld+json']::text"):
        stated += _DATE_IN_JSON.findall(script)
    days = {day: one for one in stated if (day := parse_date(one))}
    return days.popitem()[1] if len(days) == 1 else None


def read_sidebar(page: HtmlPage) -> dict[str, str]:
    """Return the labelled values of the first block beside the text that has a date among them, by field."""
    for block in page.find("aside, [class*=sidebar]")[:_MOST_BLOCKS]:
        labelled = CardFields(text_lines(block), block, None).labelled.values
        if DATE in labelled and len(labelled) > 1:
            return labelled
    return {}


def read_lead(page: HtmlPage, text: Sequence[Paragraph]) -> list[Paragraph]:
    """Return the paragraphs of a lead above the text; an empty list without one, or if the text has it."""
    inside = "\n".join(one.text for one in text)
    for element in page.find("[class*=lead], [class*=intro], [class*=standfirst]")[:_MOST_BLOCKS]:
        lead = read_paragraphs(element) if _LEAD & class_words(element) else []
        if lead and text and lead[0].text not in inside:
            places = [page.text.find(one.text.partition("\n")[0][:_BEGINNING]) for one in (lead[0], text[0])]
            return lead if -1 < places[0] < places[1] else []
    return []


def read_labels(region: Element, texts: Sequence[Element]) -> tuple[dict[str, str], set[Element]]:
    """Return the labelled values inside the region by field, and the elements of labels and values.

    Inside the text, only labels with an element of their own count: plain text that begins like one is prose.
    The common words that label values in cards also need a known value there; without `texts`, the text may
    be anywhere. Rows with other labels, such as the Sustainable Development Goals, are among the elements.
    """
    holders = set(texts)
    lines = [part for line in text_lines(region) for part in split_labels(line, cards=True)]
    labels: list[Label | None] = []
    for number, line in enumerate(lines):
        label = read_label(line, cards=True)
        in_text = not holders.isdisjoint(upwards(line.block))
        if label is not None and (in_text or (label.is_common and not holders)):
            value = label.value or "".join(following.text for following in lines[number + 1 : number + 2])
            if not label.own_element or (label.is_common and not is_value(label.field, value)):
                label = None  # a sentence
        if label is not None and line.link is not None and not label.value:
            label = None  # a menu entry
        labels.append(label)
    values = LabelledValues(lines, region, labels)
    others = {line.block: line for line in lines if _begins_other_row(line) and line.block not in holders}
    elements = {one for line in others.values() for one in _other_row(line, region, others)}
    elements |= {lines[number].block for number in values.used} - holders - {region}
    return values.values, elements


def read_values(region: Element, texts: Sequence[Element]) -> dict[str, str]:
    """Return the values without a label next to the text, by field, as in a card.

    Below the text only topics count: an office may be that of a contact.
    """
    first, inside = texts[0], set(texts)
    sides: tuple[list[Line], list[Line]] = ([], [])
    order = {element: number for number, element in enumerate(region.iter())}
    for line in text_lines(region):
        if inside.isdisjoint(upwards(line.block)):
            sides[order.get(line.block, 0) > order[first]].extend(split_labels(line, cards=True))
    above, below = (CardFields(lines, region, None).values for lines in sides)
    return {name: value for name, value in below.items() if name == "topics"} | dict(above)


def _begins_other_row(line: Line) -> bool:
    """Whether the line begins with a label that says that its values are not text."""
    label = line.text.partition(":")[0]
    return len(label) <= _LONGEST_LABEL and says("other_row", label)


def _other_row(line: Line, region: Element, labelled: Container[Element]) -> list[Element]:
    """Return the elements of the row that begins with this line; none if they hold more than a row."""
    if line.text.partition(":")[2].strip() or line.block is region:
        return [line.block] if line.block is not region else []
    after = values_after(line.block, region, labelled)
    row = all(len(text_of(one)) <= _LONGEST_ROW for one in after)
    return [line.block, *(after if row else ())]


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
    marked = (link.get("hreflang"), link.get("lang"), parent.get("lang") if parent is not None else None)
    for code in marked:
        if code and _CODE.fullmatch(code):
            return code.split("-")[0].lower()
    printed = title or ""
    if parent is not None and parent.tag == "li":
        printed = f"{printed} {_beginning(parent)}"
    bracketed = (first or second for first, second in _WORDS_IN_BRACKETS.findall(printed[:500]))
    names = (title or "", printed.rpartition(" ")[2], *bracketed)
    return next((code for name in names if (code := language_code(name))), None)


def read_image(page: HtmlPage, region: Element) -> Image | None:
    """Return the first image inside the region that is not a logo or icon; None if there is none."""
    for element in region.iter("img"):
        # Lazily loaded images have their address in another attribute, and a placeholder in `src`.
        sources = ((element.get(name) or "").strip() for name in _SOURCES)
        source = next((one for one in sources if one and not one.startswith("data:")), "")
        small = (element.get("width") or "").strip() in _SMALL
        if not source or small or _NO_IMAGE.search(source.rpartition("/")[2]):
            continue
        if url := page.address(source):
            return Image(url, _caption(element))
    return None


def captions(page: HtmlPage, region: Element) -> list[Element]:
    """Return the captions of images inside the region, which are not part of the text."""
    found = outermost(page.find(_CAPTION), region)
    return [element for element in found if len(text_of(element)) <= _LONGEST_CAPTION]


def _caption(image: Element) -> str | None:
    """Return the caption in one of the three nearest ancestors of the image; None if there is none."""
    for holder in islice(image.iterancestors(), 3):
        if len(list(islice(holder.iter("img"), 2))) > 1 or holder.tag in ("body", "main", "article"):
            break
        for element in islice(holder.iter("figcaption", "div", "p", "span"), 20):
            if element.tag == "figcaption" or "caption" in (element.get("class") or ""):
                text = text_of(element)
                if text and len(text) <= _LONGEST_CAPTION:
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
