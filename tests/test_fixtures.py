"""The folders of fixtures are whole, and are what the commands that write them would write again."""

from __future__ import annotations

import json
import shutil
from pathlib import Path

import pytest

from osce_news.clock import parse_utc
from osce_news.fixtures import rewrite
from tests.newsroom.cases import all_cases
from tests.newsroom.make_fixtures import write
from tests.newsroom.site import FIXTURES

FOLDERS = sorted(path for path in FIXTURES.iterdir() if path.is_dir())


def test_there_are_fixtures_and_nothing_else_beside_them() -> None:
    assert len(FOLDERS) >= 20
    assert [path.name for path in FIXTURES.iterdir() if not path.is_dir()] == []


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: folder.name)
def test_each_folder_has_a_page_its_origin_and_what_is_expected_of_it(folder: Path) -> None:
    assert sorted(path.name for path in folder.iterdir()) == ["expected.json", "meta.json", "page.html"]
    assert (folder / "page.html").read_text(encoding="utf-8").rstrip().endswith("</html>")
    meta = json.loads((folder / "meta.json").read_text(encoding="utf-8"))
    assert set(meta) == {"url", "fetched_at", "made"}
    assert meta["url"].startswith("https://www.osce.org/")
    assert parse_utc(meta["fetched_at"])
    assert len(meta["made"]) > 40
    expected = json.loads((folder / "expected.json").read_text(encoding="utf-8"))
    assert set(expected) in ({"next", "last", "records", "rejected"}, {"error", "message"})


def test_making_the_fixtures_again_would_change_nothing(tmp_path: Path) -> None:
    cases = list(all_cases())
    assert len({case.name for case in cases}) == len(cases)
    for case in cases:
        assert write(case, tmp_path), "an empty folder has nothing yet"
        assert not write(case, tmp_path), "a second run changes nothing"
        for made in (tmp_path / case.name).iterdir():
            assert made.read_bytes() == (FIXTURES / case.name / made.name).read_bytes(), made


def test_rewriting_the_expectations_would_change_nothing(tmp_path: Path) -> None:
    copy = shutil.copytree(FIXTURES, tmp_path / "listing")
    assert [case.name for case, changed in rewrite([copy]) if changed] == []


def test_a_changed_expectation_is_rewritten_and_said_to_be(tmp_path: Path) -> None:
    copy = shutil.copytree(FIXTURES / "empty", tmp_path / "empty")
    kept = (copy / "expected.json").read_bytes()
    (copy / "expected.json").write_text("{}")
    assert list(rewrite([tmp_path])) == [(copy, True)]
    assert (copy / "expected.json").read_bytes() == kept
    assert list(rewrite([tmp_path])) == [(copy, False)]


def test_each_fixture_is_named_in_the_readme() -> None:
    readme = (FIXTURES.parent / "README.md").read_text(encoding="utf-8")
    names = {folder.name for folder in FOLDERS if not folder.name.startswith("markup-")}
    assert [name for name in sorted(names) if f"`{name}`" not in readme] == []
