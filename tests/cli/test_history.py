"""Commands that show the past: runs with their counts, former values, the list as of a day."""

from __future__ import annotations

import csv
import io
import json
import os
import re
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from osce_news.storage import Writer
from osce_news.storage.crawl_state import UnfinishedRun
from tests.helpers import digest, listing, run
from tests.newsroom.samples import TEN

MEMORIAL = TEN[0]
LONG = " ".join(["A long teaser that the site prints on several lines."] * 6)


@pytest.fixture
def past(tmp_path: Path) -> Path:
    """Return `osce-news.db` with three runs: one interrupted, one that continued it, one of a later day."""
    path = tmp_path / "osce-news.db"
    with Writer(path) as writer:
        first = writer.begin("full", "https://www.osce.org/press-releases", list_name="newsroom").run
        writer.store(listing(TEN, "2024-08-05T12:00:00Z"))
        summary = writer.summary
        summary.requests, summary.not_modified, summary.bytes, summary.retries = 7, 3, 123456, 2
        summary.back_offs, summary.waited_s, summary.smallest_gap_s = 1, 61.5, 10.25
        writer.finish("interrupted", "interrupted; what was read is stored")
        writer.begin("full", continues=UnfinishedRun(first, {"pages": 1}, [], []))
        changed = replace(MEMORIAL, title="Another title", teaser=LONG)
        writer.store(listing([changed], "2024-08-06T12:00:00Z"))
        writer.finish("complete", withdrawn=["575398"])
        writer.begin("incremental")
        writer.store(listing([replace(changed, teaser=""), TEN[2]], "2099-01-01T00:00:00Z"))
        writer.finish("complete")
    return path


def test_runs_are_listed_newest_first_with_all_counts(past: Path, tmp_path: Path) -> None:
    result = run("runs", "--json", cwd=tmp_path)
    assert (result.status, result.err) == (0, "")
    rows = json.loads(result.out)
    assert [row["run"] for row in rows] == [3, 2, 1]
    assert [row["changed"] for row in rows] == [1, 1, 0]
    assert [(row["withdrawn"], row["restored"]) for row in rows] == [(0, 1), (1, 0), (0, 0)]
    receipt = {
        "requests": 7, "not_modified": 3, "bytes": 123456, "retries": 2, "back_offs": 1, "waited_s": 61.5,
        "smallest_gap_s": 10.25, "new": 10, "continued_by": 2, "status": "interrupted",
    }  # fmt: skip
    assert receipt.items() <= rows[2].items()


@pytest.mark.slow
@pytest.mark.parametrize(("columns", "wide"), [(80, False), (120, True)])
def test_the_table_of_runs_fits_the_terminal(past: Path, tmp_path: Path, columns: int, wide: bool) -> None:
    out = run("runs", "--format", "table", cwd=tmp_path, env={"COLUMNS": str(columns)}).out
    header, _, *lines = out.splitlines()
    shown = header.split()
    assert shown[:4] == ["run", "mode", "status", "started"]
    assert ("304s" in shown, "requests" in shown, "back" in shown) == (wide, wide, wide)
    assert {"pages", "new", "changed", "gone"} <= set(shown)
    assert max(map(len, out.splitlines())) <= columns
    assert [line.split()[:3] for line in lines[:3]] == [
        ["3", "incremental", "complete"], ["2", "full", "complete"], ["1", "full", "interrupted"],
    ]  # fmt: skip
    # Messages are printed below, so that the table fits.
    assert lines[3:] == ["run 1: interrupted; what was read is stored"]


def test_runs_beyond_the_limit_are_mentioned(past: Path, tmp_path: Path) -> None:
    some = run("runs", "--limit", "2", "--json", cwd=tmp_path)
    assert [row["run"] for row in json.loads(some.out)] == [3, 2]
    assert some.errors == ["2 of 3 runs; --limit 0 shows all"]
    assert run("runs", "--limit", "3", cwd=tmp_path).errors == []
    assert len(run("runs", "--limit", "0", cwd=tmp_path).out.splitlines()) == 4


