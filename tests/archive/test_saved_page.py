"""Saved pages: where their addresses stand, and which files are pages of their own."""

from __future__ import annotations

import os
from pathlib import Path

import pytest

from osce_news.archive.replay.plan import plan_replay
from osce_news.archive.saved_page import saved_page
from osce_news.clock import format_utc
from osce_news.errors import BadInputError, LayoutError
from osce_news.urls import LISTING_URL

ADDRESS = "https://www.osce.org/node/579997"
PAGE = "<!DOCTYPE html>\n<html><head>{}</head><body><h1>A title</h1></body></html>"


def address(folder: Path, head: str, encoding: str = "utf-8") -> str:
    """The address of a page with this head, saved in a folder."""
    path = folder / "saved.html"
    path.write_text(PAGE.format(head), encoding=encoding)
    page = saved_page(path)
    return page.capture().url


@pytest.mark.parametrize(
    "head",
    [
        f"<!-- saved from url=(0032){ADDRESS} -->",
        f"<!--\n Page saved with SingleFile \n url: {ADDRESS} \n saved date: Wed Jun 26 2024\n-->",
        f'<link rel="canonical" href="{ADDRESS}">',
        f"<link href={ADDRESS} rel=canonical>",
        f'<link rel="canonical self" href="{ADDRESS}">',
        '<link rel="canonical" href="/node/579997">',
        f'<style>{".a {{color: red}} " * 3000}</style><link rel="canonical" href="{ADDRESS}">',
        f'<link rel="shortlink" href="{ADDRESS}">',
        f'<meta property="og:url" content="{ADDRESS}">',
        f'<link rel="canonical" href="http://["><link rel="shortlink" href="{ADDRESS}">',
    ],
)
def test_the_address_is_found_where_programs_and_the_site_write_it(tmp_path: Path, head: str) -> None:
    assert address(tmp_path, head) == ADDRESS


def test_the_address_is_that_of_the_text_not_of_its_markup_or_encoding(tmp_path: Path) -> None:
    listing = "https://www.osce.org/press-releases?page=1&amp;rows=50"
    assert address(tmp_path, f'<link rel="canonical" href="{listing}">') == listing.replace("&amp;", "&")
    assert address(tmp_path, f'<link rel="canonical" href="{ADDRESS}">', "utf-16") == ADDRESS


def test_a_page_that_states_no_address_is_taken_for_the_list(tmp_path: Path) -> None:
    assert address(tmp_path, '<link rel="canonical" href="about:internet">') == LISTING_URL


def test_what_a_browser_saves_next_to_a_page_belongs_to_it(tmp_path: Path) -> None:
    for name in (
        "News.html",
        "News_files/frame.html",
        "News_files/deep/frame.html",
        "Others_files/page.html",
    ):
        (tmp_path / name).parent.mkdir(parents=True, exist_ok=True)
        (tmp_path / name).write_text(PAGE.format(""))
    found = [str(page.path.relative_to(tmp_path)) for page in plan_replay([tmp_path]).pages]
    assert sorted(found) == ["News.html", "Others_files/page.html"]


def test_an_mhtml_file_is_refused_by_its_name(tmp_path: Path) -> None:
    path = tmp_path / "saved.html"
    path.write_bytes(
        b"From: <Saved by Blink>\r\nMIME-Version: 1.0\r\nContent-Type: multipart/related;\r\n\r\n<html>"
    )
    page = saved_page(path)
    with pytest.raises(LayoutError, match="an MHTML file"):
        page.capture()


MADE = 1_750_000_000  # when the file was last changed


def page_with(meta: str | bytes | None, head: str, folder: Path) -> tuple[str, str]:
    """Return address and time of a page with this head next to a `meta.json` with this content."""
    path = folder / "page.html"
    path.write_text(PAGE.format(head), encoding="utf-8")
    os.utime(path, (MADE + 0.9, MADE + 0.9))
    if meta is not None:
        (folder / "meta.json").write_bytes(meta.encode() if isinstance(meta, str) else meta)
    capture = saved_page(path).capture()
    return capture.url, capture.fetched_at


CANONICAL = f'<link rel="canonical" href="{ADDRESS}">'


@pytest.mark.parametrize(
    ("meta", "head", "url", "at"),
    [
        ('{"url": "https://a.example/x", "fetched_at": "2025-08-05T12:00:00Z"}', CANONICAL,
         "https://a.example/x", "2025-08-05T12:00:00Z"),
        ('{"fetched_at": "2025-3-5T1:2:3Z"}', CANONICAL, ADDRESS, "2025-03-05T01:02:03Z"),
        ("{}", "", LISTING_URL, format_utc(MADE)),
        (None, CANONICAL, ADDRESS, format_utc(MADE)),
        (None, f"<!-- saved from url=(0014)about:internet -->{CANONICAL}", ADDRESS, format_utc(MADE)),
        (None, '<link rel="canonical" href="https://a.example:99999/">', LISTING_URL, format_utc(MADE)),
    ],
)  # fmt: skip
def test_address_and_time_come_from_meta_json_or_else_from_the_page_and_the_file(
    tmp_path: Path, meta: str | None, head: str, url: str, at: str
) -> None:
    assert page_with(meta, head, tmp_path) == (url, at)


@pytest.mark.parametrize(
    ("meta", "says"),
    [
        ("{", "not valid JSON"),
        (b"\xff\xfe\xfa", "not valid JSON"),
        ("[" * 100_000, "not valid JSON"),
        ("[]", "not a JSON object with `url` and `fetched_at`"),
        ('{"fetched_at": "yesterday"}', "yesterday"),
        ('{"fetched_at": 1646308800}', "must be texts"),
        ('{"url": "https://www.osce.org:99999/press-releases"}', "is not a web address"),
    ],
)
def test_a_broken_meta_json_is_bad_input(tmp_path: Path, meta: str | bytes, says: str) -> None:
    with pytest.raises(BadInputError, match=f"meta.json: .*{says}"):
        page_with(meta, "", tmp_path)
