"""docs/data.md says what the schema has."""

from __future__ import annotations

from pathlib import Path

from osce_news.storage import open_for_writing
from tests.helpers import ROOT, run


def test_the_tables_are_what_the_command_prints(tmp_path: Path) -> None:
    open_for_writing(tmp_path / "osce-news.db").close()
    printed = run("dictionary", "--format", "markdown", cwd=tmp_path)
    assert printed.status == 0, printed.err
    text = (ROOT / "docs" / "data.md").read_text(encoding="utf-8")
    assert text.partition("\n## Tables\n")[2].partition("\n### ")[2] == printed.out.removeprefix("### "), (
        "write it anew: osce-news dictionary --format markdown"
    )
