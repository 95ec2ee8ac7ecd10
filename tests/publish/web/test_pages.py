"""What the pages say and what they refuse."""

from __future__ import annotations

import csv
import dataclasses
import html
import io
import json
import re
import sqlite3
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from typing import Any
from urllib.parse import quote

import pytest

from osce_news.items import NewsItem
from osce_news.publish.web.canned_queries import QUERIES
from osce_news.storage import queries
from osce_news.storage.query import Query
from osce_news.storage.schema import LISTS
from tests.helpers import digest
from tests.publish.web.conftest import (
    EDITED,
    GONE,
    HOSTILE,
    HOSTILE_OFFICE,
    READ,
    STRANGE,
    node,
    searched,
)

Get = Callable[..., Any]
ITEMS = "/osce-news/newsroom"


def text_of(page: str) -> str:
    """Return the visible text of a page, with single spaces."""
    body = re.sub(r"<(script|style).*?</\1>", " ", page.partition("<body")[2], flags=re.DOTALL)
    return " ".join(html.unescape(re.sub(r"<[^>]+>", " ", body)).split())


def query(get: Get, name: str, **parameters: str) -> list[dict[str, Any]]:
    asked = "&".join(f"{key}={quote(value)}" for key, value in parameters.items())
    answer = get(f"/osce-news/{name}.json?_shape=objects&{asked}")
    assert answer.status_code == 200, answer.text
    found: list[dict[str, Any]] = answer.json()["rows"]
    return found


def test_the_front_page_shows_coverage_and_last_crawls(get: Get, reading: sqlite3.Connection) -> None:
    shown = text_of(get("/").text)
    found = queries.overview(reading)
    assert f"Items 300 from {found['offices']} offices on {found['topics']} topics; 1 withdrawn" in shown
    assert f"Published {found['first']} to {found['last']}" in shown
    assert "Full texts 1 List" in shown
    assert "List last read 2025-12-07 06:00 UTC" in shown
    assert re.search(r"Last run 2 \(full\), complete, ended [\d-]+ [\d:]+ UTC: 0 new, 1 changed", shown)
    assert "not affiliated with the OSCE" in shown


def test_search_covers_titles_teasers_and_texts(get: Get) -> None:
    found = get(f"{ITEMS}.json?_search=quicksilver&_shape=objects").json()["rows"]
    assert [row["id"] for row in found] == [node(READ)]
    for strange in ("don't", '"', "C++", "2022-03-15", "🕊", "title:", "NEAR(", "*", "AND"):
        assert get(f"{ITEMS}?_search={quote(strange)}").status_code == 200, strange


def test_a_hostile_title_is_shown_as_text(get: Get) -> None:
    strange = node(STRANGE)
    for address in (
        f"/items/{strange}",
        "/?search=alert",
        f"{ITEMS}?id={strange}",
        f"{ITEMS}/{strange}",
        f"/osce-news/items?id={strange}",
        "/osce-news/full-text?words=alert",
        f"/osce-news?sql=select+title,offices+from+newsroom+where+id='{strange}'",
        "/figures?by=office&top=60",
    ):
        page = get(address).text
        assert "alert(" in re.sub("</?mark>", "", page), address
        assert "<script" not in page, address
        assert "<img src=x" not in page, address
    assert HOSTILE in text_of(get(f"/items/{strange}").text)
    assert HOSTILE_OFFICE in html.unescape(get(f"/items/{strange}").text)


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
    assert len(rows) - 1 == len(query(get, name, **dict([given.split("=")] if given else [])))
    assert "all rows" in text_of(page).lower()


def test_rows_come_in_pages_and_as_a_file_with_all_of_them(get: Get) -> None:
    sql = quote(
        "with recursive n(i) as (select 1 union all select i + 1 from n where i < 1234) select i from n"
    )
    first, last = (text_of(get(f"/osce-news?sql={sql}&page={page}").text) for page in (1, 25))
    assert "Rows 1 to 50, and more" in first
    assert "Rows 1,201 to 1,234, the last" in last
    rows = get(f"/osce-news.csv?sql={sql}").text.split()
    assert (len(rows), rows[0], rows[-1]) == (1235, "i", "1234")
    named = text_of(get("/osce-news?sql=select+:word+as+x&word=quokka").text)
    assert "quokka" in named


@pytest.mark.parametrize(
    ("asked", "line"),
    [
        ("sql=delete+from+items", "Statement must be a SELECT"),
        ("sql=select+colour+from+newsroom", "no such column: colour"),
        ("sql=select+1)%3B+delete+from+items+--", "one statement at a time"),
        ("sql=select+1&page=0", "page: not a number from 1: '0'"),
        ("sql=select+1&wrod=x", "no field 'wrod'"),
    ],
)
def test_bad_sql_is_an_error_line_and_the_form_keeps_it(get: Get, asked: str, line: str) -> None:
    answer = get(f"/osce-news?{asked}")
    assert answer.status_code == 400
    assert line in text_of(answer.text)
    assert asked[4:10] in answer.text


@pytest.mark.parametrize(
    "value", ["'OSCE Secretariat, ODIHR'", "1", "1.5", "x'00ff'", "'{}'", "'[1, null]'", "null"]
)
def test_a_query_may_name_any_value_offices(get: Get, value: str) -> None:
    page = get(f"/osce-news?sql=select+{quote(value)}+as+offices")
    assert page.status_code == 200
    assert '<th scope="col">offices</th>' in page.text


