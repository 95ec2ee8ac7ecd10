"""`status`: the last run, the last complete one, and the exit status when that is too old."""

from __future__ import annotations

import json
import re
import shutil
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from osce_news.clock import format_utc, parse_utc
from osce_news.errors import DoubtfulPageError
from osce_news.storage import Writer, open_for_writing
from osce_news.urls import LISTING_URL
from tests.helpers import fixture_page, run


def crawled(
    path: Path, ago: timedelta, list_name: str = LISTING_URL, status: str = "complete", mode: str = "full"
) -> str:
    """Add a run that ended so long ago; return the time."""
    ended = format_utc((datetime.now(UTC) - ago).timestamp())
    with Writer(path) as writer:
        number = writer.begin(mode, list_name, list_name=list_name).run
        writer.finish(status)
        writer.connection.execute(
            "UPDATE runs SET started = ?1, finished = ?1 WHERE id = ?2", [ended, number]
        )
    return ended


def test_the_last_run_and_the_last_complete_one_are_shown(filled: Path, tmp_path: Path) -> None:
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
def test_a_crawl_that_is_too_old_ends_with_7(filled: Path, tmp_path: Path, age: str, status: int) -> None:
    crawled(filled, timedelta(hours=50))
    result = run("status", "--max-age", age, cwd=tmp_path)
    assert result.status == status
    assert "items: 93" in result.out
    assert len(result.errors) == (status == 7)
    assert status == 0 or "the last complete crawl ended 2 d 2 h ago" in result.err


@pytest.mark.parametrize(
    ("mode", "status", "name", "exit_status"),
    [
        ("incremental", "complete", LISTING_URL, 0),
        ("full", "complete", f"{LISTING_URL}?filters=x", 0),  # somebody else's whole database
        ("incremental", "partial", LISTING_URL, 7),
        ("full", "refused", LISTING_URL, 7),
        ("articles", "complete", LISTING_URL, 7),  # says nothing about what is new
        ("replay", "complete", LISTING_URL, 7),
    ],
)
def test_a_crawl_that_read_what_it_was_asked_to_read_is_complete(
    filled: Path, tmp_path: Path, mode: str, status: str, name: str, exit_status: int
) -> None:
    crawled(filled, timedelta(hours=1), name, status, mode)
    result = run("status", "--max-age", "2d", "--format", "json", cwd=tmp_path)
    told = json.loads(result.out)
    assert (result.status, told["last_complete_run"]) == ((0, 2) if exit_status == 0 else (7, None))
    assert ("no crawl is complete" in result.err) == (exit_status == 7)
    assert told["last_whole_run"] is None


def test_the_last_whole_and_the_last_complete_crawl_are_shown(filled: Path, tmp_path: Path) -> None:
    whole = crawled(filled, timedelta(days=6))
    crawled(filled, timedelta(hours=1), mode="incremental")
    told = json.loads(run("status", "--format", "json", "--max-age", "2d", cwd=tmp_path).out)
    assert (told["last_whole_run"], told["last_whole_run_finished"]) == (2, whole)
    assert (told["last_complete_run"], told["age_s"] // 3600) == (3, 1)
    assert "\nlast crawl of the whole list: 2\n" in run("status", cwd=tmp_path).out


OTHER = f"{LISTING_URL}?filters=x"


@pytest.mark.parametrize(
    ("name", "status", "hours", "stale"),
    [
        (OTHER, "partial", 1, "no crawl of"),  # one of two lists fails
        (OTHER, "partial", 50, None),  # nobody crawls it any more
        (f"{LISTING_URL} (max-pages 2)", "partial", 1, None),  # a sample
        (LISTING_URL, "partial", 1, None),
    ],
)
def test_each_list_that_is_crawled_must_have_a_complete_crawl(
    filled: Path, tmp_path: Path, name: str, status: str, hours: int, stale: str | None
) -> None:
    crawled(filled, timedelta(hours=2))
    crawled(filled, timedelta(hours=hours), name, status)
    result = run("status", "--max-age", "2d", cwd=tmp_path)
    assert result.status == (7 if stale else 0)
    assert stale is None or f"{stale} {name} is complete" in result.err
    crawled(filled, timedelta(hours=1), name)
    assert run("status", "--max-age", "2d", cwd=tmp_path).status == 0


def metrics(text: str) -> dict[tuple[str, str], int]:
    """Return the values by name and label of what is nothing but metrics."""
    metric = r'# HELP (osce_news_\w+) .+\n# TYPE \1 gauge\n\1\{database="((?:[^"\\\n]|\\.)+)"\} (\d+)\n'
    assert re.sub(metric, "", text) == ""
    return {(name, label): int(value) for name, label, value in re.findall(metric, text)}


def test_prometheus_gets_a_number_for_each_metric_that_is_known(filled: Path, tmp_path: Path) -> None:
    before = run("status", "--format", "prometheus", cwd=tmp_path).out
    assert "last_complete_run" not in before
    ended = crawled(filled, timedelta(hours=2))
    result = run("status", "--format", "prometheus", cwd=tmp_path)
    assert (result.status, result.err) == (0, "")
    told = {name: value for (name, _), value in metrics(result.out).items()}
    seconds = int(parse_utc(ended).timestamp())
    assert told["osce_news_last_complete_run_timestamp_seconds"] == seconds
    assert told["osce_news_last_whole_run_timestamp_seconds"] == seconds
    assert (told["osce_news_items"], told["osce_news_database_bytes"]) == (93, filled.stat().st_size)


def test_the_metrics_of_two_databases_on_one_machine_do_not_collide(filled: Path, tmp_path: Path) -> None:
    (tmp_path / "a").mkdir()
    other = Path(shutil.copy(filled, tmp_path / "a" / 'the "other"\\.db'))
    one, two = (
        metrics(run("status", "--format", "prometheus", "--db", str(db), cwd=tmp_path).out)
        for db in (filled.name, other)
    )
    shutil.copy(filled, tmp_path / "\udcff.db")
    ((_, label), *_) = metrics(run("status", "--format", "prometheus", "--db", "\udcff.db", cwd=tmp_path).out)
    assert label == f"{tmp_path}/\ufffd.db"  # one byte that is not UTF-8 would spoil the metrics of all
    assert len(one) == len(two)
    assert not one.keys() & two.keys()
    assert {label for _, label in one} == {str(filled)}
    assert {re.sub(r"\\(.)", r"\1", label) for _, label in two} == {str(other)}


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


def test_an_empty_database_and_a_missing_one_are_distinguished(tmp_path: Path) -> None:
    missing = run("status", "--max-age", "2d", cwd=tmp_path)
    assert (missing.status, missing.out, len(missing.errors)) == (2, "", 1)
    open_for_writing(tmp_path / "osce-news.db").close()
    empty = run("status", "--max-age", "2d", "--db", "./osce-news.db", cwd=tmp_path)
    assert (empty.status, len(empty.errors)) == (7, 1)
    assert "`osce-news runs` shows why, `osce-news crawl` makes a new one" in empty.err
    assert {"last run: -", "age: -", "items: 0"} <= set(empty.out.splitlines())


def test_an_older_database_has_a_status_before_it_is_upgraded(older: Path, tmp_path: Path) -> None:
    result = run("status", cwd=tmp_path)
    assert (result.status, result.err) == (0, "")
    assert "held pages: 0" in result.out
