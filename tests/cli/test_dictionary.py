"""`dictionary`: the tables and columns, described."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from tests.helpers import run


def test_the_dictionary_of_one_table_is_printed_in_all_formats(filled: Path, tmp_path: Path) -> None:
    rows = json.loads(run("dictionary", "newsroom", "--format", "json", cwd=tmp_path).out)
    assert [row["column_name"] for row in rows][:3] == ["*", "id", "url"]
    assert {row["table_name"] for row in rows} == {"newsroom"}
    markdown = run("dictionary", "newsroom", "--format", "markdown", cwd=tmp_path).out
    assert len([line for line in markdown.splitlines() if line.startswith("| `")]) == len(rows) - 1
    assert len(run("dictionary", "newsroom", cwd=tmp_path).out.splitlines()) == len(rows) + 1
    for form in ("csv", "table"):
        assert run("dictionary", "--format", form, cwd=tmp_path).status == 0


def test_an_unknown_table_is_one_line(filled: Path, tmp_path: Path) -> None:
    result = run("dictionary", "press", cwd=tmp_path)
    assert (result.status, result.out, len(result.errors)) == (2, "", 1)
    assert "choose from newsroom, items" in result.err


@pytest.mark.parametrize("width", ["60", "80", "200"])
def test_a_table_of_any_width_breaks_no_words(filled: Path, tmp_path: Path, width: str) -> None:
    result = run("dictionary", "items", "--format", "table", cwd=tmp_path, env={"COLUMNS": width})
    assert (result.status, result.err) == (0, "")
    assert max(map(len, result.out.splitlines())) <= int(width)
    rows = json.loads(run("dictionary", "items", "--format", "json", cwd=tmp_path).out)
    shown = " ".join(result.out.split())
    for row in rows[1:]:
        assert f"{row['column_name']} ({row['form']}" in shown
        assert row["meaning"] in shown
