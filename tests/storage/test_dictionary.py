"""The dictionary in the database: as the program says it, and counted."""

from __future__ import annotations

import sqlite3
from pathlib import Path

import pytest

from osce_news.items import NewsItem
from osce_news.storage import open_for_writing
from osce_news.storage.dictionary import TABLE_ENTRY, column, tables
from tests.helpers import values

LISTS = {"offices", "topics", "dateline_places"}  # of an item; tables of their own in the database


def test_the_dictionary_has_the_columns_of_the_schema_and_no_others(reading: sqlite3.Connection) -> None:
    sql = (
        "SELECT name FROM sqlite_master WHERE type IN ('table', 'view') "
        "AND name NOT GLOB '*sqlite_*' AND name NOT GLOB 'items_fts_*'"
    )
    schema = {
        name: set(values(reading, "SELECT name FROM pragma_table_info(?)", name))
        for name in values(reading, sql)
    }
    said = {
        name: set(columns) - {TABLE_ENTRY} - (LISTS if name == "items" else set())
        for name, columns in tables().items()
    }
    said["newsroom"] = {name for name in said["newsroom"] if name in schema["newsroom"]}
    assert said == schema


def test_the_item_class_describes_its_columns_for_both_tables() -> None:
    field = NewsItem.__dataclass_fields__["teaser"]
    for table in ("items", "newsroom"):
        assert column(table, "teaser").meaning == field.metadata["meaning"]
        assert column(table, "teaser").pitfalls == field.metadata["pitfalls"]


@pytest.mark.parametrize("table", tables())
def test_no_column_goes_without_a_meaning_a_form_and_an_origin(table: str) -> None:
    for one in tables()[table].values():
        assert all((one.meaning, one.form or one.name == TABLE_ENTRY, one.origin)), one
        assert "|" not in f"{one.meaning}{one.form}{one.origin}{one.pitfalls}"


def test_the_database_has_the_dictionary_and_brings_it_up_to_date(db: Path) -> None:
    open_for_writing(db).close()
    connection = open_for_writing(db)
    stored = "SELECT * FROM data_dictionary ORDER BY table_name, column_name"
    first = list(map(tuple, connection.execute(stored)))
    assert ("items", "published", 7, "YYYY-MM-DD") in [(*row[:3], row[4]) for row in first]
    connection.execute("UPDATE data_dictionary SET meaning = 'old' WHERE column_name = 'title'")
    connection.execute("DELETE FROM data_dictionary WHERE table_name = 'runs'")
    connection.close()
    connection = open_for_writing(db)
    assert list(map(tuple, connection.execute(stored))) == first
    connection.close()
