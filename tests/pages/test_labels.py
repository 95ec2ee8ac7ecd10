"""The fields of a result: the seven seed items to the letter, labels in prose, labels without a value."""

from __future__ import annotations

import pytest

from osce_news.pages.labels import read_label
from osce_news.pages.text_lines import text_lines, text_of
from tests.pages import of_fixture, read, result, steps, taken


def test_the_seed_items_mean_what_a_reader_takes_them_to_mean() -> None:
    records = taken(of_fixture("seed")).records
    assert [(one.id, one.published, one.content_type) for one in records] == [
        ("514201", "2022-03-15", "press-release"),
        ("514174", "2022-03-15", "news"),
        ("513814", "2022-03-10", "press-release"),
        ("513427", "2022-03-04", None),
        ("513106", "2022-02-28", "press-release"),
        ("512716", "2022-02-23", "news"),
        ("512092", "2022-02-15", "press-release"),
    ]
    assert [[term.id for term in one.offices] for one in records] == [
        ["cthb"],
        ["mission-to-bosnia-and-herzegovina"],
        ["cthb", "secretariat"],
        [],
        ["secretariat", "project-co-ordinator-in-uzbekistan"],
        ["programme-office-in-astana"],
        ["cthb"],
    ]
    topics = [[term.id for term in one.topics] for one in records]
    assert topics == [["trafficking"]] * 3 + [[], ["terrorism"], ["trafficking"], ["trafficking"]]
    datelines = [([term.raw for term in one.dateline_places], one.dateline_date) for one in records]
    assert datelines == [
        (["VIENNA"], "2022-03-15"),
        ([], None),
        (["VIENNA"], "2022-03-10"),
        ([], None),
        (["TASHKENT", "NEW YORK", "VIENNA"], "2022-02-28"),
        ([], None),
        (["VIENNA"], "2022-02-15"),
    ]


PROSE = (
    "What we do in the field matters.",
    "Where we are needed is seldom on a map",
    "What we do: this was the question of the day.",
    "Where We Are: a new exhibition",
    "He said that Publishing date: 2 June 2021, Content type: Notice, was printed there.",
    "Publishing date: 2 June 2021 is what the notice said.",
)


@pytest.mark.parametrize("prose", PROSE)
def test_the_words_of_a_label_in_a_teaser_are_prose(prose: str) -> None:
    first, second = read(result(1, f"<p>{prose}</p>"), result(2, f"<div>{prose}</div>")).results
    for one in (first, second):
        assert (one.published, one.teaser) == ("1 May 2020", prose)
        assert (one.content_type, one.offices, one.topics) == (None, None, None)


def test_a_label_whose_colon_stands_behind_its_element_is_marked_up_like_any_other() -> None:
    date = "<p><b>Publishing date</b>: 1 May 2020</p>"
    body = "<p><b>What we do</b>: Elections</p><p>Where we are: a new exhibition</p>"
    first = read(result(1, body, date=date), result(2, date=date)).results[0]
    assert (first.published, first.topics, first.offices) == ("1 May 2020", "Elections", None)
    assert first.teaser == "Where we are: a new exhibition"


EMPTY = {
    "paragraph": "<p><b>Content type:</b></p><p>The teaser.</p>",
    "two classes": '<div class="a"><b>What we do:</b></div><div class="search-snippet">The teaser.</div>',
    "span": '<div><span class="label">Where we are:</span> </div><div>The teaser.</div>',
    "list": "<dl><dt>What we do:</dt></dl><p>The teaser.</p>",
    "list with empty": "<dl><dt>What we do:</dt><dd></dd></dl><p>The teaser.</p>",
    "table": "<table><tr><th>What we do:</th><td></td></tr></table><p>The teaser.</p>",
    "lines": "<b>Content type:</b><br>The teaser.",
    "two": "<p><b>Content type:</b></p><p><b>Where we are:</b></p><p>The teaser.</p>",
}


@pytest.mark.parametrize("shape", EMPTY)
def test_a_label_without_a_value_does_not_take_the_teaser_for_it(shape: str) -> None:
    first = read(result(1, EMPTY[shape]), result(2)).results[0]
    assert (first.content_type, first.offices, first.topics) == (None, None, None)
    assert first.teaser == "The teaser."


def test_a_label_without_a_value_does_not_take_the_next_labels_value_for_it() -> None:
    body = "<dl><dt>Content type:</dt><dt>What we do:</dt><dd>Elections</dd></dl><p>The teaser.</p>"
    first = read(result(1, body), result(2)).results[0]
    assert (first.content_type, first.topics, first.teaser) == (None, "Elections", "The teaser.")


