"""What the reading commands print: in each format, in a pipe, on a terminal."""

from __future__ import annotations

import csv
import io
import json
import re
from pathlib import Path
from typing import Any

import pytest

from osce_news.cli.shared.summary import print_summary
from osce_news.storage.runs import Summary
from tests.helpers import ROOT, environment, remarks, run
from tests.processes import Command, on_a_terminal

LISTS = [
    ("list", "--limit", "0"),
    ("list", "--office", "ODIHR", "--topic", "Elections", "--since", "1 November 2025"),
    ("search", "trafficking OR police", "--limit", "0"),
    ("stats", "--by", "month"),
    ("vocabulary", "--unknown"),
    ("runs",),
]


@pytest.mark.slow
@pytest.mark.parametrize("command", LISTS, ids=" ".join)
def test_all_formats_print_the_same_rows(filled: Path, tmp_path: Path, command: tuple[str, ...]) -> None:
    forms = {form: run(*command, "--format", form, cwd=tmp_path) for form in ("json", "csv", "tsv", "table")}
    assert {result.status for result in forms.values()} == {0}
    assert [line for result in forms.values() for line in remarks(result.err)] == []
    rows = json.loads(forms["json"].out)
    tables = {
        form: list(csv.reader(io.StringIO(forms[form].out), delimiter=between))
        for form, between in (("csv", ","), ("tsv", "\t"))
    }
    assert tables["csv"] == tables["tsv"]
    header, *lines = tables["csv"]
    assert len(lines) == len(rows)
    for line, row in zip(lines, rows, strict=True):
        assert len(line) == len(header)
        for name, text in zip(header, line, strict=True):
            value = row[name]
            expected = "; ".join(map(str, value)) if isinstance(value, list) else str(value)
            assert text == expected or (value is None and text in ("", "(not printed)"))
    assert len(forms["table"].out.splitlines()) >= len(rows) + 1


def test_the_format_in_a_pipe_is_tsv_and_json_has_its_own_option(filled: Path, tmp_path: Path) -> None:
    for short, long in (((), "tsv"), (("--json",), "json")):
        assert run("list", *short, cwd=tmp_path) == run("list", "--format", long, cwd=tmp_path)


def test_an_item_is_shown_by_number_and_by_any_of_its_addresses(filled: Path, tmp_path: Path) -> None:
    shown = run("show", "575719", cwd=tmp_path)
    assert (shown.status, shown.err) == (0, "")
    for address in ("https://www.osce.org/node/575719", "http://osce.org/odihr/575719?x=1#y"):
        assert run("show", address, cwd=tmp_path).out == shown.out
    as_json = json.loads(run("show", "575719", "--json", cwd=tmp_path).out)
    assert as_json["raw"]["published_raw"] == "2 August 2024"
    assert len(as_json["addresses"]) == 2
    for name in ("title", "url", "published", "teaser", "first_seen"):
        assert f"{name}: {as_json[name]}\n" in shown.out
    assert "as printed:\n" in shown.out
    assert run("show", "575719", "--format", "table", cwd=tmp_path).out == shown.out
    header, row = csv.reader(io.StringIO(run("show", "575719", "--format", "csv", cwd=tmp_path).out))
    assert dict(zip(header, row, strict=True))["title"] == as_json["title"]


def test_items_beyond_the_limit_are_mentioned(filled: Path, tmp_path: Path) -> None:
    result = run("list", cwd=tmp_path)
    assert len(result.out.splitlines()) == 51
    assert result.errors == ["50 of 93 items; --limit 0 shows all"]
    assert run("list", "--limit", "0", cwd=tmp_path).errors == ["93 items"]
    assert run("list", "--limit", "9" * 20, cwd=tmp_path).errors == ["93 items"]  # more than 64 bits


def test_filters_take_names_aliases_and_dates_and_may_be_repeated(filled: Path, tmp_path: Path) -> None:
    def found(*arguments: str) -> set[str]:
        rows = json.loads(run("list", "--json", "--limit", "0", *arguments, cwd=tmp_path).out)
        return {row["id"] for row in rows}

    odihr = found("--office", "odihr")
    assert odihr
    secretariat = found("--office", "OSCE Secretariat")
    assert found("--office", "ODIHR", "--office", "secretariat") == odihr | secretariat
    assert found("--language", "ru") == {row for row in found() if row.startswith(("537", "538"))}
    assert found("--language", "RU") == found("--language", "ru")
    assert found("--since", "2022-03-15", "--until", "15 March 2022") == {"514174", "514201"}
    assert found("--place", "Wien", "--until", "2022-12-31") <= found("--place", "VIENNA")


@pytest.mark.parametrize("encoding", ["ascii", "cp1252"])
def test_an_encoding_without_letters_prints_all_rows(filled: Path, tmp_path: Path, encoding: str) -> None:
    env = {"PYTHONIOENCODING": encoding}
    result = run("list", "--language", "ru", cwd=tmp_path, env=env)
    assert (result.status, result.errors) == (0, ["6 items"])
    assert len(result.out.splitlines()) == 7
    as_json = run("list", "--language", "ru", "--json", cwd=tmp_path, env=env)
    assert (as_json.status, len(json.loads(as_json.out))) == (0, 6)


