"""Large pages that are made to be slow: the time to read them grows with their size, not with its square."""

from __future__ import annotations

import time

import pytest

from tests.pages import page, read, result
from tests.pages.articles import PROSE, layout, unknown
from tests.pages.articles import read as read_article

pytestmark = pytest.mark.slow

ORDINARY_PAGES = 6_000  # a large page may take as long as so many pages of ten results
CARD = '<div class="card"><h3><a href="/odihr/{0}">Title {0}</a></h3><p>1 May 2020</p>{1}</div>'
ROW = '<tr><td><a href="/odihr/{0}">Title of {0}</a><td>1 May 2020{1}</tr>'
RUN = '<h3><a href="/odihr/{0}">Title {0}</a></h3><p>1 May 2020</p>{1}'


def list_with(more: str) -> str:
    """Two results of which the first has more in it."""
    return result(1, more) + result(2)


def cards_with(more: str, card: str = CARD) -> str:
    """Three cards of which the second has more in it."""
    return "".join(card.format(number, more if number == 2 else "") for number in (1, 2, 3))


LISTS = {
    "lines in a teaser": list_with("<div>" + "x<br>" * 20_000 + "</div>"),
    "blanks in a label": list_with("<p><b>Content</b>" + "<i> </i>" * 300_000 + "<b>type:</b> News</p>"),
    "bars before a label": list_with(
        "<p><b>What we do:</b> Elections" + "<i>|</i>" * 150_000 + "<b>Where we are:</b> OSCE</p>"
    ),
    "lines in a title": result(1, '<a href="/node/1">z</a><br>' * 12_000, title="Story" + "<br>y" * 60_000)
    + result(2),
    "results without elements": "".join(
        f"{RUN.format(number, '')}<b>Publishing date:</b> 1 May 2020" for number in range(1, 16_000)
    ),
    "style attributes": list_with('<p style="a">x</p>' * 120_000),
    "labels in a card": cards_with("<ul>" + '<li class="label">x' * 5_000 + "</ul>"),
    "spans in a link": cards_with("<a>" + "<span class=a>x</span>" * 50_000 + "</a>"),
    "blanks in a card": cards_with("<p>a" + " " * 100_000 + "b</p>"),
    "times of cards": cards_with("".join(f"<p><time>{n} Junuary</time>" for n in range(20_000)), RUN),
    "times of a flat list": "".join(
        f'<h3><a href="/node/{n}">Story {n}</a></h3><time>1 May 2020</time>' for n in range(8_000)
    ),
    "cells of a card": "<table><tr><th>Title<th>Date</tr>" + cards_with("<td>x" * 50_000, ROW) + "</table>",
}
ARTICLES = {
    "rows of goals": "text<ul>" + "<li>SDGs</li>" * 5_000 + "</ul>",
    "dates in dates": "<span class=date-display-single>" * 200 + "<i>x</i> " * 40_000,
    "items": "<ul>" + "<li>a" * 10_000 + "</ul>",
    "items in items": "<ul><li>a" * 100,
    "cells": "<table>" + "<tr><td>a<td>b" * 10_000 + "</table>",
    "hidden paragraphs": "<p hidden>a</p>" * 10_000 + "b",
    "contacts": '<div class="contact">a@b</div>' * 10_000,
    "labels": "<p><b>Content type:</b> News</p>" * 10_000,
    "downloads": '<a href="/x.pdf">t</a> ' * 10_000,
    "captions": '<div class="caption">a</div><img src="/a.jpg">' * 10_000,
    "titles": "<h1>t</h1>" * 10_000,
    "titles in titles": "<h1>" * 200 + "<p>a</p>" * 10_000,
    "blocks beside the text": "<aside>" * 200 + "<p>a</p>" * 10_000,
    "leads": '<p class="lead">a</p>' * 10_000,
    "elements in elements": "<div>" * 200 + "a" + "</div>" * 200,
    "five megabytes of text": PROSE * (5_000_000 // len(PROSE)),
}

UNKNOWN = {
    "times": "<time>1 May 2020</time>" * 6_000,
    "dates in dates": "<div class=publish-date>" * 200 + "<i>x</i> " * 6_000,
    "inline elements": "<i>1 May 2020</i><br>" * 6_000,
}


@pytest.fixture(scope="module")
def longest_s() -> float:
    """Return the time of the processor that a large page may take, on this machine as busy as it is."""
    ordinary = page("".join(map(result, range(10))))
    begun = time.process_time()
    for _ in range(100):
        assert read(ordinary).results
    return (time.process_time() - begun) / 100 * ORDINARY_PAGES


@pytest.mark.parametrize("case", LISTS)
def test_a_large_list_is_read_in_time_that_grows_with_its_size(case: str, longest_s: float) -> None:
    text = page(LISTS[case])
    begun = time.process_time()
    assert len(read(text).results) >= 2
    assert time.process_time() - begun < longest_s


@pytest.mark.parametrize("case", ARTICLES)
def test_a_large_article_is_read_in_time_that_grows_with_its_size(case: str, longest_s: float) -> None:
    text = layout(ARTICLES[case])
    begun = time.process_time()
    article = read_article(text)
    assert time.process_time() - begun < longest_s
    assert article.published == "1 May 2020"
    assert (article.text or "").count("four towns") == text.count("four towns")  # all of it is read


@pytest.mark.parametrize("case", UNKNOWN)
def test_a_large_article_of_no_known_layout_is_read_in_time_that_grows_with_its_size(
    case: str, longest_s: float
) -> None:
    text = unknown(f"<h1>A title</h1>{UNKNOWN[case]}{PROSE * 20}")
    begun = time.process_time()
    assert read_article(text).title == "A title"
    assert time.process_time() - begun < longest_s
