"""Databases for the tests of the command line."""

from __future__ import annotations

import shutil
from dataclasses import replace
from pathlib import Path

import pytest

from osce_news.storage import Writer
from tests.helpers import fixture_page, listing
from tests.newsroom.samples import TEN


@pytest.fixture(scope="session")
def _filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("filled") / "filled.db"
    with Writer(path) as writer:
        writer.begin("replay")
        for case in ("seed", "russian", "twice", "first-page", "last-page"):
            writer.store(fixture_page(case))
        # What the help texts' examples ask for and the fixtures lack.
        writer.store(
            listing([replace(TEN[0], path="/odihr/570001", title="Human rights and trafficking in Ukraine")])
        )
        writer.finish("complete")
    return path


@pytest.fixture
def filled(_filled: Path, tmp_path: Path) -> Path:
    """Return the path of `osce-news.db` in the test's folder: five fixtures, 93 items."""
    return Path(shutil.copy(_filled, tmp_path / "osce-news.db"))
