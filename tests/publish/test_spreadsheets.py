"""Excel workbooks, delimiters, compressed files, standard output, and the descriptor of what was written."""

from __future__ import annotations

import csv
import gc
import gzip
import hashlib
import io
import json
import shlex
import sqlite3
import sys
import zipfile
from pathlib import Path

import pytest

from osce_news.publish.exporter import Options, export, write_to_stream
from osce_news.publish.formats import formats
from osce_news.storage import queries
from osce_news.storage.queries import Query
from tests.helpers import run, shell


@pytest.mark.slow
def test_a_workbook_has_dates_and_no_formulas_and_no_texts_unless_asked_for(
    reading: sqlite3.Connection, tmp_path: Path
) -> None:
    import openpyxl  # of the extra test-slow

    assert export(reading, Query(), tmp_path / "a.xlsx") == queries.count(reading, Query())
    export(reading, Query(), tmp_path / "texts.xlsx", options=Options(texts=True))
    header, *lines = openpyxl.load_workbook(tmp_path / "a.xlsx")["items"].iter_rows(values_only=True)
    items = list(queries.items(reading, Query()))
    assert "text" not in header
    assert [line[header.index("title")] for line in lines] == [row["title"] for row in items]
    assert [str(line[header.index("published")])[:10] for line in lines if line[3]] == [
        row["published"] for row in items if row["published"]
    ]
    with zipfile.ZipFile(tmp_path / "a.xlsx") as archive:
        assert b"<f>" not in archive.read("xl/worksheets/sheet1.xml")
    (first, *_) = openpyxl.load_workbook(tmp_path / "texts.xlsx")["items"].iter_rows(values_only=True)
    assert "text" in first
    old = {**items[0], "published": "1899-12-31", "offices": []}  # Excel has no days before 1900
    with (tmp_path / "old.xlsx").open("wb") as file:
        write_to_stream(reading, [old], file, formats()["xlsx"], Query())
    cells = dict(zip(header, openpyxl.load_workbook(tmp_path / "old.xlsx")["items"][2], strict=True))
    assert cells["published"].value == "1899-12-31"
    assert cells["offices"].data_type == "n"  # nothing; "s" would be an empty text


@pytest.mark.slow
def test_a_workbook_on_a_full_disk_is_one_error_and_no_traceback(
    reading: sqlite3.Connection, monkeypatch: pytest.MonkeyPatch
) -> None:
    ignored: list[object] = []
    monkeypatch.setattr(sys, "unraisablehook", ignored.append)
    rows = list(queries.items(reading, Query(), 3))
    with Path("/dev/full").open("wb", buffering=0) as full, pytest.raises(OSError, match="No space left"):
        write_to_stream(reading, rows, full, formats()["xlsx"], Query())
    gc.collect()
    assert ignored == []


def test_a_delimiter_separates_and_gz_compresses_the_same_bytes(
    reading: sqlite3.Connection, tmp_path: Path
) -> None:
    for name in ("a.csv", "a.csv.gz", "b.csv.gz"):
        export(reading, Query(), tmp_path / name, options=Options(delimiter=";"))
    plain = (tmp_path / "a.csv").read_bytes()
    assert gzip.decompress((tmp_path / "a.csv.gz").read_bytes()) == plain
    assert (tmp_path / "a.csv.gz").read_bytes() == (tmp_path / "b.csv.gz").read_bytes()
    rows = list(csv.DictReader(io.StringIO(plain.decode()), delimiter=";"))
    assert [row["title"] for row in rows] == [row["title"] for row in queries.items(reading, Query())]


def test_tabs_separate_the_values_of_a_tsv_file(exported_from: Path, tmp_path: Path) -> None:
    (tmp_path / "osce-news.db").write_bytes(exported_from.read_bytes())
    for typed in ("a.tsv", "b.csv --delimiter tab", r"c.csv --delimiter '\t'", "d.TSV.gz"):
        assert shell(f"osce-news export {typed}", cwd=tmp_path).err == ""
    tabs = (tmp_path / "a.tsv").read_bytes()
    assert tabs.startswith(b"id\turl\ttitle\t")
    assert (tmp_path / "b.csv").read_bytes() == (tmp_path / "c.csv").read_bytes() == tabs
    assert gzip.decompress((tmp_path / "d.TSV.gz").read_bytes()) == tabs
    assert json.loads((tmp_path / "datapackage.json").read_text())["resources"][0]["dialect"] == {
        "delimiter": "\t"
    }
    assert shell("osce-news export e.tsv --delimiter ';'", cwd=tmp_path).status == 0
    assert (tmp_path / "e.tsv").read_bytes().startswith(b"id;url;title;")


def test_the_descriptor_names_query_command_time_and_check_sum(exported_from: Path, tmp_path: Path) -> None:
    (tmp_path / "osce-news.db").write_bytes(exported_from.read_bytes())
    words = "--search 'police -border' --topic elections --topic policing --since 2015-01-01"
    typed = f"osce-news export hits.csv --delimiter ';' {words}"
    assert shell(typed, cwd=tmp_path).status == 0
    package = json.loads((tmp_path / "datapackage.json").read_text("utf-8"))
    (resource,) = package["resources"]
    body = (tmp_path / "hits.csv").read_bytes()
    assert resource["hash"] == f"sha256:{hashlib.sha256(body).hexdigest()}"
    assert resource["dialect"] == {"delimiter": ";"}
    assert resource["query"] == {
        "search": "police -border",
        "topic": ["elections", "policing"],
        "since": "2015-01-01",
    }
    assert "words: police -border; topic: Elections or Policing" in resource["description"]
    assert resource["created"].endswith("Z")
    assert all(resource[name] in resource["description"] for name in ("created", "command", "hash"))
    # The command writes the same file again.
    (tmp_path / "hits.csv").unlink()
    assert shlex.split(resource["command"])[0] == "osce-news"
    assert shell(resource["command"], cwd=tmp_path).status == 0
    assert (tmp_path / "hits.csv").read_bytes() == body


def test_standard_output_has_what_the_file_would_have(exported_from: Path, tmp_path: Path) -> None:
    (tmp_path / "osce-news.db").write_bytes(exported_from.read_bytes())
    for form, name in (("csv", "a.csv"), ("ris", "a.ris"), ("jsonl", "a.jsonl")):
        assert run("export", name, "--search", "police", cwd=tmp_path).status == 0
        shown = shell(f"osce-news export - --format {form} --search police > shown", cwd=tmp_path)
        assert shown.status == 0
        assert (tmp_path / "shown").read_bytes() == (tmp_path / name).read_bytes()
    hits = run("search", "police", "--limit", "0", "--format", "ris", cwd=tmp_path).out
    assert hits.count("ER  -") == (tmp_path / "a.ris").read_text("utf-8").count("ER  -") > 1
