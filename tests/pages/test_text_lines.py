"""The lines of text that a reader sees in markup."""

from __future__ import annotations

import lxml.etree
import lxml.html
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from osce_news.pages.labels import values_after
from osce_news.pages.text_lines import Line, squeeze, text_lines

Element = lxml.etree._Element


def tree(html: str) -> Element:
    """The body element with this markup."""
    body = lxml.html.document_fromstring(f"<html><body>{html}</body></html>").find("body")
    assert body is not None
    return body


def texts(html: str) -> list[str]:
    return [line.text for line in text_lines(tree(html))]


SEEN = {
    "one": ["one"],
    "<p>one</p><p>two</p>": ["one", "two"],
    "<p>one<br>two</p>": ["one", "two"],
    "<p>one <b>two</b> <i>three</i></p>": ["one two three"],
    "before<div>inside</div>behind": ["before", "inside", "behind"],
    "<ul><li>one</li><li>two</li></ul>": ["one", "two"],
    "<table><tr><th>one</th><td>two</td></tr></table>": ["one", "two"],
    "<p> one\n\t&nbsp; two </p>": ["one two"],
    "<p> </p><p>&nbsp;</p><p></p><br><br>": [],
    "<unknown>one</unknown>two": ["one", "two"],
    "<p>one<!-- no --><?no no?> two</p>": ["one two"],
}


@pytest.mark.parametrize("html", SEEN)
def test_blocks_and_breaks_end_lines_and_nothing_else_does(html: str) -> None:
    assert texts(html) == SEEN[html]


@pytest.mark.parametrize(
    "unseen",
    [
        *(
            f"<{tag}>no</{tag}>"
            for tag in "script style noscript template textarea iframe button svg".split()
        ),
        "<select><option>no</option></select>",
        "<b hidden>no</b>",
        '<b style="color: red; Display : NONE">no</b>',
        "<b style='display:none'>no<i>no</i></b>",
    ],
)
def test_what_a_browser_does_not_show_is_left_out_and_what_follows_it_stays(unseen: str) -> None:
    assert texts(f"<p>one {unseen}two</p>") == ["one two"]


def test_a_line_knows_the_block_the_heading_and_the_link_it_stands_in() -> None:
    root = tree('<h3><a href="/1">A <em>title</em></a></h3><p>A <a href="/2">link</a>.</p>')
    heading, text = text_lines(root)
    assert heading.heading is heading.block
    assert heading.block.tag == "h3"
    assert heading.link is not None
    assert heading.link.get("href") == "/1"
    assert heading.is_link
    assert text.heading is None
    assert text.link is not None
    assert text.link.get("href") == "/2"
    assert not text.is_link


@pytest.mark.parametrize("html", ['<a href="/1"> </a>text', "<a>text</a>", '<a href="/1"></a>text', "text"])
def test_a_link_without_text_or_without_an_address_is_none(html: str) -> None:
    (line,) = text_lines(tree(html))
    assert line.link is None
    assert not line.is_link


def test_two_links_side_by_side_are_not_one_link() -> None:
    (line,) = text_lines(tree('<a href="/1">one</a> <a href="/2">two</a>'))
    assert not line.is_link


def test_a_link_around_blocks_makes_each_of_their_lines_a_link() -> None:
    found = text_lines(tree('<a href="/1"><h3>one</h3><p>two</p></a><p>three</p>'))
    assert [(line.text, line.is_link) for line in found] == [("one", True), ("two", True), ("three", False)]


def test_ten_thousand_nested_elements_are_read_without_recursion() -> None:
    root = here = lxml.etree.Element("div")
    for _ in range(10_000):
        here = lxml.etree.SubElement(here, "div")
        here.tail = "x"
    here.text = "deep"
    assert [line.text for line in text_lines(root)] == ["deep", *["x"] * 10_000]


TAGS = ("p", "div", "b", "span", "a", "li", "h3", "dl", "br", "em")
WORDS = st.text("ab Ö–\n\xa0", max_size=5)


@given(st.lists(st.one_of(WORDS, st.sampled_from([f"<{t}>" for t in TAGS] + [f"</{t}>" for t in TAGS]))))
@settings(max_examples=150)
def test_no_visible_letter_is_lost_doubled_or_moved(parts: list[str]) -> None:
    body = tree("".join(parts))
    visible = "".join("".join(str(text) for text in body.itertext()).split())
    assert "".join("".join(line.text.split()) for line in text_lines(body)) == visible
    assert all(line.text == squeeze(line.text) != "" for line in text_lines(body))


def label_in(html: str) -> tuple[Line, Element]:
    body = tree(html)
    return next(line for line in text_lines(body) if line.text == "Label"), body


AFTER = {
    "<dl><dt>Label</dt><dd>1</dd><dd>2</dd><dt>Other</dt><dd>3</dd></dl>": ["1", "2"],
    "<table><tr><th>Label</th><td>1</td><td>2</td></tr><tr><td>3</td></tr></table>": ["1", "2"],
    '<p>Label</p><div class="v">1</div><div class="v">2</div><div class="w">3</div>': ["1", "2"],
    "<p>Label</p><div>1</div><div>2</div>": ["1"],
    "<div><div><p>Label</p></div></div><p>1</p>": ["1"],
    "<p>Label</p><br><!-- no --><p>1</p>": ["1"],
    "<p>Label</p>": [],
}


@pytest.mark.parametrize("html", AFTER)
def test_the_value_of_a_label_is_what_follows_it_and_all_that_is_like_it(html: str) -> None:
    label, body = label_in(html)
    elements = values_after(label.block, body, ())
    assert [element.text for element in elements] == AFTER[html]


def test_the_value_of_a_label_is_not_looked_for_outside_of_the_limit() -> None:
    label, _ = label_in("<div><p>Label</p></div><p>Another result</p>")
    limit = label.block.getparent()
    assert limit is not None
    assert values_after(label.block, limit, ()) == []
