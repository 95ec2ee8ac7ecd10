"""A newsroom to crawl, and a folder whose name every format has to quote."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.newsroom import Newsroom, make_stories

NASTY = """it's "100%" of $HOME \\% a\\b ${{ x }}, ünd"""


@pytest.fixture
def newsroom() -> Iterator[Newsroom]:
    with Newsroom(make_stories(60)) as server:
        yield server


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    path = tmp_path / NASTY
    path.mkdir()
    return path
