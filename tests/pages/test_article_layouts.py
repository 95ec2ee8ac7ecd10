"""The known layouts: each has a fixture and its host and days, and matches no page of another layout."""

from __future__ import annotations

import datetime
import json
from collections.abc import Iterable
from pathlib import Path

import pytest

from osce_news.errors import LayoutError
from osce_news.items import BY_EXTRACTOR
from osce_news.pages import labelled_list
from osce_news.pages.article_layouts import (
    LAYOUTS,
    ArticleLayout,
    ContentLayout,
    Expected,
    HeaderLayout,
    SectionLayout,
    common_holder,
)
from osce_news.pages.html_page import HtmlPage
from osce_news.pages.text_lines import outermost
from tests.newsroom.site import ARTICLES, FIXTURES
from tests.pages.articles import CASES, DAY, PROSE, URL, body_of, layout, paragraphs, read, unknown


def layouts_of(folder: Path) -> set[str]:
    """The names of the layouts in the expected readings of a folder's fixtures."""
    files = (json.loads(path.read_text(encoding="utf-8")) for path in folder.glob("*/expected.json"))
    return {expected["layout"] for expected in files if "layout" in expected}


def without_fixture(layouts: Iterable[ArticleLayout], folder: Path) -> list[str]:
    """The names of layouts without a fixture."""
    shown = layouts_of(folder)
    return [one.NAME for one in layouts if one.NAME not in shown]


def test_each_layout_has_a_fixture() -> None:
    assert without_fixture(LAYOUTS, ARTICLES) == [], "make one with `osce-news fixture` (CONTRIBUTING.md)"
    assert BY_EXTRACTOR in layouts_of(ARTICLES)


def test_a_layout_without_a_fixture_is_found() -> None:
    class New(HeaderLayout):
        NAME = "new"

    assert without_fixture([*LAYOUTS, New()], ARTICLES) == ["new"]


def is_read_by(selector: str) -> list[str]:
    """The listing fixtures that can be read by the selector alone."""
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(labelled_list, "RESULTS", (selector,))
        for way in ("_by_element", "_by_order"):
            patch.setattr(labelled_list, way, lambda *_, **__: [])
        return [
            path.parent.name
            for path in sorted(FIXTURES.glob("*/page.html"))
            if labelled_list.find_results(HtmlPage(path.read_text(encoding="utf-8"), URL))
        ]


@pytest.mark.parametrize("known", labelled_list.RESULTS)
def test_each_layout_of_the_listing_has_a_fixture(known: str) -> None:
    assert len(is_read_by(known)) > 1
    assert is_read_by(".never-seen") == []


@pytest.mark.parametrize("known", LAYOUTS, ids=lambda known: known.NAME)
def test_each_layout_says_where_it_is_valid_and_no_day_that_is_not_known(known: ArticleLayout) -> None:
    assert known.WHERE.endswith("osce.org")
    assert (known.VALID_FROM or datetime.date.min) <= (known.VALID_UNTIL or datetime.date.max)


@pytest.mark.parametrize("known", LAYOUTS, ids=lambda known: known.NAME)
def test_each_capture_lies_within_its_layouts_days(known: ArticleLayout) -> None:
    """Invented pages have invented times, so only captures count."""
    for file in ARTICLES.glob("*/expected.json"):
        meta = json.loads(file.with_name("meta.json").read_text(encoding="utf-8"))
        if json.loads(file.read_text()).get("layout") == known.NAME and meta["made"].startswith("A capture"):
            day = datetime.date.fromisoformat(meta["fetched_at"][:10])
            first, last = known.VALID_FROM or day, known.VALID_UNTIL or day
            assert first <= day <= last, file.parent.name


def test_names_of_layouts_are_used_once() -> None:
    names = [*(one.NAME for one in LAYOUTS), BY_EXTRACTOR]
    assert len(set(names)) == len(names)


@pytest.mark.parametrize("case", CASES)
def test_no_layout_takes_the_page_of_another_for_its_own(case: str) -> None:
    """The first matching layout is used, so the order of layouts must not matter for any fixture."""
    fits = []
    for one in LAYOUTS:
        tree = HtmlPage(body_of(case).decode("utf-8", "replace"), URL)
        tree.prune()
        try:
            fits.append(one.find(tree).layout)
        except LayoutError:
            continue
    assert len(fits) <= 1


