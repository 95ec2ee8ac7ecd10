"""docs/cookbook.md: each query finds something on saved pages, and the right rows on 30,000 made-up items."""

from __future__ import annotations

import json
import re
import sqlite3
from collections import Counter
from collections.abc import Iterator
from contextlib import closing
from datetime import date
from itertools import combinations
from pathlib import Path
from typing import Any

import pytest

from osce_news.storage import Writer
from osce_news.storage.queries import decoded
from tests.generated import make_database
from tests.helpers import FIXTURES, ROOT, fixture_page, has_r, run_r

TEXT = (ROOT / "docs" / "cookbook.md").read_text(encoding="utf-8")
QUERIES = {
    int(number): sql
    for number, sql in re.findall(r"^### (\d+)\. [^#]*?```sql\n(.*?)```", TEXT, re.DOTALL | re.MULTILINE)
}
(PANDAS,) = re.findall(r"```python\n(.*?)```", TEXT, re.DOTALL)
(R,) = re.findall(r"```r\n(.*?)```", TEXT, re.DOTALL)
NOT_IN_FIXTURES = {19}  # pages that were read once show no change
CASES = ("seed", "russian", "twice", "first-page", "last-page")
Rows = list[dict[str, Any]]


@pytest.fixture(scope="module")
def fixtures(tmp_path_factory: pytest.TempPathFactory) -> Iterator[sqlite3.Connection]:
    """Return a connection to a database of saved pages."""
    path = tmp_path_factory.mktemp("fixtures") / "osce-news.db"
    with Writer(path) as writer:
        writer.begin("replay")
        for case in CASES:
            writer.store(fixture_page(case))
        writer.finish("complete")
    with closing(sqlite3.connect(path)) as connection:
        connection.row_factory = sqlite3.Row
        yield connection


