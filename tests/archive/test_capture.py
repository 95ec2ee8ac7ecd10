"""What captured pages show."""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

import pytest

from osce_news.archive.capture import ARTICLE, LISTING, Capture, page_kind
from osce_news.archive.saved_page import saved_page
from osce_news.errors import ChallengePageError, LayoutError
from tests.helpers import NOON, ROOT

PAGES = sorted((ROOT / "fixtures").rglob("page.html"))


def of(url: str, body: bytes = b"", status: int = 200, **headers: str) -> Capture:
    named = tuple((name.replace("_", "-"), value) for name, value in headers.items())
    return Capture(url, NOON, status, named, body, None, Path("a.warc"), 0)


def test_the_fixtures_show_lists_and_articles_or_challenges() -> None:
    lists = articles = 0
    for path in PAGES:
        page = saved_page(path).capture()
        with suppress(ChallengePageError):
            if path.parts[-3] == LISTING:
                lists += len(page.listing().records) > 0
            else:
                articles += page.article().article is not None
    assert lists > 15
    assert articles > 15


@pytest.mark.parametrize(
    ("url", "kind"),
    [
        ("https://www.osce.org/press-releases?page=3", LISTING),
        ("https://www.osce.org/press-Releases/human%20trafficking", LISTING),
        ("https://www.osce.org/ru/press-releases", LISTING),
        ("https://www.osce.org/press-releases/2015", LISTING),
        ("https://www.osce.org/newsroom?rows=50&page=0", LISTING),
        ("https://www.osce.org/odihr/575719", ARTICLE),
        ("https://www.osce.org/node/575719?download=true", ARTICLE),
        ("https://www.osce.org/", None),
        ("https://www.osce.org/robots.txt", None),
        ("https://www.osce.org/press-releasesque", None),
        ("https://[", None),
    ],
)
def test_an_address_tells_the_kind_of_its_page(url: str, kind: str | None) -> None:
    assert page_kind(url) == kind


def test_redirects_and_errors_become_the_status_of_the_article() -> None:
    url = "https://www.osce.org/odihr/1"
    moved = of(url, status=301, Location="/odihr/2").article()
    assert (moved.item_id, moved.status, moved.moved_to) == ("1", "moved", "https://www.osce.org/odihr/2")
    gone = of(url, b"<h1>Gone", status=410).article()
    assert (gone.status, gone.http_status) == ("gone", 410)


def test_a_listing_has_its_validators_and_normalised_records() -> None:
    body = next(path for path in PAGES if path.parts[-2] == "first-page").read_bytes()
    listing = of("https://www.osce.org/press-releases", body, ETag='"1"', Last_Modified="x").listing()
    assert (listing.etag, listing.last_modified, listing.status) == ('"1"', "x", 200)
    assert len(listing.listed) == listing.results == 50
    assert all(item.published and item.id for item in listing.records)  # normalised
    with pytest.raises(LayoutError, match="content of type application/pdf"):
        of("https://www.osce.org/press-releases", body, Content_Type="application/pdf").listing()