@pytest.mark.parametrize(
    ("html", "expected", "got"), [("", "1 on the page", "0"), ("<h1>a</h1><h1>b</h1>", "1 on the page", "2")]
)
def test_a_selector_says_how_many_matches_it_expected(html: str, expected: str, got: str) -> None:
    with pytest.raises(LayoutError) as raised:
        Expected("h1").find(HtmlPage(f"<body>{html}</body>", URL))
    assert (raised.value.selector, raised.value.expected, raised.value.got) == ("h1", expected, got)
    with pytest.raises(LayoutError, match="2 or more on the page"):
        Expected("h1", 2, None).find(HtmlPage("<h1>a</h1>", URL))


def test_a_layout_that_fits_but_for_its_text_is_named_in_the_note() -> None:
    html = layout("").replace("pane-content", "new") + PROSE
    article = read(html.replace('<div class="new"></div>', f'<div class="new">{PROSE * 5}</div>'))
    assert article.layout == "trafilatura"
    assert "drupal7-header fits except for div.content--content > div > div.pane-content" in (
        article.note or ""
    )


def test_several_panes_are_one_text_in_their_order() -> None:
    pane = '<div><div class="pane-content"><p>{}</p><div class="pane-content">{}</div></div></div>'
    article = read(layout("<p>a</p>", beside=pane.format("b", "c")))
    assert paragraphs(article) == ["a", "b", "c"]


def test_a_pane_in_a_pane_is_read_once() -> None:
    inner = '<div class="node-content"><div class="pane-content"><p>b</p></div></div>'
    pane = f'<div class="node-content"><div class="pane-content"><p>a</p>{inner}</div></div>'
    article = read(unknown(f'<div class="content--header"><h1>A title</h1></div>{pane}'))
    assert (article.layout, paragraphs(article)) == ("drupal6-node", ["a", "b"])


def test_title_and_date_in_the_content_are_no_text() -> None:
    pane = f'<div><div class="pane-content">{PROSE}</div></div>'
    html = unknown(f'<div class="content--content"><h1>A title</h1>{DAY}{pane}</div>')
    article = read(html)
    assert (article.layout, article.title, article.published) == (ContentLayout.NAME, "A title", "1 May 2020")
    assert paragraphs(article) == [PROSE[3:-5]]


def test_other_dates_of_a_layout_are_noted() -> None:
    html = layout(PROSE, beside='<span class="date-display-single">2 May 2020</span>')
    assert read(html).published == "1 May 2020"
    assert read(html).note == "other dates on the page: 2 May 2020"


@pytest.mark.parametrize(
    ("head", "place", "published"),
    [
        ("<p>Newsroom</p><h1>A title</h1><p>Vienna</p><p>1 May 2020</p>", "Vienna", "1 May 2020"),
        ("<p>NEWSROOM</p><h2>A title</h2><p>1 May 2020</p>", None, "1 May 2020"),
        ("<p>Newsroom</p><h2>A<br>title</h2><p>Vienna, 1 May 2020</p>", "Vienna", "1 May 2020"),
        ("<p>Новости</p><h1>A title</h1><p>Вена</p><p>6 марта 2023 года</p>", "Вена", "6 марта 2023 года"),
    ],
)
def test_section_title_city_and_date_in_lines_are_one(head: str, place: str | None, published: str) -> None:
    article = read(unknown(f"<div>{head}{PROSE}</div>"))
    assert (article.layout, article.title) == (SectionLayout.NAME, "A title")
    assert (article.place, article.published) == (place, published)
    assert paragraphs(article) == [PROSE[3:-5]]


@pytest.mark.parametrize(
    "head",
    [
        "<p>Newsroom</p><p>A title</p><p>Vienna</p><p>1 May 2020</p>",
        "<p>Newsroom</p><h1>A title</h1><p>Vienna met. It did.</p><p>1 May 2020</p>",
        "<p>Newsroom</p><h1>A title</h1><p>Vienna</p><p>Austria</p><p>1 May 2020</p>",
        "<p>Our newsroom</p><h1>A title</h1><p>1 May 2020</p>",
    ],
)
def test_lines_in_another_order_are_another_layout(head: str) -> None:
    with pytest.raises(LayoutError):
        SectionLayout().find(HtmlPage(f"<body><div>{head}{PROSE}</div></body>", URL))


