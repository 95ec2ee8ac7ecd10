"""The list page as a whole: fixtures, the pager, addresses, other pages, arbitrary pages."""

from __future__ import annotations

import dataclasses
import json
from typing import Any
from urllib.parse import parse_qs, urljoin, urlsplit

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from osce_news.cli.shared.page_fixtures import observed
from osce_news.errors import ChallengePageError, LayoutError, OsceNewsError
from osce_news.pages import HttpResponse, ListingPage
from tests.newsroom import MARKUPS, Story, make_stories, render_page
from tests.newsroom.dates import print_day
from tests.newsroom.site import FIXTURES
from tests.pages import HIT, URL, of_fixture, page, read, result, several, taken

CASES = sorted(path.parent.name for path in FIXTURES.glob("*/page.html"))


def flat(value: Any, name: str = "") -> dict[str, Any]:
    """Every single value under its path: {"records[3].title": ...}."""
    if isinstance(value, dict):
        return {k: v for key, one in value.items() for k, v in flat(one, f"{name}.{key}".lstrip(".")).items()}
    if isinstance(value, list) and value:
        return {k: v for number, one in enumerate(value) for k, v in flat(one, f"{name}[{number}]").items()}
    return {name: value}


def differences(expected: Any, got: Any) -> list[str]:
    """A line for each field that is not as expected."""
    old, new = flat(expected), flat(got)
    return [
        f"{name}: expected {old.get(name, 'nothing')!r}, got {new.get(name, 'nothing')!r}"
        for name in dict.fromkeys([*old, *new])
        if (name in old, old.get(name)) != (name in new, new.get(name))
    ]


@pytest.mark.parametrize("case", CASES)
def test_each_fixture_reads_as_expected_field_by_field(case: str) -> None:
    expected = json.loads((FIXTURES / case / "expected.json").read_text(encoding="utf-8"))
    found = differences(expected, json.loads(json.dumps(observed(FIXTURES / case))))
    assert not found, "\n".join([f"{case} (accept with `osce-news expect`):", *found])


def test_a_difference_names_the_field() -> None:
    expected = {"next": None, "records": [{"title": "a", "topics": [{"id": "x"}]}, {"title": "b"}]}
    got = {"next": None, "records": [{"title": "a", "topics": [{"id": "y"}]}, {"title": "b", "url": "c"}]}
    assert differences(expected, got) == [
        "records[0].topics[0].id: expected 'x', got 'y'",
        "records[1].url: expected 'nothing', got 'c'",
    ]


@pytest.mark.parametrize("markup", MARKUPS)
def test_the_ten_stories_read_alike_in_every_markup(markup: str) -> None:
    assert of_fixture(f"markup-{markup}").results == of_fixture("markup-drupal7").results


def values(story: Story) -> dict[str, str | None]:
    """The raw fields that the page object should read for a story."""
    return {
        "title": story.title,
        "url": f"https://www.osce.org{story.path}",
        "published": print_day(story.published),
        "content_type": story.content_type,
        "offices": ", ".join(story.offices) or None,
        "topics": ", ".join(story.topics) or None,
        "collections": story.collections,
        "teaser": story.teaser or None,
    }


@pytest.mark.parametrize("markup", MARKUPS)
@given(seed=st.integers(0, 100_000), count=st.integers(1, 12))
@settings(max_examples=15)
def test_a_rendered_page_gives_back_its_stories(markup: str, seed: int, count: int) -> None:
    stories = [
        dataclasses.replace(story, emphasis=story.title.split()[1])
        for story in make_stories(count, seed=seed)
    ]
    html = render_page(stories, page=0, rows=50, total=count, markup=markup)
    found = ListingPage(html, URL).results
    names = values(stories[0])
    assert [{name: getattr(one, name) for name in names} for one in found] == [values(s) for s in stories]


def query(address: str | None) -> dict[str, list[str]]:
    return parse_qs(urlsplit(address).query) if address else {}


@pytest.mark.parametrize("markup", MARKUPS)
def test_the_pager_gives_the_next_and_the_last_page_in_every_markup(markup: str) -> None:
    pager = of_fixture(f"markup-{markup}").pager
    kept = {"rows": ["10"], "solrsort": ["ds_date desc"]}
    assert pager.next is not None
    assert pager.next.startswith("https://www.osce.org/press-releases?")
    assert query(pager.next) == {"page": ["3"], **kept}
    # "nested" has two links with words and no link to the last page.
    assert query(pager.last) == ({} if markup == "nested" else {"page": ["7"], **kept})


