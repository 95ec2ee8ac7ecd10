"""Lists of cards: each layout with every kind of label and date, and what stands beside a list."""

from __future__ import annotations

from itertools import cycle

import pytest

from osce_news.errors import LayoutError
from osce_news.pages import ListingPage
from tests.newsroom import Story, make_stories
from tests.newsroom.cards import CARDS, DATES, LABELS, render_cards
from tests.newsroom.dates import print_day
from tests.pages import read, steps

URL = "https://odihr.osce.org/odihr/news"
STORIES = make_stories(12, seed=3)


def values(story: Story, labels: str, dates: str) -> dict[str, str | None]:
    """The raw fields that should be read for a story."""
    return {
        "title": story.title,
        "url": f"https://odihr.osce.org{story.path}",
        "published": None if dates == "none" else print_day(story.published),
        "content_type": None if labels == "none" else story.content_type,
        "offices": None if labels == "none" else ", ".join(story.offices) or None,
        "topics": None if labels == "none" else ", ".join(story.topics) or None,
        "teaser": story.teaser or None,
    }


@pytest.mark.parametrize("dates", DATES)
@pytest.mark.parametrize("layout", CARDS)
def test_each_printed_field_of_each_card_is_read(layout: str, dates: str) -> None:
    for labels, pages in zip(LABELS, cycle((1, 3)), strict=False):
        page = ListingPage(render_cards(STORIES, layout, labels=labels, dates=dates, pages=pages), URL)
        expected = [values(story, labels, dates) for story in STORIES]
        assert [{name: getattr(one, name) for name in expected[0]} for one in page.results] == expected
        assert page.incomplete == []
        assert (page.pager.next is not None) == (pages > 1)


@pytest.mark.parametrize("dates", [one for one in DATES if one != "none"])
@pytest.mark.parametrize("layout", CARDS)
def test_the_only_card_of_the_last_page_is_read(layout: str, dates: str) -> None:
    html = render_cards(STORIES[:1], layout, labels="new", dates=dates, page=3, pages=4)
    (one,) = ListingPage(html, f"{URL}?page=3").results
    expected = values(STORIES[0], "new", dates)
    assert {name: getattr(one, name) for name in expected} == expected


LAST = "<div class=row><p>{day}</p><h3><a href='/node/9'>Story 9</a></h3></div><p>A text below.</p>"


@pytest.mark.parametrize(
    ("html", "query"),
    [
        (LAST, ""),
        (LAST + "<a rel=next href='?page=4'>Next</a>", "?page=3"),
        (LAST.replace("<h3>", "<p>8 June 2026</p><h3>"), "?page=3"),
        (LAST + "<ul><li><a href='/node/1'>The only story of the list</a> 1 May 2020</li></ul>", "?page=3"),
        (
            f"<div>{LAST}<div class=row><p>{{day}}</p><h3><a>Story 8</a></h3></div></div><p>A text.</p>",
            "?page=3",
        ),
    ],
    ids=["only page", "not the last", "two dates", "another title", "another card without its link"],
)
def test_a_single_card_below_its_date_is_no_list_elsewhere_or_if_in_doubt(html: str, query: str) -> None:
    html = html.format(day="9 June 2026")
    assert [one.title for one in read_at(LAST.format(day="9 June 2026"), "?page=3").results] == ["Story 9"]
    with pytest.raises(LayoutError):
        _ = read_at(html, query).results


def read_at(html: str, query: str) -> ListingPage:
    """The page object of a page at this address."""
    return ListingPage(f"<html><body><main><h1>News</h1>{html}</main></body></html>", URL + query)


def cards(*parts: str) -> ListingPage:
    """A page object of cards with these contents, titled "Story 1" at /node/1 and so on."""
    return read(
        "".join(
            f'<article class="card"><h3><a href="/node/{number}">Story {number}</a></h3>{part}</article>'
            for number, part in enumerate(parts, 1)
        )
    )