def test_one_run_is_shown_with_all_counts_and_its_pages(past: Path, tmp_path: Path) -> None:
    shown, second = run("runs", "1", cwd=tmp_path), run("runs", "2", cwd=tmp_path)
    assert (shown.status, shown.err) == (0, "")
    for line in (
        "requests: 7", "not_modified: 3", "bytes: 123456", "retries: 2", "back_offs: 1", "waited_s: 61.5",
        "smallest_gap_s: 10.25", "continued_by: 2", "continues: -", "list: newsroom",
        "message: interrupted; what was read is stored", f"process: {os.getpid()}",
        "    2024-08-05T12:00:00Z  https://www.osce.org/press-releases?page=0",
        "        10 results: 10 new, 0 changed, 0 unchanged",
    ):  # fmt: skip
        assert line in shown.out.splitlines()
    assert "continues: 1" in second.out.splitlines()
    as_json = json.loads(run("runs", "1", "--json", cwd=tmp_path).out)
    assert as_json["tool_version"]
    assert as_json["rules"]
    assert as_json["pages_read"][0]["new"] == 10
    for name, value in as_json.items():
        if name != "pages_read":
            assert f"{name}: {'-' if value is None else value}" in shown.out.splitlines()
    row = list(csv.DictReader(io.StringIO(run("runs", "1", "--format", "csv", cwd=tmp_path).out)))
    assert [(one["run"], one["requests"]) for one in row] == [("1", "7")]


def test_the_status_of_a_requested_page_is_shown(past: Path, tmp_path: Path) -> None:
    with Writer(past) as writer:
        writer.connection.execute("UPDATE pages SET status = 304 WHERE run_id = 1")
    assert "        status 304, 10 results: 10 new" in run("runs", "1", cwd=tmp_path).out


@pytest.mark.slow
@pytest.mark.parametrize(
    ("asked", "says"),
    [
        ("99", "no run 99 in osce-news.db; `osce-news runs` lists them"),
        *((asked, "ID: '") for asked in ("0", "last", "9" * 30, "-- -1")),
    ],
)
def test_an_unknown_run_is_one_line_and_status_2(past: Path, tmp_path: Path, asked: str, says: str) -> None:
    result = run("runs", *asked.split(), cwd=tmp_path)
    assert (result.status, result.out, len(result.errors)) == (2, "", 1)
    assert result.err.startswith(f"osce-news: {says}")


@pytest.mark.slow
def test_without_runs_the_message_says_how_to_make_the_first(tmp_path: Path) -> None:
    assert run("runs", cwd=tmp_path).status == 2  # no database
    Writer(tmp_path / "osce-news.db").close()
    for form, out in (("table", ""), ("json", "[]\n")):
        result = run("runs", "--format", form, cwd=tmp_path)
        assert (result.status, result.out, len(result.errors)) == (0, out, 1)
        assert "osce-news crawl" in result.err


@pytest.mark.slow
def test_a_run_whose_process_has_ended_is_shown_as_died(past: Path, tmp_path: Path) -> None:
    with subprocess.Popen([sys.executable, "-c", ""]) as gone:
        pass
    with Writer(past) as writer:
        writer.begin("incremental")  # runs as long as this test
        before = digest(past)
        assert json.loads(run("runs", "--json", cwd=tmp_path).out)[0]["status"] == "running"
        assert "status: running" in run("runs", "4", cwd=tmp_path).out.splitlines()
        writer.connection.execute("UPDATE runs SET process = ?", [gone.pid])  # of ended runs too
        died, *others = json.loads(run("runs", "--json", cwd=tmp_path).out)
        assert (died["status"], [row["status"] for row in others]) == (
            "died", ["complete", "complete", "interrupted"],
        )  # fmt: skip
        assert died["message"].startswith("perhaps died: ")
        one = run("runs", "4", cwd=tmp_path).out.splitlines()
        assert {"status: died", f"message: {died['message']}"} <= set(one)
        writer.connection.execute(
            "UPDATE runs SET process = NULL WHERE id = 4"
        )  # written by an older version
        assert json.loads(run("runs", "--json", cwd=tmp_path).out)[0]["status"] == "running"
        assert digest(past) == before


