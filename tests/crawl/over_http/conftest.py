"""The newsroom and the search service that crawls are tried on."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests import typesense
from tests.crawl.over_http.crawling import ROBOTS, STORIES
from tests.newsroom import Newsroom, make_stories
from tests.typesense import Typesense


@pytest.fixture
def db(tmp_path: Path) -> Path:
    """Return the path of a database that is not there yet."""
    return tmp_path / "a.db"


@pytest.fixture
def newsroom() -> Iterator[Newsroom]:
    with Newsroom(make_stories(STORIES), robots=ROBOTS) as server:
        yield server


@pytest.fixture(scope="session")
def running_service() -> Iterator[Typesense]:
    if reason := typesense.reason_to_skip():
        pytest.skip(reason)
    with typesense.running() as server:
        yield server


@pytest.fixture
def service(running_service: Typesense) -> Typesense:
    running_service.create()
    return running_service