@pytest.mark.parametrize(
    "card",
    [
        "{title} {time}<p>{teaser}</p><a href='/odihr/770'>Elections</a>",
        "<a href='/odihr/77{one}'>Elections</a> {title} {time}<p>{teaser}</p>",
        "{title} {time}<p>{teaser}</p><a href='/ru/odihr/66400{number}'>Русский</a>",
        "{title} {time}<p>As said in <a href='/odihr/60000{number}'>an earlier text</a>, it goes on.</p>",
    ],
    ids=["topic below", "topic above", "language", "within the teaser"],
)
def test_numbered_links_beside_the_titles_are_not_taken_for_items(card: str) -> None:
    items = "".join(
        "<li>"
        + card.format(
            number=number,
            one=number % 2,
            title=f"<a href='/odihr/66500{number}'>Observers present findings number {number}</a>",
            time=f"<time datetime='2026-06-1{number}'>1{number} June 2026</time>",
            teaser="A text, long enough for a teaser.",
        )
        + "</li>"
        for number in range(9, 0, -1)
    )
    results = read(f"<ul>{items}</ul>").results
    assert [one.title for one in results] == [
        f"Observers present findings number {n}" for n in range(9, 0, -1)
    ]
    assert [one.published for one in results] == [f"1{n} June 2026" for n in range(9, 0, -1)]


def test_a_row_without_text_of_its_own_is_no_card() -> None:
    rows = (
        "<tr class=row><td><a href='/x/620000'>The winter programme of the field offices</a></td></tr>"
        "<tr class=row><td><a href='/s/619991'>Public trust in local institutions</a></td></tr>"
        "<tr class=row><td><a href='/m/619990'>OSCE Mission to Moldova concludes project</a></td><td><div>"
        "<strong>Field of work:<a href='/b/619595'>The implementation of commitments</a></strong> Human"
        " rights</div></td></tr>"
    )
    assert [one.title for one in read(f"<table>{rows}</table>").results][:2] == [
        "The winter programme of the field offices",
        "Public trust in local institutions",
    ]


def test_the_printed_day_counts_and_not_that_of_its_datetime() -> None:
    dates = [f'<time datetime="2026-06-{day:02}T12:00:00Z">{day} June 2026</time>' for day in range(1, 12)]
    page = cards(*dates, '<time datetime="2026-06-13T12:00:00Z">12 June 2026</time>')
    assert page.results[-1].published == "12 June 2026"


def test_days_that_many_datetimes_contradict_are_those_of_other_cards() -> None:
    page = cards(
        *(f'<time datetime="2026-06-{day + 1:02}T12:00:00Z">{day} June 2026</time>' for day in range(1, 12))
    )
    with pytest.raises(
        LayoutError, match="time: expected the printed day in its datetime, got another day in 11"
    ):
        _ = page.results


