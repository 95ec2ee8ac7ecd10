"""`cite`: references to an item and to the data set."""

from __future__ import annotations

import json
import re
from pathlib import Path

import pytest
import rispy
from pybtex.database import parse_string

from osce_news import __version__
from osce_news.storage import Writer
from tests.helpers import run


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


def test_the_data_set_is_cited_with_coverage_and_version(filled: Path, tmp_path: Path) -> None:
    before = run("cite", cwd=tmp_path).out
    assert "https://www.osce.org/press-releases (accessed" in before
    assert "93 items, published 2022-02-15 to 2025-11-28; no crawl has read the whole list" in before
    with Writer(filled) as writer:
        writer.begin("full", "https://www.osce.org/news?rows=50", list_name="https://www.osce.org/news")
        writer.finish("complete")
        writer.connection.execute("UPDATE runs SET finished = '2025-12-24T01:00:00Z' WHERE mode = 'full'")
        writer.begin("full", "https://www.osce.org/press-releases", list_name="x")
        writer.finish("partial")
    after = run("cite", cwd=tmp_path).out
    assert "(version 2025-12-24)" in after
    assert "https://www.osce.org/news (accessed" in after
    assert "whole list last read 2025-12-24" in after
    assert f"osce-news {__version__}" in after
    assert "news items, 2022–2025 (version" in after
    assert "news items, 2025 (version" in run("cite", "--since", "2025", cwd=tmp_path).out
    (item,) = json.loads(run("cite", "--format", "csl-json", cwd=tmp_path).out)
    assert (item["type"], item["version"]) == ("dataset", "2025-12-24")


def test_the_items_of_a_query_are_cited_with_the_query(filled: Path, tmp_path: Path) -> None:
    out = run("cite", "--search", "osce -drugs", "--topic", "elections", "--until", "2025", cwd=tmp_path).out
    assert "of 93 items (words: osce -drugs; topic: Elections; published until 2025-12-31)" in out
    assert run("cite", "514201", "--topic", "elections", cwd=tmp_path).status == 2


def test_nothing_is_not_cited(filled: Path, tmp_path: Path) -> None:
    none = run("cite", "--search", "traficking", cwd=tmp_path)
    assert (none.status, none.out) == (2, "")
    (line,) = none.errors
    assert "nothing to cite: no item matches the filters; 'traficking' occurs nowhere; did you" in line
    some = run("cite", "--search", "trafficking", cwd=tmp_path)
    assert re.fullmatch(r"\d+ items\n", some.err)
    assert run("cite", cwd=tmp_path).err == ""


@pytest.mark.parametrize("asked", ["1", "https://www.osce.org/node/1", "/"])
def test_a_missing_item_cannot_be_cited(filled: Path, tmp_path: Path, asked: str) -> None:
    result = run("cite", asked, cwd=tmp_path)
    assert (result.status, result.out, len(result.errors)) == (2, "", 1)
