"""Dividing pages into results: known and unknown markup, facets, broken and hostile pages."""

from __future__ import annotations

from unittest.mock import Mock

import pytest

from osce_news.errors import LayoutError
from osce_news.pages import labels
from osce_news.pages.html_page import HtmlPage
from osce_news.pages.labelled_list import find_results
from tests.pages import DATE, HIT, URL, read, result, several, steps, titles

STORIES = ["Story 1", "Story 2", "Story 3"]
FLAT = "".join(f'<h3><a href="/node/{n}">Story {n}</a></h3>{DATE}<p>Teaser {n}</p>' for n in (1, 2, 3))


@pytest.mark.parametrize("css", [HIT, "unknown"])
@pytest.mark.parametrize("count", [1, 2, 3, 50])
def test_as_many_results_are_found_as_there_are_dates(css: str, count: int) -> None:
    assert titles(read(several(count, "<p>The teaser.</p>", css=css))) == [
        f"Story {number}" for number in range(1, count + 1)
    ]


@pytest.mark.parametrize("css", [HIT, "unknown"])
@pytest.mark.parametrize("page", ["<aside>{box}</aside>{list}", "{list}<aside>{box}</aside>"])
def test_results_in_a_box_next_to_the_list_are_results_if_they_have_its_markup(css: str, page: str) -> None:
    most_read = "".join(result(n, css=css) for n in (90, 91))
    found = read(page.format(box=most_read, list=several(3, css=css)))
    assert sorted(filter(None, titles(found))) == [*STORIES, "Story 90", "Story 91"]


def test_results_without_an_element_of_their_own_are_found_by_their_order() -> None:
    found = read(f"<div>{FLAT}</div>")
    assert titles(found) == STORIES
    assert [one.teaser for one in found.results] == ["Teaser 1", "Teaser 2", "Teaser 3"]


@pytest.mark.parametrize(
    "after", ["<h2>Help</h2><p>Text</p>", "<footer>1995</footer>", '<ul class="pager"><li>1</li></ul>']
)
def test_the_last_result_without_an_element_of_its_own_ends_where_something_else_begins(after: str) -> None:
    assert read(FLAT, after).results[-1].teaser == "Teaser 3"


def test_dates_above_titles_without_elements_around_them_are_refused_and_not_mixed() -> None:
    with pytest.raises(LayoutError):
        _ = read("".join(f'{DATE}<h3><a href="/node/{n}">Story {n}</a></h3>' for n in (1, 2, 3))).results


@pytest.mark.parametrize("css", [HIT, "unknown"])
@pytest.mark.parametrize("where", [0, 4, 9])
def test_one_result_without_a_date_among_ten_is_quarantined(css: str, where: int) -> None:
    parts = [result(n, date="" if n == where else DATE, css=css) for n in range(10)]
    found = read(*parts)
    assert titles(found) == [f"Story {n}" for n in range(10)]
    assert [(one.title, one.lacks) for one in found.incomplete] == [(f"Story {where}", ["date"])]
    assert len(found.complete) == 9


def test_a_pager_with_the_class_of_the_results_is_no_result_without_a_date() -> None:
    pager = '<div class="x"><a href="?">1</a> <a href="?page=2">3</a></div>'
    found = read(several(3, css="x"), pager)
    assert (titles(found), found.incomplete) == (STORIES, [])


@pytest.mark.parametrize(("dated", "dateless"), [(8, 2), (0, 1), (0, 3)])
def test_more_results_without_a_date_than_one_in_ten_are_another_layout(dated: int, dateless: int) -> None:
    with pytest.raises(LayoutError, match=f"{dateless} of {dated + dateless} results without date"):
        _ = read(several(dated), *(result(90 + n, date="") for n in range(dateless))).results


@pytest.mark.parametrize("css", [HIT, "unknown"])
def test_results_without_titles_are_another_layout(css: str) -> None:
    with pytest.raises(LayoutError, match="page not understood"):
        _ = read(f'<div class="{css}">{DATE}<p>The teaser.</p></div>' * 3).results


def test_a_layout_error_names_the_selector_what_was_expected_and_what_was_there() -> None:
    with pytest.raises(LayoutError) as raised:
        _ = read("<p>Page not found</p>").results
    assert raised.value.selector == ".search-result-news"
    assert "Publishing date" in raised.value.expected
    assert raised.value.got == "a page titled 'Newsroom'"


YEARS = '<ul><li><a href="?f=1">2022 (35)</a></li><li><a href="?f=2">2021 (36)</a></li></ul>'
BESIDE = {
    "facet with h2": f"<div><h2>Publishing date</h2>{YEARS}</div>",
    "facet with h4 and colon": f"<div><h4>Publishing date:</h4>{YEARS}</div>",
    "facet with div": f'<aside><div class="title">Publishing date</div>{YEARS}</aside>',
    "facet with legend": "<form><legend>Publishing date</legend><label>2022</label></form>",
    "field of a form": '<form><label>Publishing date</label><input name="d"> <label>From 2001</label></form>',
    "order, as links": '<p>Order: <a href="?o=1">Relevance</a> <a href="?o=2">Publishing date</a></p>',
    "order, as list": '<ul><li><a href="?o">Publishing date</a></li><li><a href="?r">10 a page</a></li></ul>',
    "order, chosen": '<ul class="sort"><li>Publishing date</li><li><a href="?o=1">10 a page</a></li></ul>',
    "script": "<script>label = 'Publishing date: 1 May 2020'</script>",
    "hidden": "<p hidden>Publishing date: 1 May 2020</p><!-- Publishing date: 1 May 2020 -->",
}


