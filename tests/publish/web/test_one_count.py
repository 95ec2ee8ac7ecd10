"""A query finds the same items everywhere: on the command line, in the browser, and in SQL."""

from __future__ import annotations

import json
import shlex
import sqlite3
from collections.abc import Callable
from pathlib import Path
from urllib.parse import urlencode

import pytest
from click.testing import CliRunner

from osce_news.cli.main import cli
from osce_news.storage.queries import Query
from tests.helpers import ROOT
from tests.publish.web.conftest import Get, number_of_items
from tests.test_docs_history import QUERY

Counted = Callable[[str, str, str], list[int]]
HEADER = "| query | items |\n|---|--:|\n"
_MEMBERS = "SELECT 1 FROM json_each({}) WHERE value = '{}'"
_ODIHR = f"EXISTS ({_MEMBERS.format('offices', 'OSCE Office for Democratic Institutions and Human Rights')})"
_CHAIR = f"EXISTS ({_MEMBERS.format('offices', 'OSCE Chairpersonship')})"
_POLICING = f"EXISTS ({_MEMBERS.format('topics', 'Policing')})"
_ELECTIONS = f"EXISTS ({_MEMBERS.format('topics', 'Elections')})"
# Words and options, the same words in SQLite's own syntax, and a condition on the view `newsroom`, or on the
# printed values of a past day.
TYPED: tuple[tuple[str, str, str], ...] = (
    ("police", "police", "1"),
    ("POLICE", "police", "1"),
    ("police training", "police AND training", "1"),
    ("police -training", "police NOT training", "1"),
    ("police NOT training", "police NOT training", "1"),
    ("police OR border", "police OR border", "1"),
    ("police OR border -training", "(police OR border) NOT training", "1"),
    ("(police OR border) training", "(police OR border) AND training", "1"),
    ("'\"border guards\"'", '"border guards"', "1"),
    ("'“border guards”'", '"border guards"', "1"),
    ("train*", "train*", "1"),
    ("title:police", "title:police", "1"),
    ("teaser:police -title:police", "teaser:police NOT title:police", "1"),
    ("co-operation", '"co operation"', "1"),
    ("quicksilver", "quicksilver", "1"),
    ("quokka", "quokka", "1"),
    ("police --since 2025-10", "police", "published >= '2025-10-01'"),
    ("police --until 'September 2025'", "police", "published <= '2025-09-30'"),
    (
        "police --since '15 September 2025' --until 2025-10-15",
        "police",
        "published BETWEEN '2025-09-15' AND '2025-10-15'",
    ),
    ("training --type 'press release'", "training", "content_type = 'Press release'"),
    ("training --type news --type 'press release'", "training", "content_type IN ('News', 'Press release')"),
    ("osce --office ODIHR", "osce", _ODIHR),
    ("osce --office odihr --office chairpersonship", "osce", f"({_ODIHR} OR {_CHAIR})"),
    ("osce --office odihr --office chairpersonship --all", "osce", f"{_ODIHR} AND {_CHAIR}"),
    ("training --topic policing --topic elections", "training", f"({_POLICING} OR {_ELECTIONS})"),
    ("police --language English", "police", "language = 'en'"),
    ("osce --place Vienna", "osce", f"EXISTS ({_MEMBERS.format('dateline_places', 'VIENNA')})"),
    ("police --as-of 2025-12-01", "", "title || ifnull(teaser, '') LIKE '%polic%'"),
    ("mended --as-of '1 December 2025'", "", "title || ifnull(teaser, '') LIKE '%mended%'"),
    (
        "osce --type 'press release' --as-of 2025-12",
        "",
        "title || ifnull(teaser, '') LIKE '%osce%' AND content_type = 'Press release'",
    ),
)


@pytest.fixture
def counted_everywhere(history: Path, get: Get, reading: sqlite3.Connection) -> Counted:
    """Return a function that counts the items of a query in each of the ways."""

    def command(*arguments: str) -> str:
        result = CliRunner().invoke(cli, [*arguments, "--db", str(history)], catch_exceptions=False)
        assert result.exit_code == 0, result.output
        return result.stdout

    def counted(typed: str, match: str, where: str) -> list[int]:
        words, options = words_and_options(typed)
        given = ["--search", words, *options]
        rows = json.loads(command("stats", "--by", "type", "--json", *given))
        query = query_of(words, options)
        page = get(f"/?{urlencode(query.arguments())}").text
        sql = f"""
            SELECT count(*) FROM newsroom WHERE {where} AND id IN (
                SELECT id FROM items JOIN items_fts ON items_fts.rowid = items.key
                WHERE items_fts MATCH :match)"""
        if query.as_of:
            sql = f"SELECT count(*) FROM ({QUERY.replace('2026-11-01', query.as_of)}) WHERE {where}"
        return [
            len(json.loads(command("search", words, "--limit", "0", "--json", *options))),
            len(json.loads(command("list", "--limit", "0", "--json", *given))),
            sum(row["items"] for row in rows),
            len(command("export", "-", "--format", "jsonl", *given).splitlines()),
            number_of_items(page),
            reading.execute(sql, {"match": match, "day": query.as_of}).fetchone()[0],
        ]

    return counted


def words_and_options(typed: str) -> tuple[str, list[str]]:
    """Return the words and the options of a query as it is typed in a shell."""
    parts = shlex.split(typed)
    first = next((place for place, part in enumerate(parts) if part.startswith("--")), len(parts))
    return " ".join(parts[:first]), parts[first:]


def query_of(words: str, options: list[str]) -> Query:
    """Return the query of these words and options."""
    pairs, names = [("search", words)], iter(options)
    for name in names:
        pairs.append((name.removeprefix("--"), "1" if name == "--all" else next(names)))
    return Query.from_arguments(pairs)


@pytest.mark.slow
def test_thirty_queries_count_the_same_items_everywhere(counted_everywhere: Counted) -> None:
    table = HEADER
    for typed, match, where in TYPED:
        numbers = counted_everywhere(typed, match, where)
        assert len(set(numbers)) == 1, (typed, numbers)
        table += f"| `{typed}` | {numbers[0]} |\n"
    assert len(TYPED) == 30
    assert table in (ROOT / "docs" / "measurements.md").read_text(encoding="utf-8"), table


def test_items_that_match_are_the_same_on_the_page_of_items(get: Get, history: Path) -> None:
    for typed, *_ in TYPED[:17]:
        words = words_and_options(typed)[0]
        found = get(f"/osce-news/newsroom.json?{urlencode({'_search': words, '_size': 0})}").json()
        arguments = ["search", words, "--limit", "0", "--json", "--db", str(history)]
        rows = json.loads(CliRunner().invoke(cli, arguments).stdout)
        assert found["filtered_table_rows_count"] == len(rows), words
