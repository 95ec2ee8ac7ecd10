"""Databases for the tests of the figures."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from osce_news.storage import open_for_reading
from tests.generated import fill


@pytest.fixture(scope="session")
def six_hundred(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a closed database of 600 stories in seven months. Tests must not change it."""
    path = tmp_path_factory.mktemp("figures") / "600.db"
    fill(path, 600)
    return path


@pytest.fixture
def reading(six_hundred: Path) -> Iterator[sqlite3.Connection]:
    """Return a connection that reads the 600 stories."""
    with closing(open_for_reading(six_hundred)) as connection:
        yield connection
