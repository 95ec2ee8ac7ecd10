"""The article page as a whole: fixtures, pages that are not articles, hostile pages, arbitrary pages."""

from __future__ import annotations

import dataclasses
import json

import pytest
from hypothesis import example, given, settings
from hypothesis import strategies as st

from osce_news.cli.shared.page_fixtures import observed
from osce_news.errors import ChallengePageError, LayoutError
from osce_news.pages.article import ArticlePage
from tests.newsroom import article_pages, make_stories
from tests.newsroom.article_pages import UNWANTED
from tests.newsroom.articles import article_of, article_paragraphs
from tests.newsroom.pages import render_challenge, render_error, render_login, render_not_found
from tests.newsroom.samples import TEN
from tests.newsroom.site import ARTICLES, FIXTURES
from tests.pages.articles import CASES, PROSE, URL, body_of, layout, of_fixture, paragraphs, read, unknown
from tests.pages.test_listing import differences

READABLE = [case for case in CASES if case not in ("login", "soft-404")]
LAYOUTS = sorted(article_pages.LAYOUTS)


@pytest.mark.parametrize("case", CASES)
def test_each_fixture_reads_as_expected_field_by_field(case: str) -> None:
    expected = json.loads((ARTICLES / case / "expected.json").read_text(encoding="utf-8"))
    found = differences(expected, json.loads(json.dumps(observed(ARTICLES / case))))
    assert not found, "\n".join([f"{case} (accept with `osce-news expect`):", *found])


@pytest.mark.parametrize("name", [name for name in LAYOUTS if name != "multisite"])
@given(seed=st.integers(0, 100_000))
@settings(max_examples=15)
def test_a_rendered_page_gives_back_its_article(name: str, seed: int) -> None:
    (story,) = make_stories(1, seed=seed)
    article = article_of(story)
    found = read(article_pages.render(article, name), f"https://www.osce.org{story.path}")
    assert paragraphs(found) == article_paragraphs(story)
    assert (found.title, found.layout) == (story.title, name)
    assert found.contact == f"{article.contact[0]}\n\n" + "\n".join(article.contact[1:])
    assert (found.image and found.image.caption) == article.caption
    assert (found.image is None) == (article.image is None)
    if name != "section-lines":  # it has neither labels nor downloads
        assert found.offices == (", ".join(story.offices) or None)
        assert found.topics == (", ".join(story.topics) or None)
        printed = [(one.title, one.language) for one in found.downloads]
        assert printed == [(one.title, one.language) for one in article.documents]


@pytest.mark.parametrize("case", READABLE)
def test_nothing_that_stands_around_a_text_is_taken_for_it(case: str) -> None:
    article = of_fixture(case)
    whole = f"{article.text}\n{article.contact}\n"
    assert [words for words in UNWANTED if words in whole] == []


def test_a_translated_item_names_its_languages_and_their_addresses() -> None:
    story = dataclasses.replace(TEN[0], path="/node/575721", node=575721)
    found = read(article_pages.render(article_of(story)), "https://www.osce.org/node/575721")
    assert [(one.language, one.url) for one in found.languages] == [
        ("en", "https://www.osce.org/node/575721"),
        ("ru", "https://www.osce.org/ru/node/575721"),
        ("uk", "https://www.osce.org/uk/node/575721"),
    ]


def test_the_canonical_address_is_the_one_that_the_page_gives() -> None:
    head = '<link rel="canonical" href="/odihr/575719">'
    assert read(layout(PROSE, head=head), f"{URL}?download=true").canonical == URL
    assert read(layout(PROSE, head=head)).canonical == URL
    assert read(layout(PROSE)).canonical is None


@pytest.mark.parametrize("name", ["Page not found", "404", "Страница не найдена"])
@pytest.mark.parametrize(
    "around", ["", '<div class="related"><span class="date-display-single">1 May</span></div>']
)
def test_a_page_that_says_it_is_not_found_is_recognised(name: str, around: str) -> None:
    page = ArticlePage(unknown(f"<h1>{name}</h1>{PROSE * 5}{around}"), URL)
    assert page.is_not_found
    with pytest.raises(LayoutError, match="not found"):
        _ = page.article


def test_an_article_of_that_title_is_no_missing_page() -> None:
    page = ArticlePage(layout(PROSE, title="Page not found"), URL)
    assert not page.is_not_found
    assert page.article.title == "Page not found"


