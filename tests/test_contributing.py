"""The steps in CONTRIBUTING.md work: each test follows one of them in a copy of the checkout."""

from __future__ import annotations

import csv
import gzip
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


def test_a_computed_column_takes_a_line_in_three_files(checkout: Path) -> None:
    old, new = ("--db", "old.db"), ("--db", "new.db")
    assert osce_news(checkout, "replay", "fixtures/listing/seed", *old).status == 0

    items, record = (checkout / "osce_news" / name for name in ("items.py", "normalize/record.py"))
    insert(items, "    content_type: str | None = _column(", f"    {code('python', 'year: ')}")
    insert(record, '        "content_type": ', " " * 8 + code("python", '"year": '))
    insert(record, "\ndef rules(", "\nRULES += 1\n\n")
    name_the_schema(checkout, "m999_year")

    for database in (old, new):
        assert osce_news(checkout, "replay", "fixtures/listing/first-page", *database).status == 0
        assert osce_news(checkout, "verify", *database).status == 0
        listed = json.loads(osce_news(checkout, "list", "--limit", "0", "--format", "json", *database).out)
        assert len(listed) == 50 + 7 * (database == old)
        assert all(item["year"] == item["published"][:4] for item in listed)
    dictionary = osce_news(checkout, "dictionary", "newsroom", "--format", "json", *new)
    assert "The year of publishing." in dictionary.out


MEANING, PITFALL = "The summary, with white space normalised.", "Printed since 2030."
COLUMN = f'''\
    summary: str | None = _column("{MEANING}", origin="summary_raw", pitfalls="{PITFALL}")
    summary_raw: str | None = _column("The summary as printed.", change="text")
'''


def test_a_printed_column_takes_four_files(tmp_path: Path) -> None:
    source, page = tmp_path / "osce_news", tmp_path / "fixtures/listing/seed/page.html"
    shutil.copytree(ROOT / "osce_news", source, ignore=shutil.ignore_patterns("__pycache__"))
    shutil.copytree(ROOT / "fixtures/listing/seed", page.parent)
    label = '[fields.summary]\nen = ["Summary"]\n\n'
    insert(source / "normalize/vocabulary/labels.toml", "# The pager's links", label)
    insert(source / "pages/listing.py", "    teaser: str | None = None\n", "    summary: str | None = None\n")
    insert(source / "items.py", "    teaser: str | None = _column(\n", COLUMN)
    name_the_schema(tmp_path, "m999_summary")
    html, teaser = page.read_text(encoding="utf-8"), '<div class="search-snippet">'
    printed = '<div class="summary"><span class="label">Summary:</span> A short summary</div>'
    page.write_text(html.replace(teaser, printed + teaser), encoding="utf-8")
    legacy = ROOT / "tests" / "legacy" / "list" / "newsroom.db.gz"
    (tmp_path / "old.db").write_bytes(gzip.decompress(legacy.read_bytes()))

    def out(*arguments: str) -> str:
        done = osce_news(tmp_path, *arguments)
        assert done.status == 0, done.err
        return done.out

    for database, others in (("new.db", 0), ("old.db", 71)):
        db = ("--db", database)
        assert "7 new" in out("replay", "fixtures/listing/seed", *db)
        out("verify", *db)
        items = json.loads(out("list", "--limit", "0", "--format", "json", *db))
        assert [item["summary"] for item in items].count("A short summary") == 7
        assert len(items) == 7 + others
        one = json.loads(out("show", "514201", "--format", "json", *db))
        assert (one["summary"], one["raw"]["summary_raw"]) == ("A short summary",) * 2
        out("export", f"{database}.csv", *db)
        with (tmp_path / f"{database}.csv").open(encoding="utf-8", newline="") as file:
            assert [row["summary"] for row in csv.DictReader(file)].count("A short summary") == 7
    described = out("dictionary", "--format", "markdown", "--db", "new.db")
    assert f"| `summary` | {MEANING} | text | yes | summary_raw | {PITFALL} |" in described
    assert "| `summary_raw` |" in described


def name_the_schema(checkout: Path, name: str) -> None:
    """Add a name for the present schema to `MIGRATIONS`."""
    printed = subprocess.run(
        [sys.executable, "-c", "from osce_news.storage import schema; print(schema.fingerprint())"],
        cwd=checkout, env=environment({"PYTHONPATH": str(checkout)}), capture_output=True, encoding="utf-8",
    ).stdout.strip()  # fmt: skip
    insert(checkout / "osce_news/storage/schema.py", "}\n# The tables that", f'    "{name}": "{printed}",\n')


def insert(path: Path, before: str, lines: str) -> None:
    """Insert lines before the line that begins so; there is one."""
    text = path.read_text(encoding="utf-8")
    assert text.count(f"\n{before}") == 1, (path, before)
    path.write_text(text.replace(f"\n{before}", f"\n{lines}{before}"), encoding="utf-8")
