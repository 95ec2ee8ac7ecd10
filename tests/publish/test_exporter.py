"""Exports: what is written, what is refused, and what a failure leaves."""

from __future__ import annotations

import csv
import json
import shutil
import sqlite3
from contextlib import closing
from pathlib import Path
from typing import Any

import pytest

from osce_news.errors import BadInputError, StorageError
from osce_news.publish.exporter import Options, export
from osce_news.storage import open_for_writing, queries
from osce_news.storage.queries import Query

ALL = Query()
SLOW = pytest.mark.slow  # needs pyarrow
NAMES = ("a.csv", "a.jsonl", "a.bib", "a.ris", "a.json")
PARQUET = [pytest.param(name, marks=SLOW) for name in ("a.parquet", "years")]
YEARS = {"form": "parquet", "options": Options(by_year=True)}


def _items(connection: sqlite3.Connection, filters: Query = ALL) -> list[dict[str, Any]]:
    return list(queries.items(connection, filters))


def test_csv_has_all_items_newest_first_with_lists_joined(
    reading: sqlite3.Connection, tmp_path: Path
) -> None:
    assert export(reading, ALL, tmp_path / "a.csv") == 151
    with (tmp_path / "a.csv").open(encoding="utf-8", newline="") as file:
        rows = list(csv.DictReader(file))
    items = _items(reading)
    assert list(rows[0]) == list(items[0])
    for row, item in zip(rows, items, strict=True):
        joined = {
            name: "; ".join(value) if isinstance(value, list) else value for name, value in item.items()
        }
        assert row == {name: value or "" for name, value in joined.items()}


def test_csv_for_excel_has_a_bom_and_no_formulas(exported_from: Path, tmp_path: Path) -> None:
    path = Path(shutil.copy(exported_from, tmp_path / "osce-news.db"))
    titles = ("=cmd|'/C calc'!A0", "+1+1", "-2+3", "@SUM(1+1)", "＝1+1")
    with closing(open_for_writing(path)) as connection:
        for key, title in enumerate(titles, 1):
            connection.execute("UPDATE items SET title = ? WHERE key = ?", [title, key])
        export(connection, ALL, tmp_path / "plain.csv")
        export(connection, ALL, tmp_path / "bom.csv", options=Options(bom=True))
        export(connection, ALL, tmp_path / "texts.csv", options=Options(bom=True, texts=True))
    assert (tmp_path / "plain.csv").read_bytes().startswith(b"id,url,")
    assert (tmp_path / "bom.csv").read_bytes().startswith(b"\xef\xbb\xbfid,url,")
    assert "text" not in _cells(tmp_path / "bom.csv")[:20]
    plain, bom = _cells(tmp_path / "plain.csv"), _cells(tmp_path / "texts.csv")
    assert set(titles) <= set(plain)
    assert bom == [f"'{cell}" if cell.startswith(("=", "+", "-", "@", "＝")) else cell for cell in plain]


def _cells(path: Path) -> list[str]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return [cell for row in csv.reader(file) for cell in row]


def test_json_lines_are_the_rows(reading: sqlite3.Connection, tmp_path: Path) -> None:
    export(reading, ALL, tmp_path / "a.jsonl")
    lines = (tmp_path / "a.jsonl").read_text(encoding="utf-8").split("\n")
    assert [json.loads(line) for line in lines[:-1]] == _items(reading)
    assert lines[-1] == ""


def test_filters_and_columns_apply(reading: sqlite3.Connection, tmp_path: Path) -> None:
    filters = Query(offices=["odihr"], since="2025-10-01")
    export(reading, filters, tmp_path / "a.jsonl", options=Options(columns=("title", "offices", "id")))
    lines = [json.loads(line) for line in (tmp_path / "a.jsonl").read_text().splitlines()]
    expected = [
        {name: item[name] for name in ("title", "offices", "id")} for item in _items(reading, filters)
    ]
    assert lines == expected
    assert expected
    assert list(lines[0]) == ["title", "offices", "id"]


