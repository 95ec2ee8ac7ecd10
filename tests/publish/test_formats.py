"""Formats are found by their modules: a new format is a new file."""

from __future__ import annotations

import sqlite3
import sys
from collections.abc import Iterator
from pathlib import Path

import pytest

from osce_news.publish import formats as package
from osce_news.publish.exporter import export
from osce_news.publish.formats import formats
from osce_news.storage.queries import Query
from tests.helpers import ROOT

TITLES = """
from osce_news.publish.formats import Format

def write(rows, file):
    file.writelines(row["title"] + "\\n" for row in rows)

FORMAT = Format("titles", (".titles",), write)
"""


@pytest.fixture
def titles(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Add a module with a new format to the package."""
    (tmp_path / "more").mkdir()
    (tmp_path / "more" / "titles.py").write_text(TITLES)
    monkeypatch.setattr(package, "__path__", [*package.__path__, str(tmp_path / "more")])
    formats.cache_clear()
    yield
    formats.cache_clear()
    sys.modules.pop("osce_news.publish.formats.titles", None)


@pytest.mark.usefixtures("titles")
def test_a_module_in_the_package_is_a_format(reading: sqlite3.Connection, tmp_path: Path) -> None:
    assert export(reading, Query(), tmp_path / "a.titles") == 151
    assert len((tmp_path / "a.titles").read_text(encoding="utf-8").splitlines()) == 151
    assert "titles" in formats()


def test_no_two_formats_share_a_suffix() -> None:
    suffixes = [suffix for one in formats().values() for suffix in one.suffixes]
    assert len(suffixes) == len(set(suffixes))
    assert not [(a, b) for a in suffixes for b in suffixes if a != b and a.endswith(b)]


def test_the_documentation_lists_each_format_with_its_suffix() -> None:
    text = (ROOT / "docs" / "exporting.md").read_text(encoding="utf-8")
    table = "".join(line for line in text.splitlines() if line.startswith("|"))
    for one in formats().values():
        assert f"`{one.name}`" in table
        assert f"`{one.suffixes[0]}`" in table
