"""`stats`: tables, and figures drawn from the command line."""

from __future__ import annotations

import csv
import io
import json
from pathlib import Path

import pytest

from osce_news.cli.shared.output import print_rows
from tests.helpers import digest, run, without


@pytest.mark.slow
def test_a_figure_is_drawn_instead_of_the_table(filled: Path, tmp_path: Path) -> None:
    before = digest(filled)
    result = run("stats", "--by", "year", "--by", "office", "--plot", "offices.svg", cwd=tmp_path)
    assert (result.status, result.err) == (0, "")
    assert result.out == "offices.svg: Items by year and office\n"
    assert "OSCE Mission to Bosnia" in (tmp_path / "offices.svg").read_text()
    assert digest(filled) == before
    both = run("stats", "--plot", "years.png", "--format", "csv", cwd=tmp_path)
    assert both.err == "years.png: Items by year\n"
    assert both.out == run("stats", "--format", "csv", cwd=tmp_path).out
    assert (tmp_path / "years.png").read_bytes().startswith(b"\x89PNG")


def test_rare_groups_can_be_combined(filled: Path, tmp_path: Path) -> None:
    rows = json.loads(run("stats", "--by", "office", "--top", "2", "--json", cwd=tmp_path).out)
    assert len(rows) == 4
    assert {"(other)", None} <= {row["office"] for row in rows}


def test_a_table_sorts_periods_by_time_and_groups_by_frequency(filled: Path, tmp_path: Path) -> None:
    for first, second in (("year", "office"), ("office", "month")):
        out = run("stats", "--by", first, "--by", second, "--format", "csv", cwd=tmp_path).out
        header, *lines = csv.reader(io.StringIO(out))
        down = {name: sum(map(int, numbers)) for name, *numbers in lines}
        across = {name: sum(int(line[at]) for line in lines) for at, name in enumerate(header[1:], 1)}
        for group, sums in ((first, down), (second, across)):
            if group == "office":
                assert list(sums)[-1] == "(not printed)"
                assert list(sums.values())[:-1] == sorted(list(sums.values())[:-1], reverse=True)
            else:
                dated = [name for name in sums if name != "(not printed)"]
                assert list(sums) == [*sorted(dated), *(["(not printed)"] if len(sums) > len(dated) else [])]
        assert len(down) > 3
        assert len(across) > 3


def test_a_group_has_one_order_in_every_table(filled: Path, tmp_path: Path) -> None:
    offices, topics = ([row[name] for row in _stats(tmp_path, "--by", name)] for name in ("office", "topic"))
    crossed = _stats(tmp_path, "--by", "office", "--by", "topic")
    assert [row["office"] for row in crossed] == offices
    assert list(crossed[0]) == ["office", *topics]


def _stats(tmp_path: Path, *arguments: str) -> list[dict[str, str]]:
    result = run("stats", *arguments, "--format", "csv", cwd=tmp_path)
    assert result.status == 0
    return list(csv.DictReader(io.StringIO(result.out)))


def test_years_and_months_without_items_are_in_a_table(filled: Path, tmp_path: Path) -> None:
    years = [row["year"] for row in _stats(tmp_path)]
    assert years == [str(year) for year in range(int(years[0]), int(years[-1]) + 1)]
    months = _stats(tmp_path, "--by", "month", "--since", "2022-02", "--until", "2022-05")
    assert [row["month"] for row in months] == ["2022-02", "2022-03", "2022-04", "2022-05"]
    assert months[-1]["items"] == "0"
    # A period that the database does not reach has no counts.
    assert [row["year"] for row in _stats(tmp_path, "--since", "1990", "--until", "2099")] == years


def test_a_tidy_table_has_one_row_per_cell(filled: Path, tmp_path: Path) -> None:
    tidy = _stats(tmp_path, "--by", "year", "--by", "type", "--tidy")
    crossed = _stats(tmp_path, "--by", "year", "--by", "type")
    cells = {(row["year"], name): row[name] for row in crossed for name in row if name != "year"}
    assert {(row["year"], row["type"]): row["items"] for row in tidy} == cells
    assert "(not printed)" in crossed[0]
    assert len(tidy) == len(cells) == len({row["year"] for row in tidy}) * len({row["type"] for row in tidy})


def test_counts_are_those_of_the_words(filled: Path, tmp_path: Path) -> None:
    for words in ("trafficking", "osce -vienna", "quokka"):
        found = json.loads(run("search", words, "--json", "--limit", "0", cwd=tmp_path).out)
        counted = _stats(tmp_path, "--search", words, "--by", "type", "--tidy")
        assert sum(int(row["items"]) for row in counted) == len(found)