def test_deleted_files_leave_the_descriptor_and_a_foreign_one_is_kept(
    reading: sqlite3.Connection, tmp_path: Path
) -> None:
    for name in ("a.csv", "b.csv", "a.csv"):
        export(reading, ALL, tmp_path / name)
    described = tmp_path / "datapackage.json"
    assert [one["path"] for one in json.loads(described.read_bytes())["resources"]] == ["b.csv", "a.csv"]
    (tmp_path / "b.csv").unlink()
    export(reading, ALL, tmp_path / "c.csv")
    assert [one["path"] for one in json.loads(described.read_bytes())["resources"]] == ["a.csv", "c.csv"]
    ours = described.read_text()
    for other in (
        '{"name": "of-others"}',
        ours.replace('"path"', '"file"'),
        ours.replace('"c.csv"', "3"),
        ours.replace('"name": "c.csv"', '"name": ["c.csv"]'),
        "[" * 9999,
    ):
        described.write_text(other)
        with pytest.raises(BadInputError, match="not a descriptor of osce-news"):
            export(reading, ALL, tmp_path / "d.csv")
        assert not (tmp_path / "d.csv").exists()
        assert export(reading, ALL, tmp_path / "d.csv", options=Options(described=False)) == 151
        assert described.read_text() == other
        (tmp_path / "d.csv").unlink()


@pytest.mark.parametrize("name", NAMES)
def test_an_export_without_items_can_be_read(reading: sqlite3.Connection, tmp_path: Path, name: str) -> None:
    assert export(reading, Query(since="2100-01-01"), tmp_path / name) == 0
    path = tmp_path / name
    if name == "a.csv":
        assert len(path.read_text().splitlines()) == 1
    elif name == "a.json":
        assert json.loads(path.read_text()) == []
    else:
        assert path.read_bytes() == b""


@pytest.mark.parametrize(
    ("name", "options", "says"),
    [
        ("a.xls", {}, "unknown suffix of 'a.xls': use one of .atom, .csv, .tsv, .jsonl"),
        ("no/a.csv", {}, "no such folder"),
        ("folder", {"form": "csv"}, "is a folder"),
        ("a.csv", {"options": Options(columns=("titel",))}, "no column 'titel'; choose from id, url, title"),
        ("a.ris", {"options": Options(columns=("title",))}, "--columns works with csv, jsonl, parquet"),
        ("a.jsonl", {"options": Options(bom=True)}, "--bom works with csv"),
        ("a.csv", {"options": Options(by_year=True)}, "--partition-by works with parquet"),
        pytest.param("file", YEARS, "is a file", marks=SLOW),
        pytest.param("folder", YEARS, "contains other files", marks=SLOW),
        ("some.db", {"form": "csv"}, "is a database"),
    ],
)
def test_bad_options_are_refused_and_nothing_is_written(
    reading: sqlite3.Connection,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    name: str,
    options: dict[str, Any],
    says: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("folder").mkdir()
    Path("folder", "letter.txt").write_text("mine")
    Path("file").write_text("mine")
    sqlite3.connect("some.db").execute("CREATE TABLE a (b)").connection.close()
    before = {path: path.is_file() and path.read_bytes() for path in Path().rglob("*")}
    with pytest.raises(BadInputError, match=says):
        export(reading, ALL, Path(name), **options)
    assert {path: path.is_file() and path.read_bytes() for path in Path().rglob("*")} == before


def test_a_reader_of_the_former_file_is_not_disturbed(reading: sqlite3.Connection, tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("former")
    with path.open() as file:
        export(reading, ALL, path)
        assert file.read() == "former"  # another file took its place; it was not written over
    assert path.read_text(encoding="utf-8").startswith("id,")


@pytest.mark.parametrize("name", [*NAMES, *PARQUET])
def test_a_failed_export_leaves_the_former_file(
    reading: sqlite3.Connection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    options: dict[str, Any] = YEARS if name == "years" else {}
    export(reading, ALL, tmp_path / name, **options)
    before = {path: path.is_file() and path.read_bytes() for path in tmp_path.rglob("*")}

    items = _items(reading)[:100]

    def rows(*_: object) -> Any:
        yield from items
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(queries, "items", rows)
    with pytest.raises(StorageError, match=r"the disk is full; nothing was written"):
        export(reading, ALL, tmp_path / name, **options)
    assert {path: path.is_file() and path.read_bytes() for path in tmp_path.rglob("*")} == before
