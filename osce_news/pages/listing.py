"""The newsroom's list page: its results, and the addresses of the next and the last page."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property

from lxml.etree import XPath
from lxml.etree import _Element as Element

from osce_news.errors import LayoutError
from osce_news.items import RAW_FIELDS
from osce_news.normalize import item_id
from osce_news.normalize.keys import number_copies, result_key, substitute_id
from osce_news.normalize.vocabulary import fold, labels, words
from osce_news.pages.card_fields import CardFields
from osce_news.pages.cards import find_cards
from osce_news.pages.html_page import HtmlPage
from osce_news.pages.labelled_list import BOXES, RESULTS, find_results
from osce_news.pages.page_facts import PageFacts, PagerLinks, find_pager, least_length
from osce_news.pages.result_fields import ResultFields
from osce_news.pages.text_lines import is_item
from osce_news.urls import page_number

# What makes a page unreadable; `--accept` does not change it. Other limits: osce_news/checks/limits.py.
INCOMPLETE_IN = 7  # one result in this many may lack title, address or date, and goes to quarantine
UNLABELLED_IN = 10  # one result in this many may have an unknown label, and goes to quarantine
QUARANTINE_FROM = 5  # results; on shorter pages none may go there, on all others at least one
DATELESS_IN = 10  # if more than one card in this many has no date, cards need none
CONTRADICTORY_IN = 10  # one card in this many may state another day than it prints, and at least one
MIN_EMPTY_LABELS = 3  # results with an empty label; so many fail a page if fewer have a value after it
# What pages that show no results without a script have in their settings, scripts or elements.
_SEARCH_APP = re.compile(r"typesense|instantsearch|search\.web\.osce\.org|algolia|search-app", re.IGNORECASE)
_FILLED_BY_SCRIPT = "the list is filled by a script from the search service; run with --source search"
# Of the last result: whether the page goes on after it, or inside it, and whether anything precedes the list.
_HAS_MORE = XPath("boolean(following::text()[normalize-space()][1] or .//aside or .//footer)")
_IS_FRAMED = XPath("boolean(preceding::nav or preceding::form or preceding::header)")
# A start or end tag; comments, scripts and styles are matched first, because they may contain tags.
_TAG = re.compile(
    r"<!--.*?(?:-->|\Z)|<(?P<raw>script|style)\b.*?(?:</(?P=raw)|\Z)|"
    r"<(?P<end>/?)(?P<tag>div|span|section|article|main|ul|ol|dl|table|h[2-6]|a)\b",
    re.DOTALL,
)


@dataclass(frozen=True, slots=True)
class RawResult:
    """One result as printed, neither cleaned nor completed; None for what is not printed."""

    title: str | None
    url: str | None
    published: str | None
    content_type: str | None = None
    offices: str | None = None
    topics: str | None = None
    collections: str | None = None
    teaser: str | None = None
    language: str | None = None
    unlabelled: str | None = None  # the first line that is a value, but has no known label
    link: str | None = None  # the address of a card whose address does not end in a number
    needs_date: bool = True  # false in a list of cards that do not all have one

    @property
    def lacks(self) -> list[str]:
        """The parts missing from this result that every result needs, such as "title"."""
        needed = {"title": self.title, "address": self.url, "date": self.published or not self.needs_date}
        missing = [name for name, value in needed.items() if not value]
        if self.unlabelled:
            missing.append(f"known label for {self.unlabelled[:80]!r}")
        return missing

    @property
    def key(self) -> str:
        """The key, with the date as printed: where the result is in a list ordered by date."""
        try:
            identifier = item_id(self.url or "")
        except ValueError:  # not the address of an item
            identifier = substitute_id(self.title or "")
        return result_key(identifier, self.published)


class ListingPage(HtmlPage):
    """The page object of a list page, made of its text, its address and the next page in its HTTP header.

    A page is a labelled list, which `labelled_list` reads by its visible labels, or a list of cards, which
    `cards` and `card_fields` read. Pager links are found by `rel`, class or words.
    The properties raise LayoutError if the page is not understood, and ChallengePageError if the server sent
    a challenge instead.
    """

    def __init__(self, html: str, url: str, next_href: str | None = None) -> None:
        super().__init__(html, url)
        self._next_href = next_href

    @cached_property
    def results(self) -> list[RawResult]:
        """The results in printed order; an empty list if the page says that there are none."""
        self.refuse_other_pages("list")
        fields = self._fields
        if not fields:
            if self._says_empty:
                return []
            raise self._no_results
        self._refuse_cut(fields[-1].element)
        self._refuse_empty_labels(fields)
        dated = sum("published" in one.values for one in fields)
        few = max(_alone(fields), len(fields) // DATELESS_IN)
        needs_date = not self.is_card_list or len(fields) - dated <= few
        results = [self._result(one, needs_date) for one in fields]
        self._refuse_incomplete(results)
        self._refuse_contradictions(fields)
        return results

    @cached_property
    def keys(self) -> list[str]:
        """A key for each result, in printed order; a result that is twice on the page gets two."""
        return number_copies(result.key for result in self.results)

    @property
    def facts(self) -> PageFacts:
        """What the traversal of the list needs to know of the page."""
        dates = [result.published for result in self.results]
        least = least_length(self, len(dates))
        is_only_page = self.is_card_list and self.pager == (None, None) and least <= len(dates)
        return PageFacts(
            self.url, self.keys, dates, self.pager, is_only_page=is_only_page, least_length=least
        )

    @property
    def fields(self) -> frozenset[str]:
        """The raw fields that the page prints; a labelled list can print all."""
        if not self.is_card_list:
            return frozenset(RAW_FIELDS)
        names = {name for result in self.results for name in labels() if getattr(result, name)}
        if not all(result.published for result in self.complete):
            names.discard("published")  # a date that only other pages print must stay
        if 4 * sum(bool(result.teaser) for result in self.results) >= len(self.results):
            names.add("teaser")  # the first cards of a list alone may have one
        return frozenset({"title_raw", "url_raw", "language_raw", *(f"{name}_raw" for name in names)})

    @cached_property
    def is_card_list(self) -> bool:
        """Whether the page is a list of cards."""
        return any(isinstance(one, CardFields) for one in self._fields)

    @cached_property
    def _fields(self) -> Sequence[ResultFields | CardFields]:
        labelled = find_results(self)
        if labelled is None:
            cards = find_cards(self, ends_list=bool(page_number(self.url)) and self.pager.next is None)
            return [] if len(cards) == 1 and self._has_empty_sentence else cards
        if sum(one.link is None and one.title is not None for one in labelled) * 2 > len(labelled):
            # Cards may have the labels of the list, and no link in their titles.
            cards = find_cards(self)
            if len(cards) == sum("published" in one.values for one in labelled):
                return cards
        return labelled

    @property
    def names_search_service(self) -> bool:
        """Whether the page names the search service, or a script that fills pages from it."""
        return _SEARCH_APP.search(self.html) is not None

    @property
    def _no_results(self) -> LayoutError:
        if self.names_search_service:
            expected = "results in the page itself"
            return LayoutError("results", expected=expected, got=f"a page without any: {_FILLED_BY_SCRIPT}")
        return LayoutError(
            RESULTS[0],
            expected="results with a label 'Publishing date', cards, or a sentence that says there are none",
            got=self.description,
        )

    @cached_property
    def complete(self) -> list[RawResult]:
        """The results that lack nothing they need."""
        return [result for result in self.results if not result.lacks]

    @property
    def incomplete(self) -> list[RawResult]:
        """The few results that lack something they need, such as a title or known labels."""
        return [result for result in self.results if result.lacks]

    @cached_property
    def pager(self) -> PagerLinks:
        """The addresses of the next and of the last page."""
        return find_pager(self, self._next_href)

    def _result(self, fields: ResultFields | CardFields, needs_date: bool) -> RawResult:
        values = fields.values
        address = None if fields.link is None else self.address(fields.link.get("href"))
        is_other = self.is_card_list and fields.link is not None and not is_item(fields.link)
        return RawResult(
            title=fields.title,
            url=None if is_other else address,
            link=address if is_other else None,
            teaser=fields.teaser,
            language=fields.labelled.language or self.language,
            unlabelled=fields.unlabelled,
            needs_date=needs_date,
            **{name: values.get(name) for name in labels()},
        )

    @property
    def _has_empty_sentence(self) -> bool:
        sentences = map(re.escape, words("empty"))
        text = fold(self.text)
        # "10 results" does not contain the sentence "0 results".
        return re.search(rf"(?<![\w.,])(?:{'|'.join(sentences)})", text) is not None

    @property
    def _says_empty(self) -> bool:
        """Whether a sentence says that the list is empty, and no next page and no item is linked."""
        if not self._has_empty_sentence or self.pager.next is not None:
            return False
        # Links to items where the list should be are results that are not understood.
        links = (link for line in self.lines if (link := line.link) is not None)
        return not any(
            is_item(link) and next(link.iterancestors("header", *BOXES), None) is None for link in links
        )

    def _refuse_incomplete(self, results: Sequence[RawResult]) -> None:
        """Raise LayoutError if more than a few results lack a title, an address or a date."""
        lacking = [result for result in results if result.lacks]
        unlabelled = next((result.unlabelled for result in lacking if result.unlabelled), None)
        few = len(results) // (UNLABELLED_IN if unlabelled else INCOMPLETE_IN)
        if len(lacking) <= max(_alone(results), few):
            return
        if unlabelled is not None:
            raise LayoutError(
                "labels",
                expected="known labels",
                got=f"{len(lacking)} of {len(results)} results with an unknown label, {unlabelled[:60]!r}",
            )
        missing = ", ".join(sorted({name for result in lacking for name in result.lacks}))
        raise LayoutError(
            RESULTS[0],
            expected="a title, an address and a date in each result",
            got=f"{len(lacking)} of {len(results)} results without {missing}",
        )

    def _refuse_contradictions(self, results: Sequence[ResultFields | CardFields]) -> None:
        """Raise LayoutError if many printed dates are of other days than their `datetime`.

        A single one is an editor's mistake, and the printed date counts; many are dates of other cards.
        """
        wrong = sum(isinstance(one, CardFields) and one.contradicts_itself for one in results)
        if wrong > max(1, len(results) // CONTRADICTORY_IN):
            got = f"another day in {wrong} of {len(results)} results"
            raise LayoutError("time", expected="the printed day in its datetime", got=got)

    def _refuse_empty_labels(self, results: Sequence[ResultFields | CardFields]) -> None:
        """Raise LayoutError if most values of a label are missing: the site has moved them elsewhere."""
        empty = Counter(name for fields in results for name in fields.labelled.empty)
        for name in ("content_type", "offices", "topics"):
            filled = sum(name in fields.values for fields in results)
            if empty[name] >= MIN_EMPTY_LABELS and empty[name] > filled:
                label = labels()[name]["en"][0]
                raise LayoutError(label, expected="a value after it", got=f"none in {empty[name]} results")

    def _refuse_cut(self, last: Element) -> None:
        """Raise LayoutError if the page ends with its list and leaves elements open.

        A server that fails halfway may still end the page properly.
        """
        if _HAS_MORE(last) or not _IS_FRAMED(last):
            return  # a page without a frame, perhaps saved by hand, ends with its list
        still_open: Counter[str] = Counter()
        for match in _TAG.finditer(self.html):
            if match["tag"]:
                still_open[match["tag"]] += -1 if match["end"] else 1
        if any(count > 0 for count in still_open.values()):
            raise LayoutError("html", expected="a whole page", got="a page that is truncated in its list")


def _alone(results: Sequence[object]) -> int:
    """Return how many results may always lack something: one, except on short pages."""
    return 1 if len(results) >= QUARANTINE_FROM else 0
