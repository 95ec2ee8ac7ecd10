"""One's own SQL: pages of rows, and all rows as CSV."""

from __future__ import annotations

from urllib.parse import quote

import pytest

from tests.publish.web.conftest import Get, text_of


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


def test_a_file_of_no_query_is_refused(get: Get) -> None:
    assert get("/osce-news.csv").status_code == 400


@pytest.mark.parametrize(
    "value", ["'OSCE Secretariat, ODIHR'", "1", "1.5", "x'00ff'", "'{}'", "'[1, null]'", "null"]
)
def test_a_query_may_name_any_value_offices(get: Get, value: str) -> None:
    page = get(f"/osce-news?sql=select+{quote(value)}+as+offices")
    assert page.status_code == 200
    assert '<th scope="col">offices</th>' in page.text


def test_a_list_without_members_is_an_empty_cell(get: Get) -> None:
    sql = quote("select offices from newsroom where offices = '[]' limit 1")
    assert "<td>&nbsp;</td>" in get(f"/osce-news?sql={sql}").text
    table = get("/osce-news/newsroom?offices=[]&_col=offices").text
    assert "<td>&nbsp;</td>" in table
    assert "<td>[]</td>" not in table