def test_a_pager_that_nobody_knows_tells_that_the_list_goes_on() -> None:
    """The arrows come from a style sheet, and the classes are unknown."""
    links = "".join(f'<a class="x{n}" href="/press-releases?rows=10&page={n}"><i></i></a>' for n in (2, 4, 3))
    other = '<a href="/fom/statements?page=90">Statements</a>'
    html = f"<html><body>{other}{links}</body></html>"
    page = ListingPage(html, "https://www.osce.org/press-releases?page=3&rows=10")
    assert page.pager == (None, "https://www.osce.org/press-releases?rows=10&page=4")
    assert ListingPage(html, "https://www.osce.org/press-releases?page=4").pager == (None, None)


@pytest.mark.parametrize("case", ["seed", "last-page", "empty"])
def test_without_further_pages_the_pager_gives_none(case: str) -> None:
    assert of_fixture(case).pager == (None, None)


@pytest.mark.parametrize("address", ["?page=1", "/press-releases/page/2"])
def test_a_next_link_may_be_in_the_head_or_have_the_page_in_its_path(address: str) -> None:
    in_head = read(several(2), head=f'<link rel="next" href="{address}">')
    by_words = read(several(2), f'<p><a href="{address}">Next</a></p>')
    assert in_head.pager.next == by_words.pager.next == urljoin(URL, address)


@pytest.mark.parametrize(
    "words", ["Next", "next ›", "NEXT PAGE »", "Go to next page", "Следующая ›", "Вперёд"]
)
def test_a_next_link_is_known_by_its_words_alone(words: str) -> None:
    found = read(several(2), f'<p><a href="?page=0">1</a> <a href="?page=1"><span>{words}</span></a></p>')
    assert found.pager == ("https://www.osce.org/press-releases?page=1", None)


@pytest.mark.parametrize(
    "link",
    [
        '<a href="?start=8" class="next">»</a>',
        '<li class="page-next"><a href="?start=8">»</a></li>',
        '<a href="/press-releases?start=8" aria-label="Go to next page"><svg></svg></a>',
        '<a href="?start=8" title="Next page">›</a>',
        '<a href="?start=8">Show more news</a>',
        '<a href="?start=8">Older posts</a>',
    ],
)
def test_a_next_link_may_count_otherwise_than_in_pages(link: str) -> None:
    other = (
        '<a class="next" href="/node/2?from=8">Next story</a> <a class="nextcloud" href="?sort=8">Sort</a>'
    )
    other += '<a href="?topic=8">Older people</a> <form><a href="?all=8">Show more topics</a></form>'
    found = read(several(2), f"<p>{other} {link}</p>")
    assert found.pager.next == "https://www.osce.org/press-releases?start=8"


@pytest.mark.parametrize("href", ["http://[?page=1", "javascript:go('page=1')", "#page=1"])
def test_a_next_link_without_an_address_is_none(href: str) -> None:
    found = read(several(2), f'<ul><li class="pager-next"><a rel="next" href="{href}">next</a></li></ul>')
    assert found.pager.next is None


def test_a_list_that_says_that_it_is_empty_has_no_results() -> None:
    assert of_fixture("empty").results == []
    log_in = '<a href="/user/login?destination=/press-releases/2026">Log in</a> <a href="/news#/5">News</a>'
    assert read(f"<p>Your search yielded <b>no results</b></p><p>{log_in}</p>").results == []


def test_a_challenge_page_is_named_and_not_taken_for_an_empty_list() -> None:
    with pytest.raises(ChallengePageError, match="just a moment"):
        _ = of_fixture("challenge").results


@pytest.mark.parametrize(
    "html", ["", " ", "hello", "<!DOCTYPE html>", "<!-- -->", "%PDF-1.4", "\0", page("<p>a</p>")]
)
def test_a_page_without_results_that_does_not_say_so_is_not_understood(html: str) -> None:
    with pytest.raises(LayoutError, match="page not understood"):
        _ = ListingPage(html, URL).results


@pytest.mark.parametrize("kept", [0.3, 0.6, 0.9, 0.99])
def test_a_cut_page_is_not_understood_however_much_of_it_came(kept: float) -> None:
    html = page(several(20))
    with pytest.raises(LayoutError, match="truncated"):
        _ = ListingPage(html[: int(len(html.removesuffix("</body></html>\n")) * kept)], URL).results


@pytest.mark.parametrize(
    "code",
    ["""<script>x = '<div class="x">' + q;</script>""", "<style>/* <div> */</style>", "<!-- <div> -->"],
)
def test_tags_in_scripts_styles_and_comments_do_not_make_a_page_a_cut_one(code: str) -> None:
    found = read("<nav>Menu</nav>", code, "<main>", several(3), "</main>")
    assert len(found.results) == 3
    with pytest.raises(LayoutError, match="truncated"):
        _ = read("<nav>Menu</nav>", code, "<main>", several(3)).results


def test_each_copy_of_a_result_has_a_key_of_its_own() -> None:
    assert read(result(1), result(2), result(1), result(1)).keys == [
        "1:1 May 2020",
        "2:1 May 2020",
        "1:1 May 2020:2",
        "1:1 May 2020:3",
    ]