@pytest.mark.parametrize("html", [render_login(), render_error()])
def test_a_page_for_logging_in_or_of_a_fault_is_no_article(html: str) -> None:
    page = ArticlePage(html, URL)
    assert not page.is_not_found
    with pytest.raises(LayoutError, match="expected an article"):
        _ = page.article


def test_the_page_that_a_wrong_address_gets_is_a_soft_404() -> None:
    assert ArticlePage(render_not_found(), URL).is_not_found


def test_a_challenge_is_named_as_one() -> None:
    page = ArticlePage(render_challenge(), URL)
    with pytest.raises(ChallengePageError, match="instead of the article"):
        _ = page.article


@pytest.mark.parametrize("case", ["seed", "first-page", "empty"])
def test_a_list_is_no_article(case: str) -> None:
    with pytest.raises(LayoutError):
        _ = ArticlePage.from_body((FIXTURES / case / "page.html").read_bytes(), URL).article


@pytest.mark.parametrize(
    "html", ["", " ", "hello", "<!DOCTYPE html>", "<!-- -->", "%PDF-1.4", "\0", '{"a": 1}']
)
def test_what_is_no_page_of_an_article_is_not_understood(html: str) -> None:
    with pytest.raises(LayoutError, match="not understood"):
        read(html)


def test_a_page_that_is_cut_is_not_understood() -> None:
    with pytest.raises(LayoutError, match="truncated"):
        read(layout(PROSE).partition("</div>")[0])


def test_an_article_without_text_is_read_and_says_so() -> None:
    article = read(layout("<p>&nbsp;</p>"))
    assert (article.text, article.note, article.layout) == (None, "no text", "drupal7-header")


def test_a_layout_whose_text_stands_elsewhere_now_is_read_the_other_way() -> None:
    article = read(layout("", beside=f'<section class="new">{PROSE * 6}<p>The last one.</p></section>'))
    assert article.layout == "trafilatura"
    assert "drupal7-header fits, but its text is empty" in (article.note or "")
    assert "four towns" in (article.text or "")


def test_two_languages_in_one_text_are_noted() -> None:
    note = of_fixture("two-languages").note or ""
    assert "parts declared as ru" in note
    assert "maybe two languages" in note


def test_a_hundred_thousand_elements_in_one_another_are_refused() -> None:
    with pytest.raises(LayoutError, match="nested"):
        read(layout("<div>" * 100_000 + "a"))


def outcome(page: ArticlePage) -> object:
    """The article, or the text of the error; other exceptions are not caught."""
    try:
        return page.article
    except (LayoutError, ChallengePageError) as error:
        return str(error)


BODIES = [body_of(case) for case in CASES]


@given(
    body=st.sampled_from(BODIES),
    cuts=st.lists(st.tuples(st.floats(0, 1), st.floats(0, 0.2), st.binary(max_size=12)), max_size=6),
)
@settings(max_examples=80)
@example(body=b"<html><h1>a</h1>\xff\xfe\xd8</html>", cuts=[])
def test_a_damaged_fixture_raises_what_is_foreseen(
    body: bytes, cuts: list[tuple[float, float, bytes]]
) -> None:
    for where, share, put in cuts:
        at = int(where * len(body))
        body = body[:at] + put + body[at + int(share * len(body)) :]
    page = ArticlePage.from_body(body, URL)
    assert outcome(page) == outcome(page)
    assert page.is_not_found in (True, False)


_TAGS = "h1 h2 p div span ul li table tr td a img br article main nav figure figcaption title".split()
_ATTRIBUTES = (
    "",
    ' class="pane-content"',
    ' class="content--content"',
    ' class="content--header"',
    ' class="date-display-single"',
    ' href="/files/f/documents/1.pdf"',
    ' src="a.jpg" hidden',
    ' lang="ru" role="main"',
)
_MARKUP = st.lists(
    st.one_of(
        st.sampled_from([f"</{tag}>" for tag in _TAGS]),
        st.builds("<{}{}>".format, st.sampled_from(_TAGS), st.sampled_from(_ATTRIBUTES)),
        st.sampled_from(["1 May 2020", "Content type:", "Newsroom", "Contacts", "Vienna", "Page not found"]),
        st.text(max_size=8),
    ),
    max_size=40,
)


@given(parts=_MARKUP)
@settings(max_examples=150)
def test_any_markup_raises_only_what_is_foreseen(parts: list[str]) -> None:
    page = ArticlePage("".join(parts), URL)
    assert page.is_not_found in (True, False)
    assert outcome(page) == outcome(ArticlePage("".join(parts), URL))