def test_full_text_by_period_finds_what_search_finds(get: Get, history: Path) -> None:
    rows = query(get, "full-text", words="police", since="2025-10-01", until="2025-11-15")
    found = searched(history, "police", "--since", "2025-10-01", "--until", "2025-11-15")
    assert found
    assert sorted(row["id"] for row in rows) == found
    assert "[" in rows[0]["hit"]
    assert query(get, "full-text") == []


def test_items_per_office_and_year_equal_those_of_stats(get: Get, reading: sqlite3.Connection) -> None:
    from osce_news.storage import counts

    expected = {
        (row["year"], row["office"]): row["items"]
        for row in counts.count_items(reading, ("year", "office"), Query())
        if row["office"]
    }
    rows = query(get, "items-per-office-and-year")
    assert {(row["year"], row["office"]): row["items"] for row in rows} == expected
    some = query(get, "items-per-office-and-year", office="mission")
    assert {row["office"] for row in some} == {name for _, name in expected if "mission" in name.lower()}


def test_topics_that_occur_together_are_counted(get: Get, reading: sqlite3.Connection) -> None:
    expected: Counter[tuple[str, str]] = Counter()
    for row in queries.items(reading, Query()):
        topics = sorted(set(row["topics"]))
        expected.update((one, other) for one in topics for other in topics if one < other)
    rows = query(get, "topics-together")
    assert {(row["topic"], row["with_topic"]): row["items"] for row in rows} == expected
    assert len(expected) > 3


def test_what_changed_shows_what_the_second_crawl_found(get: Get) -> None:
    rows = query(get, "what-changed", days="6")
    assert [(row["id"], row["what"]) for row in rows if row["what"] != "withdrawn"] == [
        (node(EDITED), "changed: title")
    ]
    assert [row["id"] for row in rows if row["what"] == "withdrawn"] == [node(GONE)]
    everything = query(get, "what-changed", days="8")
    assert Counter(row["what"] for row in everything)["new"] > 250


def test_dates_that_disagree_with_the_dateline_are_found(get: Get, reading: sqlite3.Connection) -> None:
    rows = query(get, "dates-disagree")
    expected = {
        row["id"]
        for row in queries.items(reading, Query())
        if row["dateline_date"] and row["dateline_date"] != row["published"]
    }
    assert {row["id"] for row in rows} == expected
    assert expected
    wider = query(get, "dates-disagree", days="3")
    assert wider == [row for row in rows if abs(row["days_later"]) >= 3]
    assert 0 < len(wider) < len(rows)


@pytest.mark.parametrize(
    "sql",
    [
        "delete from items",
        "update items set title = 'x'",
        "drop table items",
        "create table x (y)",
        "with x as (select 1) delete from items",
        "attach database 'x.db' as x",
        "pragma writable_schema = 1",
        "vacuum into 'x.db'",
        "select load_extension('x')",
        "select writefile('x', 'y')",
    ],
)
def test_sql_that_would_write_is_refused(get: Get, snapshot: Path, sql: str) -> None:
    before = digest(snapshot)
    answer = get(f"/osce-news.json?sql={quote(sql)}")
    assert answer.status_code == 400
    assert answer.json()["ok"] is False
    assert digest(snapshot) == before


def test_posts_and_downloads_of_the_file_are_refused(get: Get) -> None:
    for address in ("/osce-news", ITEMS, "/osce-news/full-text", "/figures", "/", "/items.csv"):
        for method in ("post", "put", "delete"):
            answer = get(address, method)
            assert (answer.status_code, answer.text) == (405, "read only")
    assert get("/osce-news.db").status_code in (403, 404)


def test_an_unknown_column_table_or_facet_is_an_error_line(get: Get) -> None:
    for address in (
        f"{ITEMS}?colour=red",
        f"{ITEMS}?_sort=colour",
        f"{ITEMS}?_facet=colour",
        "/osce-news/colours",
    ):
        answer = get(address)
        assert answer.status_code in (400, 404), address
        assert "Traceback" not in answer.text
        if ITEMS in address:
            assert "no column 'colour' in newsroom" in html.unescape(answer.text)


def test_no_page_loads_from_another_host(get: Get) -> None:
    for address in ("/", ITEMS, f"/items/{node(0)}", "/figures", "/osce-news/full-text", "/-/none"):
        answer = get(address)
        assert "default-src 'self'; script-src 'none'" in answer.headers["content-security-policy"]
        assert not re.search(r"<script|<\w[^>]*\s(style|on\w+)=", answer.text), address
        loaded = re.findall(r"<(?:script|img|source|iframe)[^>]*\b(?:src|srcset)=\"([^\"]+)", answer.text)
        loaded += re.findall(r"<link[^>]*href=\"([^\"]+)", answer.text)
        assert loaded or address == "/-/none"
        assert not [
            one for one in loaded if one.startswith("//") or re.match(r"https?:(?!//localhost/)", one)
        ]


def test_each_column_of_an_item_is_described_by_the_item_class(get: Get) -> None:
    page = text_of(get(ITEMS).text)
    fields = {field.name: field for field in dataclasses.fields(NewsItem)}
    for name in get(f"{ITEMS}.json?_size=1").json()["columns"]:
        if name in fields and name not in ("content_type", *LISTS):  # those hold names here
            assert f"{name} {fields[name].metadata['meaning']}" in page


def test_csv_has_all_rows_with_lists_as_json(get: Get) -> None:
    rows = list(csv.DictReader(io.StringIO(get(f"{ITEMS}.csv").text)))
    assert len(rows) == 300
    assert all(isinstance(json.loads(row["offices"]), list) for row in rows)
