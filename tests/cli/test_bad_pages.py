"""Saved pages that are none, or that hold what no page should: one line, the right status, nothing lost."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from unicodedata import category

import pytest

from osce_news.storage import Writer, open_for_reading
from osce_news.storage.integrity import problems
from tests.helpers import FIXTURES, Result, html_of, run, values
from tests.newsroom import make_stories
from tests.newsroom.pages import render_article
from tests.newsroom.samples import TEN

FIRST = TEN[0]  # node 575719, published on 2 August 2024
HTML = html_of(TEN)
CHALLENGE = (FIXTURES / "challenge" / "page.html").read_bytes()


def _nested(depth: int) -> str:
    """Return the ten stories inside many elements."""
    start, end = HTML.index("<body"), HTML.index("</body>")
    start = HTML.index(">", start) + 1
    return f"{HTML[:start]}{'<div>' * depth}{HTML[start:end]}{'</div>' * depth}{HTML[end:]}"


def _unclosed() -> str:
    """Return the ten stories without the end tags of blocks."""
    body, end = HTML.rsplit("</body>", 1)
    return re.sub("</(?:div|dl|dt|dd|h3|span)>", "", body) + "</body>" + end


@pytest.fixture
def replay(filled: Path, tmp_path: Path) -> Callable[[bytes], Result]:
    """Return a function that replays a page into a filled database and checks that nothing is lost."""

    def replayed(body: bytes) -> Result:
        with closing(open_for_reading(filled)) as connection:
            before = values(connection, "SELECT id FROM items ORDER BY key")
        (tmp_path / "given.html").write_bytes(body)
        result = run("replay", "given.html", "--json", cwd=tmp_path)
        assert "Traceback" not in result.err
        assert "fault of osce-news" not in result.err
        with closing(open_for_reading(filled)) as connection:
            assert values(connection, "SELECT id FROM items ORDER BY key")[: len(before)] == before
        assert problems(filled) == []
        return result

    return replayed


@pytest.mark.parametrize(
    ("body", "status", "says"),
    [
        pytest.param(b"", 3, "without text", id="empty"),
        pytest.param(b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + bytes(range(256)) * 20, 3, "binary", id="png"),
        pytest.param(bytes(range(1, 256)) * 99, 3, "not understood", id="binary without a zero byte"),
        pytest.param(HTML[: len(HTML) // 2].encode(), 3, "cut", id="truncated in a result"),
        pytest.param(HTML[: HTML.index("Publishing date")].encode(), 3, "cut", id="truncated before results"),
        pytest.param(HTML[:-30].encode(), 3, "cut", id="truncated near its end"),
        pytest.param(HTML.encode() + b" " * 10_000_000, 3, "at most 8 MiB", id="10 MB"),
        pytest.param(CHALLENGE, 6, "challenge page", id="challenge"),
        pytest.param(render_article(FIRST).encode(), 3, "not understood", id="an item's own page"),
        pytest.param(
            HTML.replace("Publishing date", "Date").encode(), 3, "not understood", id="other labels"
        ),
        pytest.param(HTML.replace("<a href", "<a name").encode(), 3, "address", id="no links"),
        pytest.param(
            b"<html><title>\x1b[31m\xc2\x9b31mred\n\n</title>No list.</html>", 3, "red", id="escapes in title"
        ),
        pytest.param(b"<html>" + b"<b>" * 200_000 + b"</html>", 3, "not understood", id="only nested markup"),
    ],
)
def test_a_page_that_is_no_list_is_one_line_and_its_own_status(
    replay: Callable[[bytes], Result], body: bytes, status: int, says: str
) -> None:
    result = replay(body)
    assert result.status == status
    (line,) = result.errors
    assert line.startswith("osce-news: given.html: ")
    assert re.search(says, line)
    assert line.isprintable()
    assert len(line) < 500
    summary = json.loads(result.out)
    assert summary["status"] == ("refused" if status == 6 else "failed")
    assert (summary["pages"], summary["new"]) == (0, 0)
    assert summary["message"]


def test_several_bad_pages_are_a_line_each_and_the_good_ones_are_stored(filled: Path, tmp_path: Path) -> None:
    folder = tmp_path / "pages"
    folder.mkdir()
    (folder / "a.html").write_bytes(CHALLENGE)
    (folder / "b\nb\x1b.html").write_text(HTML[:9000])
    (folder / "c.html").write_text(HTML)
    (folder / "d.html").write_text("notes")
    (folder / "notes.txt").write_text("notes")
    result = run("replay", folder, "--json", cwd=tmp_path)
    assert result.status == 3  # what needs somebody to look at it counts before what does not
    assert len(result.errors) == 3
    assert all(line.startswith("osce-news: ") and line.isprintable() for line in result.errors)
    summary = json.loads(result.out)
    assert (summary["status"], summary["pages"], summary["new"] + summary["unchanged"]) == ("failed", 1, 10)
    assert problems(filled) == []


@pytest.mark.parametrize(
    "body",
    [
        pytest.param(_nested(200).encode(), id="nested 200 deep"),
        pytest.param(_unclosed().encode(), id="unclosed"),
        pytest.param(HTML.encode("utf-16"), id="UTF-16"),
        pytest.param(HTML.replace("\n", "\r\n").upper().encode(), id="capitals"),
        pytest.param(HTML.replace("Rights", "\0\0Rights").encode(), id="zero bytes in the text"),
    ],
)
def test_odd_but_readable_pages_are_read_whole(replay: Callable[[bytes], Result], body: bytes) -> None:
    result = replay(body)
    assert (result.status, result.err) == (0, "")
    summary = json.loads(result.out)
    assert (summary["seen"], summary["quarantined"]) == (10, 0)


def test_a_page_nested_20_000_deep_is_read_whole_or_not_at_all(replay: Callable[[bytes], Result]) -> None:
    result = replay(_nested(20_000).encode())
    assert (result.status, json.loads(result.out)["seen"], len(result.errors)) in ((0, 10, 0), (3, 0, 1))


def test_a_date_that_is_none_is_kept_as_printed_and_listed(
    replay: Callable[[bytes], Result], tmp_path: Path
) -> None:
    result = replay(HTML.replace("2 August 2024</div>", "32 Foo 2024</div>").encode())
    assert (result.status, result.err) == (0, "")
    assert json.loads(result.out)["unknown_terms"] == 1
    shown = json.loads(run("show", "575719", "--json", cwd=tmp_path).out)
    assert (shown["published"], shown["raw"]["published_raw"]) == (None, "32 Foo 2024")
    unknown = json.loads(run("vocabulary", "--unknown", "--json", cwd=tmp_path).out)
    assert {"kind": "date", "printed": "32 Foo 2024", "items": 1} in unknown


def test_ten_thousand_labels_set_one_record_aside(replay: Callable[[bytes], Result]) -> None:
    offices = ", ".join(f"OSCE Office {number}" for number in range(10_000))
    result = replay(html_of([*make_stories(20), replace(FIRST, offices=(offices,))]).encode())
    assert result.status == 0
    assert len(result.errors) <= 1  # it may be said
    summary = json.loads(result.out)
    assert (summary["seen"], summary["quarantined"]) == (20, 1)


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
    """Return a folder with a database of stories that bear these titles."""
    folder = tmp_path_factory.mktemp("strange")
    stories = [
        replace(FIRST, node=number, path=f"/odihr/{number}", title=f"title {number}.")
        for number in range(1, len(TITLES) + 1)
    ]
    html = html_of(stories)
    for number, markup in enumerate(TITLES, 1):
        html = html.replace(f"title {number}.", markup, 1)
    (folder / "given.html").write_bytes(html.encode("utf-8", "surrogatepass"))
    result = run("replay", "given.html", "--json", cwd=folder)
    assert (result.status, result.err) == (0, "")
    assert json.loads(result.out)["seen"] == len(TITLES)
    return folder


def test_strange_titles_are_stored_as_text(strange: Path) -> None:
    rows = {row["id"]: row["title"] for row in json.loads(run("list", "--json", cwd=strange).out)}
    for number, title in enumerate(TITLES.values(), 1):
        assert title in rows[str(number)]
        assert rows[str(number)].isprintable()
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
def test_strange_titles_send_no_control_characters_to_the_terminal(
    strange: Path, arguments: tuple[str, ...]
) -> None:
    result = run(*arguments, cwd=strange)
    assert (result.status, result.err) == (0, "")
    assert {letter for letter in result.out if category(letter) in ("Cc", "Cs")} == {"\n"}


NO_ADDRESSES = [
    "http://[/575719", "http://:80/575719", "//", "https://", "http:///575719", "javascript:alert(1)",
    "mailto:press@osce.org", "http://www.os\N{CARE OF}ce.org/575719", "#top", " ",
]  # fmt: skip


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
def test_a_link_that_is_no_address_of_an_item_spoils_at_most_its_own_result(
    replay: Callable[[bytes], Result], address: str
) -> None:
    result = replay(html_of(TEN).replace('href="/odihr/575719"', f'href="{address}"').encode())
    assert result.status == 0
    summary = json.loads(result.out)
    assert summary["seen"] + summary["quarantined"] == 10
    assert summary["seen"] >= 9


def test_single_links_that_are_no_addresses_are_set_aside(replay: Callable[[bytes], Result]) -> None:
    stories = make_stories(10 * len(NO_ADDRESSES))
    html = html_of(stories)
    for story, address in zip(stories, NO_ADDRESSES, strict=False):
        html = html.replace(f'href="{story.path}"', f'href="{address}"')
    summary = json.loads(replay(html.encode()).out)
    assert (summary["seen"], summary["quarantined"]) == (len(stories) - len(NO_ADDRESSES), len(NO_ADDRESSES))


META = {
    "no JSON": "{",
    "not UTF-8": b"\xff\xfe\xfa",
    "a list": "[]",
    "a time that is none": '{"fetched_at": "yesterday"}',
    "a time that is no text": '{"fetched_at": 1646308800}',
    "nested too deep": "[" * 100_000,
}


@pytest.mark.parametrize("meta", META.values(), ids=META)
def test_a_broken_meta_json_is_bad_input(filled: Path, tmp_path: Path, meta: str | bytes) -> None:
    folder = tmp_path / "pages"
    folder.mkdir()
    (folder / "page.html").write_text(HTML)
    (folder / "meta.json").write_bytes(meta if isinstance(meta, bytes) else meta.encode())
    before = filled.read_bytes()
    result = run("replay", folder, cwd=tmp_path)
    assert result.status == 2
    (line,) = result.errors
    assert "meta.json" in line
    assert filled.read_bytes() == before


@pytest.mark.parametrize("fetched_at", ["2022-3-5T1:2:3Z", "2022-03-05T01:02:03Z"])
def test_times_are_stored_in_one_form_so_that_they_can_be_compared(tmp_path: Path, fetched_at: str) -> None:
    (tmp_path / "page.html").write_text(HTML)
    (tmp_path / "meta.json").write_text(json.dumps({"fetched_at": fetched_at}))
    result = run("replay", "page.html", cwd=tmp_path)
    if result.status == 2:  # also to refuse it would be right
        assert len(result.errors) == 1
        return
    with closing(open_for_reading(tmp_path / "osce-news.db")) as connection:
        assert values(connection, "SELECT DISTINCT first_seen FROM items") == ["2022-03-05T01:02:03Z"]


@pytest.mark.parametrize("name", [b"\xff.html", b"a\nb.html"])
def test_a_page_may_have_any_name(tmp_path: Path, name: bytes) -> None:
    folder = tmp_path / "pages"
    folder.mkdir()
    Path(folder, name.decode("utf-8", "surrogateescape")).write_text("notes")
    result = run("replay", "pages", cwd=tmp_path)
    assert result.status == 3
    (line,) = result.errors
    assert "not understood" in line
    with Writer(tmp_path / "osce-news.db") as writer:
        assert values(writer.connection, "SELECT status FROM runs") == ["failed"]