def _on_a_terminal(*arguments: str, cwd: Path, **more: str) -> str:
    env = environment({"TERM": "xterm", "NO_COLOR": "", **more})
    return on_a_terminal("output", arguments, cwd, env)


def _without_colours(text: str) -> str:
    return re.sub(r"\x1b\[[0-9;]*m", "", text)


def test_on_a_terminal_rows_are_a_table_and_hits_are_bold(filled: Path, tmp_path: Path) -> None:
    listed = _on_a_terminal("list", "--limit", "3", cwd=tmp_path)
    header, *_ = _without_colours(listed).splitlines()
    assert header.split() == ["id", "published", "content_type", "offices", "title"]
    assert "\t" not in listed
    hits = _on_a_terminal("search", "trafficking", "--until", "2022-12-31", cwd=tmp_path)
    assert "\x1b[1mTrafficking\x1b[0m" in hits
    assert "514174" in hits
    for setting in ({"NO_COLOR": "1"}, {"TERM": "dumb"}):
        plain = _on_a_terminal("search", "trafficking", "--until", "2022-12-31", cwd=tmp_path, **setting)
        assert "\x1b" not in plain
        assert "\x1b" not in _on_a_terminal("stats", cwd=tmp_path, **setting)
        assert "[Trafficking]" in plain
    assert _on_a_terminal("search", "nothing-has-this-word", cwd=tmp_path) == ""


@pytest.mark.parametrize("setting", [{}, {"NO_COLOR": "1"}])
def test_a_title_that_is_the_snippet_is_printed_once(
    filled: Path, tmp_path: Path, setting: dict[str, str]
) -> None:
    hits = _on_a_terminal("search", "title:victims", "--limit", "1", cwd=tmp_path, COLUMNS="300", **setting)
    assert re.sub(r"\x1b\[\dm|[][]", "", hits).lower().count("victims") == 1


def test_a_narrow_terminal_shows_items_one_below_the_other(filled: Path, tmp_path: Path) -> None:
    for command in (("list",), ("search", "trafficking")):
        lines = _on_a_terminal(*command, "--limit", "3", cwd=tmp_path, COLUMNS="60").splitlines()
        plain = [re.sub(r"\x1b\[\d+m", "", line) for line in lines if "shows all" not in line]
        assert max(map(len, plain)) <= 60
        assert len([line for line in plain if re.match(r"\d{4}-\d\d-\d\d +\d+  \S", line)]) == 3
        assert all(line.startswith(" " * 12) for line in plain if not line[0].isdigit())


def test_an_item_has_lines_of_the_terminals_width(filled: Path, tmp_path: Path) -> None:
    lines = _on_a_terminal("show", "514201", cwd=tmp_path, COLUMNS="60").splitlines()
    assert [line for line in lines if len(line) > 60 and "https://" not in line] == []
    (at,) = [number for number, line in enumerate(lines) if line.startswith("teaser: ")]
    assert lines[at + 1].startswith("    ")
    assert any(line.endswith("page=0&rows=50&solrsort=ds_date+desc") for line in lines)


def test_a_database_without_unknown_values_says_so(tmp_path: Path) -> None:
    run("replay", ROOT / "fixtures" / "listing" / "seed", cwd=tmp_path)
    result = run("vocabulary", "--unknown", "--format", "table", cwd=tmp_path)
    assert (result.status, result.out, result.err) == (0, "", "no printed value is unknown\n")


def test_after_a_run_that_is_not_complete_its_problems_come_next(
    filled: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    def commands(**counts: Any) -> list[str]:
        print_summary(Summary(3, "full", database="osce-news.db", **counts), as_json=False)
        return [line.strip() for line in capsys.readouterr().out.partition("next:\n")[2].splitlines()]

    monkeypatch.chdir(filled.parent)
    assert commands(status="partial", held=1) == ["osce-news runs 3", "osce-news held"]
    assert commands(status="failed") == ["osce-news runs 3"]
    assert commands(status="complete")[0] == "osce-news list"
    assert commands(status="complete", unknown_terms=2)[-1] == "osce-news vocabulary --unknown"


TRACED = """
import sys
from osce_news.storage import database
opened = database.open_for_reading
def traced(path):
    connection = opened(path)
    connection.set_trace_callback(lambda sql: print("SQL:", *sql.split(), file=sys.stderr))
    return connection
database.open_for_reading = traced
"""


@pytest.mark.parametrize(
    "typed",
    [
        "list", "search osce", "show 513106", "stats", "vocabulary --unknown", "dictionary", "cite",
        "export a.csv", "runs", "runs 1", "held", "status --max-age 2d",
    ],
)  # fmt: skip
def test_a_command_reads_one_state_of_the_database(filled: Path, tmp_path: Path, typed: str) -> None:
    with Command(typed.split(), tmp_path, environment(), TRACED) as command:
        done = command.wait(30)
    statements = [line for line in done.errors.splitlines() if line.startswith("SQL: ")]
    assert statements[0] == "SQL: BEGIN"
    assert len(statements) > 1
    assert "SQL: COMMIT" not in statements
