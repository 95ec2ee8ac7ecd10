"""What stands on a page that should be a list."""

from __future__ import annotations

import pytest

from osce_news.pages import ListingPage
from osce_news.pages.findings import CARDS, LABELLED, SCRIPT, Findings
from osce_news.urls import same_path
from tests.newsroom import make_stories, render_page
from tests.newsroom.cards import render_cards

LIST = "https://www.osce.org/press-releases"
START_PAGE = """<html><head><title>OSCE</title>
<meta name="Generator" content="Drupal 11 (https://www.drupal.org)"></head><body>
<header><nav><a href="/about">About us</a><a href="/newsroom"> <span>Newsroom</span> </a>
<a href="https://odihr.osce.org/odihr/news"><svg></svg></a><a href="https://elsewhere.example/news">News</a>
<a href="/press-releases">Press releases</a></nav></header>
<main><h2><a href="/node/665473">An item</a></h2><time datetime="2026-08-03">3 August 2026</time>
<h2><a href="/node/665472">Another item</a></h2><time datetime="2026-08-02">2 August 2026</time></main>
</body></html>"""
SEARCH_APP = '<div id="search"></div><script src="/themes/typesense-instantsearch.js"></script></body>'


def page(html: str, url: str = LIST) -> ListingPage:
    return ListingPage(html, url)


def test_a_list_that_can_be_read_is_named_with_its_results() -> None:
    stories = make_stories(12)
    labelled = Findings.of(page(render_page(stories, page=0, rows=12, total=12)))
    assert (labelled.layout, labelled.results, labelled.source) == (LABELLED, 12, "list")
    cards = Findings.of(page(render_cards(stories, "teaser-link")))
    assert (cards.layout, cards.results, cards.source) == (CARDS, 12, "list")
    assert str(cards) == "a list of cards with 12 results"


def test_a_page_that_came_instead_of_the_list_says_where_lists_may_be() -> None:
    found = Findings.of(
        page(START_PAGE, "https://www.osce.org/"), instead_of="https://www.osce.org/former-list"
    )
    assert (found.layout, found.source) == (None, None)
    assert (found.numbered_links, found.times) == (2, 2)
    assert found.lists == {
        "Newsroom": "https://www.osce.org/newsroom",
        "news": "https://odihr.osce.org/odihr/news",
        "Press releases": LIST,
    }
    assert str(found) == (
        "generator: Drupal 11 (https://www.drupal.org); 2 numbered links and 2 <time> "
        "elements; links to lists: Newsroom (https://www.osce.org/newsroom), "
        "news (https://odihr.osce.org/odihr/news), Press releases (https://www.osce.org/press-releases); "
        "next: `osce-news crawl --start-url https://www.osce.org/newsroom`"
    )


def test_the_list_that_was_requested_is_no_other_list() -> None:
    found = Findings.of(page(START_PAGE, "https://www.osce.org/"), instead_of=f"{LIST}?page=0")
    assert list(found.lists) == ["Newsroom", "news"]


def test_a_list_to_which_the_requested_one_redirects_comes_first() -> None:
    there = "https://www.osce.org/newsroom"
    cards = render_cards(make_stories(12), "teaser-link", path="/newsroom")
    found = Findings.of(page(cards, f"{there}?page=0"), instead_of=f"{LIST}?page=0")
    assert (found.layout, next(iter(found.lists.values()))) == (None, there)
    assert found.next_command == f"`osce-news crawl --start-url {there}`"
    start = Findings.of(page(START_PAGE, "https://www.osce.org/home"), instead_of=LIST)
    assert list(start.lists) == ["Newsroom", "news"]


def test_a_page_without_links_that_names_the_search_service_leads_there() -> None:
    found = Findings.of(page(f"<html><body>{SEARCH_APP}</html>"))
    assert (found.layout, found.source, found.names_search) == (SCRIPT, "search", True)
    assert found.next_command == "`osce-news crawl --source search`"
    nothing = Findings.of(page("<html><body>Gone</body></html>"))
    assert nothing.next_command == "`osce-news check --save FOLDER`, and attach the folder to an issue"
    assert "generator: not named" in str(nothing)


@pytest.mark.parametrize("html", ["", "<", "\0", "{}", "<html><body><a href='http://['>x</a>", "<time>" * 9])
def test_any_text_has_findings_on_one_line(html: str) -> None:
    assert "\n" not in str(Findings.of(page(html)))


@pytest.mark.parametrize(
    ("other", "same"),
    [
        ("http://osce.org/press-releases/?page=3", True),
        ("https://odihr.osce.org/ru/Press-Releases", True),
        ("https://www.osce.org/press%2Dreleases", True),
        ("https://www.osce.org/", False),
        ("https://www.osce.org/newsroom/press-releases", False),
        ("https://www.osce.org/press-releases/ukraine", False),
    ],
)
def test_two_addresses_of_one_list_differ_in_host_language_case_and_query(other: str, same: bool) -> None:
    assert same_path(LIST, other) is same
