"""`status`: the last run, the last complete one, and the exit status when that is too old."""

from __future__ import annotations

import gzip
import json
import re
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from osce_news.clock import format_utc, parse_utc
from osce_news.errors import DoubtfulPageError
from osce_news.site import LISTING_URL
from osce_news.storage import Writer, open_for_writing
from tests.helpers import ROOT, fixture_page, run


def crawled(path: Path, ago: timedelta, list_name: str = LISTING_URL, status: str = "complete") -> str:
    """Add a full run that ended so long ago; return the time."""
    ended = format_utc((datetime.now(UTC) - ago).timestamp())
    with Writer(path) as writer:
        number = writer.begin("full", list_name, list_name=list_name).run
        writer.finish(status)
        writer.connection.execute("UPDATE runs SET finished = ? WHERE id = ?", [ended, number])
    return ended


def test_the_last_run_and_the_last_complete_one_are_told(filled: Path, tmp_path: Path) -> None:
    ended = crawled(filled, timedelta(hours=50))
    crawled(filled, timedelta(hours=1), status="partial")
    result = run("status", "--format", "json", cwd=tmp_path)
    assert (result.status, result.err) == (0, "")
    told = json.loads(result.out)
    assert (told["last_run"], told["last_run_mode"], told["last_run_status"]) == (3, "full", "partial")
    assert (told["last_complete_run"], told["last_complete_run_finished"]) == (2, ended)
    assert 50 * 3600 <= told["age_s"] < 51 * 3600
    assert (told["items"], told["held_pages"], told["bytes"]) == (93, 0, filled.stat().st_size)
    unknown = json.loads(run("vocabulary", "--unknown", "--json", cwd=tmp_path).out)
    assert told["unknown_names"] == len(unknown)
    lines = run("status", cwd=tmp_path).out.splitlines()
    assert {"last complete run: 2", "age: 2 d 2 h", "items: 93"} <= set(lines)


@pytest.mark.parametrize(("age", "status"), [("49h", 7), ("51h", 0), ("2d", 7), ("3d", 0), ("1w", 0)])
def test_a_complete_run_that_is_too_old_ends_with_7(
    filled: Path, tmp_path: Path, age: str, status: int
) -> None:
    crawled(filled, timedelta(hours=50))
    result = run("status", "--max-age", age, cwd=tmp_path)
    assert result.status == status
    assert "items: 93" in result.out
    assert len(result.errors) == (status == 7)
    assert status == 0 or "the last complete run ended 2 d 2 h ago" in result.err


@pytest.mark.parametrize("name", [None, f"{LISTING_URL} (since 2024-01-01)", f"{LISTING_URL}?filters=x"])
def test_a_sample_is_no_complete_run(filled: Path, tmp_path: Path, name: str | None) -> None:
    if name:
        crawled(filled, timedelta(hours=1), name)
    result = run("status", "--max-age", "1w", "--format", "json", cwd=tmp_path)
    assert (result.status, json.loads(result.out)["age_s"]) == (7, None)
    assert "no run is complete" in result.err


def test_prometheus_gets_a_number_for_each_metric_that_is_known(filled: Path, tmp_path: Path) -> None:
    before = run("status", "--format", "prometheus", cwd=tmp_path).out
    assert "last_complete_run" not in before
    ended = crawled(filled, timedelta(hours=2))
    result = run("status", "--format", "prometheus", cwd=tmp_path)
    assert (result.status, result.err) == (0, "")
    metric = r"# HELP (osce_news_\w+) .+\n# TYPE \1 gauge\n\1 (\d+)\n"
    assert re.sub(metric, "", result.out) == ""
    told = {name: int(value) for name, value in re.findall(metric, result.out)}
    seconds = int(parse_utc(ended).timestamp())
    assert told["osce_news_last_complete_run_timestamp_seconds"] == seconds
    assert (told["osce_news_items"], told["osce_news_database_bytes"]) == (93, filled.stat().st_size)


def test_held_pages_count_until_somebody_decides(filled: Path, tmp_path: Path) -> None:
    with Writer(filled) as writer:
        writer.begin("replay")
        writer.hold(fixture_page("seed"), DoubtfulPageError("title", expected="titles", got="none"))
        writer.finish("partial")
    assert "held pages: 1" in run("status", cwd=tmp_path).out
    with Writer(filled) as writer:
        writer.connection.execute("UPDATE held SET stored_run = 1")
    assert "held pages: 0" in run("status", cwd=tmp_path).out


@pytest.mark.parametrize("age", ["", "2", "d", "-1d", "0d", "2 d", "2m", "1.5d", "٢d", "9" * 50 + "d"])
def test_what_is_no_age_is_refused_with_one_line(filled: Path, tmp_path: Path, age: str) -> None:
    result = run("status", "--max-age", age, cwd=tmp_path)
    assert (result.status, result.out, len(result.errors)) == (2, "", 1)
    assert "36h, 2d or 1w" in result.err


def test_an_empty_database_and_a_missing_one_are_told_apart(tmp_path: Path) -> None:
    missing = run("status", "--max-age", "2d", cwd=tmp_path)
    assert (missing.status, missing.out, len(missing.errors)) == (2, "", 1)
    open_for_writing(tmp_path / "osce-news.db").close()
    empty = run("status", "--max-age", "2d", cwd=tmp_path)
    assert (empty.status, len(empty.errors)) == (7, 1)
    assert {"last run: -", "age: -", "items: 0"} <= set(empty.out.splitlines())


def test_an_older_database_has_a_status_before_it_is_upgraded(tmp_path: Path) -> None:
    packed = ROOT / "tests" / "legacy" / "list" / "newsroom.db.gz"
    (tmp_path / "osce-news.db").write_bytes(gzip.decompress(packed.read_bytes()))
    result = run("status", cwd=tmp_path)
    assert (result.status, result.err) == (0, "")
    assert "held pages: 0" in result.out
