"""Parsing captured pages; the result survives JSON."""

from __future__ import annotations

import json
from pathlib import Path
from random import Random

import pytest

from osce_news.archive import Capture, saved_page
from osce_news.archive.parse import (
    ARTICLE,
    LISTING,
    PageProblem,
    PageRequest,
    ParsedPage,
    page_kind,
    parse_article,
    parse_listing,
)
from osce_news.errors import ChallengePageError, LayoutError, PartialError
from osce_news.serialize import from_json, to_json
from tests.helpers import NOON, ROOT

PAGES = sorted((ROOT / "fixtures").rglob("page.html"))


def capture(path: Path) -> Capture:
    page = saved_page(path)
    return page.capture()


def of(url: str, body: bytes = b"", status: int = 200, **headers: str) -> Capture:
    named = tuple((name.replace("_", "-"), value) for name, value in headers.items())
    return Capture(url, NOON, status, named, body, None, Path("a.warc"), 0)


@pytest.mark.parametrize("path", PAGES, ids=lambda path: f"{path.parts[-3]}-{path.parts[-2]}")
def test_a_parsed_page_survives_json(path: Path) -> None:
    for kind in (LISTING, ARTICLE):
        parsed = ParsedPage.of(capture(path), PageRequest(kind, "1"))
        assert from_json(ParsedPage, to_json(parsed)) == parsed
        assert sum(one is not None for one in (parsed.listing, parsed.article, parsed.problem)) == 1


def test_the_fixtures_show_listings_articles_and_problems() -> None:
    shown = [ParsedPage.of(capture(path), PageRequest(path.parts[-3])) for path in PAGES]
    assert sum(one.listing is not None and len(one.listing.records) > 0 for one in shown) > 15
    assert sum(one.article is not None and one.article.article is not None for one in shown) > 15
    assert {one.problem.error for one in shown if one.problem} == {"ChallengePageError"}


@pytest.mark.parametrize(
    "error",
    [
        LayoutError("dt > a", expected="a link", got="none"),
        ChallengePageError("a challenge"),
        PartialError("x"),
    ],
)
def test_an_error_survives_json(error: LayoutError | ChallengePageError | PartialError) -> None:
    there = ParsedPage(problem=PageProblem.of(error))
    back = from_json(ParsedPage, to_json(there)).problem
    assert back is not None
    found = back.as_error()
    assert (type(found), str(found), found.exit_status) == (type(error), str(error), error.exit_status)
    assert vars(found) == vars(error)


@pytest.mark.parametrize("text", ["", "[]", "null", '{"listing": 1}', "[" * 100_000, '{"listing": null}'])
def test_other_json_is_refused(text: str) -> None:
    with pytest.raises(ValueError, match=r"ParsedPage|JSON|Expecting"):
        from_json(ParsedPage, text)


def test_a_field_of_another_type_is_refused() -> None:
    values = json.loads(to_json(ParsedPage.of(capture(PAGES[0]), PageRequest(LISTING))))
    for name, value in (("listing", []), ("problem", "x")):
        with pytest.raises(ValueError, match="not a valid ParsedPage"):
            from_json(ParsedPage, json.dumps(values | {name: value}))


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
    moved = parse_article(of(url, status=301, Location="/odihr/2"))
    assert (moved.item_id, moved.status, moved.moved_to) == ("1", "moved", "https://www.osce.org/odihr/2")
    gone = parse_article(of(url, b"<h1>Gone", status=410))
    assert (gone.status, gone.http_status) == ("gone", 410)


def test_a_listing_has_its_validators_and_normalised_records() -> None:
    body = next(path for path in PAGES if path.parts[-2] == "first-page").read_bytes()
    listing = parse_listing(of("https://www.osce.org/press-releases", body, ETag='"1"', Last_Modified="x"))
    assert (listing.etag, listing.last_modified, listing.status) == ('"1"', "x", 200)
    assert len(listing.listed) == listing.results == 50
    assert all(item.published and item.id for item in listing.records)  # the pipelines have been there
    with pytest.raises(LayoutError, match="content of type application/pdf"):
        parse_listing(of("https://www.osce.org/press-releases", body, Content_Type="application/pdf"))


def test_a_damaged_page_raises_no_other_error() -> None:
    body = next(path for path in PAGES if path.parts[-2] == "first-page").read_bytes()
    rng = Random(1)
    for number in range(60):
        cut = body[: rng.randrange(len(body))] + (rng.randbytes(99) if number % 2 else b"")
        for kind in (LISTING, ARTICLE):
            ParsedPage.of(of("https://www.osce.org/press-releases?page=0", cut), PageRequest(kind, "1"))