@pytest.mark.parametrize(
    ("date", "published"),
    [
        ('<time datetime="2026-06-11T10:00:00Z">3 days ago</time>', "2026-06-11T10:00:00Z"),
        ('<time datetime="2026-06-11T10:00:00Z">Thu, 06/11/2026 - 12:00</time>', "2026-06-11T10:00:00Z"),
        ('<time datetime="2026-06-11"></time>', "2026-06-11"),
        ('<p>Published on <time datetime="2026-06-11">11 June 2026</time></p>', "11 June 2026"),
        ("<p>Published on 11 June 2026</p>", "11 June 2026"),
        ("<p>By <a href='/x'>Press Office</a> on <time>11 June 2026</time> in News</p>", "11 June 2026"),
        ("<p>By 11 June 2026</p>", None),
        ("<p>11 June 2026 | Press release | Warsaw</p>", "11 June 2026"),
        ("<p>VIENNA, 11 June 2026</p>", "11 June 2026"),
        ("<p>Press Office, 11 June 2026</p>", "11 June 2026"),
        ("<p>Deadline, 11 June 2026</p>", None),
        ("<p><span>Vienna</span><span>11 June 2026</span></p>", "11 June 2026"),
        ("<p>Thursday, 11 June 2026</p>", "Thursday, 11 June 2026"),
        ("<p>2026/06/11</p>", "2026/06/11"),
        ("<dl><dt>Date</dt><dd><time datetime='2026-06-11T10:00:00Z'>11/06/2026</time></dd></dl>",
         "2026-06-11T10:00:00Z"),
        ("<p>Published: 11 June 2026, 4:30 PM</p>", "11 June 2026, 4:30 PM"),
        ("<p><i>Publication date:</i> 11 June 2026 <span>3 min read</span></p>", "11 June 2026"),
        ("<p>Updated 12 June 2026</p>", None),
        ("<p>Updated <time datetime='2026-06-12'>12 June 2026</time></p>", None),
        ("<p>Deadline: 12 June 2026</p>", None),
        ("<p>It was on <time datetime='2026-06-12'>12 June 2026</time> that the mayors met.</p>", None),
        ("<p>VIENNA, 11 June 2026 – The mayors of four towns met.</p>", None),
        ("<p>VIENNA, 11 June 2026 – The mayors met</p>", None),
        ("<p>11 June 2026 – 12 June 2026</p>", None),
        ("<time class='updated'>12 June 2026</time> <time>11 June 2026</time>", "11 June 2026"),
    ],
)  # fmt: skip
def test_the_date_is_that_of_publishing_or_none(date: str, published: str | None) -> None:
    page = cards(date, date, date)
    assert [one.published for one in page.results] == [published] * 3
    assert ("published_raw" in page.fields) == (published is not None)


def test_a_date_behind_an_unknown_label_is_not_guessed() -> None:
    with pytest.raises(LayoutError, match="labels: expected known labels, got 3 of 3"):
        _ = cards(*["<p><b>Opening:</b> 11 June 2026</p>"] * 3).results


@pytest.mark.parametrize(
    "text",
    ["Source: the mayors of four towns.", "Date palms and other trees.", "A note.", "Ten minutes to read"],
)
def test_a_sentence_that_begins_with_a_common_word_stays_a_teaser(text: str) -> None:
    page = cards(*[f"<p>{text}</p>"] * 3)
    assert [(one.teaser, one.offices, one.published) for one in page.results] == [(text, None, None)] * 3


@pytest.mark.parametrize(
    ("content", "published"),
    [
        ("<p><span>28</span><span>Nov</span><span>2025</span></p>", "28 Nov 2025"),
        ('<meta itemprop="datePublished" content="2025-11-28">', "2025-11-28"),
        ('<time datetime="2025-11-28T10:00:00Z">3 days ago</time>', "2025-11-28T10:00:00Z"),
        ("<p>28 November 2025 in <a href='/topic'>Elections</a></p>", "28 November 2025"),
        ("<footer>Published on 28 November 2025 by OSCE Secretariat</footer>", "28 November 2025"),
    ],
)
def test_a_date_is_read_and_its_line_is_no_teaser(content: str, published: str) -> None:
    page = cards(*[f"{content}<p>A text of its own.</p>"] * 3)
    assert [(one.published, one.teaser) for one in page.results] == [(published, "A text of its own.")] * 3


@pytest.mark.parametrize("space", ["", " "])
def test_the_spans_of_a_card_that_is_one_link_are_lines(space: str) -> None:
    spans = (
        "<span class=a>NEWS • {0} June 2026</span>",
        "<span class=b>Story {0} of the four towns</span>",
        "<span class=c>A text.</span>",
    )
    link = f"<a class=card href='/node/{{0}}'>{space.join(spans)}</a>"
    page = read(*map(link.format, (3, 2, 1)))
    assert [(one.title, one.published, one.content_type, one.teaser) for one in page.results] == [
        (f"Story {number} of the four towns", f"{number} June 2026", "NEWS", "A text.")
        for number in (3, 2, 1)
    ]


def test_a_span_that_touches_the_text_before_it_is_a_line() -> None:
    link = "<span class=a>Story {0} of the four towns</span><span class=b>{0} June 2026</span>"
    item = f"<li><a href='/node/{{0}}'>{link}</a><span class=c>The mayors of four towns met.</span></li>"
    page = read("<ul>", *map(item.format, (3, 2, 1)), "</ul>")
    assert [(one.published, one.teaser) for one in page.results] == [
        (f"{number} June 2026", "The mayors of four towns met.") for number in (3, 2, 1)
    ]


