"""The ready-made queries: what each finds, and its form."""

from __future__ import annotations

import csv
import html
import io
import sqlite3
from collections import Counter
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from osce_news.publish.web.query_pages import QUERIES
from osce_news.storage import queries
from osce_news.storage.queries import Query
from tests.publish.web.conftest import EDITED, GONE, Get, node, searched, text_of


def rows_of(get: Get, name: str, **parameters: str) -> list[dict[str, Any]]:
    asked = "&".join(f"{key}={quote(value)}" for key, value in parameters.items())
    answer = get(f"/osce-news/{name}.json?_shape=objects&{asked}")
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["rows"]
    return found


@pytest.mark.parametrize("name", QUERIES)
def test_each_canned_query_has_a_form_and_shows_rows(get: Get, name: str) -> None:
    empty = get(f"/osce-news/{name}")
    assert empty.status_code == 200
    assert f"<h1>{QUERIES[name]['title']}</h1>" in empty.text
    assert "No rows." not in empty.text
    for parameter in QUERIES[name]["params"]:
        assert f'name="{parameter}"' in empty.text
    given = "words=police" if name == "full-text" else ""
    page = get(f"/osce-news/{name}?{given}").text
    assert "<td>" in page
    assert QUERIES[name]["sql"].strip() in html.unescape(page)
    rows = list(csv.reader(io.StringIO(get(f"/osce-news/{name}.csv?{given}").text)))
    assert len(rows) - 1 == len(rows_of(get, name, **dict([given.split("=")] if given else [])))
    assert "all rows" in text_of(page).lower()


def test_full_text_by_period_finds_what_search_finds(get: Get, history: Path) -> None:
    rows = rows_of(get, "full-text", words="police", since="2025-10-01", until="2025-11-15")
    found = searched(history, "police", "--since", "2025-10-01", "--until", "2025-11-15")
    assert found
    assert sorted(row["id"] for row in rows) == found
    assert "[" in rows[0]["hit"]
    assert rows_of(get, "full-text") == []


def test_items_per_office_and_year_equal_those_of_stats(get: Get, reading: sqlite3.Connection) -> None:
    from osce_news.storage.queries import counts

    expected = {
        (row["year"], row["office"]): row["items"]
        for row in counts.count_items(reading, ("year", "office"), Query())
        if row["office"]
    }
    rows = rows_of(get, "items-per-office-and-year")
    assert {(row["year"], row["office"]): row["items"] for row in rows} == expected
    some = rows_of(get, "items-per-office-and-year", office="mission")
    assert {row["office"] for row in some} == {name for _, name in expected if "mission" in name.lower()}


def test_topics_that_occur_together_are_counted(get: Get, reading: sqlite3.Connection) -> None:
    expected: Counter[tuple[str, str]] = Counter()
    for row in queries.items(reading, Query()):
        topics = sorted(set(row["topics"]))
        expected.update((one, other) for one in topics for other in topics if one < other)
    rows = rows_of(get, "topics-together")
    assert {(row["topic"], row["with_topic"]): row["items"] for row in rows} == expected
    assert len(expected) > 3


def test_what_changed_shows_what_the_second_crawl_found(get: Get) -> None:
    rows = rows_of(get, "what-changed", days="6")
    assert [(row["id"], row["what"]) for row in rows if row["what"] != "withdrawn"] == [
        (node(EDITED), "changed: title")
    ]
    assert [row["id"] for row in rows if row["what"] == "withdrawn"] == [node(GONE)]
    everything = rows_of(get, "what-changed", days="8")
    assert Counter(row["what"] for row in everything)["new"] > 250


def test_dates_that_disagree_with_the_dateline_are_found(get: Get, reading: sqlite3.Connection) -> None:
    rows = rows_of(get, "dates-disagree")
    expected = {
        row["id"]
        for row in queries.items(reading, Query())
        if row["dateline_date"] and row["dateline_date"] != row["published"]
    }
    assert {row["id"] for row in rows} == expected
    assert expected
    wider = rows_of(get, "dates-disagree", days="3")
    assert wider == [row for row in rows if abs(row["days_later"]) >= 3]
    assert 0 < len(wider) < len(rows)
