"""The steps in CONTRIBUTING.md work: each test follows one of them in a copy of the checkout."""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from osce_news.clock import parse_utc
from tests.helpers import ROOT, Result, environment, html_of, run
from tests.newsroom.articles import article_of, article_paragraphs
from tests.newsroom.samples import TEN

pytestmark = pytest.mark.slow

STORY = TEN[0]
URL = "https://www.osce.org/node/575719"
LAYOUTS = "osce_news/pages/article_layouts.py"
FIRST = "LAYOUTS: tuple[ArticleLayout, ...] = (\n"
TESTS = (
    "tests/pages/test_article.py::test_each_fixture_reads_as_expected_field_by_field",
    "tests/pages/test_article_layouts.py",
)


def page() -> str:
    """Return the story in an invented markup, with a box that is not part of the text."""
    sections = "".join(f"<section>{block.html}</section>\n" for block in article_of(STORY).blocks)
    return (
        '<!DOCTYPE html>\n<html lang="en"><head><title>A story</title></head><body><div class="story">'
        f'<header class="story__banner"><h1>{STORY.title}</h1></header><p class="story__day">1 March 2030</p>'
        f'<div class="story__body">{sections}</div>'
        '<div class="story__more"><p>Read what others wrote about this story in the last days of May.</p>'
        "</div></div></body></html>\n"
    )


def code(language: str, begins: str) -> str:
    """Return the code that CONTRIBUTING.md shows in this language and that begins so."""
    text = (ROOT / "CONTRIBUTING.md").read_text(encoding="utf-8")
    (found,) = re.findall(rf"```{language}\n *({re.escape(begins)}.*?) *```", text, re.DOTALL)
    return str(found)


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of the copy."""
    copy = tmp_path_factory.mktemp("copy") / "checkout"
    for name in ("osce_news", "fixtures", "tests"):
        shutil.copytree(ROOT / name, copy / name, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copy(ROOT / "pyproject.toml", copy)
    return copy


def osce_news(checkout: Path, *arguments: str) -> Result:
    return run(*arguments, cwd=checkout, env={"PYTHONPATH": str(checkout)})


def outcome_in(checkout: Path) -> tuple[int, str]:
    """Return the exit status and the output of the tests that the steps name, in the copy."""
    done = subprocess.run(
        [sys.executable, "-m", "pytest", "-n", "0", "-p", "no:cacheprovider", *TESTS],
        cwd=checkout,
        env=environment({"PYTHONPATH": str(checkout)}),
        capture_output=True,
        encoding="utf-8",
        timeout=300,
    )
    return done.returncode, done.stdout


def test_a_changed_page_takes_a_page_object_and_a_fixture(checkout: Path) -> None:
    # 1. Save the page as a fixture.
    kept = checkout / "kept.html"
    kept.write_text(page(), encoding="utf-8")
    when = parse_utc("2030-03-01T06:00:00Z").timestamp()
    os.utime(kept, (when, when))
    saved = osce_news(checkout, "fixture", "kept.html", "--url", URL, "--name", "new-layout")
    assert (saved.status, saved.err) == (0, "")
    folder = checkout / "fixtures" / "article" / "new-layout"
    draft = json.loads((folder / "expected.json").read_text(encoding="utf-8"))
    assert draft["layout"] == "trafilatura"

    # 2. See it fail: what a reader sees, by hand.
    truth = draft | {
        "layout": "invented-2030",
        "published": "1 March 2030",
        "text": article_paragraphs(STORY),
    }
    (folder / "expected.json").write_text(json.dumps(truth), encoding="utf-8")
    status, out = outcome_in(checkout)
    assert status == 1
    assert "layout: expected 'invented-2030', got 'trafilatura'" in out

    # 3. Fix the page object.
    source = (checkout / LAYOUTS).read_text(encoding="utf-8")
    assert source.count(FIRST) == 1
    new = f"{code('python', 'class ')}\n\n{FIRST}    InventedLayout(),\n"
    (checkout / LAYOUTS).write_text(source.replace(FIRST, new), encoding="utf-8")

    # 4. Accept: only the new folder changes, and to what a reader sees.
    lines = osce_news(checkout, "expect", "fixtures").out.splitlines()
    assert [line for line in lines if not line.startswith("the same")] == [
        "rewritten  fixtures/article/new-layout"
    ]
    accepted = json.loads((folder / "expected.json").read_text(encoding="utf-8"))
    assert accepted == truth

    # 6. Send it.
    status, out = outcome_in(checkout)
    assert status == 0, out

    # A layout without a fixture fails a test.
    shutil.rmtree(folder)
    status, out = outcome_in(checkout)
    assert status == 1
    assert "['invented-2030'] == []" in out


def test_a_new_spelling_takes_one_line_of_toml(checkout: Path) -> None:
    line = code("text", '"')
    name = line.strip(' ",\n')
    story = replace(STORY, offices=(name,))
    (checkout / "list.html").write_text(html_of([story]), encoding="utf-8")
    database = ("--db", "spelling.db")
    assert osce_news(checkout, "replay", "list.html", *database).status == 0
    assert name in osce_news(checkout, "vocabulary", "--unknown", *database).out

    offices = checkout / "osce_news" / "normalize" / "vocabulary" / "offices.toml"
    before, entry, after = offices.read_text(encoding="utf-8").partition("[mission-to-serbia]")
    offices.write_text(
        before + entry + after.replace("aliases = [\n", f"aliases = [\n{line}", 1), encoding="utf-8"
    )

    assert osce_news(checkout, "renormalize", *database).status == 0
    assert name not in osce_news(checkout, "vocabulary", "--unknown", *database).out
    listed = osce_news(checkout, "list", "--office", "mission-to-serbia", "--format", "json", *database)
    assert [item["id"] for item in json.loads(listed.out)] == [str(story.node)]


def test_a_new_export_takes_one_file(checkout: Path) -> None:
    module = checkout / "osce_news" / "publish" / "formats" / "titles.py"
    module.write_text(code("python", '"""Titles'), encoding="utf-8")
    database = ("--db", "export.db")
    assert osce_news(checkout, "replay", "fixtures/listing/seed", *database).status == 0

    done = osce_news(checkout, "export", "titles.txt", *database)
    assert (done.status, done.err) == (0, "")
    lines = (checkout / "titles.txt").read_text(encoding="utf-8").splitlines()
    assert len(lines) == 7
    assert lines[0].startswith("2022-03-15 OSCE ")
    assert "titles" in osce_news(checkout, "export", "--help").out