@pytest.mark.parametrize("words", ["Weiterlesen", "Go to the press release", "Lexo më shumë"])
def test_a_button_is_no_teaser_in_any_language(words: str) -> None:
    page = cards(*(f'<p>A text.</p><a href="/node/{number}">{words}</a>' for number in range(1, 4)))
    assert [one.teaser for one in page.results] == ["A text."] * 3


@pytest.mark.parametrize(
    ("content", "topics"),
    [
        ("<p><a href='/x'>Elections</a> <a href='/y'>A new topic</a></p>", "Elections, A new topic"),
        ("<p><a href='/x'>A new topic</a></p>", None),
        ("<dl><dt>Themes</dt><dd>Elections</dd><dt>Region</dt><dd>Near the river</dd></dl>", "Elections"),
        ("<div class='field-label'>Themes</div><div>Elections</div>", "Elections"),
    ],
)
def test_links_and_other_labels_give_the_names_of_topics_and_no_teaser(
    content: str, topics: str | None
) -> None:
    page = cards(*[content] * 3)
    assert [(one.topics, one.teaser) for one in page.results] == [(topics, None)] * 3


def test_the_own_page_of_an_item_is_no_list_of_the_items_that_it_links() -> None:
    linked = "<div>" + "".join(f'<h3><a href="/node/{n}">Story {n}</a></h3>' for n in (1, 2)) + "</div>"
    stated = '<meta property="article:published_time" content="2026-06-11">'
    assert read(linked).is_card_list
    assert not read(linked, head=stated).is_card_list


@pytest.mark.parametrize("line", ["11 June", "Vienna"])
def test_a_day_without_its_year_and_a_place_are_no_teasers(line: str) -> None:
    assert [(one.published, one.teaser) for one in cards(*[f"<p>{line}</p>"] * 3).results] == [
        (None, None)
    ] * 3


@pytest.mark.parametrize("css", ["hero", "featured"])
@pytest.mark.parametrize(
    ("featured", "url", "listed"),
    [
        ('<h3><a href="/node/4">Story 4</a></h3> <p>4 June 2026</p>', URL, True),
        ('<h3><a href="/node/4">Story 4</a></h3> <p>4 June 2026</p>', f"{URL}?page=1", False),
        ('<h3><a href="/node/4">Story 4</a></h3> <p>2 June 2026</p>', URL, False),
        ('<h3><a href="/node/4">Story 4</a></h3>', URL, False),
        ('<h3><a href="/node/3">Story 3</a></h3> <p>3 June 2026</p>', URL, False),
        ('<h2>Featured</h2><h3><a href="/node/4">Story 4</a></h3> <p>4 June 2026</p>', URL, False),
    ],
)
def test_a_card_above_the_list_is_its_first_result_if_it_is_the_newest(
    css: str, featured: str, url: str, listed: bool
) -> None:
    item = '<li><h3><a href="/node/{0}">Story {0}</a></h3> <p>{0} June 2026</p></li>'
    html = f'<div class="{css}">{featured}</div><ul>{"".join(map(item.format, (3, 2, 1)))}</ul>'
    found = [one.title for one in ListingPage(f"<html><body>{html}</body></html>", url).results]
    assert found == ["Story 4"] * listed + ["Story 3", "Story 2", "Story 1"]


def test_words_on_the_picture_of_a_card_are_not_its_title() -> None:
    item = (
        '<li><a href="/node/{0}"><img src="/a.jpg">Video</a> <a href="/node/{0}">Story {0} of towns</a></li>'
    )
    page = read("<ul>", *map(item.format, (3, 2, 1)), "</ul>")
    assert [one.title for one in page.results] == [f"Story {number} of towns" for number in (3, 2, 1)]


