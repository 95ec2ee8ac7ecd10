"""`--log-file` and `--log-format`: log lines go there too, and a full disk ends no run."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest

from tests.helpers import FIXTURES, crawl_words, run
from tests.newsroom import Newsroom, faults, make_stories

STAMP = r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ"
SEED = FIXTURES / "seed"


def objects(text: str) -> list[dict[str, Any]]:
    """Return the lines of a log, each of which is a JSON object with a time and a message."""
    lines = [json.loads(line) for line in text.splitlines()]
    assert all(re.fullmatch(STAMP, line["time"]) and line["message"] for line in lines)
    return lines


def test_the_file_has_the_log_with_dates_and_the_end_of_each_run(tmp_path: Path) -> None:
    with Newsroom(make_stories(60)) as newsroom:
        crawl = crawl_words(newsroom.url)
        assert run(*crawl, cwd=tmp_path).status == 0
        newsroom.fail(faults.everything, faults.status(403))
        refused = run(*crawl, cwd=tmp_path)
    assert refused.status == 6
    lines = (tmp_path / "log").read_text().splitlines()
    assert all(re.match(rf"{STAMP} [A-Z]+ ", line) for line in lines)
    assert any("INFO page 1 of about" in line for line in lines)
    assert any("INFO full: complete; 2 pages, 60 items" in line for line in lines)
    assert lines[-1].partition(" ERROR ")[2] == refused.errors[-1].removeprefix("osce-news: ")


def test_a_log_in_json_has_one_object_per_line_in_the_file_and_on_standard_error(tmp_path: Path) -> None:
    (tmp_path / "page.html").write_text("<h1>no list")
    options = ["--log-format", "json", "--log-file", "log"]
    result = run("replay", SEED, "page.html", *options, cwd=tmp_path)
    assert result.status == 3
    said = objects(result.err)
    assert objects((tmp_path / "log").read_text()) == said
    assert [line["exit_status"] for line in said if line["level"] == "ERROR"] == [3]
    assert any(line["message"].startswith("replay: ") for line in said)
    assert "replay: failed" in result.out


def test_a_traceback_stays_within_its_object(tmp_path: Path) -> None:
    result = run("replay", "nothing", "-v", "--log-format", "json", cwd=tmp_path)
    (error,) = (line for line in objects(result.err) if line["level"] == "ERROR")
    assert (result.status, error["exit_status"]) == (2, 2)
    assert error["traceback"].startswith("Traceback ")


@pytest.mark.parametrize("command", ["crawl", "check", "replay", "merge", "renormalize"])
def test_a_file_that_cannot_be_opened_is_an_error_in_one_line(tmp_path: Path, command: str) -> None:
    argument = {"replay": [str(SEED)], "merge": ["parsed"]}.get(command, [])
    result = run(command, *argument, "--log-file", "no/such/folder/log", cwd=tmp_path)
    assert (result.status, result.out, len(result.errors)) == (2, "", 1)
    assert "--log-file: no/such/folder/log: No such file or directory" in result.err
    assert list(tmp_path.iterdir()) == []


def test_a_run_goes_on_when_the_disk_of_the_log_is_full(tmp_path: Path) -> None:
    result = run("replay", SEED, SEED.with_name("no-such-page"), "--log-file", "/dev/full", cwd=tmp_path)
    assert result.status == 2
    result = run("replay", SEED, "--log-file", "/dev/full", cwd=tmp_path)
    assert (result.status, "replay: complete" in result.out) == (0, True)
    assert len([line for line in result.errors if "/dev/full: no more lines" in line]) == 1


def test_the_file_is_appended_to(tmp_path: Path) -> None:
    for _ in range(2):
        run("replay", SEED, "--log-file", "log", cwd=tmp_path)
    lines = (tmp_path / "log").read_text().splitlines()
    assert len([line for line in lines if "replay: complete" in line]) == 2


def test_the_key_of_the_search_service_is_not_logged(tmp_path: Path) -> None:
    with Newsroom(make_stories(3)) as newsroom:
        addresses = ["--search-url", newsroom.url, "--start-url", f"{newsroom.url}/press-releases"]
        options = ["--source", "search", *addresses, "--delay", "0", "--log-file", "log", "-v"]
        result = run("crawl", *options, cwd=tmp_path, env={"OSCE_NEWS_SEARCH_KEY": "SecretSecret1234"})
    assert result.status != 0
    written = result.out + result.err + (tmp_path / "log").read_text()
    assert newsroom.url in written
    assert "SecretSecret" not in written
