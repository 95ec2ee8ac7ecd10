"""A new column that the site prints takes four files and the tables of docs/data.md: the edits, in a copy."""

from __future__ import annotations

import csv
import gzip
import json
import re
import shutil
import subprocess
import sys
from pathlib import Path

import pytest

from tests.helpers import ROOT, Result, environment, run

pytestmark = pytest.mark.slow

MEANING = "The summary, with white space normalised."
PITFALL = "Printed since 2030."
# Each file with the line before which its new lines go, and these.
EDITS = {
    "osce_news/normalize/vocabulary/labels.toml": (
        "# The pager's links",
        '[fields.summary]\nen = ["Summary"]\n\n',
    ),
    "osce_news/pages/listing.py": ("    teaser: str | None = None\n", "    summary: str | None = None\n"),
    "osce_news/items.py": (
        "    teaser: str | None = _column(\n",
        f"""\
    summary: str | None = _column("{MEANING}", origin="summary_raw", pitfalls="{PITFALL}")
    summary_raw: str | None = _column("The summary as printed.", change="text")
""",
    ),
    "osce_news/storage/schema.py": ("}\n# The names in databases", '    "m999_summary": "{fingerprint}",\n'),
}
SEED = "fixtures/listing/seed/page.html"


@pytest.fixture(scope="module")
def checkout(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a copy of the checkout with the edits and a page that prints a summary."""
    copy = tmp_path_factory.mktemp("copy") / "checkout"
    for name in ("osce_news", "fixtures/listing/seed"):
        shutil.copytree(ROOT / name, copy / name, ignore=shutil.ignore_patterns("__pycache__"))
    for name, (before, lines) in EDITS.items():
        if "{fingerprint}" in lines:
            lines = lines.replace("{fingerprint}", fingerprint(copy))
        insert(copy / name, before, lines)
    print_summary(copy / SEED, "A short summary")
    legacy = ROOT / "tests" / "legacy" / "list" / "newsroom.db.gz"
    (copy / "old.db").write_bytes(gzip.decompress(legacy.read_bytes()))
    return copy


def insert(path: Path, before: str, lines: str) -> None:
    """Insert lines before a text that occurs once in the file."""
    text = path.read_text(encoding="utf-8")
    assert text.count(before) == 1, (path, before)
    path.write_text(text.replace(before, lines + before), encoding="utf-8")


def print_summary(page: Path, text: str) -> None:
    """Print a summary with its label in each result of the page, above the teaser."""
    html, teaser = page.read_text(encoding="utf-8"), '<div class="search-snippet">'
    assert html.count(teaser) == 7
    html = re.sub(r'<div class="summary">.*?</div>', "", html)
    printed = f'<div class="summary"><span class="label">Summary:</span> {text}</div>'
    page.write_text(html.replace(teaser, printed + teaser), encoding="utf-8")


def fingerprint(checkout: Path) -> str:
    done = subprocess.run(
        [sys.executable, "-c", "from osce_news.storage import schema; print(schema.fingerprint())"],
        cwd=checkout,
        env=environment({"PYTHONPATH": str(checkout)}),
        capture_output=True,
        encoding="utf-8",
        check=True,
    )
    return done.stdout.strip()


def osce_news(checkout: Path, *arguments: str) -> Result:
    done = run(*arguments, cwd=checkout, env={"PYTHONPATH": str(checkout)})
    assert done.status == 0, done.err
    return done


def items(checkout: Path, database: str) -> dict[str, dict[str, object]]:
    printed = osce_news(checkout, "list", "--limit", "0", "--format", "json", "--db", database).out
    return {item["id"]: item for item in json.loads(printed)}


@pytest.mark.parametrize(("database", "others"), [("new.db", 0), ("old.db", 71)])
def test_the_column_is_read_stored_shown_and_exported(checkout: Path, database: str, others: int) -> None:
    db = ("--db", database)
    print_summary(checkout / SEED, "A short summary")
    assert "7 new" in osce_news(checkout, "replay", "fixtures/listing/seed", *db).out
    osce_news(checkout, "verify", *db)

    shown = items(checkout, database)
    assert [item["summary"] for item in shown.values()].count("A short summary") == 7
    assert len(shown) == 7 + others
    one = json.loads(osce_news(checkout, "show", "514201", "--format", "json", *db).out)
    assert (one["summary"], one["raw"]["summary_raw"]) == ("A short summary",) * 2

    osce_news(checkout, "export", f"{database}.csv", *db)
    with (checkout / f"{database}.csv").open(encoding="utf-8", newline="") as file:
        assert [row["summary"] for row in csv.DictReader(file)].count("A short summary") == 7
    for table, name in (("newsroom", "summary"), ("items", "summary_raw")):
        described = json.loads(osce_news(checkout, "dictionary", table, "--format", "json", *db).out)
        assert name in [row["column_name"] for row in described]
    assert f"| `summary` | {MEANING} | text | yes | summary_raw | {PITFALL} |" in osce_news(
        checkout, "dictionary", "--format", "markdown", *db
    ).out  # fmt: skip