@pytest.mark.parametrize("heading", ["<h2>Related</h2><div>{}</div>", "<div><h2>Related</h2>{}</div>"])
def test_cards_below_the_heading_of_related_items_are_no_results(heading: str) -> None:
    card = '<article><h3><a href="/node/{0}">Story {0}</a></h3> <p>{0} June 2026</p></article>'
    related = heading.format("".join(map(card.format, (12, 11))))
    page = read("<div>", *map(card.format, (3, 2, 1)), f"</div><div>{related}</div>")
    assert [one.title for one in page.results] == ["Story 3", "Story 2", "Story 1"]


def test_one_card_is_a_list_only_if_its_date_can_be_read() -> None:
    card = '<article><h3><a href="/node/4">Story 4</a></h3> <dl><dt>Date</dt><dd>{}</dd></dl></article>'
    assert [one.published for one in read(card.format("4 June 2026")).results] == ["4 June 2026"]
    with pytest.raises(LayoutError, match="cards, or a sentence that says there are none"):
        _ = read(card.format("4 June 2026, 3 June 2026")).results


def test_a_featured_item_alone_is_no_list() -> None:
    with pytest.raises(LayoutError, match="cards, or a sentence that says there are none"):
        _ = read(
            '<div class="featured"><h3><a href="/node/4">Story 4</a></h3> <p>4 June 2026</p></div>'
        ).results


def test_one_heading_with_a_link_and_a_date_is_no_list_above_a_list_of_titles_without_headings() -> None:
    film = '<div><h2><a href="/node/9">A film of last year</a></h2> <time>1 January 2025</time></div>'
    item = '<li><a href="/node/{0}">Story {0} of the towns</a> {0} June 2026</li>'
    page = read(film, "<ul>", *map(item.format, (3, 2, 1)), "</ul>")
    assert [one.published for one in page.results] == ["3 June 2026", "2 June 2026", "1 June 2026"]


def test_an_event_without_a_date_of_publishing_is_quarantined_among_news() -> None:
    news = [f"<p>News</p><p>{day} June 2026</p>" for day in (9, 8, 7, 6)]
    page = cards(*news, "<p>Event</p><p>15–17 September 2026</p>")
    assert [(one.title, one.lacks) for one in page.incomplete] == [("Story 5", ["date"])]


def test_a_date_in_an_unknown_form_is_no_part_of_the_teaser() -> None:
    page = cards(*["<span>27 novembre 2026</span><p>The mayors of four towns met.</p>"] * 3)
    assert [(one.published, one.teaser) for one in page.results] == [
        (None, "The mayors of four towns met.")
    ] * 3


FLAT = {
    "paragraphs": "<p>{day}</p><p>{office}</p><p><a href='/node/{n}'>Story {n}</a></p><p>{text}</p>",
    "headings": "<p>{day}</p><p>{office}</p><h3><a href='/node/{n}'>Story {n}</a></h3><p>{text}</p>",
    "definitions": "<dt>{day}</dt><dd><a href='/node/{n}'>Story {n}</a><br>{text}</dd>",
    "dates below": "<h3><a href='/node/{n}'>Story {n}</a></h3><p>{day}</p><p>{office}</p><p>{text}</p>",
}


@pytest.mark.parametrize("office", ["OSCE Secretariat", ""])  # of the third item
@pytest.mark.parametrize("layout", FLAT)
def test_values_between_titles_are_those_of_their_own_cards(layout: str, office: str) -> None:
    offices = ["OSCE Mission to Serbia", "OSCE Presence in Albania", office, "OSCE Mission to Moldova"]
    days = [f"{number} May 2026" for number in range(1, 5)]
    text = "VIENNA, 1 May 2026 – The mayors of four towns met."
    page = read(
        *(
            FLAT[layout].format(n=n, day=day, office=office, text=text)
            for n, (day, office) in enumerate(zip(days, offices, strict=True), 1)
        )
    )
    assert [(one.published, one.teaser) for one in page.results] == [(day, text) for day in days]
    if layout != "definitions":
        assert [one.offices for one in page.results] == [office or None for office in offices]