@pytest.mark.parametrize("css", [HIT, "unknown"])
@pytest.mark.parametrize("beside", BESIDE)
def test_the_words_publishing_date_beside_the_list_are_no_result(beside: str, css: str) -> None:
    for parts in ((BESIDE[beside], several(3, css=css)), (several(3, css=css), BESIDE[beside])):
        found = read(*parts)
        assert titles(found) == STORIES
        assert found.incomplete == []


def test_a_menu_and_facets_with_the_words_of_labels_are_no_part_of_a_result() -> None:
    facets = "<h2>What we do</h2><ul><li>Elections (3)</li></ul><h2>Content type</h2><ul><li>News</li></ul>"
    found = read(f"<nav>{facets}</nav>", several(3, css="unknown"), f"<aside>{facets}</aside>")
    assert titles(found) == STORIES
    assert {(one.topics, one.content_type, one.teaser) for one in found.results} == {(None, None, None)}


@pytest.mark.parametrize("depth", [100, 200, 1_000, 10_000])
@pytest.mark.parametrize("where", ["around", "before", "inside", "between"])
def test_nested_elements_lose_no_result_in_silence(where: str, depth: int) -> None:
    """The parser gives up at some depth; then the whole page is refused, not read in part."""
    opened, closed = "<div>" * depth, "</div>" * depth
    parts = {
        "around": (opened, several(3), closed),
        "before": (opened, closed, several(3)),
        "inside": (result(1), result(2, opened, "x", closed), result(3)),
        "between": (result(1), opened, closed, result(2), result(3)),
    }[where]
    try:
        found = titles(read(*parts))
    except LayoutError:
        assert depth > 200
    else:
        assert found == STORIES


def test_lines_deep_inside_elements_are_read_in_time_that_grows_with_lines_and_depth() -> None:
    title = '<h3><a href="/node/1">Story</a></h3>'
    once, twice = (
        steps(title, "<div>" * depth, DATE, "<p>x" * 100, "</div>" * depth) for depth in (100, 200)
    )
    assert twice < 2.2 * once


def test_the_value_of_a_label_is_looked_for_once(monkeypatch: pytest.MonkeyPatch) -> None:
    within = Mock(wraps=labels._within)
    monkeypatch.setattr(labels, "_within", within)
    title = '<h3><a href="/node/1">Story</a></h3>'
    found = read(title, DATE, "<div>" * 200, "<p><b>What we do:</b></p>", "<p>x" * 100, "</div>" * 200)
    assert found.results
    assert within.call_count < 1_000


BROKEN = {
    "unclosed results": several(3).replace("</div>", ""),
    "unclosed paragraphs": several(3).replace("</p>", ""),
    "unclosed headings": several(3).replace("</h3>", "</h2>"),
    "unclosed bold": several(3).replace("</b>", ""),
    "unclosed divs before": "<div>" * 50 + several(3),
    "closed too often": "</div></p></ul>" * 50 + several(3),
    "capitals": several(3).replace("<div class", "<DIV CLASS").replace("</div>", "</DIV>"),
    "no quotes": several(3).replace('"', ""),
    "many unclosed links": '<a href="/x">' * 2_000 + several(3),
}


@pytest.mark.parametrize("broken", BROKEN)
def test_careless_markup_is_read_as_a_browser_reads_it(broken: str) -> None:
    found = read(BROKEN[broken])
    assert titles(found) == STORIES
    assert [one.published for one in found.complete] == ["1 May 2020"] * 3


def test_a_thousand_results_on_one_page_are_all_read() -> None:
    assert len(read(several(1_000)).complete) == len(read(several(1_000, css="unknown")).complete) == 1_000


def test_two_thousand_dates_in_one_result_are_not_believed() -> None:
    with pytest.raises(LayoutError, match="without address, title"):
        _ = read(result(1, DATE * 2_000), result(2)).results


def test_a_page_without_a_body_has_no_regions() -> None:
    assert find_results(HtmlPage("<html><frameset><frame></frameset></html>", URL)) is None


def test_a_stray_end_of_the_body_ends_no_list() -> None:
    for stray in ("</body>", "</html>", "</BODY ></html>"):
        assert titles(read(result(1), stray, result(2), result(3))) == STORIES


@pytest.mark.parametrize("css", [HIT, "unknown"])
def test_labels_whose_dates_can_not_be_told_are_refused_and_not_mixed(css: str) -> None:
    columns = "<div><div>Publishing date:</div><div>Content type:</div></div><div><div>1 May 2020</div></div>"
    rows = [f'<div class="{css}"><h3><a href="/node/{n}">Story {n}</a></h3>{columns}</div>' for n in (1, 3)]
    with pytest.raises(LayoutError):
        _ = read(rows[0], result(2, css=css), rows[1]).results


@pytest.mark.parametrize(
    "date", ["<p><b>Publishing date:</b> soon</p>", "<p>Publishing date: 1 May 2020</p>"]
)
def test_a_list_in_which_two_dates_are_printed_otherwise_is_refused_and_not_mixed(date: str) -> None:
    parts = [
        f'<h3><a href="/node/{n}">Story {n}</a></h3>{date if n in (2, 4) else DATE}<p>Teaser {n}</p>'
        for n in range(1, 7)
    ]
    with pytest.raises(LayoutError):
        _ = read(f"<div>{''.join(parts)}</div>").results