def test_an_item_is_shown_with_its_former_values_and_withdrawals(past: Path, tmp_path: Path) -> None:
    shown = run("show", "575719", cwd=tmp_path)
    assert (shown.status, shown.err) == (0, "")
    former = shown.out.partition("\nrevisions:\n")[2].splitlines()
    assert former == [
        "    title (text), seen 2024-08-06T12:00:00Z in run 2",
        f"        before: {MEMORIAL.title}",
        "        after: Another title",
        "    teaser (text), seen 2024-08-06T12:00:00Z in run 2",
        f"        before: {MEMORIAL.teaser}",
        f"        after: {LONG}",
        "    teaser (text), seen 2099-01-01T00:00:00Z in run 3",
        f"        before: {LONG}",
        "        after: -",
    ]
    assert "\nwithdrawals: -\n" in shown.out
    gone = run("show", "575398", cwd=tmp_path).out
    assert re.search(
        r"\nwithdrawals:\n    withdrawn 20\S+ \(run 2\), "
        r"restored 2099-01-01T00:00:00Z \(run 3\)\n",
        gone,
    )
    assert "\nrevisions: -\n" in gone
    as_json = json.loads(run("show", "575398", "--json", cwd=tmp_path).out)
    assert [(one["withdrawn_run"], one["restored_run"]) for one in as_json["withdrawals"]] == [(2, 3)]
    with Writer(past) as writer:
        writer.begin("full")
        writer.finish("complete", withdrawn=["575398"])
    again = run("show", "575398", cwd=tmp_path).out.partition("\nwithdrawals:\n")[2].splitlines()[1]
    assert re.fullmatch(r"    withdrawn 20\S+ \(run 4\)", again)


def test_the_list_as_of_a_day(past: Path, tmp_path: Path) -> None:
    def titles(*arguments: str) -> dict[str, str]:
        rows = json.loads(run("list", "--as-of", *arguments, "--json", cwd=tmp_path).out)
        return {row["id"]: row["title"] for row in rows}

    assert titles("5 August 2024")["575719"] == MEMORIAL.title
    assert titles("2024-08-06")["575719"] == "Another title"
    assert set(titles("2024-08-05", "--office", "cthb")) == {"575398"}
    assert set(titles("2098-12-31", "--office", "cthb")) == set()  # while it was withdrawn
    limited = run("list", "--as-of", "2024-08-05", "--limit", "3", "--format", "csv", cwd=tmp_path)
    header, *lines = csv.reader(io.StringIO(limited.out))
    assert len(lines) == 3
    assert not {"text", "last_seen", "withdrawn"} & set(header)
    exported = run("export", "-", "--format", "csv", "--as-of", "2024-08-05", cwd=tmp_path)
    assert exported.out.splitlines()[0].split(",") == header
    assert limited.errors == ["3 of 10 items; --limit 0 shows all"]
    table = run("list", "--as-of", "2024-08-05", "--format", "table", cwd=tmp_path).out
    assert table.split()[:5] == ["id", "published", "content_type", "offices", "title"]
    early = run("list", "--as-of", "2024-08-04", cwd=tmp_path)
    assert (early.status, early.out) == (2, "")
    assert early.errors == [
        "osce-news: nothing is known of 2024-08-04: the first items were read on 2024-08-05"
    ]
    later = run("search", "another", "--as-of", "2098", cwd=tmp_path)
    assert later.errors == [
        "as of 2098-12-31 the list had last been read on 2024-08-06",
        "only titles and teasers were searched; full texts can't be searched as of a day",
        "1 item",
    ]
    wrong = run("list", "--as-of", "Friday", cwd=tmp_path)
    assert (wrong.status, len(wrong.errors)) == (2, 1)
    assert "as-of: 'Friday'" in wrong.err