@pytest.mark.parametrize("undated", [0, 3])
def test_dates_between_titles_only_are_not_guessed(undated: int) -> None:
    days = ["" if n == undated else f"<p>{n} May 2026</p>" for n in range(4)]
    titles = [f"<h3><a href='/node/{n}'>Story {n}</a></h3>" for n in range(1, 5)]
    parts = zip(days, titles, strict=True) if undated == 0 else zip(titles, days, strict=True)
    with pytest.raises(LayoutError, match="dates: expected one above the first title or below the last"):
        _ = read(*(text for pair in parts for text in pair)).results


def test_a_dash_in_the_place_of_a_value_is_none() -> None:
    page = cards(*["<dl><dt>Type</dt><dd>News</dd><dt>Source</dt><dd>–</dd></dl>"] * 3)
    assert [(one.content_type, one.offices) for one in page.results] == [("News", None)] * 3


def test_fields_that_no_card_prints_are_not_printed_by_the_page() -> None:
    page = cards("<p>1 June 2026</p><p>News</p>", "<p>A teaser.</p>")
    assert page.fields == {"title_raw", "url_raw", "language_raw", "content_type_raw", "teaser_raw"}


def test_one_card_without_a_link_is_quarantined_and_several_fail_the_page() -> None:
    linked = [f'<div class="card"><h3><a href="/node/{n}">Story {n}</a></h3></div>' for n in range(10)]
    unlinked = '<div class="card"><h3>No address</h3></div>'
    page = read(*linked, unlinked)
    assert [(one.title, one.lacks) for one in page.incomplete] == [("No address", ["address"])]
    with pytest.raises(LayoutError, match="3 of 13 results without address"):
        _ = read(*linked, unlinked * 3).results


@pytest.mark.parametrize("chips", ["", '<p><a href="/node/{0}">EN</a> <a href="/ru/node/{0}">RU</a></p>'])
def test_relative_times_beside_titles_and_chips_of_languages_are_no_teasers(chips: str) -> None:
    item = '<li><a href="/node/{0}">Story</a><time datetime="2026-06-{0}">2 weeks ago</time>' + chips
    page = read("<ul>", *(item.format(day) for day in (15, 14, 13)), "</ul>")
    assert [(one.title, one.published, one.teaser) for one in page.results] == [
        ("Story", f"2026-06-{day}", None) for day in (15, 14, 13)
    ]


@pytest.mark.parametrize("flat", ["{title}{time}<p>Text.</p>", "{time}{title}<p>Text.</p>"])
def test_each_title_of_a_flat_list_has_its_own_time_though_all_say_the_same(flat: str) -> None:
    parts = [
        flat.format(
            title=f'<h3><a href="/node/{day}">Story {day}</a></h3>',
            time=f'<time datetime="2026-06-{day}T10:00:00Z">2 weeks ago</time>',
        )
        for day in (15, 14, 13, 12)
    ]
    assert [one.published for one in read("<div>", *parts, "</div>").results] == [
        f"2026-06-{day}T10:00:00Z" for day in (15, 14, 13, 12)
    ]


@pytest.mark.parametrize("group", ["<h2>{}</h2>{}", "<section><h2>{}</h2>{}</section>", "<p>{}</p>{}"])
def test_a_date_above_a_group_of_cards_is_that_of_each_of_them(group: str) -> None:
    def shown(*days: int) -> list[str | None]:
        parts = [
            group.format(
                f"{day} June 2026" if day else "A heading",
                "".join(
                    f'<div class="row"><h3><a href="/node/{day}{n}">Story</a></h3></div>' for n in (1, 2)
                ),
            )
            for day in days
        ]
        return [one.published for one in read(*parts).results]

    assert shown(12, 11, 10) == [f"{day} June 2026" for day in (12, 12, 11, 11, 10, 10)]
    assert (
        {*shown(10, 10)} == {*shown(10, 12)} == {*shown(0, 10)} == {None}
    )  # perhaps dates of something else