@pytest.mark.parametrize("width", [40, 60, 80])
def test_rows_whose_words_do_not_fit_are_printed_one_below_the_other(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], width: int
) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    names = [f"name_{number}" for number in range(6)]
    row = dict.fromkeys(names, "incremental") | {"text": "interconnectedness of many " * 3, "empty": None}
    print_rows([row, row], [*names, "text", "empty"], "table")
    out = capsys.readouterr().out
    assert max(map(len, out.splitlines())) <= width
    assert out.count("name_1: incremental\n") == 2
    assert out.split().count("interconnectedness") == 6
    assert "empty" not in out


@pytest.mark.parametrize("width", [40, 60, 100, 2000])
def test_a_table_wider_than_the_terminal_continues_below_without_losing_numbers(
    monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str], width: int
) -> None:
    monkeypatch.setenv("COLUMNS", str(width))
    offices = [f"OSCE Mission to Place-{number}" for number in range(40)]
    rows = [
        {"year": year, **{name: 1000 * at + int(year) % 100 for at, name in enumerate(offices)}}
        for year in ("2024", "2025")
    ]
    print_rows(rows, ["year", *offices], "table")
    lines = capsys.readouterr().out.splitlines()
    assert all(len(line) <= width for line in lines)
    for row in rows:
        shown = [number for line in lines if line.split()[:1] == [row["year"]] for number in line.split()[1:]]
        assert shown == [str(row[name]) for name in offices]
    assert sum("year" in line.split() for line in lines) == sum("2025" in line.split() for line in lines)
    for number in range(40):
        assert any(f"Place-{number}" in line.split() for line in lines)


def test_the_share_of_labels_is_a_table_of_percentages(filled: Path, tmp_path: Path) -> None:
    out = run("stats", "--labels", "--format", "csv", cwd=tmp_path).out
    rows = list(csv.DictReader(io.StringIO(out)))
    years = json.loads(run("stats", "--by", "year", "--json", cwd=tmp_path).out)
    assert [(row["year"] or None, int(row["items"])) for row in rows] == [
        (row["year"], row["items"]) for row in years
    ]
    assert all(0 <= float(row["topic_percent"]) <= 100 for row in rows)
    assert len({row["topic_percent"] for row in rows}) > 1
    misspelt = run("stats", "--labels", "--search", "traficking", cwd=tmp_path)
    assert misspelt.errors[-2:] == [
        "'traficking' occurs nowhere; did you mean 'trafficking'?",
        "nothing found",
    ]


@pytest.mark.slow
@pytest.mark.parametrize(
    ("arguments", "line"),
    [
        ("--plot figure.gif", "figure.gif: a figure's file ends in .svg, .png, .pdf or .html"),
        ("--by colour", "'colour' is not one of"),
        ("--until 1990-01-01 --plot a.svg", "nothing to plot: no item matches the filters"),
        ("--search traficking --plot a.svg", "; did you mean 'trafficking'?"),
        ("--labels --by office", "the shares of labels are by year or by month"),
        ("--tidy --plot a.svg", "--tidy is for a table, not for a figure"),
        ("--top 0", "--top: '0' is not a whole number from 1 to 60"),
    ],
)
def test_bad_input_gets_one_line(filled: Path, tmp_path: Path, arguments: str, line: str) -> None:
    result = run("stats", *arguments.split(), cwd=tmp_path)
    assert (result.status, result.out) == (2, "")
    assert len(result.errors) == 1
    assert line in result.err
    assert [path.name for path in tmp_path.iterdir() if path.suffix in (".svg", ".gif")] == []


@pytest.mark.slow
def test_a_figure_of_a_query_says_how_many_items_it_found(filled: Path, tmp_path: Path) -> None:
    found = run("stats", "--search", "of and the", cwd=tmp_path)
    drawn = run("stats", "--search", "of and the", "--plot", "a.svg", cwd=tmp_path)
    assert drawn.out == "a.svg: Items by year\n"
    assert drawn.err == found.err
    assert len(drawn.errors) == 2  # "and" is a word here, and the number of items


def test_without_the_extra_a_line_says_what_to_install(filled: Path, tmp_path: Path) -> None:
    result = without("altair", "stats", "--plot", "a.svg", cwd=tmp_path)
    assert (result.status, len(result.errors)) == (1, 1)
    assert result.err.startswith("osce-news: altair")  # and what else is not there
    assert " not installed: the extra plot has it; next: " in result.err
    assert "vl_convert" not in result.err.partition("next: ")[2]  # the package has another name
    assert without("altair", "stats", cwd=tmp_path).status == 0
