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
from osce_news.publish.exporter import ExportOptions, export
from osce_news.storage import open_for_writing, queries
from osce_news.storage.queries import Filters

ALL = Filters()
SLOW = pytest.mark.slow  # needs pyarrow
NAMES = ("a.csv", "a.jsonl", "a.bib", "a.ris", "a.json")
PARQUET = [pytest.param(name, marks=SLOW) for name in ("a.parquet", "years")]
YEARS = ExportOptions(Path("folder"), "parquet", by_year=True)


def _items(connection: sqlite3.Connection, filters: Filters = ALL) -> list[dict[str, Any]]:
    return queries.items(connection, filters, None)


def test_csv_has_all_items_newest_first_with_lists_joined(
    reading: sqlite3.Connection, tmp_path: Path
) -> None:
    assert export(reading, ExportOptions(tmp_path / "a.csv"), ALL) == 151
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
    titles = ("=cmd|'/C calc'!A0", "+1+1", "-2+3", "@SUM(1+1)")
    with closing(open_for_writing(path)) as connection:
        for key, title in enumerate(titles, 1):
            connection.execute("UPDATE items SET title = ? WHERE key = ?", [title, key])
        export(connection, ExportOptions(tmp_path / "plain.csv"), ALL)
        export(connection, ExportOptions(tmp_path / "bom.csv", bom=True), ALL)
    assert (tmp_path / "plain.csv").read_bytes().startswith(b"id,url,")
    assert (tmp_path / "bom.csv").read_bytes().startswith(b"\xef\xbb\xbfid,url,")
    plain, bom = _cells(tmp_path / "plain.csv"), _cells(tmp_path / "bom.csv")
    assert set(titles) <= set(plain)
    assert bom == [f"'{cell}" if cell.startswith(("=", "+", "-", "@")) else cell for cell in plain]


def _cells(path: Path) -> list[str]:
    with path.open(encoding="utf-8-sig", newline="") as file:
        return [cell for row in csv.reader(file) for cell in row]


def test_json_lines_are_the_rows(reading: sqlite3.Connection, tmp_path: Path) -> None:
    export(reading, ExportOptions(tmp_path / "a.jsonl"), ALL)
    lines = (tmp_path / "a.jsonl").read_text(encoding="utf-8").split("\n")
    assert [json.loads(line) for line in lines[:-1]] == _items(reading)
    assert lines[-1] == ""


def test_filters_and_columns_apply(reading: sqlite3.Connection, tmp_path: Path) -> None:
    filters = Filters(offices=["odihr"], since="2025-10-01")
    export(reading, ExportOptions(tmp_path / "a.jsonl", columns=("title", "offices", "id")), filters)
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
        export(reading, ExportOptions(tmp_path / name), ALL)
    described = tmp_path / "datapackage.json"
    assert [one["path"] for one in json.loads(described.read_bytes())["resources"]] == ["b.csv", "a.csv"]
    (tmp_path / "b.csv").unlink()
    export(reading, ExportOptions(tmp_path / "c.csv"), ALL)
    assert [one["path"] for one in json.loads(described.read_bytes())["resources"]] == ["a.csv", "c.csv"]
    described.write_text('{"name": "of-others"}')
    with pytest.raises(BadInputError, match="another data set"):
        export(reading, ExportOptions(tmp_path / "d.csv"), ALL)
    assert not (tmp_path / "d.csv").exists()
    assert export(reading, ExportOptions(tmp_path / "d.csv", datapackage=False), ALL) == 151
    assert described.read_text() == '{"name": "of-others"}'


@pytest.mark.parametrize("name", NAMES)
def test_an_export_without_items_can_be_read(reading: sqlite3.Connection, tmp_path: Path, name: str) -> None:
    assert export(reading, ExportOptions(tmp_path / name), Filters(since="2100-01-01")) == 0
    path = tmp_path / name
    if name == "a.csv":
        assert len(path.read_text().splitlines()) == 1
    elif name == "a.json":
        assert json.loads(path.read_text()) == []
    else:
        assert path.read_bytes() == b""


@pytest.mark.parametrize(
    ("wanted", "says"),
    [
        (ExportOptions(Path("a.xlsx")), "unknown suffix"),
        (ExportOptions(Path("no/a.csv")), "no such folder"),
        (ExportOptions(Path("folder"), "csv"), "is a folder"),
        (ExportOptions(Path("a.csv"), columns=("titel",)), "no column 'titel'; there are id, url, title"),
        (ExportOptions(Path("a.ris"), columns=("title",)), "--columns works with csv, jsonl, parquet"),
        (ExportOptions(Path("a.jsonl"), bom=True), "--bom works with csv"),
        (ExportOptions(Path("a.csv"), by_year=True), "--partition-by works with parquet"),
        pytest.param(ExportOptions(Path("file"), "parquet", by_year=True), "is a file", marks=SLOW),
        pytest.param(
            ExportOptions(Path("folder"), "parquet", by_year=True), "contains other files", marks=SLOW
        ),
        (ExportOptions(Path("some.db"), "csv"), "is a database"),
    ],
)
def test_bad_options_are_refused_and_nothing_is_written(
    reading: sqlite3.Connection,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    wanted: ExportOptions,
    says: str,
) -> None:
    monkeypatch.chdir(tmp_path)
    Path("folder").mkdir()
    Path("folder", "letter.txt").write_text("mine")
    Path("file").write_text("mine")
    sqlite3.connect("some.db").execute("CREATE TABLE a (b)").connection.close()
    before = {path: path.is_file() and path.read_bytes() for path in Path().rglob("*")}
    with pytest.raises(BadInputError, match=says):
        export(reading, wanted, ALL)
    assert {path: path.is_file() and path.read_bytes() for path in Path().rglob("*")} == before


def test_a_reader_of_the_former_file_is_not_disturbed(reading: sqlite3.Connection, tmp_path: Path) -> None:
    path = tmp_path / "a.csv"
    path.write_text("former")
    with path.open() as file:
        export(reading, ExportOptions(path), ALL)
        assert file.read() == "former"  # another file took its place; it was not written over
    assert path.read_text(encoding="utf-8").startswith("id,")


@pytest.mark.parametrize("name", [*NAMES, *PARQUET])
def test_a_failed_export_leaves_the_former_file(
    reading: sqlite3.Connection, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str
) -> None:
    wanted = ExportOptions(tmp_path / name, "parquet" if name == "years" else None, by_year=name == "years")
    export(reading, wanted, ALL)
    before = {path: path.is_file() and path.read_bytes() for path in tmp_path.rglob("*")}

    def rows(*_: object) -> Any:
        for number, item in enumerate(_items(reading)):
            if number == 100:
                raise OSError(28, "No space left on device")
            yield item

    monkeypatch.setattr("osce_news.publish.exporter.stream", rows)
    with pytest.raises(StorageError, match=r"the disk is full; nothing was written"):
        export(reading, wanted, ALL)
    assert {path: path.is_file() and path.read_bytes() for path in tmp_path.rglob("*")} == before