def test_a_new_column_takes_a_line_in_three_files(checkout: Path) -> None:
    old, new = ("--db", "old.db"), ("--db", "new.db")
    assert osce_news(checkout, "replay", "fixtures/listing/seed", *old).status == 0

    insert(checkout / "osce_news/items.py", "    content_type: str", code("python", "year: "))
    insert(checkout / "osce_news/normalize/record.py", '        "content_type": ', code("python", '"year": '))
    insert(checkout / "osce_news/normalize/record.py", "\ndef rules(", "\nRULES += 1\n\n")
    printed = subprocess.run(
        [sys.executable, "-c", "from osce_news.storage import schema; print(schema.fingerprint())"],
        cwd=checkout, env=environment({"PYTHONPATH": str(checkout)}), capture_output=True, encoding="utf-8",
    ).stdout.strip()  # fmt: skip
    schema = checkout / "osce_news/storage/schema.py"
    source = schema.read_text(encoding="utf-8")
    schema.write_text(
        source.replace("MIGRATIONS = {", f'MIGRATIONS = {{"m999_year": "{printed}", ', 1), encoding="utf-8"
    )

    for database in (old, new):
        assert osce_news(checkout, "replay", "fixtures/listing/first-page", *database).status == 0
        assert osce_news(checkout, "verify", *database).status == 0
        items = json.loads(osce_news(checkout, "list", "--limit", "0", "--format", "json", *database).out)
        assert len(items) == 50 + 7 * (database == old)
        assert all(item["year"] == item["published"][:4] for item in items)
    dictionary = osce_news(checkout, "dictionary", "newsroom", "--format", "json", *new)
    assert "The year of publishing." in dictionary.out


def insert(path: Path, before: str, line: str) -> None:
    """Insert a line before the first one that begins so, with the same indentation."""
    text = path.read_text(encoding="utf-8")
    indentation = " " * (len(before) - len(before.lstrip()))
    assert f"\n{before}" in text
    path.write_text(text.replace(f"\n{before}", f"\n{indentation}{line}{before}", 1), encoding="utf-8")
