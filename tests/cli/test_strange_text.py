"""Strange titles and links: stored as text, shown as text, with as little loss as possible."""

from __future__ import annotations

import json
from collections.abc import Callable
from dataclasses import replace
from pathlib import Path
from unicodedata import category

import pytest

from osce_news.storage.integrity import problems
from tests.helpers import Result, html_of, remarks, run
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


NO_ADDRESSES = [
    "http://[/575719", "http://:80/575719", "//", "https://", "http:///575719", "javascript:alert(1)",
    "mailto:press@osce.org", "http://www.os\N{CARE OF}ce.org/575719", "#top", " ",
]  # fmt: skip


@pytest.mark.slow
@pytest.mark.parametrize(
    "address",
    [
        "http://www.osce.org:99999/odihr/575719",
        "http://www.osce.org:x/odihr/575719",
        "https://www.osce.org/%FF%00%E4/575719%",
        "/" + "x" * 100_000,
    ],
    ids=range(4),
)
def test_a_link_to_no_item_costs_its_own_result(replay: Callable[[bytes], Result], address: str) -> None:
    result = replay(html_of(TEN).replace('href="/odihr/575719"', f'href="{address}"').encode())
    assert result.status == 0
    summary = json.loads(result.out)
    assert summary["seen"] + summary["quarantined"] == 10
    assert summary["seen"] >= 9


def test_single_links_that_are_not_addresses_are_quarantined(replay: Callable[[bytes], Result]) -> None:
    stories = make_stories(10 * len(NO_ADDRESSES))
    html = html_of(stories)
    for story, address in zip(stories, NO_ADDRESSES, strict=False):
        html = html.replace(f'href="{story.path}"', f'href="{address}"')
    summary = json.loads(replay(html.encode()).out)
    assert (summary["seen"], summary["quarantined"]) == (len(stories) - len(NO_ADDRESSES), len(NO_ADDRESSES))
