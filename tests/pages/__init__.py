"""Small handmade list pages with only the markup that a test is about."""

from __future__ import annotations

import sys
from types import FrameType
from typing import Any

from osce_news.archive.saved_page import saved_page
from osce_news.items import Listing
from osce_news.normalize import normalize_listing
from osce_news.pages import HttpResponse, ListingPage, read_listing
from osce_news.pages.html_page import decode
from tests.newsroom.site import FIXTURES

URL = "https://www.osce.org/press-releases?page=0"
HIT = "search-result-news"  # the class of the known layout; with any other class the layout is unknown
DATE = "<p><b>Publishing date:</b> 1 May 2020</p>"


def result(
    number: int,
    *more: str,
    title: str | None = None,
    href: str | None = None,
    date: str = DATE,
    css: str = HIT,
) -> str:
    """The HTML of one result, titled "Story 1" at /node/1 unless it says otherwise."""
    title = f"Story {number}" if title is None else title
    href = f"/node/{number}" if href is None else href
    return f'<div class="{css}"><h3><a href="{href}">{title}</a></h3>{date}{"".join(more)}</div>\n'


def several(count: int, *more: str, css: str = HIT) -> str:
    """The HTML of that many results."""
    return "".join(result(number, *more, css=css) for number in range(1, count + 1))


def page(*parts: str, head: str = "") -> str:
    """The HTML of a whole page around these parts."""
    return (
        f'<!DOCTYPE html>\n<html lang="en"><head><title>Newsroom</title>{head}</head>'
        f"<body>{''.join(parts)}</body></html>\n"
    )


def read(*parts: str, head: str = "") -> ListingPage:
    """The page object of a page with these parts."""
    return ListingPage(page(*parts, head=head), URL)


def titles(found: ListingPage) -> list[str | None]:
    """The titles of all results of a page, whether complete or not."""
    return [one.title for one in found.results]


def steps(*parts: str) -> int:
    """The number of lines of Python run to read the page, in loops too: the same on every machine."""
    lines = 0

    def count(frame: FrameType, event: str, argument: object) -> Any:
        nonlocal lines
        lines += event == "line"
        return count

    assert read(*parts).results  # so that vocabularies and patterns are there
    before = sys.gettrace()
    sys.settrace(count)
    try:
        _ = read(*parts).results
    finally:
        sys.settrace(before)
    return lines


def taken(found: ListingPage) -> Listing:
    """The page's records as they are stored, normalised and checked."""
    body = found.html.encode("utf-8", "surrogatepass")
    response = HttpResponse(body, URL, "", content_type="text/html; charset=utf-8")
    return normalize_listing(read_listing(response)[0])


def of_fixture(case: str) -> ListingPage:
    """The page object of a fixture."""
    saved = saved_page(FIXTURES / case / "page.html")
    capture = saved.capture()
    return ListingPage(decode(capture.body)[0], capture.url)
