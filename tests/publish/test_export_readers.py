"""Exports as pyarrow, pandas, DuckDB, Polars and Frictionless read them."""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import duckdb
import frictionless
import pandas as pd
import polars as pl
import pyarrow.parquet as pq
import pytest

from osce_news.publish.exporter import Options, export
from osce_news.storage import queries
from osce_news.storage.queries import Query

ALL = Query()


def _items(connection: sqlite3.Connection) -> list[dict[str, Any]]:
    return list(queries.items(connection, ALL))


def test_parquet_has_lists_days_and_times(reading: sqlite3.Connection, tmp_path: Path) -> None:
    export(reading, ALL, tmp_path / "a.parquet")
    table = pq.read_table(tmp_path / "a.parquet")
    rows, items = table.to_pylist(), _items(reading)
    for row, item in zip(rows, items, strict=True):
        assert row == {
            name: _typed(name, value) if value is not None else None for name, value in item.items()
        }
    assert b"publishing date" in table.schema.field("published").metadata[b"description"]
    assert str(pd.read_parquet(tmp_path / "a.parquet")["last_seen"].dtype).endswith("UTC]")


def _typed(name: str, value: Any) -> Any:
    if name in ("published", "dateline_date"):
        return date.fromisoformat(value)
    if name in ("first_seen", "last_seen", "withdrawn"):
        return datetime.strptime(value, "%Y-%m-%dT%H:%M:%SZ").replace(tzinfo=UTC)
    return value


def test_duckdb_and_polars_read_a_folder_by_years(reading: sqlite3.Connection, tmp_path: Path) -> None:
    folder = tmp_path / "items"
    for _ in range(2):  # the second takes the first one's place
        assert export(reading, ALL, folder, "parquet", Options(by_year=True)) == 151
    items = _items(reading)
    years = Counter(item["published"] and int(item["published"][:4]) for item in items)
    assert len(years) > 2
    files = sorted(path.relative_to(folder).as_posix() for path in folder.rglob("*.*"))
    assert len(files) == len(years)
    found = duckdb.execute(
        f"SELECT year, count(*), sum(len(topics)), min(published) FROM read_parquet("
        f"'{folder}/**/*.parquet', hive_partitioning = true) GROUP BY year"
    ).fetchall()
    assert {year: count for year, count, *_ in found} == years
    assert sum(topics for *_, topics, _ in found) == sum(len(item["topics"]) for item in items)
    frame = pl.read_parquet(folder, hive_partitioning=True)
    assert dict(frame.group_by("year").len().iter_rows()) == years
    assert sorted(frame["id"]) == sorted(item["id"] for item in items)
    assert frame.schema["offices"] == pl.List(pl.String)
    assert frame.schema["published"] == pl.Date


def test_frictionless_accepts_the_descriptor_and_the_data(
    reading: sqlite3.Connection, tmp_path: Path
) -> None:
    export(reading, ALL, tmp_path / "Items ä.csv", options=Options(bom=True))
    export(reading, ALL, tmp_path / "a.parquet")
    export(reading, ALL, tmp_path / "years", "parquet", Options(by_year=True))
    for name in ("A-b.csv", "a b.csv", "a b.csv"):
        export(reading, ALL, tmp_path / name)
    report = frictionless.validate(str(tmp_path / "datapackage.json"))
    assert report.valid, report.flatten(["type", "message"])
    described = json.loads((tmp_path / "datapackage.json").read_text(encoding="utf-8"))
    names = ["items--.csv", "a.parquet", "years", "a-b.csv", "a-b.csv-2"]
    assert [one["name"] for one in described["resources"]] == names
    assert {path.split("/")[0] for path in described["resources"][2]["path"]} == {"years"}
    assert described["licenses"][0]["name"] == "other-closed"
    published = next(
        one for one in described["resources"][0]["schema"]["fields"] if one["name"] == "published"
    )
    assert published["type"] == "date"
    assert "back-dated" in published["description"]

    # A value that is not of its type is found, so the schema says something.
    text = (tmp_path / "Items ä.csv").read_text(encoding="utf-8-sig")
    (tmp_path / "Items ä.csv").write_text(text.replace(",2025-", ",2025/"), encoding="utf-8")
    assert not frictionless.validate(str(tmp_path / "datapackage.json")).valid


def test_a_file_in_another_format_leaves_the_descriptor(reading: sqlite3.Connection, tmp_path: Path) -> None:
    for name in ("a.csv", "b.csv"):
        export(reading, ALL, tmp_path / name)
    export(reading, ALL, tmp_path / "years", "parquet", Options(by_year=True))

    def told() -> list[str]:
        return [one["name"] for one in json.loads((tmp_path / "datapackage.json").read_bytes())["resources"]]

    assert told() == ["a.csv", "b.csv", "years"]
    export(reading, ALL, tmp_path / "a.csv", "jsonl")
    assert told() == ["b.csv", "years"]
    export(reading, ALL, tmp_path / "years", "parquet", Options(by_year=True, described=False))
    assert told() == ["b.csv"]
    export(reading, ALL, tmp_path / "b.csv", options=Options(columns=["id"], described=False))
    assert not (tmp_path / "datapackage.json").exists()


def test_a_file_of_the_same_name_in_another_case_is_described_once(
    reading: sqlite3.Connection, tmp_path: Path
) -> None:
    export(reading, ALL, tmp_path / "items.csv")
    (tmp_path / "Items.csv").symlink_to("items.csv")  # so it is on systems that ignore the case
    package = (tmp_path / "datapackage.json").read_text(encoding="utf-8")
    (tmp_path / "datapackage.json").write_text(
        package.replace('"items.csv"', '"Items.csv"'), encoding="utf-8"
    )
    export(reading, ALL, tmp_path / "items.csv")
    described = json.loads((tmp_path / "datapackage.json").read_bytes())["resources"]
    assert [one["path"] for one in described] == ["items.csv"]


@pytest.mark.parametrize("path", ["./items.csv", "", "items.csv/", "/items.csv", ".", "..", "../items.csv"])
def test_a_path_that_was_edited_in_the_descriptor_is_read(
    reading: sqlite3.Connection, tmp_path: Path, path: str
) -> None:
    export(reading, ALL, tmp_path / "items.csv")
    descriptor = tmp_path / "datapackage.json"
    package = json.loads(descriptor.read_bytes())
    package["resources"][0]["path"] = path
    descriptor.write_text(json.dumps(package), encoding="utf-8")
    export(reading, ALL, tmp_path / "items.csv")
    described = [one["path"] for one in json.loads(descriptor.read_bytes())["resources"]]
    assert described == ["items.csv"]


def test_parquet_without_items_can_be_read(reading: sqlite3.Connection, tmp_path: Path) -> None:
    assert export(reading, Query(since="2100-01-01"), tmp_path / "a.parquet") == 0
    assert pq.read_table(tmp_path / "a.parquet").num_rows == 0
