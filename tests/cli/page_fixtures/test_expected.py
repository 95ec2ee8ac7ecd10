"""The folders of fixtures are whole, and are what the commands that write them would write again."""

from __future__ import annotations

import json
import re
import shutil
from pathlib import Path

import pytest

from osce_news.cli.page_fixtures import rewrite
from osce_news.clock import parse_utc
from tests.newsroom import make_article_fixtures
from tests.newsroom.article_cases import article_cases
from tests.newsroom.cases import all_cases
from tests.newsroom.make_article_fixtures import ARTICLES
from tests.newsroom.make_fixtures import write
from tests.newsroom.site import FIXTURES

ROOT = FIXTURES.parent
FOLDERS = sorted(path for kind in (FIXTURES, ARTICLES) for path in kind.iterdir() if path.is_dir())


def test_there_are_fixtures_and_nothing_else_beside_them() -> None:
    assert len(FOLDERS) >= 40
    assert sorted(path.name for path in ROOT.iterdir()) == ["README.md", "article", "listing"]
    assert [path for kind in (FIXTURES, ARTICLES) for path in kind.iterdir() if not path.is_dir()] == []


@pytest.mark.parametrize("folder", FOLDERS, ids=lambda folder: f"{folder.parent.name}/{folder.name}")
def test_each_folder_has_a_page_its_origin_and_what_is_expected_of_it(folder: Path) -> None:
    assert sorted(path.name for path in folder.iterdir()) == ["expected.json", "meta.json", "page.html"]
    assert (folder / "page.html").read_bytes().rstrip().endswith(b"</html>")
    meta = json.loads((folder / "meta.json").read_text(encoding="utf-8"))
    assert {"url", "fetched_at", "made"} <= set(meta) <= {"url", "fetched_at", "made", "content_type"}
    assert re.match(r"https://(www|astana)\.osce\.org/", meta["url"])
    assert parse_utc(meta["fetched_at"])
    assert len(meta["made"]) > 40
    expected = json.loads((folder / "expected.json").read_text(encoding="utf-8"))
    if folder.parent == ARTICLES:
        assert {"error", "message"} <= set(expected) or {"url", "title", "layout"} <= set(expected)
    else:
        assert set(expected) in ({"next", "last", "records", "rejected"}, {"error", "message"})


def test_making_the_fixtures_again_would_change_nothing(tmp_path: Path) -> None:
    cases = list(all_cases())
    assert len({case.name for case in cases}) == len(cases)
    for case in cases:
        assert write(case, tmp_path), "an empty folder has nothing yet"
        assert not write(case, tmp_path), "a second run changes nothing"
        for made in (tmp_path / case.name).iterdir():
            assert made.read_bytes() == (FIXTURES / case.name / made.name).read_bytes(), made


def test_making_the_article_fixtures_again_would_change_nothing(tmp_path: Path) -> None:
    cases = list(article_cases())
    assert len({case.name for case in cases}) == len(cases)
    for case in cases:
        assert make_article_fixtures.write(case, tmp_path), "an empty folder has nothing yet"
        assert not make_article_fixtures.write(case, tmp_path), "a second run changes nothing"
        for made in (tmp_path / case.name).iterdir():
            assert made.read_bytes() == (ARTICLES / case.name / made.name).read_bytes(), made


@pytest.mark.parametrize("kind", [FIXTURES, ARTICLES], ids=lambda kind: kind.name)
def test_rewriting_the_expectations_would_change_nothing(tmp_path: Path, kind: Path) -> None:
    copy = shutil.copytree(kind, tmp_path / kind.name)
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