NO_ADDRESS = (
    *(
        "javascript:void(0)",
        "http://[",
        "http://a:99999999/node/9",
        "http://www.osce.org:x/node/9",
        "//",
        " ",
    ),
    *("http://:80/9", "http:///9", "http://www.os℅ce.org/9", "mailto:a@b.c", "#top", "", "http://"),
)


@pytest.mark.parametrize("href", NO_ADDRESS)
def test_a_link_that_is_no_address_of_an_item_costs_only_its_own_result(href: str) -> None:
    """Nothing raises on the way to the database, and the other results are kept."""
    item = taken(read(several(8), result(9, href=href), result(10)))
    assert [one.id for one in item.records] == ["1", "2", "3", "4", "5", "6", "7", "8", "10"]
    assert [one.raw["title"] for one in item.quarantined] == ["Story 9"]


@pytest.mark.parametrize(
    "href",
    ["HTTPS://www.osce.org/node/1", "HTTP://WWW.OSCE.ORG/node/1", " /node/1\n", "//www.osce.org/node/1"],
)
def test_an_address_is_read_in_any_case_and_form_that_a_browser_follows(href: str) -> None:
    assert [one.id for one in taken(read(result(1, href=href), result(2))).records] == ["1", "2"]


def test_addresses_are_joined_to_the_base_that_the_page_names() -> None:
    found = read(result(1, href="node/1"), head='<base href="https://odihr.osce.org/x/y">')
    assert found.results[0].url == "https://odihr.osce.org/x/node/1"


@pytest.mark.parametrize("base", ["http://[", "http://a:99999999/", "", "#", " "])
def test_a_malformed_base_is_as_good_as_none(base: str) -> None:
    item = taken(read(result(1), result(2, href="node/2"), head=f'<base href="{base}">'))
    assert [one.url for one in item.records] == [f"https://www.osce.org/node/{n}" for n in (1, 2)]


CHARACTERS = (
    *("\0", "\x01", "\x1b", "\x7f", "\x85", "\ud800", "\udfff", "\ufffe", "\uffff"),
    *("&#0;", "&#xD800;", "&#x110000;"),
)


@pytest.mark.parametrize("odd", CHARACTERS, ids=ascii)
def test_characters_that_no_page_should_hold_harm_nothing(odd: str) -> None:
    found = read(result(1, f"<p>a{odd}b</p>", title=f"Be{odd}fore", href=f"/n{odd}/1"), result(2, odd))
    item = taken(found)
    assert [(one.id, one.title[:2], one.title[-1]) for one in item.records] == [
        ("1", "Be", "e"),
        ("2", "St", "2"),
    ]
    assert str(item).encode(), "no lone surrogate is left"


PIECES = (
    *"<html> </html> <body> </body> <head> <title> </title> <div> </div> <p> </p> <br> <h3> </h3>".split(),
    *"<a> </a> <b> </b> <dl> <dt> <dd> </dl> <table> <tr> <th> <td> </table> <ul> <li> <nav> <form>".split(),
    *"<svg> <!-- --> < </ , :".split(),
    *("<template>", "<frameset>", "<select>", "<plaintext>", "<![CDATA[", "<?x ?>", "<script>", "</script>"),
    *("<a href='/node/1'>", "<a href='?page=1'>", "<a href='http://['>", "<base href='http://['>"),
    *(f"<div class={HIT}>", "<li class=pager-next>", "<p hidden>", "<p class=label>"),
    *("Publishing date: 1 May 2020", "Publishing date:", "1 May 2020", "Content type:", "What we do"),
    *("Дата публикации", "next", "No results found", "a title", "&#0;", "&nbsp;", "\0", "\ud800"),
)


def reads_or_refuses(html: str) -> Any:
    found = ListingPage(html, URL)
    try:
        return found.pager, found.language, taken(found)
    except OsceNewsError as error:
        return error


@given(st.one_of(st.text(), st.text(st.characters(categories=["Cs", "Cc", "P"]))))
@settings(max_examples=100)
def test_any_text_is_read_or_refused_and_nothing_else_is_raised(html: str) -> None:
    assert reads_or_refuses(html)


@given(st.lists(st.sampled_from(PIECES), max_size=60).map("".join))
@settings(max_examples=300)
def test_any_markup_is_read_or_refused_and_nothing_else_is_raised(html: str) -> None:
    assert reads_or_refuses(html)
    assert reads_or_refuses(page(several(2), html, several(2)))


@pytest.mark.parametrize(
    ("content_type", "is_page"),
    [
        (None, True),
        ("Text/HTML; charset=UTF-8", True),
        ("application/XHTML+xml", True),
        ("application/pdf", False),
    ],
)
def test_the_case_of_a_media_type_makes_no_difference(content_type: str | None, is_page: bool) -> None:
    assert HttpResponse(b"", URL, "", content_type=content_type).is_html == is_page
