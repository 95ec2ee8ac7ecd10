"""Databases for the tests of the storage."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from osce_news.storage import Writer, open_for_reading
from tests.helpers import listing
from tests.newsroom import make_stories


@pytest.fixture
def db(tmp_path: Path) -> Path:
    """Return the path of a database that is not there yet."""
    return tmp_path / "osce-news.db"


@pytest.fixture
def writer(db: Path) -> Iterator[Writer]:
    """Return a writer that has begun a replay."""
    with Writer(db) as writer:
        writer.begin("replay")
        yield writer


@pytest.fixture(scope="session")
def hundred(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a closed database of a hundred stories; to be copied before it is changed."""
    path = tmp_path_factory.mktemp("hundred") / "hundred.db"
    stories = make_stories(100)
    with Writer(path) as writer:
        writer.begin("replay")
        writer.store(listing(stories[:50]))
        writer.store(listing(stories[50:]))
        writer.finish("complete")
    return path


@pytest.fixture
def reading(hundred: Path) -> Iterator[sqlite3.Connection]:
    """Return a connection that reads the hundred stories."""
    with closing(open_for_reading(hundred)) as connection:
        yield connection
