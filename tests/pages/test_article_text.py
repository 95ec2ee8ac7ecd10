"""Markup into paragraphs."""

from __future__ import annotations

import unicodedata

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from osce_news.pages.article_text import Paragraph, read_paragraphs
from tests.newsroom.articles import Block
from tests.newsroom.labels import escape
from tests.pages.articles import element


def texts(markup: str) -> list[str]:
    """The paragraphs inside a `div`."""
    return [one.text for one in read_paragraphs(element(f"<div>{markup}</div>"))]


@pytest.mark.parametrize(
    ("markup", "expected"),
    [
        ("", []),
        ("a", ["a"]),
        ("<p>a</p><p>b</p>", ["a", "b"]),
        ("a<p>b</p>c", ["a", "b", "c"]),
        ("<p>a\n   b&nbsp;c</p>", ["a b c"]),
        ("<p>in\u00adter\u200bgovernmental\ufeff</p><p>\u200b</p>", ["intergovernmental"]),
        ("<p>a<br>b</p>", ["a\nb"]),
        ("a<br><br>b<br><br><br>c", ["a", "b", "c"]),
        ("<p>a <b>b</b><i>c</i></p>", ["a bc"]),
        ("<p></p><p>&nbsp;</p><p>a</p>", ["a"]),
        ("<div>a<div>b</div>c</div>", ["a", "b", "c"]),
        ("<pre>a\n  b\n\nc</pre>", ["a\nb", "c"]),
        ("<p>a<script>x()</script> b<!-- c --></p>", ["a b"]),
        ("<p>a<span style='display:none'>x</span>b<span hidden>x</span></p>", ["ab"]),
        ("<figure><img src='a.jpg'><figcaption>x</figcaption></figure>b", ["b"]),
        ("<ul><li>a<li>b</ul>c", ["- a\n- b", "c"]),
        ("<p>a</p><ol><li>b<li>c</ol>", ["a", "1. b\n2. c"]),
        ("<ol start=4><li>a<li>b</ol>", ["4. a\n5. b"]),
        ("<ol start=x><li>a</ol>", ["1. a"]),
        ("<ul><li>a<ol><li>b</ol><li>c</ul>", ["- a\n  1. b\n- c"]),
        ("<ul><li><p>a</p><p>b</p></ul>", ["- a\n  b"]),
        ("<ul><li>a<br>b</ul>", ["- a\n  b"]),
        ("<ul><li></ul>", []),
        ("<li>a", ["a"]),
        ("a<sup><a href='#1'>1</a></sup>", ["a[1]"]),
        ("m<sup>2</sup>, 21<sup>st</sup>", ["m2, 21st"]),
        ("<table><tr><td>a<td>b<tr><td>c<td></table>", ["a | b\nc |"]),
        ("<table><tr><td><p>a</p><p>b</p><td>c</table>", ["a", "b", "c"]),
        ("<table><tr><td>a<table><tr><td>b<td>c</table></table>", ["a", "b | c"]),
        ("<table><tr><td>a</table>", ["a"]),
        ("<table></table>", []),
        ("<blockquote>a</blockquote>", ["a"]),
        ("<dl><dt>a<dd>b</dl>", ["a", "b"]),
        ("<p>Ёлки &amp; <em>палки</em></p>", ["Ёлки & палки"]),
    ],
)
def test_markup_becomes_paragraphs(markup: str, expected: list[str]) -> None:
    assert texts(markup) == expected


def test_a_heading_is_one_line_and_is_known_as_one() -> None:
    found = read_paragraphs(element("<div><h2>The <em>way</em><br>ahead</h2><p>a</p></div>"))
    assert found == [Paragraph("The way ahead", is_heading=True), Paragraph("a")]


def test_what_follows_the_element_itself_is_not_read() -> None:
    first = element("<div><p>a</p>b</div>")[0]
    assert [one.text for one in read_paragraphs(first)] == ["a"]


LINE = st.text(st.characters(categories=["L", "N", "P", "S"]), min_size=1, max_size=20).map(
    lambda text: unicodedata.normalize("NFC", text)
)
LINES = st.lists(LINE, min_size=1, max_size=4).map(tuple)
BLOCKS = st.lists(
    st.builds(Block, st.sampled_from(["paragraph", "list", "numbered", "quote"]), LINES), max_size=8
)


@given(BLOCKS)
@settings(max_examples=150)
def test_blocks_that_are_written_as_markup_are_read_back(blocks: list[Block]) -> None:
    assert texts("".join(block.html for block in blocks)) == [block.text for block in blocks]


@given(LINE)
def test_text_without_markup_is_itself(line: str) -> None:
    assert texts(escape(line)) == [line]


@pytest.mark.parametrize("tag", ["div", "ul><li", "span", "table><tr><td"])
def test_elements_as_deep_in_one_another_as_in_any_page_are_read(tag: str) -> None:
    assert "".join(texts(f"<{tag}>" * 80 + "a")).strip("- ") == "a"
