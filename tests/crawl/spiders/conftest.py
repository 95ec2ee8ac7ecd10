"""The newsroom that crawls are tried on."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.crawl.spiders.crawling import ROBOTS, STORIES
from tests.newsroom import Newsroom, make_stories


@pytest.fixture
def newsroom() -> Iterator[Newsroom]:
    with Newsroom(make_stories(STORIES), robots=ROBOTS) as server:
        yield server
