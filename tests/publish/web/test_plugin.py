"""The pages of the table of items: linked cells, and the filters that are checked."""

from __future__ import annotations

import csv
import html
import io
import json
import re
from urllib.parse import quote

import pytest

from tests.publish.web.conftest import HOSTILE, HOSTILE_OFFICE, READ, STRANGE, TABLE, Get, node, text_of


def test_search_covers_titles_teasers_and_texts(get: Get) -> None:
    found = get(f"{TABLE}.json?_search=quicksilver&_shape=objects").json()["rows"]
    assert [row["id"] for row in found] == [node(READ)]
    for strange in ("don't", "C++", "2022-03-15", "title:", "NEAR(", "AND"):
        assert get(f"{TABLE}?_search={quote(strange)}").status_code == 200, strange


def test_a_hostile_title_is_shown_as_text(get: Get) -> None:
    strange = node(STRANGE)
    for address in (
        f"/items/{strange}",
        "/?search=alert",
        f"{TABLE}?id={strange}",
        f"{TABLE}/{strange}",
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


def test_an_unknown_column_table_or_facet_is_an_error_line(get: Get) -> None:
    for address in (
        f"{TABLE}?colour=red",
        f"{TABLE}?_sort=colour",
        f"{TABLE}?_facet=colour",
        "/osce-news/colours",
    ):
        answer = get(address)
        assert answer.status_code in (400, 404), address
        assert "Traceback" not in answer.text
        if TABLE in address:
            assert "no column 'colour' in newsroom" in html.unescape(answer.text)


@pytest.mark.parametrize(
    "address",
    [
        "newsroom?_where=1=1;drop",
        "newsroom?_where=colour",
        "newsroom.json?_where=1=1;drop",
        "newsroom?_sort=title&_sort_desc=title",
        "newsroom?_through=x",
        "items?_sort=rowid",
    ],
)
def test_arguments_that_datasette_does_not_understand_are_refused(
    get: Get, address: str, capsys: pytest.CaptureFixture[str]
) -> None:
    assert get(f"/osce-news/{address}").status_code == 400
    assert capsys.readouterr() == ("", "")


@pytest.mark.parametrize(
    ("address", "status", "says"),
    [
        ("newsroom?published__gte=2015-01-01", 200, ""),
        ("newsroom?published__gte=Marh+2015", 400, "'Marh 2015' is not a date"),
        ("newsroom.json?published=2015", 400, "'2015' is not a date"),
        ("full-text.json?words=police&until=soon", 400, "until: 'soon' is not a date"),
        ("full-text?words=police&since=soon&until=", 400, ">since: 'soon' is not a date"),
        ("newsroom?_search=-police", 400, "only excludes"),
        ("full-text?words=police&since=2025-10&until=October+2025", 200, "October 2025"),
        ("full-text?words=-police", 400, "only excludes"),
        ("what-changed?days=many", 400, "not a number from 0 to 99999: 'many'"),
        ("what-changed?days=999999", 400, "not a number from 0 to 99999"),  # SQLite has no such day: NULL
    ],
)
def test_what_is_no_date_is_refused_and_not_a_filter_that_is_off(
    get: Get, address: str, status: int, says: str
) -> None:
    answer = get(f"/osce-news/{address}")
    assert answer.status_code == status
    assert says in answer.text.replace("&#39;", "'")


def test_a_table_says_how_many_rows_it_has(get: Get) -> None:
    assert "300 rows sorted by published descending. All rows: CSV" in text_of(get(TABLE).text)
    assert "2 rows. All rows: CSV" in text_of(get("/osce-news/runs").text)


def test_csv_has_all_rows_with_lists_as_json(get: Get) -> None:
    rows = list(csv.DictReader(io.StringIO(get(f"{TABLE}.csv").text)))
    assert len(rows) == 300
    assert all(isinstance(json.loads(row["offices"]), list) for row in rows)
