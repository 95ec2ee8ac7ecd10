"""Runs that are killed, run side by side, or run out of space."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import pytest

from tests.archive.crashing import KILLS, body
from tests.archive.making import URL, exchange, read, warcio, write
from tests.helpers import ROOT, environment


def crash(what: str, folder: Path) -> str:
    command = [sys.executable, "-m", "tests.archive.crashing", what, str(folder)]
    done = subprocess.run(command, cwd=ROOT, env=environment(), capture_output=True, text=True, timeout=60)
    assert (done.returncode, done.stderr) == (0, "")
    return done.stdout


@pytest.fixture(scope="module")
def killed(tmp_path_factory: pytest.TempPathFactory) -> list[Path]:
    """The folders of runs that were killed, each with a file `done` that has a byte an exchange."""
    folder = tmp_path_factory.mktemp("killed")
    crash("kill", folder)
    return [folder / str(number) for number in range(KILLS)]


def test_a_killed_run_loses_nothing_that_was_recorded(killed: list[Path]) -> None:
    cuts = 0
    for folder in killed:
        done = (folder / "done").stat().st_size
        files = sorted(folder.glob("*.warc.gz")) if done else []
        found, report = read(*files)
        assert done <= len(found) <= done + 1
        assert [one.body for one in found] == [body(number) for number in range(len(found))]
        assert (report.skipped["unreadable"], report.skipped["unresolved"]) == (0, 0)
        assert report.cut == report.problem_count <= 1
        cuts += report.cut
    assert cuts > KILLS // 4  # else nothing was tried


def test_the_next_run_leaves_the_files_of_a_killed_one_alone(killed: list[Path]) -> None:
    for number, folder in enumerate(killed):
        before = {path: path.read_bytes() for path in folder.glob("*.warc.gz")}
        count = len(read(*before)[0])
        new = write(folder, [exchange(n, body(n)) for n in range(count + 5)], f"next-{number}")
        assert all(path.read_bytes() == data for path, data in before.items())
        found, report = read(*sorted(before), *new)
        assert [one.body for one in found[count:]] == [body(n) for n in range(count + 5)]
        assert sum(one.revisit is not None for one in found) >= count  # what was whole is not stored again
        assert report.skipped["unresolved"] == 0
        assert warcio("check", *new) == (0, "")


def test_two_runs_write_into_one_folder(tmp_path: Path) -> None:
    crash("two", tmp_path)
    files = sorted(tmp_path.glob("*.warc.gz"))
    assert len(files) >= 4  # both were rolled
    found, report = read(*files)
    assert report.lines() == []
    urls = [one.url for one in found]
    assert all(urls.count(URL.format(number)) == 2 for number in range(60))
    assert {one.url: one.body for one in found} == {URL.format(n): body(n) for n in range(60)}
    assert all(warcio("check", path) == (0, "") for path in files)


def test_a_full_disk_is_an_error_in_one_line_and_loses_nothing(tmp_path: Path) -> None:
    said = crash("full", tmp_path)
    (path,) = tmp_path.glob("*.warc.gz")
    assert said == f"the archive {path} can't be written: File too large\n"
    found, report = read(path)
    assert len(found) >= 4
    assert [one.body for one in found] == [body(number) for number in range(len(found))]
    assert report.lines() == []  # the half record was taken back
    assert warcio("check", path) == (0, "")
    (new,) = write(tmp_path, [exchange(0, body(0))], "2")
    assert any(one.revisit for one in read(new, path)[0])