@pytest.mark.parametrize(
    "line", ["By Anna Example", "BY ANNA EXAMPLE", "Автор: Анна Иванова", "3 min read", "12 Minutes to read"]
)
def test_the_line_of_an_author_is_no_teaser(line: str) -> None:
    first, second = cards(
        f"<p>1 May 2026</p><p>{line}</p>", f"<p>1 May 2026</p><p>{line}</p><p>Text.</p>"
    ).results
    assert (first.teaser, second.teaser) == (None, "Text.")


@pytest.mark.parametrize("layout", ["headings", "dates below", "paragraphs", "items", "shared"])
def test_an_item_without_a_number_in_a_flat_list_is_quarantined_in_its_place(layout: str) -> None:
    days = [f"{number} May 2026" for number in range(1, 7)]
    layouts = FLAT | {
        "items": "<li><a href='/node/{n}'>Story {n}</a> {day}</li>",
        "shared": "<li><a href='/node/{n}'>Story {n}</a> {day} <a href='/share?u=/node/{n}'>Share</a></li>",
    }
    parts = [layouts[layout].format(n=n, day=day, office="", text="Text.") for n, day in enumerate(days, 1)]
    parts[2] = parts[2].replace("/node/3", "https://www.oscepa.org/a-statement", 1)
    page = read("<div>", *parts, "</div><h3>A section</h3>")
    assert [(one.title, one.published) for one in page.results] == [
        (f"Story {n}", day) for n, day in enumerate(days, 1)
    ]
    assert [(one.title, one.link) for one in page.incomplete] == [
        ("Story 3", "https://www.oscepa.org/a-statement")
    ]


def test_a_card_inside_a_card_is_a_card_of_its_own() -> None:
    inner = '<div class="card"><h3><a href="/node/2">Story 2</a></h3><p>2 May 2026</p></div>'
    page = read(
        f'<div class="card"><h3><a href="/node/1">Story 1</a></h3><p>1 May 2026</p>{inner}</div>',
        '<div class="card"><h3><a href="/node/3">Story 3</a></h3><p>3 May 2026</p></div>',
    )
    assert [(one.title, one.published) for one in page.results] == [
        (f"Story {number}", f"{number} May 2026") for number in (1, 2, 3)
    ]


def test_times_that_are_no_dates_are_read_in_time_that_grows_with_their_number() -> None:
    card = '<div class="card"><h3><a href="/node/{}">Story</a></h3>{}<p>1 May 2026</p></div>'
    time = "<p>Updated <time>soon</time></p>"
    once, twice = (steps(card.format(1, time * count), card.format(2, time)) for count in (100, 200))
    assert twice < 2.5 * once


def test_a_thousand_cards_are_read() -> None:
    page = cards(*["<p>1 May 2026</p>"] * 1_000)
    assert len(page.results) == 1_000


@pytest.mark.parametrize("count", [0, 1])
def test_links_to_items_alone_are_no_list(count: int) -> None:
    with pytest.raises(LayoutError, match="cards, or a sentence that says there are none"):
        _ = read(*['<p><a href="/node/1">Story 1</a></p>'] * count, "<p>Welcome.</p>").results


def test_a_page_that_a_script_fills_says_what_to_do() -> None:
    with pytest.raises(
        LayoutError, match="filled by a script from the search service; run with --source search"
    ):
        _ = read('<div id="app"></div>', head='<script src="/libraries/typesense.min.js"></script>').results


@pytest.mark.parametrize(
    ("label", "published"), [("Released", "28 November 2025"), ("Veröffentlicht", None), ("Updated", None)]
)
def test_a_date_behind_a_label_in_plain_text_is_read_or_reported(label: str, published: str | None) -> None:
    cards = (
        f"<p><a href='/node/{number}'>A long title {number}</a><br>{label}: 28 November 2025<br>A text.</p>"
        for number in range(1, 4)
    )
    page = read(*cards)
    if published:
        assert [one.published for one in page.results] == [published] * 3
    elif label == "Updated":
        assert [(one.published, one.unlabelled) for one in page.results] == [(None, None)] * 3
    else:
        with pytest.raises(LayoutError, match="an unknown label, 'Veröffentlicht: 28"):
            _ = page.results