@pytest.fixture(scope="module")
def generated(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return the folder of a database of 30,000 generated items with a history."""
    folder = tmp_path_factory.mktemp("generated")
    make_database(folder / "osce-news.db", 30_000, texts=0.02)
    return folder


def _rows(connection: sqlite3.Connection, number: int) -> Rows:
    return [dict(row) for row in connection.execute(QUERIES[number])]


def test_there_are_twenty_questions() -> None:
    assert list(QUERIES) == list(range(1, 21))
    assert (FIXTURES / CASES[0]).is_dir()


@pytest.mark.parametrize("number", QUERIES)
def test_each_query_has_an_answer_on_the_saved_pages(fixtures: sqlite3.Connection, number: int) -> None:
    assert bool(_rows(fixtures, number)) is (number not in NOT_IN_FIXTURES)


@pytest.mark.slow
def test_queries_pandas_and_r_are_right(generated: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """One test, because the database takes long to make."""
    monkeypatch.chdir(generated)
    with closing(sqlite3.connect("osce-news.db")) as connection:
        connection.row_factory = sqlite3.Row
        answers = {number: _rows(connection, number) for number in QUERIES}
        items = [decoded(row) for row in connection.execute("SELECT * FROM newsroom")]
    assert [number for number, rows in answers.items() if not rows] == []
    check_counts(answers, items)
    check_words(answers, items)
    check_labels(answers, items)
    check_dates_and_history(answers, items)
    check_pandas(answers)
    if has_r():
        check_r(answers, generated)


@pytest.mark.slow
def test_the_code_in_r_is_right_on_the_saved_pages(fixtures: sqlite3.Connection, tmp_path: Path) -> None:
    with closing(sqlite3.connect(tmp_path / "osce-news.db")) as copy:
        fixtures.backup(copy)
    check_r({number: _rows(fixtures, number) for number in (1, 2, 4, 10, 11)}, tmp_path)


def check_counts(answers: dict[int, Rows], items: Rows) -> None:
    years = Counter(item["published"][:4] for item in items)
    assert {row["year"]: row["items"] for row in answers[1]} == years
    assert list(years) == sorted(years, reverse=True)
    last = max(item["published"] for item in items)
    recent = Counter(
        office
        for item in items
        if item["published"] > f"{int(last[:4]) - 5}{last[4:]}"
        for office in item["offices"]
    )
    assert [row["items"] for row in answers[2]] == [count for _, count in recent.most_common(10)]
    assert all(recent[row["office"]] == row["items"] for row in answers[2])
    topics = Counter((item["published"][:4], topic) for item in items for topic in item["topics"])
    assert {(row["year"], row["topic"]): row["items"] for row in answers[3]} == topics
    labelled = Counter(item["published"][:4] for item in items if item["topics"])
    for row in answers[3]:
        assert row["percent"] == pytest.approx(100 * row["items"] / labelled[row["year"]], abs=0.051)
    types = Counter(
        (office, item["content_type"] or "(not printed)") for item in items for office in item["offices"]
    )
    assert {(row["office"], row["printed_type"]): row["items"] for row in answers[4]} == types
    assert [row["weekday"] for row in answers[5]][:2] == ["Sunday", "Monday"]
    days = Counter(f"{date.fromisoformat(item['published']):%A}" for item in items)
    assert {row["weekday"]: row["items"] for row in answers[5]} == days
    per_day = Counter(item["published"] for item in items)
    assert [row["items"] for row in answers[6]] == [count for _, count in per_day.most_common(10)]


def _words(item: dict[str, Any]) -> str:
    return f"{item['title']} \n {item['teaser'] or ''} \n {item['text'] or ''}".casefold()


def check_words(answers: dict[int, Rows], items: Rows) -> None:
    by_title = {item["title"]: item for item in items}
    assert len(answers[7]) == 20
    assert all("traffick" in _words(by_title[row["title"]]) for row in answers[7])
    assert sum(row["items"] for row in answers[8]) == len(items)
    # The index finds stems and plain Python does not, so only these words can be compared.
    journalists = sum(bool(re.search(r"\bjournalist|\bmedia freedom\b", _words(item))) for item in items)
    assert sum(row["hits"] for row in answers[8]) == journalists
    assert all(
        row["in_hundred"] == pytest.approx(100 * row["hits"] / row["items"], abs=0.051) for row in answers[8]
    )
    by_id = {item["id"]: item for item in items}
    assert len(answers[9]) == 20
    for row in answers[9]:
        assert "Elections" not in by_id[row["id"]]["topics"]
        assert "election" in _words(by_id[row["id"]])


def check_labels(answers: dict[int, Rows], items: Rows) -> None:
    for row in answers[10]:
        of_year = [item for item in items if item["published"][:4] == row["year"]]
        for column, name in (
            ("with_type", "content_type"), ("with_office", "offices"), ("with_topic", "topics")
        ):  # fmt: skip
            share = 100 * sum(bool(item[name]) for item in of_year) / len(of_year)
            assert row[column] == pytest.approx(share, abs=0.051)
    together = _pairs(items, "topics")
    assert {frozenset((row["topic"], row["with_topic"])): row["items"] for row in answers[11]} == dict(
        together.most_common(20)
    ) or [row["items"] for row in answers[11]] == [count for _, count in together.most_common(20)]
    office = "OSCE Office for Democratic Institutions and Human Rights"
    work = Counter(topic for item in items if office in item["offices"] for topic in item["topics"])
    assert {row["topic"]: row["items"] for row in answers[12]} == work
    offices = _pairs(items, "offices")
    assert [row["items"] for row in answers[13]] == [count for _, count in offices.most_common(20)]
    named = Counter(name for item in items for name in item["offices"])
    for row in answers[14]:
        assert row["items"] == named[row["office"]]
        years = [int(item["published"][:4]) for item in items if row["office"] in item["offices"]]
        first, last = row["first_year"] or 0, row["last_year"] or 9999
        assert row["outside"] == sum(not first <= year <= last for year in years)


def _pairs(items: Rows, name: str) -> Counter[frozenset[str]]:
    return Counter(frozenset(pair) for item in items for pair in combinations(item[name], 2))


def check_dates_and_history(answers: dict[int, Rows], items: Rows) -> None:
    assert answers[15][0]["items"] > answers[15][-1]["items"] > 0
    differences = [
        (date.fromisoformat(item["published"]) - date.fromisoformat(item["dateline_date"])).days
        for item in items
        if item["dateline_date"]
    ]
    farthest = sorted((abs(days) for days in differences), reverse=True)[:20]
    assert [abs(row["days_later"]) for row in answers[16]] == farthest
    assert {row["days_later"]: row["items"] for row in answers[17]} == Counter(differences)
    titles = Counter(item["title"] for item in items)
    assert {row["title"]: row["items"] for row in answers[18]} == {
        title: count for title, count in titles.items() if count > 1
    }
    withdrawn = {item["id"] for item in items if item["withdrawn"]}
    assert withdrawn
    assert {row["id"] for row in answers[19] if row["what"] == "withdrawn"} == withdrawn
    changed = {row["id"] for row in answers[19] if row["what"] == "changed title"}
    assert changed == {item["id"] for item in items if item["title"].endswith("(corrected)")}
    (covered,) = answers[20]
    assert covered["items"] - covered["on_the_list"] == len(withdrawn)
    assert covered["whole_list_last_read"] == covered["last_page"] == "2025-12-08T02:00:00Z"


def check_pandas(answers: dict[int, Rows]) -> None:
    made: dict[str, Any] = {}
    exec(PANDAS, made)
    made["db"].close()
    assert {str(year): count for year, count in made["per_year"].items()} == {
        row["year"]: row["items"] for row in answers[1]
    }
    assert list(made["by_office"]) == [row["items"] for row in answers[2]]
    assert made["by_office"].to_dict().keys() == {row["office"] for row in answers[2]}
    for row in answers[4]:
        assert made["types"].loc[row["office"], row["printed_type"]] == row["items"]
    for row in answers[10]:
        assert made["trust"].loc[int(row["year"])].tolist() == pytest.approx(
            [row["with_type"], row["with_office"], row["with_topic"]], abs=0.11
        )
    assert list(made["together"].head(20)) == [row["items"] for row in answers[11]]


def check_r(answers: dict[int, Rows], folder: Path) -> None:
    shown = (
        "cat(jsonlite::toJSON(list(years = as.list(per_year), offices = as.integer(by_office), "
        "types = sum(types), trust = trust, together = as.integer(head(together, 20))), "
        "auto_unbox = TRUE))"
    )
    made = json.loads(run_r(f"{R}\n{shown}\n", folder))
    assert made["years"] == {row["year"]: row["items"] for row in answers[1]}
    assert made["offices"] == [row["items"] for row in answers[2]]
    assert made["types"] == sum(row["items"] for row in answers[4])
    for shares, row in zip(made["trust"], answers[10], strict=True):
        assert shares.pop("year") == row["year"]
        assert shares == pytest.approx({name: row[name] for name in shares}, abs=0.11)
        assert len(shares) == 3
    assert made["together"] == [row["items"] for row in answers[11]]