def test_the_innermost_holder_and_the_outermost_elements() -> None:
    tree = HtmlPage("<body><div id=a><p id=b><i id=c>x</i></p><p id=d>y</p></div></body>", URL)
    (a,), (b,), (c,), (d,) = (tree.find(f"#{name}") for name in "abcd")
    assert common_holder([c, d]) is a
    assert common_holder([b, c]) is b
    assert outermost([d, b, c], tree.root) == [b, d]


def page_of_2026(
    text: str, *, above: str = "", below: str = "", head: str = "", title: str = "A bridge opens"
) -> str:
    """The HTML of a page in the layout drupal11."""
    h1 = f"<h1>{title}</h1>" if title else ""
    body = f'<div class="body body-section is-text text--default">{text}</div>'
    return unknown(f"<main>{h1}{above}{body}{below}</main>", head=head)


def test_quotes_and_lists_in_sections_of_2026_are_text_and_other_sections_are_not() -> None:
    section = '<section class="body-section is-{}">{}</section>'.format
    sections = (section("quote", "<p>“Well.”</p>"), section("list", "<ul><li>One</li></ul>"))
    other = section("related", '<a href="/node/1">A story</a>')
    article = read(page_of_2026(PROSE, below="".join((*sections, other))))
    assert paragraphs(article) == [PROSE.strip()[3:-4], "“Well.”", "- One"]


STAMP = '<time datetime="2026-06-11T10:00:00Z">{}</time>'
META = '<meta property="article:published_time" content="2026-06-12T09:00:00+02:00">'


@pytest.mark.parametrize(
    ("above", "text", "head", "published"),
    [
        (STAMP.format("11 June 2026"), "", META, "11 June 2026"),
        (STAMP.format("Thu, 06/11/2026 - 12:00"), "", META, "2026-06-11T10:00:00Z"),
        ("", f"<p>It was on {STAMP.format('11 June 2026')}.</p>", META, "2026-06-12T09:00:00+02:00"),
        ("<p><b>Date:</b> 11 June 2026</p>", "", "", "11 June 2026"),
        (
            f"<p>Updated: <time datetime='2026-06-13'>13 June 2026</time></p>{STAMP.format('11 June 2026')}",
            "",
            META,
            "11 June 2026",
        ),
        (
            "<p>Meeting: <time datetime='2026-09-14'>14 September 2026</time></p><p>11 June 2026</p>",
            "",
            META,
            "11 June 2026",
        ),
        ("<p>Start: <time datetime='2026-09-14'>14 September 2026</time></p>", "", "", None),
        ("", "", "", None),
    ],
)
def test_the_date_of_2026_is_a_datetime(above: str, text: str, head: str, published: str | None) -> None:
    article = read(page_of_2026(text + PROSE, above=above, head=head))
    assert (article.layout, article.published) == ("drupal11", published)


def test_the_title_of_2026_may_be_in_the_head_alone() -> None:
    head = '<meta property="og:title" content="A bridge opens | OSCE">'
    assert read(page_of_2026(PROSE, head=head, title="")).title == "A bridge opens"


def test_labels_and_values_of_2026_are_no_text() -> None:
    rows = (
        "<p><strong>Source:</strong> OSCE Mission to Serbia</p><p><b>Source:</b> a letter of the mayor.</p>"
    )
    article = read(page_of_2026(PROSE + rows, above="<p>Press release</p>", below="<p>Elections</p>"))
    assert (article.content_type, article.offices, article.topics) == (
        "Press release",
        "OSCE Mission to Serbia",
        "Elections",
    )
    assert paragraphs(article) == [PROSE.strip()[3:-4], "Source: a letter of the mayor."]


@pytest.mark.parametrize(
    "row",
    [
        '<div class="field"><div class="field-label">SDGs:</div><div class="items">Goal 5</div></div>',
        "<h3>SDGs</h3><ul><li>Goal 5</li><li>Goal 16</li></ul>",
        "<p>SDGs: 5, 16</p>",
    ],
)
def test_the_goals_below_a_text_are_no_text(row: str) -> None:
    assert paragraphs(read(layout(PROSE + row))) == [PROSE.strip()[3:-4]]
