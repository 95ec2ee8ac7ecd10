"""Pages of unknown layouts: the text with trafilatura, the rest by conventions."""

from __future__ import annotations

import pytest
from lxml import html

from osce_news.errors import LayoutError
from osce_news.pages import unknown_layout
from osce_news.pages.html_page import HtmlPage
from tests.newsroom.article_pages import render
from tests.newsroom.articles import article_of, article_paragraphs
from tests.newsroom.samples import TEN
from tests.pages.articles import PROSE, URL, paragraphs, read, unknown

MENU = '<div><a href="/">Home</a><br><a href="/news">News</a><br><a href="/docs">Documents</a></div>'


@pytest.mark.parametrize("number", range(len(TEN)))
def test_every_paragraph_of_an_unknown_layout_is_right(number: int) -> None:
    article = read(render(article_of(TEN[number]), "multisite"), "https://astana.osce.org/node/1")
    assert article.layout == "trafilatura"
    assert paragraphs(article) == article_paragraphs(TEN[number])
    assert article.title == TEN[number].title
    assert "Skip Links" not in f"{article.text}{article.contact}"


@pytest.mark.parametrize(
    ("below", "place", "published"),
    [
        ("<p>1 May 2020</p>", None, "1 May 2020"),
        ("<p>Vienna, 1 May 2020</p>", "Vienna", "1 May 2020"),
        ("<p>Press Office, 1 May 2020</p>", None, "1 May 2020"),
        ("<p>Astana | x</p><p>1 May 2020</p>", None, "1 May 2020"),
        ("<time>1 May 2020</time>", None, "1 May 2020"),
        ("<p>Friday, 1 May 2020, 4 pm</p>", None, "Friday, 1 May 2020, 4 pm"),
        ("<p>01.05.2020</p>", None, "01.05.2020"),
        ("<p>Published on 1 May 2020</p>", None, "1 May 2020"),
        ("<p>By Anna Example | 1 May 2020</p>", None, "1 May 2020"),
        ("<p>Last updated: 3 May 2020</p><p>Published: 1 May 2020</p>", None, "1 May 2020"),
        ("<time datetime='2020-05-01'>Friday</time>", None, "2020-05-01"),
        ("<p>On 1 May 2020 the mayors met.</p>", None, None),
        ("", None, None),
    ],
)
def test_the_date_is_a_line_below_the_title(below: str, place: str | None, published: str | None) -> None:
    article = read(unknown(f"<h1>A title</h1>{below}<div>{PROSE * 6}<p>The end of it.</p></div>"))
    assert (article.title, article.place, article.published) == ("A title", place, published)
    assert "1 May 2020" not in (article.text or "") or published is None


@pytest.mark.parametrize("holder", ["article", "div"])
@pytest.mark.parametrize("order", ["{title}{date}{text}", "{date}{title}{text}"])
def test_an_inline_date_beside_the_text_takes_no_text_away(order: str, holder: str) -> None:
    """Its block is the element with the whole article."""
    date = "<time datetime='2020-05-01'>1 May 2020</time> <span>Press release</span>"
    inside = order.format(title="<h1>A title</h1>", date=date, text=f"{PROSE}<p>The end of it.</p>")
    article = read(unknown(f"<main><{holder}>{inside}</{holder}></main>"))
    assert (article.published, article.content_type) == ("1 May 2020", "Press release")
    assert paragraphs(article)[1:] == ["The end of it."]


@pytest.mark.parametrize(
    ("head", "body", "published"),
    [
        ('<meta property="article:published_time" content="2020-05-01">', "", "2020-05-01"),
        ("", '<meta itemprop="datePublished" content="2020-05-01">', "2020-05-01"),
        ("", '<script type="application/ld+json">{"datePublished": "2020-05-01"}</script>', "2020-05-01"),
        ('<meta property="article:published_time" content="2020-05-01">', "<p>2 May 2020</p>", "2 May 2020"),
        (
            '<meta property="article:published_time" content="2020-05-01">',
            '<meta itemprop="datePublished" content="2020-05-02">',
            None,
        ),
        (
            "",
            "<aside><dl><dt>Date</dt><dd>1 May 2020</dd><dt>Type</dt><dd>News</dd></dl></aside>",
            "1 May 2020",
        ),
        ('<meta property="article:published_time" content="2020-05-01">', "<p>05/01/2020</p>", "2020-05-01"),
        ("", "<time>1 May 2020</time>" * 2 + "<p>A line.</p>" * 9, "1 May 2020"),
        ("", "<p>A line.</p>" * 9 + "<span class=last-update>1 May 2020</span>", None),
        ("", "<p>A line.</p>" * 9 + "<time>1 May 2020</time> or <time>2 May 2020</time>", None),
        ("", "<aside><p>Date: 1 May 2020</p><p>A meeting.</p></aside>", None),
    ],
)
def test_a_date_may_be_stated_in_the_head_or_beside_the_text(
    head: str, body: str, published: str | None
) -> None:
    assert read(unknown(f"<h1>A title</h1>{body}<div>{PROSE * 6}</div>", head=head)).published == published


