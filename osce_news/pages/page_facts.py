"""What a page of a list, or an answer of the search service, says about the list as a whole."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from itertools import islice
from typing import NamedTuple
from urllib.parse import urlsplit

from lxml.etree import _Element as Element

from osce_news.normalize import parse_date
from osce_news.normalize.vocabulary import begins, fold, words
from osce_news.pages.html_page import HtmlPage
from osce_news.pages.text_lines import class_words, is_hidden, upwards
from osce_news.urls import page_number

_LONGEST_LINK = 40  # characters of what a link of the pager says
_LONGEST_COUNT = 60  # characters of the line with a count
_RANGE = re.compile(r"(?:^|\D)(\d+) ?[-‐‑‒–—−] ?(\d+) \D{2,8} (\d[\d.,\u00a0 ]*)")  # "11-20 of 1,340"
_SHOWN = re.compile(r"(?:^|\D)(\d+) \D{2,8} (\d[\d.,\u00a0 ]*)")  # "20 of 1,340"


class PagerLinks(NamedTuple):
    """The addresses of the next and of the last page; None if the pager does not give them.

    If neither is recognised by its words or its class, `last` is the farthest page that is linked.
    """

    next: str | None
    last: str | None


@dataclass(frozen=True, slots=True)
class PageFacts:
    """The facts about a page that the traversal needs; keys and dates are in printed order."""

    url: str  # after redirects
    keys: list[str]
    dates: Sequence[str | None] = ()
    pager: PagerLinks | None = None  # None for a page that has not changed (304)
    has_news: bool | None = True  # whether anything on the page is new or changed; None for a held page
    is_only_page: bool = False  # whether the list has no other pages, however long this one is
    least_length: int = 0  # the least number of results of the list, according to the page

    @property
    def number(self) -> int:
        """The number of the page, counted from 0."""
        return page_number(self.url) or 0

    def is_before(self, day: str) -> bool:
        """Whether all known dates of the page are before this day; false if none is known."""
        known = [date for date in map(parse_date, self.dates) if date is not None]
        return bool(known) and max(known) < day


@dataclass(frozen=True, slots=True)
class AnswerFacts(PageFacts):
    """The facts about an answer of the search service."""

    seconds: Sequence[float] = ()  # the dates of its documents, as numbers and in order
    found: int = 0  # documents that match the request
    is_cut_off: bool = False  # whether the service stopped searching early
    others: Mapping[str, str] = field(default_factory=dict)  # types of documents that are not stored, by key


def find_pager(page: HtmlPage, next_href: str | None = None) -> PagerLinks:
    """Return the links of the page's pager; `next_href` is the next page in the HTTP header.

    They are found by `rel`, else by class, else by their words.
    """
    links = list(page.root.iter("a", "link"))
    path = urlsplit(page.url).path
    own = [link for link in links if link.tag == "a" and _is_of_list(link.get("href") or "", path)]
    following, last = (_pager_link(page, name, links, own) for name in ("next", "last"))
    if following is None and last is None:
        last = _farthest(page, own)
    return PagerLinks(following or page.address(next_href), last)


def _is_of_list(href: str, path: str) -> bool:
    """Whether a link may lead to another page of this list: it names a page, or has only another query."""
    before, mark, _ = href.partition("?")
    return "page" in href or (bool(mark) and (not before or before.endswith(path)))


def _pager_link(page: HtmlPage, name: str, links: Sequence[Element], own: Sequence[Element]) -> str | None:
    """Return the first link that is marked as `name`, else the first that says so; None without one."""
    related = (link for link in links if name in (link.get("rel") or "").split())
    classed = (link for link in own if _has_class(link, name))
    said = (link for link in own if _says(link, name))
    addresses = (page.address(link.get("href")) for group in (related, classed, said) for link in group)
    return next(filter(None, addresses), None)


def _has_class(link: Element, name: str) -> bool:
    """Whether the class of the link, or of the element around it, has this word, as "pager-next" has."""
    return any(name in class_words(element) for element in islice(upwards(link), 2))


def _says(link: Element, name: str) -> bool:
    """Whether the text of the link, or what is read out instead, says that it leads to this page."""
    texts = (" ".join(map(str, link.itertext())), link.get("aria-label"), link.get("title"))
    said = [fold(text).strip(" ›»→>|") for text in texts if text and len(text) <= _LONGEST_LINK]
    if any(text in words(f"pager.{name}") for text in said):
        return True
    is_more = name == "next" and any(begins("pager.more", text) for text in said)
    return is_more and not any(map(_is_beside, upwards(link)))


def _farthest(page: HtmlPage, links: Sequence[Element]) -> str | None:
    """Return the link to this list with the highest page number beyond this page's, else None.

    It shows that the list continues even if the pager's words and classes are unknown.
    """
    path, number = urlsplit(page.url).path, page_number(page.url) or 0
    numbered = (href for link in links if "page" in (href := link.get("href") or ""))
    addresses = map(page.address, numbered)
    own = [one for one in addresses if one and urlsplit(one).path == path]
    farthest = max(own, key=lambda one: page_number(one) or 0, default=page.url)
    return farthest if (page_number(farthest) or 0) > number else None


def least_length(page: HtmlPage, results: int) -> int:
    """Return how many results the list has at least, given those on its page; 0 if nothing says so.

    A count must fit the number of results that the page shows.

    >>> page = HtmlPage("<p>Showing 2 of 340 results</p><button>Load more</button>", "")
    >>> least_length(page, 2), least_length(page, 3)
    (340, 4)
    """
    counted = [_counted(line.text, results) for line in page.lines if len(line.text) <= _LONGEST_COUNT]
    return max(counted, default=0) or (results + 1 if _has_button(page) else 0)


def _counted(text: str, results: int) -> int:
    """Return the number of all results in a line such as "11-20 of 1,340"; 0 if it has none."""
    if found := _RANGE.search(text):
        first, last, length = found.groups()
        shown = int(last) - int(first) + 1
    elif (found := _SHOWN.search(text)) and any(word in fold(text) for word in words("counted")):
        first, length = found.groups()
        shown = int(first)
    else:
        return 0
    return int(re.sub(r"\D", "", length)) if shown == results else 0


def _has_button(page: HtmlPage) -> bool:
    """Whether the page has one button that loads more results; several would be those of other lists."""
    buttons = [
        one
        for one in page.root.iter("button", "input", "a")
        if (one.tag != "a" or one.get("href", "#").startswith("#"))
        and begins("pager.more", one.get("value") or "".join(map(str, one.itertext())))
        and not any(map(_is_beside, upwards(one)))
    ]
    return len(buttons) == 1


def _is_beside(element: Element) -> bool:
    """Whether an element is hidden, or contains the filters of a list and not the list."""
    return is_hidden(element) or element.tag in ("aside", "form") or "facet" in (element.get("class") or "")
