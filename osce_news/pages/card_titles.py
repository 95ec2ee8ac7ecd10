"""Finds the links that may be titles of cards, except those of menus and of blocks next to the list."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from lxml.etree import _Element as Element
from lxml.etree import iterwalk

from osce_news.normalize.terms import field_of_names
from osce_news.normalize.vocabulary import language_code
from osce_news.pages.card_values import is_aside
from osce_news.pages.html_page import ROLES
from osce_news.pages.text_lines import (
    HEADINGS,
    SILENT,
    is_hidden,
    is_item,
    kind_of_result,
    number_of,
    text_of,
    upwards,
)

SKIPPED = frozenset({"nav", "aside", "form", "dialog"}) | SILENT
_TERM = re.compile(r"/taxonomy/term/[0-9]+")
# Words in classes and identifiers of elements that show items but are not the list.
_BESIDE = re.compile(
    r"(?<![a-z])(?:related|see-also|most-(?:read|viewed|popular)|popular|trending|recommended|breadcrumbs?|"
    r"menu|navigation|nav|navbar|pager|pagination|language-switcher|lang-switch(?:er)?|language-links|"
    r"translations?|share|sharing|social-(?:media|links|share)|skip-?links?|featured?|spotlight|sidebar)"
    r"(?![a-z])",
    re.IGNORECASE,
)
WEAK, TEXT, HEADING = 1, 2, 20  # weights of links: a menu may have more links than the list


@dataclass(frozen=True, slots=True, eq=False)
class Title:
    """A link that may be the title of a card."""

    link: Element
    item: str
    weight: int


def find_titles(body: Element) -> list[Title]:
    """Return the links to items, each with the weight of its form; only the best ones of each item."""
    links = [link for link in _visible_links(body) if not _TERM.search(link.get("href") or "")]
    in_main = [link for link in links if next(link.iterancestors("main"), None) is not None]
    rated = [
        Title(link, number, _weight(link))
        for link in (in_main if len(in_main) > 1 else links)
        if (number := number_of(link)) is not None
    ]
    best: dict[str, int] = {}
    for title in rated:
        best[title.item] = max(title.weight, best.get(title.item, 0))
    found: list[Title] = []
    for title in rated:
        if not title.weight or title.weight < best[title.item]:
            continue
        if not found or found[-1].item != title.item or title.weight == HEADING:
            found.append(title)
        elif len(text_of(title.link)) > len(text_of(found[-1].link)):
            found[-1] = title  # the other one is a picture's, or "Read more"
    return found


def _visible_links(body: Element) -> Iterator[Element]:
    """Yield the links to items, except those of menus and of blocks next to the list."""
    needed = {above for tag in ("h1", "main") for element in body.iter(tag) for above in upwards(element)}
    walk = iterwalk(body, ("start",))
    for _, element in walk:
        if element is not body and _is_beside(element, needed):
            walk.skip_subtree()
        elif element.tag == "a" and is_item(element):
            yield element


def _is_beside(element: Element, needed: set[Element]) -> bool:
    if element.tag in SKIPPED or element.get("role") in ROLES or is_hidden(element):
        return True
    if element in needed:
        return False
    if element.tag in ("header", "footer"):  # of the page; that of a card has one item
        return _count_items(element) > 1
    names = f"{element.get('class') or ''} {element.get('id') or ''}"
    if _BESIDE.search(names) is None:
        return False
    return _count_items(element) != 1 or not (is_featured(element) or _has_like(element))


def is_featured(element: Element) -> bool:
    """Whether the class says that the element shows a featured item, which is not a list by itself."""
    return "featured" in (element.get("class") or "")


def _count_items(element: Element) -> int:
    return len(set(map(number_of, element.iter("a"))) - {None})


def _has_like(element: Element) -> bool:
    """Whether an element of the same kind is next to this one, so that it is a card like others."""
    others = (element.getprevious(), element.getnext())
    return any(other is not None and kind_of_result(other) == kind_of_result(element) for other in others)


def _weight(link: Element) -> int:
    """Return how likely a link is the title of a card; 0 for a link to a topic or to another language."""
    above = next((one for one in link.iterancestors(*HEADINGS) if one.tag != "h1"), None)
    if above is not None or any(one.tag != "h1" for one in link.iter(*HEADINGS)):
        return HEADING
    text = text_of(link)
    if field_of_names(text) is not None or language_code(text) is not None or _is_in_sentence(link):
        return 0
    return WEAK if is_aside(text) else TEXT


def _is_in_sentence(link: Element) -> bool:
    """Whether words come before the link on its line, or small letters follow it."""
    previous, parent = link.getprevious(), link.getparent()
    before = previous.tail if previous is not None else parent.text if parent is not None else ""
    if (link.tail or "").strip()[:1].islower():
        return True
    return any(char.isalpha() for char in before or "") and not is_aside(before or "")
