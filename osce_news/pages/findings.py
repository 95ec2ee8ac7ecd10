"""What a page that should be a list shows: how it can be read, or else where the list may be."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Self

from osce_news.errors import OsceNewsError
from osce_news.normalize.text import numbered
from osce_news.normalize.vocabulary import fold, words
from osce_news.pages.html_page import HtmlPage
from osce_news.pages.listing import ListingPage
from osce_news.pages.text_lines import is_item, text_of
from osce_news.urls import same_path, same_site, without_query

LABELLED, CARDS, SCRIPT = "labelled list", "cards", "filled by a script from the search service"
_READABLE = {LABELLED: "a labelled list", CARDS: "a list of cards"}
_MOST_LISTS = 5  # named in a message


@dataclass(frozen=True, slots=True)
class Findings:
    """What a page shows; the fields are keys of `check --json`."""

    url: str  # after redirects
    layout: str | None  # LABELLED, CARDS or SCRIPT; None if the page is not a list that can be read
    results: int
    generator: str | None  # the content of <meta name="Generator">
    numbered_links: int  # whose addresses end in a number, as those of items do
    times: int  # <time> elements
    lists: dict[str, str]  # the names and addresses of lists that the page links
    names_search: bool  # whether the page names the search service

    @classmethod
    def of(cls, page: ListingPage, *, instead_of: str | None = None) -> Self:
        """Return the findings of a page; raises nothing.

        `instead_of` is the address of the list if another page came, such as a start page; it may show items.
        """
        layout, results = None, 0
        if instead_of is None:
            try:
                results = len(page.results)
                layout = CARDS if page.is_card_list else LABELLED
            except OsceNewsError:
                layout = SCRIPT if page.names_search_service else None
        return cls(
            url=page.url,
            layout=layout,
            results=results,
            generator=page.generator,
            numbered_links=sum(map(is_item, page.find("a[href]"))),
            times=len(page.find("time")),
            lists=_lists(page, instead_of or page.url),
            names_search=page.names_search_service,
        )

    @property
    def source(self) -> str | None:
        """The `--source` with which the page's list can be read; None if no source is known to work."""
        if self.layout in _READABLE:
            return "list"
        return "search" if self.layout == SCRIPT else None

    def __str__(self) -> str:
        """Return the findings on one line."""
        if self.layout in _READABLE:
            return f"{_READABLE[self.layout]} with {numbered(self.results, 'result')}"
        named = ", ".join(f"{name} ({url})" for name, url in list(self.lists.items())[:_MOST_LISTS])
        return (
            f"generator: {self.generator or 'not named'}; {self.numbered_links} numbered links and "
            f"{self.times} <time> elements; links to lists: {named or 'none'}; next: {self.next_command}"
        )

    @property
    def next_command(self) -> str:
        """What to type next."""
        if self.layout == SCRIPT or (self.names_search and not self.lists):
            return "`osce-news crawl --source search`"
        if self.lists:
            return f"`osce-news crawl --start-url {next(iter(self.lists.values()))}`"
        return "`osce-news check --save FOLDER`, and attach the folder to an issue"


def _lists(page: HtmlPage, requested: str) -> dict[str, str]:
    """Return the lists that the page is or links, by their names or the ends of their addresses."""
    known = set(words("list_names"))
    found: dict[str, str] = {}
    if not same_path(page.url, requested) and fold(end := _end(page.url)) in known:
        found[end] = without_query(page.url)  # where a redirect led
    for link in page.find("a[href]"):
        address = page.address(link.get("href"))
        if address is None or not same_site(address, page.url):
            continue
        if same_path(address, page.url) or same_path(address, requested):
            continue
        name, end = text_of(link), _end(address)
        if fold(name) in known or fold(end) in known:
            found.setdefault(name[:60] if fold(name) in known else end, without_query(address))
    return found


def _end(url: str) -> str:
    return without_query(url).rstrip("/").rpartition("/")[2]