VALUES = {
    "text": "<p><b>What we do:</b> Elections, Youth</p>",
    "links": '<p><b>What we do:</b> <a href="/a">Elections</a> <a href="/b">Youth</a></p>',
    "links with commas": '<p><b>What we do:</b> <a href="/a">Elections</a>, <a href="/b">Youth</a></p>',
    "no space": "<p><b>What we do:</b>Elections, Youth</p>",
    "no colon": "<p><b>What we do</b> Elections, Youth</p>",
    "capitals": "<p><b>WHAT WE DO:</b> Elections, Youth</p>",
    "two labels": "<p><b>What we do:</b> Elections</p><p><b>What we do:</b> Youth</p>",
    "list": "<dl><dt>What we do:</dt><dd>Elections</dd><dd>Youth</dd></dl>",
    "broken lines": "<p><b>What we\n do:</b>\n Elections,\n&nbsp;Youth</p>",
    "items": '<div class="field"><div class="field__label">What we do</div><div class="field__items">'
    '<div class="field__item">Elections</div><div class="field__item">Youth</div></div></div>',
}


@pytest.mark.parametrize("shape", VALUES)
def test_two_values_are_read_however_they_are_marked_up(shape: str) -> None:
    first = read(result(1, VALUES[shape], "<p>The teaser.</p>"), result(2)).results[0]
    assert (first.topics, first.teaser) == ("Elections, Youth", "The teaser.")


TITLES = {
    "A <em>big</em> day": "A big day",
    "CO<sub>2</sub> and <b>water</b>": "CO2 and water",
    "<span>One</span> <span>two</span>": "One two",
    "Q&amp;A: &lt; 5 &quot;days&quot;": 'Q&A: < 5 "days"',
    "One&nbsp;&nbsp;two\n three": "One two three",
    "One <!-- not this -->two<script>nor this</script>": "One two",
    "One<br>two": "One two",
    "&#8220;Peace&#8221; &ndash; what&rsquo;s next": "“Peace” – what’s next",
}


@pytest.mark.parametrize("marked_up", TITLES)
def test_a_title_is_read_whole_without_its_markup(marked_up: str) -> None:
    first, second = read(result(1, "<p>The teaser.</p>", title=marked_up), result(2)).results
    assert (first.title, first.teaser, second.title) == (TITLES[marked_up], "The teaser.", "Story 2")


def test_pictures_and_links_to_read_more_are_no_part_of_title_and_teaser() -> None:
    picture = '<a href="/node/1"><img src="x.jpg" alt="A picture"></a>'
    more = '<p>The teaser,</p><p>in two parts.</p><p><a href="/node/1">Read more</a></p>'
    first = read(picture, result(1, picture, more), result(2)).results[0]
    assert (first.title, first.teaser) == ("Story 1", "The teaser, in two parts.")


SHAPES = {
    "paragraphs": ("", "<p><b>What we do:</b> Elections</p>", ""),
    "paragraphs and text": ("", "<p><b>What we do:</b> Elections</p><p><b>and</b> so on</p>", ""),
    "lines": ("", "<b>What we do:</b> Elections<br>", ""),
    "list": ("<dl>", "<dt>What we do:</dt><dd>Elections</dd>", "</dl>"),
    "table": ("<table>", "<tr><th>What we do:</th><td>Elections</td></tr>", "</table>"),
    "pairs": ("", '<div class="label">What we do:</div><div class="value">Elections</div>', ""),
    "pairs without values": ("", '<div class="label">What we do:</div><!-- none -->', "Elections"),
    "one label": ("<dl><dt>What we do:</dt>", "<dd>Elections</dd>", "</dl>"),
}


@pytest.mark.parametrize("shape", SHAPES)
def test_twice_the_labels_in_a_result_are_twice_the_work_and_not_four_times(shape: str) -> None:
    start, one, end = SHAPES[shape]
    once, twice = (steps(result(1, start, one * count, end), result(2)) for count in (300, 600))
    assert twice < 2.5 * once


@pytest.mark.parametrize("shape", ["paragraphs", "lines", "table"])
def test_two_thousand_labels_in_one_result_are_read_and_do_no_harm_to_the_next(shape: str) -> None:
    start, one, end = SHAPES[shape]
    found = read(result(1, start, one * 2_000, end), result(2, "<p>The teaser.</p>"))
    first, second = found.results
    assert first.topics == "Elections"  # a repeated value is listed once
    assert (second.title, second.topics, second.teaser) == ("Story 2", None, "The teaser.")
    assert [len(one.topics) for one in taken(found).records] == [1, 0]


def test_an_element_without_text_has_the_empty_text() -> None:
    assert text_of(read("<p></p>").root) == ""


def test_a_line_is_read_with_and_without_the_labels_of_cards() -> None:
    (line,) = text_lines(read("<p><b>Date:</b> 1 May 2020</p>").find("p")[0])
    for _ in range(2):
        assert read_label(line) is None
        assert read_label(line, cards=True) is not None
