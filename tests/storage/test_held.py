"""Which pages are held; tests/cli/test_held.py decides on them."""

from __future__ import annotations

import dataclasses

from osce_news.errors import DoubtfulPageError
from osce_news.storage import Writer
from osce_news.storage.held import held_pages
from tests.helpers import listing
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