def test_what_is_above_the_title_is_no_text() -> None:
    rows = f"<tr><td>Home | News</td></tr><tr><td><h1>A title</h1>{PROSE}<p>The end of it.</p></td></tr>"
    article = read(unknown(f"<p>Statement</p><table>{rows}</table>"))
    assert paragraphs(article)[1:] == ["The end of it."]


@pytest.mark.parametrize("body", ["article__body", "body-section is-text"])
@pytest.mark.parametrize("lead", ["article__lead", "intro"])
def test_a_lead_between_title_and_text_begins_the_text(lead: str, body: str) -> None:
    prose = "".join(PROSE.replace("four", number) for number in ("two", "three", "five", "six"))
    parts = [f'<p class="{lead}">It opens in May.</p>', f'<div class="{body}">{prose}</div>']
    for order, first in ((parts, True), (parts[::-1], False)):
        article = read(unknown(f"<main><article><h1>A title</h1>{''.join(order)}</article></main>"))
        assert (paragraphs(article)[0] == "It opens in May.") == first
        assert article.layout == ("drupal11" if "is-text" in body else "trafilatura")


@pytest.mark.parametrize(
    ("label", "content_type"),
    [
        ("<b>Item type:</b> News", "News"),
        ("<b>Item type:</b> a good one", None),
        ("Item type: a good one", None),
    ],
)
def test_a_label_of_cards_counts_anywhere_if_a_known_value_follows(
    label: str, content_type: str | None
) -> None:
    article = read(unknown(f"<h1>A title</h1><div>{PROSE * 6}</div><p>{label}</p>"))
    assert article.content_type == content_type


@pytest.mark.parametrize(
    ("head", "body", "title"),
    [
        ("<title>A title | OSCE</title>", "", "A title"),
        (
            "<title>A title – with a dash | OSCE</title>",
            "<b>A title – with a dash</b>",
            "A title – with a dash",
        ),
        ('<title>x</title><meta property="og:title" content="A title">', "", "A title"),
        ("<title>OSCE</title>", "<h1> </h1><h1>A title</h1>", "A title"),
        ("<title>A title | News</title>", "<h1>News</h1><h1>A title</h1>", "A title"),
        ("<title>A title | OSCE</title>", "<h2>OSCE</h2><h2>A title</h2>", "A title"),
        ("<title>A long title | News</title>", "<h2>News</h2><b>A long title</b>", "A long title"),
    ],
)
def test_the_title_is_the_heading_or_what_the_head_says(head: str, body: str, title: str) -> None:
    assert read(unknown(f"{body}<div>{PROSE * 6}</div>", head=head)).title == title


def test_a_page_without_a_title_is_not_understood() -> None:
    with pytest.raises(LayoutError, match="a title"):
        read(unknown(PROSE * 6))


def test_a_page_of_a_section_is_no_article() -> None:
    with pytest.raises(LayoutError, match="that of a section: 'Newsroom'"):
        read(unknown(f"<h1>Newsroom</h1>{PROSE * 6}"))


def test_a_page_of_two_results_is_a_list() -> None:
    result = f'<div><h2><a href="/node/1">A</a></h2><p><b>Publishing date:</b> 1 May 2020</p>{PROSE}</div>'
    with pytest.raises(LayoutError, match="a list of 2 results"):
        read(unknown(f"<h1>Results</h1>{result * 2}"))


def test_a_page_without_text_is_not_understood() -> None:
    with pytest.raises(LayoutError, match="a text"):
        read(unknown("<h1>A title</h1>"))


def test_a_menu_that_is_not_marked_up_is_no_text() -> None:
    article = read(unknown(f"{MENU}<h1>A title</h1><div>{PROSE * 2}<p>The last one.</p></div>"))
    assert [words for words in ("Home", "Documents") if words in (article.text or "")] == []


@pytest.mark.slow
def test_a_page_with_more_elements_than_the_extractor_stands_is_refused() -> None:
    with pytest.raises(LayoutError, match="at most 20000 elements"):
        read(unknown("<h1>A title</h1>" + "a<br>" * 20_001))


def test_whatever_the_extractor_raises_is_a_layout_error(monkeypatch: pytest.MonkeyPatch) -> None:
    def extracted(html: str) -> None:
        raise RecursionError(html)

    monkeypatch.setattr(unknown_layout, "_extracted", extracted)
    with pytest.raises(LayoutError, match="RecursionError in trafilatura"):
        unknown_layout.read_text(HtmlPage(PROSE, URL))


def test_an_element_whose_name_is_none_costs_no_page(monkeypatch: pytest.MonkeyPatch) -> None:
    """A garbled tag gives elements with names that lxml reads but would not set."""
    body = html.fragment_fromstring(f"<body><htm<table>{PROSE}</body>", create_parent="div")
    assert any("<" in str(element.tag) for element in body.iter())
    monkeypatch.setattr(unknown_layout, "_extracted", lambda _: body)
    assert str(read(unknown("<h1>A title</h1>", PROSE)).text) in PROSE
