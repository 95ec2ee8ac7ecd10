"""Strange titles and links: stored as text, shown as text, with as little loss as possible."""

from __future__ import annotations

import json
from dataclasses import replace
from pathlib import Path
from unicodedata import category

import pytest

from osce_news.storage.integrity import problems
from tests.helpers import html_of, remarks, run
from tests.newsroom import make_stories
from tests.newsroom.samples import TEN

FIRST = TEN[0]
TITLES = {
    "<b>Bold</b> &amp; <script>alert(1)</script>plain": "Bold & plain",
    "&lt;script&gt;alert(1)&lt;/script&gt;": "<script>alert(1)</script>",
    "[bold red]A[/] [link=http://x]B[/link]": "[bold red]A[/] [link=http://x]B[/link]",
    '" onload="x\' OR 1=1; --': '" onload="x\' OR 1=1; --',
    "=HYPERLINK(1)": "=HYPERLINK(1)",
    "\N{CYRILLIC SMALL LETTER A}" * 10_000: "\N{CYRILLIC SMALL LETTER A}" * 10_000,
    "A\x1b[31mred\x07\x9b31mB": "red",
    "Lone \ud800 surrogate": "Lone",
    "Referred &#xD800; &#xDFFF; surrogates": "Referred",
    "Zero &#0; reference &#x1b;[31m": "Zero",
    "Huge &#x110000; &#99999999999999999999; reference": "Huge",
    "Right \N{RIGHT-TO-LEFT OVERRIDE}to left \N{ZERO WIDTH SPACE}and none": "Right to left and none",
}


@pytest.fixture(scope="module")
def strange(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with a database of fifty stories, some with these titles."""
    folder = tmp_path_factory.mktemp("strange")
    stories = make_stories(50)
    for at in range(len(TITLES)):
        number = at + 1
        stories[at] = replace(stories[at], node=number, path=f"/odihr/{number}", title=f"title {number}.")
    html = html_of(stories)
    for number, markup in enumerate(TITLES, 1):
        html = html.replace(f"title {number}.", markup, 1)
    (folder / "given.html").write_bytes(html.encode("utf-8", "surrogatepass"))
    result = run("replay", "given.html", "--json", cwd=folder)
    assert (result.status, result.err) == (0, "")
    assert json.loads(result.out)["seen"] == 50
    return folder


def test_strange_titles_are_stored_as_text(strange: Path) -> None:
    rows = {row["id"]: row["title"] for row in json.loads(run("list", "--json", cwd=strange).out)}
    for number, title in enumerate(TITLES.values(), 1):
        assert title in rows[str(number)]
        assert rows[str(number)].isprintable()
    assert "[/link]" in run("list", "--format", "table", cwd=strange).out  # not taken for a style
    assert problems(strange / "osce-news.db") == []


@pytest.mark.parametrize(
    "arguments",
    [
        ("list", "--format", "table"),
        ("list", "--format", "csv"),
        ("search", "title:red", "--format", "table"),
        *(("show", str(number)) for number in (7, 8, 10)),
    ],
    ids=" ".join,
)
def test_strange_titles_send_no_control_characters(strange: Path, arguments: tuple[str, ...]) -> None:
    result = run(*arguments, cwd=strange)
    assert (result.status, remarks(result.err)) == (0, [])
    assert {letter for letter in result.out if category(letter) in ("Cc", "Cs")} == {"\n"}
