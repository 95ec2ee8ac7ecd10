"""Unknown labels are not taken for text, and no result is lost without an error."""

from __future__ import annotations

import pytest

from osce_news.errors import LayoutError
from osce_news.pages import ListingPage
from tests.pages import DATE, HIT, URL, page, read, result, several, taken

TEASER = '<p class="text">VIENNA, 1 May 2020 – A text that is long enough to be one.</p>'
UNLABELLED = {
    "paragraph": "<p><b>Category:</b> Something</p>",
    "known value": "<p><b>Category</b> News</p>",
    "known values": "<p>Subjects: Elections, Human rights</p>",
    "value without a label": "<p><b></b> OSCE Secretariat</p>",
    "value as a link": '<p><a href="/tags/1">Elections</a></p>',
    "values as links": '<p><a href="/a">Elections</a> <a href="/b">Youth</a></p>',
}
BLOCKS = "<dl><dt>Publishing date:</dt><dd>1 May 2020</dd><dt>Category:</dt><dd>Something</dd></dl>"
FIELDS = (
    '<div class="label">Publishing date</div><div class="item">1 May 2020</div>'
    '<div class="label">Category</div><div class="item">Something</div>'
)


@pytest.mark.parametrize("line", UNLABELLED.values(), ids=UNLABELLED)
def test_one_result_with_an_unknown_label_is_quarantined_with_the_line(line: str) -> None:
    found = read(several(9, TEASER), result(10, line, TEASER))
    (incomplete,) = found.incomplete
    (reason,) = incomplete.lacks
    assert reason.startswith("known label for ")
    (quarantined,) = taken(found).quarantined
    assert quarantined.reason == f"no {reason}"
    assert quarantined.raw["stray"] == found.incomplete[0].unlabelled


@pytest.mark.parametrize("line", UNLABELLED.values(), ids=UNLABELLED)
def test_a_page_of_results_with_an_unknown_label_is_not_understood(line: str) -> None:
    with pytest.raises(LayoutError, match="labels: expected known labels, got 10 of 10"):
        _ = read(several(10, line, TEASER)).results


@pytest.mark.parametrize("labels", [BLOCKS, FIELDS], ids=["dt", "class"])
def test_an_unknown_label_in_a_block_of_its_own_is_recognised_by_its_markup(labels: str) -> None:
    with pytest.raises(LayoutError, match="Category"):
        _ = read("".join(result(n, TEASER, date=labels) for n in range(1, 9))).results


PROSE = {
    "emphasis": '<p class="text"><b>VIENNA</b>, 1 May 2020 – A text.</p>',
    "an office at its beginning": "<p>OSCE Secretariat, in a note, explains elections.</p>",
    "a colon": "<p>What comes next: three talks and a vote.</p>",
    "short": "<p>A note.</p>",
    "a place": "<p>Vienna</p>",
    "a link to read more": '<p>A text.</p><p><a href="/node/1">Read more</a></p>',
}


@pytest.mark.parametrize("prose", PROSE.values(), ids=PROSE)
def test_text_is_not_reported_as_unlabelled(prose: str) -> None:
    assert read(several(9, prose)).incomplete == []


def test_labels_without_values_in_most_results_are_not_understood() -> None:
    empty = "<p><b>Content type:</b></p>"
    with pytest.raises(LayoutError, match="Content type: expected a value after it, got none in 3 results"):
        _ = read(several(3, empty)).results
    assert len(read(several(3, "<p><b>Content type:</b> News</p>"), several(3, empty)).results) == 6


EMPTY = "<p>No results found</p>"
LINK = '<h3><a href="/node/1">Story</a></h3><p>Issued: 1 May 2020</p>'


@pytest.mark.parametrize("around", ["<main>{}</main>", "{}<div hidden></div>"])
def test_a_list_that_shows_items_is_not_empty_whatever_it_says(around: str) -> None:
    with pytest.raises(LayoutError, match="search-result-news"):
        _ = read(around.format(EMPTY + LINK)).results


def test_a_sentence_that_nobody_sees_says_nothing() -> None:
    page = read(f"<template>{EMPTY}{LINK}</template>{LINK}")
    assert [(one.title, one.published) for one in page.results] == [("Story", "1 May 2020")]


@pytest.mark.parametrize("box", ["nav", "aside", "header", "footer"])
def test_an_empty_list_may_have_items_beside_it(box: str) -> None:
    assert read(f"<{box}>{LINK}</{box}>", EMPTY).results == []


FRAME = '<header><a href="/">Home</a></header><form></form>'


def test_a_page_that_is_cut_in_its_list_but_closed_is_not_understood() -> None:
    whole = page(FRAME, '<div class="list">', several(6), "</div><footer>The end</footer>")
    cut = whole[: whole.index("Story 5")]

    assert len(ListingPage(whole, URL).results) == 6
    with pytest.raises(LayoutError, match="truncated in its list"):
        _ = ListingPage(f"{cut}</h3></div></body></html>", URL).results


@pytest.mark.parametrize("text", ['{"results": []}', ' \n["<p>Publishing date: 1 May 2020</p>"]', "\ufeff{}"])
def test_json_is_no_page(text: str) -> None:

    with pytest.raises(LayoutError, match="JSON"):
        _ = ListingPage(text, URL).results


def test_results_in_a_box_beside_the_list_are_not_left_out_unseen() -> None:
    assert len(read(several(5), "<aside>", result(6), "</aside>").results) == 6
    assert len(read(several(5), f'<aside><div class="box">{DATE}</div></aside>').results) == 5
    assert len(read("<aside>", several(5), "</aside>").results) == 5


def test_results_whose_labels_stand_in_a_link_are_not_left_out_unseen() -> None:
    with pytest.raises(LayoutError):
        _ = read(
            several(5, css="hit"), f'<a href="/x">{result(6, css="hit")}{result(7, css="hit")}</a>'
        ).results


def test_labels_with_and_without_markup_of_their_own_do_not_mix() -> None:
    plain = "<p>Publishing date: 1 May 2020</p>"
    with pytest.raises(LayoutError):
        _ = read(several(5, css="hit"), result(6, date=plain, css="hit"), result(7, date=plain)).results
    assert len(read(several(5), result(6, date=plain), result(7, date=plain)).results) == 7  # by their class


def test_a_result_without_its_end_takes_no_box_for_its_text() -> None:
    unclosed = f'<div class="{HIT}"><h3><a href="/node/9">Story 9</a></h3>{DATE}{TEASER}'
    found = read(several(5), unclosed, "<aside><p>Facets</p></aside><footer role='contentinfo'>1995</footer>")
    assert found.results[-1].teaser == "VIENNA, 1 May 2020 – A text that is long enough to be one."
