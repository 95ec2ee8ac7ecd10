"""Finds the links that may be titles of cards, except those of menus and of blocks next to the list."""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from lxml.etree import _Element as Element
from lxml.etree import iterwalk

from osce_news.pages.html_page import ROLES
from osce_news.pages.text_lines import (
    HEADINGS,
    SILENT,
    is_hidden,
    is_item,
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


@dataclass(frozen=True, slots=True, eq=False)
class Title:
    """A link that may be the title of a card."""

    link: Element
    item: str
    in_heading: bool


def find_titles(body: Element) -> list[Title]:
    """Return the links to items, of each item those in headings; else the one with most text of several."""
    links = [link for link in _visible_links(body) if not _TERM.search(link.get("href") or "")]
    titles = [
        Title(link, number, _is_in_heading(link)) for link in links if (number := number_of(link)) is not None
    ]
    headed = {title.item for title in titles if title.in_heading}
    found: list[Title] = []
    for title in titles:
        if title.item in headed and not title.in_heading:
            continue
        if not found or found[-1].item != title.item or title.in_heading:
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
    return not is_featured(element) or _count_items(element) != 1


def is_featured(element: Element) -> bool:
    """Whether the class says that the element shows a featured item, which is not a list by itself."""
    return "featured" in (element.get("class") or "")


def _count_items(element: Element) -> int:
    return len(set(map(number_of, element.iter("a"))) - {None})


def _is_in_heading(link: Element) -> bool:
    """Whether a link is in a heading, or around one; h1 is the heading of the page."""
    return any(one.tag != "h1" for one in (*link.iterancestors(*HEADINGS), *link.iter(*HEADINGS)))
