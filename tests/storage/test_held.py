"""Which pages are held; tests/cli/test_held.py decides on them."""

from __future__ import annotations

import dataclasses

from osce_news.errors import DoubtfulPageError
from osce_news.storage import Writer
from osce_news.storage.held import held_pages
from tests.helpers import NOON, listing, values
from tests.newsroom import make_stories


def test_a_page_that_a_crawl_reads_twice_is_held_once(writer: Writer) -> None:
    twenty = make_stories(20)
    empty = dataclasses.replace(listing(twenty), records=[], listed=[], results=0)
    pages = [
        (listing(twenty[:10]), 1),
        (listing(twenty[:10]), 1),
        (listing(twenty), 1),  # more results than before
        (listing(twenty[:10]), 2),
        (empty, 3),
        (empty, 3),
        (dataclasses.replace(empty, url="https://www.osce.org/press-releases?page=1"), 4),
    ]
    doubt = DoubtfulPageError("titles", expected="titles", got="none")
    for page, held in pages:
        assert writer.hold(page, doubt).held == held
    assert [page["results"] for page in held_pages(writer.connection)] == [20, 10, 0, 0]


def test_an_older_page_with_the_same_results_replaces_no_newer_one(writer: Writer) -> None:
    stories, year_before = make_stories(5), "2023-08-05T12:00:00Z"
    doubt = DoubtfulPageError("titles", expected="titles", got="none")
    times = "SELECT fetched_at FROM held ORDER BY id"
    writer.hold(listing(stories), doubt)
    writer.hold(listing(stories, year_before), doubt)
    assert values(writer.connection, times) == [NOON, year_before]
    writer.finish("partial")
    writer.begin("replay")
    writer.hold(listing(stories, year_before), doubt)
    writer.finish("partial")
    assert values(writer.connection, times) == [NOON, year_before]  # the second one replaces its like
    writer.begin("full")
    writer.hold(listing(stories, "2024-09-01T12:00:00Z"), doubt)
    writer.finish("partial")
    assert values(writer.connection, times) == ["2024-09-01T12:00:00Z"]
