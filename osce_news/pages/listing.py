"""The newsroom's listing page: its results, and the addresses of the next and the last page."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass, field
from functools import cached_property
from typing import NamedTuple
from urllib.parse import parse_qs, urlsplit

from lxml.etree import _Element as Element
from parsel import Selector

from osce_news.errors import LayoutError
from osce_news.normalize.vocabulary import fold, labels
from osce_news.pages import boundaries
from osce_news.pages.boundaries import Region
from osce_news.pages.fields import Fields, is_item, read_fields
from osce_news.pages.html_page import HtmlPage
from osce_news.pages.labels import DATE
from osce_news.pages.lines import Piece, lines, squeeze, text_of

_OPENED = re.compile(r"<(div|span|section|article|main|ul|ol|dl|table|h[2-6]|a)\b")
_CLOSED = re.compile(r"</(div|span|section|article|main|ul|ol|dl|table|h[2-6]|a)\b")
_BESIDE = ("nav", "aside", "header", "footer")


@dataclass(frozen=True, slots=True)
class RawResult:
    """One result as printed: nothing cleaned, nothing guessed; None is what is not there."""

    position: int  # on the page, from 0
    title: str | None
    url: str | None
    published: str | None
    content_type: str | None = None
    offices: str | None = None
    topics: str | None = None
    collections: str | None = None
    teaser: str | None = None
    language: str | None = None
    stray: str | None = None  # a line with a value whose label is unknown or gone

    @property
    def lacks(self) -> list[str]:
        """What every result has and this one has not."""
        needed = {"title": self.title, "address": self.url, "date": self.published}
        missing = [name for name, value in needed.items() if not value]
        return [*missing, f"known label for {self.stray[:80]!r}"] if self.stray else missing


class PagerLink(NamedTuple):
    """An address in the pager, or None, for the next and for the last page.

    Where neither is known by its words or its class, `last` is the farthest page that is linked.
    """

    next: str | None
    last: str | None


@dataclass
class ListingPage:
    """A listing page, read from its text and its address; fetches and stores nothing.

    Results are found by `boundaries`, fields by their visible labels, the pager by `rel`, by its
    class or by its words. All reading is done by the properties, which raise LayoutError when the
    page is not understood and ChallengePageError when another page stands in its way.
    """

    html: str
    url: str
    _page: HtmlPage = field(init=False, repr=False)

    PAGER_NEXT = "a[rel~=next], .pager-next > a, .pager__item--next > a"
    PAGER_LAST = ".pager-last > a, .pager__item--last > a"
    PAGER_LINKS = "a[href*='page=']"

    def __post_init__(self) -> None:
        self._page = HtmlPage(self.html, self.url)

    @cached_property
    def results(self) -> list[RawResult]:
        """The results in printed order; an empty list if the page says that there are none."""
        self._page.refuse_other_pages("list")
        regions = boundaries.find(self._selector)
        if not regions:
            if self._says_empty:
                return []
            raise LayoutError(
                boundaries.LAYOUTS[0].result,
                expected="results with a label 'Publishing date', or a sentence that there are none",
                got=self._page.description,
            )
        self._refuse_cut(regions[-1])
        fields = [read_fields(region.lines, region.element) for region in regions]
        self._refuse_empty_labels(fields)
        results = [self._result(number, found) for number, found in enumerate(fields)]
        self._refuse_incomplete(results)
        return results

    @property
    def complete(self) -> list[RawResult]:
        """The results that have a title, an address and a date."""
        return [result for result in self.results if not result.lacks]

    @property
    def incomplete(self) -> list[RawResult]:
        """Single results that lack one of these, among many that do not."""
        return [result for result in self.results if result.lacks]

    @cached_property
    def pager(self) -> PagerLink:
        """The addresses of the next and of the last page; None for what the pager does not give."""
        words = labels()["pager"]
        following = self._pager_link(self.PAGER_NEXT, words["next"])
        last = self._pager_link(self.PAGER_LAST, words["last"])
        return PagerLink(following, self._farthest_link if following is None and last is None else last)

    @property
    def language(self) -> str | None:
        """The page's declared language, such as "en"; None if it declares none."""
        return self._page.language

    @property
    def _selector(self) -> Selector:
        return self._page.selector

    def _result(self, number: int, fields: Fields) -> RawResult:
        link = fields.link
        pieces = [piece for line in fields.title for piece in (*line.pieces, Piece(" ", link))]
        text = squeeze("".join(piece.text for piece in pieces if link is None or piece.link is link))
        return RawResult(
            position=number,
            title=text or None,
            url=self._address(link),
            published=fields.values.get(DATE),
            content_type=fields.values.get("content_type"),
            offices=fields.values.get("offices"),
            topics=fields.values.get("topics"),
            collections=fields.values.get("collections"),
            teaser=fields.teaser,
            language=fields.language or self.language,
            stray=fields.stray,
        )

    def _address(self, link: Element | None) -> str | None:
        return None if link is None else self._page.address(link.get("href"))

    def _pager_link(self, selector: str, words: dict[str, list[str]]) -> str | None:
        """Return the address of the link, found by class, else by its words, else None."""
        for link in self._selector.css(selector):
            if address := self._address(link.root):
                return address
        known = {fold(word) for texts in words.values() for word in texts}
        for link in self._selector.css(self.PAGER_LINKS):
            text = fold(text_of(link.root)).strip(" ›»→>|")
            if text in known and (address := self._address(link.root)):
                return address
        return None

    @property
    def _farthest_link(self) -> str | None:
        """Return the link to this list with the largest page number behind this page's, else None.

        A pager whose words and classes are not known still tells that the list goes on.
        """
        farthest, found = _page_of(self.url), None
        for link in self._selector.css(self.PAGER_LINKS):
            address = self._address(link.root)
            if address and urlsplit(address).path == urlsplit(self.url).path and _page_of(address) > farthest:
                farthest, found = _page_of(address), address
        return found

    @property
    def _says_empty(self) -> bool:
        """Whether a sentence says that there are no results, and nothing speaks against it."""
        sentences = [re.escape(fold(said)) for texts in labels()["empty"].values() for said in texts]
        text = fold(text_of(self._selector.root))
        # Not "10 results", where "0 results" is meant.
        said = re.search(rf"(?<![\w.,])(?:{'|'.join(sentences)})", text) is not None
        return said and self.pager.next is None and not self._links_items

    @property
    def _links_items(self) -> bool:
        """Whether links to items stand where the list does: results that are not understood."""
        links = (link for line in lines(self._selector.root) if (link := line.link) is not None)
        return any(is_item(link) and next(link.iterancestors(*_BESIDE), None) is None for link in links)

    def _refuse_incomplete(self, results: Sequence[RawResult]) -> None:
        """Raise LayoutError unless the results without title, address or date are a rare few."""
        lacking = [result for result in results if result.lacks]
        alone = 1 if len(results) >= 5 else 0
        if len(lacking) <= max(alone, len(results) // 10):
            return
        stray = next((result.stray for result in lacking if result.stray), None)
        if stray is not None:
            raise LayoutError(
                "labels",
                expected="labels that are known",
                got=f"{len(lacking)} of {len(results)} results with none for such as {stray[:60]!r}",
            )
        missing = ", ".join(sorted({name for result in lacking for name in result.lacks}))
        raise LayoutError(
            boundaries.LAYOUTS[0].result,
            expected="a title, an address and a date in each result",
            got=f"{len(lacking)} of {len(results)} results without {missing}",
        )

    def _refuse_empty_labels(self, found: Sequence[Fields]) -> None:
        """Raise LayoutError if most of a label's values are not there: they stand elsewhere now."""
        for name in ("content_type", "offices", "topics"):
            empty = sum(name in fields.empty for fields in found)
            if empty > 2 and empty > sum(name in fields.values for fields in found):
                label = labels()["fields"][name]["en"][0]
                raise LayoutError(label, expected="a value behind it", got=f"none in {empty} results")

    def _refuse_cut(self, last: Region) -> None:
        """Raise LayoutError if the page ends with its list and leaves elements open.

        A server that fails half way may still close the page.
        """
        if last.element.xpath("following::text()[normalize-space()][1] | .//aside[1] | .//footer[1]"):
            return
        if not last.element.xpath("preceding::nav or preceding::form or preceding::header"):
            return  # a page without a frame, as a person may have saved it, ends with its list
        opened, closed = Counter(_OPENED.findall(self.html)), Counter(_CLOSED.findall(self.html))
        if any(count > closed[tag] for tag, count in opened.items()):
            raise LayoutError("html", expected="a whole page", got="a page that is cut in its list")


def _page_of(url: str) -> int:
    """Return the page number that the address asks for; 0 if it names none."""
    number = parse_qs(urlsplit(url).query).get("page", ["0"])[-1]
    return int(number) if number.isdecimal() and len(number) < 8 else 0
