"""Where the page of a fixture comes from: files and archives, good and bad."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from osce_news.cli.page_fixtures.sources import checked, from_path
from osce_news.errors import BadInputError
from tests.cli.page_fixtures.pages import archive, capture, packed
from tests.pages.articles import body_of

ONE, TWO = "https://www.osce.org/odihr/1", "https://www.osce.org/node/2"
PAGE = b"<html><h1>A</h1><p>b</p></html>"


def saved(folder: Path, body: bytes = PAGE) -> Path:
    path = folder / "page.html"
    path.write_bytes(body)
    return path


def test_a_saved_page_is_taken_to_the_byte(tmp_path: Path) -> None:
    body = body_of("windows-1252")
    sent = from_path(saved(tmp_path, body), ONE)
    assert (sent.url, sent.body, sent.content_type) == (ONE, body, None)
    assert sent.made.startswith("A capture")


@pytest.mark.parametrize(
    "body",
    [
        f"<!-- saved from url=(0028){ONE} --><html></html>".encode(),
        f'<html><head><link rel="canonical" href="{ONE}"></head></html>'.encode(),
    ],
)
def test_the_address_is_the_one_that_the_page_gives(tmp_path: Path, body: bytes) -> None:
    assert from_path(saved(tmp_path, body)).url == ONE
    assert from_path(saved(tmp_path, body), TWO).url == TWO


def test_a_meta_json_beside_the_page_gives_address_and_time(tmp_path: Path) -> None:
    meta = {"url": TWO, "fetched_at": "2020-01-02T03:04:05Z"}
    (tmp_path / "meta.json").write_text(json.dumps(meta))
    sent = from_path(saved(tmp_path))
    assert (sent.url, sent.fetched_at) == (TWO, "2020-01-02T03:04:05Z")


@pytest.mark.parametrize(
    "body", [PAGE, b'<html><link rel="canonical"></html>', b"<html>saved from url</html>"]
)
def test_a_page_whose_address_nothing_tells_is_refused(tmp_path: Path, body: bytes) -> None:
    with pytest.raises(BadInputError, match="--url"):
        from_path(saved(tmp_path, body))


def test_the_only_page_of_an_archive_needs_no_address(tmp_path: Path) -> None:
    sent = from_path(archive(tmp_path, {ONE: PAGE}))
    assert (sent.url, sent.body, sent.content_type) == (ONE, PAGE, "text/html; charset=utf-8")
    assert sent.fetched_at == "2024-08-05T12:00:00Z"


def test_the_newest_capture_of_an_address_is_taken_wherever_it_stands(tmp_path: Path) -> None:
    records = [
        capture(ONE, b"<p>new</p>", "2025-01-01T00:00:00Z"),
        capture(ONE, b"<p>old</p>", "2020-01-01T00:00:00Z"),
        capture(TWO, b"<p>two</p>", "2026-01-01T00:00:00Z"),
    ]
    path = packed(tmp_path / "a.warc.gz", *records)
    assert from_path(path, f"{ONE}/#top").body == b"<p>new</p>"
    assert from_path(path, TWO).body == b"<p>two</p>"


def test_what_is_no_page_of_text_is_none_of_an_archives_pages(tmp_path: Path) -> None:
    records = [
        capture("https://www.osce.org/robots.txt", b"User-agent: *", kind="text/plain"),
        capture(TWO, b"<p>gone</p>", status=404),
        capture(ONE, PAGE),
    ]
    assert from_path(packed(tmp_path / "a.warc.gz", *records)).url == ONE


@pytest.mark.parametrize(
    ("url", "said"),
    [
        (None, "several pages in it, say which with --url: "),
        ("https://x.org/", "no capture of https://x.org/; "),
    ],
)
def test_the_pages_of_an_archive_are_named_where_none_can_be_chosen(
    tmp_path: Path, url: str | None, said: str
) -> None:
    pages = {f"https://www.osce.org/node/{number}": PAGE for number in range(1, 8)}
    with pytest.raises(BadInputError) as raised:
        from_path(archive(tmp_path, pages), url)
    text = str(raised.value)
    assert said in text
    assert "node/1, https://www.osce.org/node/2, " in text
    assert text.endswith("node/5 and 2 more")


def test_an_archive_without_a_page_says_what_is_wrong_with_it(tmp_path: Path) -> None:
    path = archive(tmp_path, {ONE: PAGE * 500})
    path.write_bytes(path.read_bytes()[:-20])
    with pytest.raises(BadInputError, match=r"a.warc.gz: no page in it \(.*\)"):
        from_path(path)


def test_what_is_no_page_is_refused(tmp_path: Path) -> None:
    (tmp_path / "a.txt").write_text("a")
    (tmp_path / "b.warc.gz").write_text("b")
    for path in (tmp_path, tmp_path / "none.html", tmp_path / "a.txt", tmp_path / "b.warc.gz"):
        with pytest.raises(BadInputError, match=path.name):
            from_path(path, ONE)
    with pytest.raises(BadInputError, match="binary"):
        from_path(saved(tmp_path, b"\0" * 100), ONE)


@pytest.mark.parametrize(
    "url", ["", "www.osce.org", "http://[", "http://", "http://a b/", "ftp://a/", "http://a/\n"]
)
def test_what_is_no_address_is_refused(url: str) -> None:
    with pytest.raises(BadInputError, match="no address"):
        checked(url)
    assert checked(ONE) == ONE
