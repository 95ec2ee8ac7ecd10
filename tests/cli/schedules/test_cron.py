"""The crontab, parsed as cron parses it, and run."""

from __future__ import annotations

import re
import shlex
import sys
from pathlib import Path
from typing import NamedTuple

import pytest

from tests.cli.schedules.scheduled import HALF_DAYS, agents, schedule, start, stored
from tests.helpers import Result, slow
from tests.newsroom import Newsroom, faults


class Line(NamedTuple):
    when: str
    command: str
    stdin: str


def unescaped(text: str) -> tuple[str, str]:
    r"""Return the command and its standard input, as Vixie cron finds them: at the first bare %.

    A backslash before % goes; any other stays, and what follows it is not looked at.
    """
    command = ""
    characters = iter(enumerate(text))
    for at, character in characters:
        if character == "%":
            return command, text[at + 1 :]
        if character == "\\":
            following = next(characters, (0, ""))[1]
            command += following if following == "%" else character + following
        else:
            command += character
    return command, ""


def read(crontab: str) -> tuple[dict[str, str], list[Line]]:
    """Return the settings and the lines of a crontab."""
    settings, lines = {}, []
    for text in crontab.splitlines():
        if not text or text.startswith("#"):
            continue
        if setting := re.fullmatch(r'(\w+) *= *(["\']?)(.*)\2', text):
            settings[setting[1]] = setting[3]
        else:
            *when, rest = text.split(None, 5)
            lines.append(Line(" ".join(when), *unescaped(rest)))
    return settings, lines


def run_line(line: Line, settings: dict[str, str], cwd: Path) -> Result:
    assert line.stdin == ""
    return start(
        ["/bin/sh", "-c", line.command.replace(" crawl ", " crawl --delay 0 ")], env=settings, cwd=cwd
    )


@pytest.fixture
def crontab(newsroom: Newsroom, folder: Path) -> tuple[dict[str, str], list[Line]]:
    options = [
        "--start-url",
        f"{newsroom.url}/press-releases?f[0]=a%20'b",
        "--contact",
        "Jane O'Neil <j@example.org>",
    ]
    return read(schedule("cron", "--db", "a.db", *options, "--mail", "j@example.org", cwd=folder))


@pytest.mark.parametrize("which", [0, *slow(1)], ids=["daily", "weekly"])
def test_a_successful_crawl_is_silent(
    crontab: tuple[dict[str, str], list[Line]], newsroom: Newsroom, folder: Path, tmp_path: Path, which: int
) -> None:
    settings, lines = crontab
    assert len(lines) == 2
    assert (" --full " in lines[which].command) == bool(which)
    assert run_line(lines[which], settings, tmp_path) == Result(0, "", "")
    assert stored(folder / "a.db") == 60
    assert [agent.partition(" ")[2] for agent in agents(newsroom)] == ["(+Jane O'Neil <j@example.org>)"]
    assert any("f%5B0%5D=a+%27b" in path or "f%5B0%5D=a%20%27b" in path for path in newsroom.paths)


def test_a_refused_crawl_prints_its_status_its_error_and_the_state_of_the_database(
    crontab: tuple[dict[str, str], list[Line]], newsroom: Newsroom, folder: Path, tmp_path: Path
) -> None:
    newsroom.fail(faults.everything, faults.status(403))
    result = run_line(crontab[1][0], crontab[0], tmp_path)
    assert (result.status, result.err) == (6, "")
    first, *state = result.out.splitlines()
    assert re.fullmatch(r"exit status 6: osce-news: http://.* the site refuses .*", first)
    assert {f"database: {folder}/a.db", "last run: 1", "last run status: refused"} <= set(state)


def test_a_missing_program_is_reported(crontab: tuple[dict[str, str], list[Line]], tmp_path: Path) -> None:
    line = crontab[1][0]
    program = shlex.quote(sys.executable)
    gone = line._replace(command=line.command.replace(program, f"{program}-gone"))
    result = run_line(gone, crontab[0], tmp_path)
    assert (result.status, len(result.out.splitlines())) == (127, 1)
    assert "not found" in result.err
    assert result.out.startswith("exit status 127: ")
    assert "not found" in result.out


@pytest.mark.parametrize(("at", "hours"), HALF_DAYS)
def test_the_full_crawl_is_half_a_day_from_the_daily_one(at: str, hours: str, tmp_path: Path) -> None:
    minute = int(at.partition(":")[2])
    daily, full = hours.split()
    _, lines = read(schedule("cron", "--at", at, cwd=tmp_path))
    assert [line.when for line in lines] == [f"{minute} {daily} * * *", f"{minute} {full} * * 0"]


def test_mail_goes_to_the_given_address(tmp_path: Path) -> None:
    settings, _ = read(schedule("cron", "--mail", "a@example.org,root", "--contact", "me", cwd=tmp_path))
    assert settings == {"MAILTO": "a@example.org,root", "OSCE_NEWS_CONTACT": "me"}


@pytest.mark.slow
def test_a_ping_and_a_notice_are_variables_of_the_crontab(tmp_path: Path) -> None:
    (tmp_path / "notify").write_text("json://me:geheim@localhost\n")
    (tmp_path / "notify").chmod(0o600)
    text = schedule("cron", "--ping", "https://example.org/100%41", "--notify", "notify", cwd=tmp_path)
    variables = {"OSCE_NEWS_PING": "https://example.org/100%41", "OSCE_NEWS_NOTIFY": f"{tmp_path}/notify"}
    assert read(text)[0] == variables
    assert "geheim" not in text


def test_missing_options_are_mentioned_in_a_comment(tmp_path: Path) -> None:
    text = schedule("cron", cwd=tmp_path)
    assert read(text)[0] == {}
    assert "# MAILTO=" in text
    assert "# OSCE_NEWS_CONTACT=" in text
