"""Databases for the tests of the command line."""

from __future__ import annotations

import gzip
import shutil
from collections.abc import Callable
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from osce_news.storage import Writer, open_for_reading
from osce_news.storage.integrity import problems
from tests.helpers import ROOT, Result, fixture_page, listing, run, values
from tests.newsroom.samples import TEN


@pytest.fixture(scope="session")
def _filled(tmp_path_factory: pytest.TempPathFactory) -> Path:
    path = tmp_path_factory.mktemp("filled") / "filled.db"
    with Writer(path) as writer:
        writer.begin("replay")
        for case in ("seed", "russian", "twice", "first-page", "last-page"):
            writer.store(fixture_page(case))
        # An item for the examples in help texts, which the fixtures lack.
        writer.store(
            listing([replace(TEN[0], path="/odihr/570001", title="Human rights and trafficking in Ukraine")])
        )
        writer.finish("complete")
    return path


@pytest.fixture
def filled(_filled: Path, tmp_path: Path) -> Path:
    """Return the path of `osce-news.db` in the test's folder: five fixtures, 93 items."""
    return Path(shutil.copy(_filled, tmp_path / "osce-news.db"))


@pytest.fixture
def older(tmp_path: Path) -> Path:
    """Return the path of `osce-news.db` in the test's folder, which an older version made."""
    packed = ROOT / "tests" / "legacy" / "list" / "newsroom.db.gz"
    path = tmp_path / "osce-news.db"
    path.write_bytes(gzip.decompress(packed.read_bytes()))
    return path


@pytest.fixture
def replay(filled: Path, tmp_path: Path) -> Callable[[bytes], Result]:
    """Return a function that replays a page into a filled database and checks that nothing is lost."""

    def replayed(body: bytes) -> Result:
        with closing(open_for_reading(filled)) as connection:
            before = values(connection, "SELECT id FROM items ORDER BY key")
        (tmp_path / "given.html").write_bytes(body)
        result = run("replay", "given.html", "--json", cwd=tmp_path)
        assert "Traceback" not in result.err
        assert "bug in osce-news" not in result.err
        with closing(open_for_reading(filled)) as connection:
            assert values(connection, "SELECT id FROM items ORDER BY key")[: len(before)] == before
        assert problems(filled) == []
        return result

    return replayed
