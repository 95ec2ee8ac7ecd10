"""Files that are not pages, and pages with strange content: one line, the right status, nothing lost."""

from __future__ import annotations

import json
import re
from collections.abc import Callable
from contextlib import closing
from pathlib import Path

import pytest

from osce_news.storage import open_for_reading
from osce_news.storage.integrity import problems
from tests.helpers import FIXTURES, Result, html_of, run, values
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


def _elsewhere(html: str) -> bytes:
    """Return the page without its address, so that it is read as a list."""
    return re.sub(r'<link rel="canonical"[^>]*>', "", html).encode()


NO_LISTS = {
    "empty": (b"", "without text"),
    "png": (b"\x89PNG\r\n\x1a\n\0\0\0\rIHDR" + bytes(range(256)) * 20, "binary"),
    "binary without a zero byte": (bytes(range(1, 256)) * 99, "not understood"),
    "truncated in a result": (HTML[: len(HTML) // 2].encode(), "truncated page"),
    "10 MB": (HTML.encode() + b" " * 10_000_000, "at most 8 MiB"),
    "an item's own page under another address": (_elsewhere(render_article(FIRST)), "not understood"),
    "escapes": (b"<html><title>\x1b[31m\xc2\x9b31mred\n\n</title>No list.</html>", "red"),
}
ONE_BY_ONE = [NO_LISTS["empty"], NO_LISTS["png"], NO_LISTS["truncated in a result"], NO_LISTS["10 MB"]]


@pytest.mark.parametrize(
    ("body", "says"),
    [*ONE_BY_ONE, (CHALLENGE, "challenge page")],
    ids=("empty", "png", "truncated", "10 MB", "challenge"),
)
def test_others_are_refused(replay: Callable[[bytes], Result], body: bytes, says: str) -> None:
    result = replay(body)
    assert result.status == 3
    (line,) = result.errors
    assert line.startswith("osce-news: given.html: ")
    assert re.search(says, line)
    summary = json.loads(result.out)
    assert summary["status"] == "failed"
    assert (summary["pages"], summary["new"]) == (0, 0)
    assert summary["message"]


@pytest.mark.slow
def test_each_page_that_is_not_a_list_is_reported_in_one_line(filled: Path, tmp_path: Path) -> None:
    folder = tmp_path / "pages"
    folder.mkdir()
    for name, (body, _) in NO_LISTS.items():
        (folder / f"{name}.html").write_bytes(body)
    result = run("replay", "pages", cwd=tmp_path)
    assert result.status == 3
    lines = {re.findall(r"pages/(.*?)\.html: ", line)[0]: line for line in result.errors}
    assert len(lines) == len(result.errors) == len(NO_LISTS)
    for name, (_, says) in NO_LISTS.items():
        assert re.search(says, lines[name]), lines[name]
        assert lines[name].startswith("osce-news: pages/")
        assert lines[name].isprintable()
        assert len(lines[name]) < 500
    assert problems(filled) == []


def test_several_bad_pages_are_a_line_each_and_the_good_ones_are_stored(filled: Path, tmp_path: Path) -> None:
    folder = tmp_path / "pages"
    folder.mkdir()
    (folder / "a.html").write_bytes(CHALLENGE)
    (folder / "b\nb\x1b\udcff.html").write_text(HTML[:9000])
    (folder / "c.html").write_text(HTML)
    (folder / "d.html").write_text("notes")
    (folder / "notes.txt").write_text("notes")
    result = run("replay", folder, "--json", cwd=tmp_path)
    assert result.status == 3  # an error that needs a person comes first
    assert len(result.errors) == 3
    assert all(line.startswith("osce-news: ") and line.isprintable() for line in result.errors)
    summary = json.loads(result.out)
    assert (summary["status"], summary["pages"], summary["new"] + summary["unchanged"]) == ("failed", 1, 10)
    assert problems(filled) == []


ODD = {
    "nested 200 deep": _nested(200).encode(),
    "UTF-16": HTML.encode("utf-16"),
    "other line ends": HTML.replace("\n", "\r\n").encode(),
    "zero bytes in the text": HTML.replace("Memorial", "\0\0Memorial").encode(),
}


def test_odd_but_readable_pages_are_read_completely(filled: Path, tmp_path: Path) -> None:
    folder = tmp_path / "pages"
    folder.mkdir()
    for name, body in ODD.items():
        (folder / f"{name}.html").write_bytes(body)
    result = run("replay", "pages", "--json", cwd=tmp_path)
    assert (result.status, result.err) == (0, "")
    summary = json.loads(result.out)
    assert (summary["pages"], summary["quarantined"]) == (len(ODD), 0)
    with closing(open_for_reading(filled)) as connection:
        results = values(connection, "SELECT results FROM pages WHERE run_id = ?", summary["run"])
        assert results == [len(TEN)] * len(ODD)
    assert problems(filled) == []


def test_values_that_run_into_the_text_are_held(replay: Callable[[bytes], Result], tmp_path: Path) -> None:
    result = replay(_unclosed().encode())
    assert (result.status, json.loads(result.out)["held"], json.loads(result.out)["seen"]) == (4, 1, 0)
    assert "held, see `osce-news held`" in result.err
    (page,) = json.loads(run("held", "--json", cwd=tmp_path).out)
    assert (page["results"], page["label"]) == (10, "Where we are, What we do")
