"""`dictionary` and `cite`, and what `search` says of a query, as they are typed."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
import rispy
from pybtex.database import parse_string

from osce_news import __version__
from osce_news.storage import Writer
from tests.helpers import run


def test_the_dictionary_of_one_table_is_printed_in_all_forms(filled: Path, tmp_path: Path) -> None:
    rows = json.loads(run("dictionary", "newsroom", "--format", "json", cwd=tmp_path).out)
    assert [row["column_name"] for row in rows][:3] == ["*", "id", "url"]
    assert {row["table_name"] for row in rows} == {"newsroom"}
    markdown = run("dictionary", "newsroom", "--format", "markdown", cwd=tmp_path).out
    assert len([line for line in markdown.splitlines() if line.startswith("| `")]) == len(rows) - 1
    assert len(run("dictionary", "newsroom", cwd=tmp_path).out.splitlines()) == len(rows) + 1
    for form in ("csv", "table"):
        assert run("dictionary", "--format", form, cwd=tmp_path).status == 0


def test_the_dictionary_counts_what_is_empty(filled: Path, tmp_path: Path) -> None:
    rows = json.loads(run("dictionary", "newsroom", "--measured", "--format", "json", cwd=tmp_path).out)
    items = json.loads(run("list", "--limit", "0", "--json", cwd=tmp_path).out)
    for row in rows[1:]:
        assert (row["rows"], row["empty"]) == (93, sum(not item[row["column_name"]] for item in items))


def test_an_unknown_table_is_one_line(filled: Path, tmp_path: Path) -> None:
    result = run("dictionary", "press", cwd=tmp_path)
    assert (result.status, result.out, len(result.errors)) == (2, "", 1)
    assert "there are newsroom, items" in result.err


def test_an_item_is_cited_by_number_and_address_in_each_format(filled: Path, tmp_path: Path) -> None:
    text = run("cite", "514201", cwd=tmp_path)
    assert (text.status, text.err) == (0, "")
    assert "(2022, March 15)" in text.out
    assert "https://www.osce.org/cthb/514201" in text.out
    assert run("cite", "https://www.osce.org/node/514201", cwd=tmp_path) == text
    (entry,) = rispy.loads(run("cite", "514201", "--format", "ris", cwd=tmp_path).out)
    assert entry["year"] == "2022"
    entries = parse_string(run("cite", "514201", "--format", "bibtex", cwd=tmp_path).out, "bibtex").entries
    assert list(entries) == ["osce-514201"]
    (item,) = json.loads(run("cite", "514201", "--format", "csl-json", cwd=tmp_path).out)
    assert item["title"] in text.out


def test_the_data_set_is_cited_with_coverage_last_complete_crawl_and_version(
    filled: Path, tmp_path: Path
) -> None:
    before = run("cite", cwd=tmp_path).out
    assert "93 items, published 2022-02-15 to 2025-11-28; no complete crawl" in before.replace("N", "n", 0)
    with Writer(filled) as writer:
        writer.begin("full", "https://www.osce.org/press-releases", list_name="x")
        writer.finish("complete")
        writer.connection.execute("UPDATE runs SET finished = '2025-12-24T01:00:00Z' WHERE mode = 'full'")
        writer.begin("full", "https://www.osce.org/press-releases", list_name="x")
        writer.finish("partial")
    after = run("cite", cwd=tmp_path).out
    assert "(version 2025-12-24)" in after
    assert "last complete crawl 2025-12-24" in after
    assert f"osce-news {__version__}" in after
    (item,) = json.loads(run("cite", "--format", "csl-json", cwd=tmp_path).out)
    assert (item["type"], item["version"]) == ("dataset", "2025-12-24")


@pytest.mark.parametrize("asked", ["1", "https://www.osce.org/node/1", "/"])
def test_an_item_that_is_not_there_can_not_be_cited(filled: Path, tmp_path: Path, asked: str) -> None:
    result = run("cite", asked, cwd=tmp_path)
    assert (result.status, result.out, len(result.errors)) == (2, "", 1)


@pytest.mark.parametrize(
    ("query", "says"),
    [
        ("wrong:osce", "nothing found; not a valid query, so searched for its words: no such column: wrong"),
        ("trafficking (", 'not a valid query, so searched for its words: fts5: syntax error near ""'),
        ("quokka", "nothing found"),
        ("trafficking", ""),
        (
            "x " * 50_000,
            "nothing found; not a valid query, so searched for its words: longer than 10,000 characters",
        ),
    ],
    ids=["column", "syntax", "nothing", "found", "long"],
)
def test_a_search_says_in_one_line_how_it_read_the_query(
    filled: Path, tmp_path: Path, query: str, says: str
) -> None:
    result = run("search", query, cwd=tmp_path)
    assert (result.status, result.err.strip()) == (0, says)


def test_a_database_without_its_search_index_is_one_line(filled: Path, tmp_path: Path) -> None:
    with Writer(filled) as writer:
        writer.connection.execute("DROP TABLE items_fts")
    result = run("search", "osce", cwd=tmp_path)
    assert (result.status, result.out, len(result.errors)) == (2, "", 1)
    assert "no search index" in result.err
