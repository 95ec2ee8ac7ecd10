"""The options of `schedule`; its output is tested in tests/cli/schedules."""

from __future__ import annotations

import shlex
import sys
from pathlib import Path

import pytest

from tests.cli.schedules.scheduled import schedule, start
from tests.helpers import run


@pytest.mark.slow
@pytest.mark.parametrize(
    ("options", "says"),
    [
        (["cron", "--at", "25:00"], "--at: '25:00' is not a time of day"),
        (["cron", "--at", "4.17"], "--at: '4.17' is not a time of day"),
        (["cron", "--user"], "--user works only with systemd"),
        (["github", "--mail", "a@example.org"], "--mail does not work with github"),
        (["cron", "--mail", "a b"], "--mail: not an e-mail address: 'a b'"),
        (["cron", "--mail", "-oQ/tmp"], "--mail: not an e-mail address"),
        (["cron", "--db", f"{'long/' * 200}a.db"], "is too long for cron"),
        (["systemd", "--mail", "a@example.org; rm"], "--mail: not an e-mail address"),
        (["cron", "--contact", 'the "crawler"'], "can't hold a quote in a variable"),
        (["github", "--ping", "https://example.org"], "OSCE_NEWS_NOTIFY are secrets of the repository"),
        (["cron", "--ping", "https://a:geheim@example.org"], "--ping: not an address that begins with"),
        (["cron", "--notify", "json://me:geheim@localhost"], "--notify: write the address to a file"),
        (["systemd", "--notify", "geheim"], "--notify: neither an address nor a file with addresses"),
        (["github", "--contact", "a\nb"], "a schedule can't hold a line break"),
        (["systemd", "--db", "a\nb.db"], "a schedule can't hold a line break"),
        (["cron", "--db", b"\xff.db"], "a schedule can't hold a line break or control character"),
        (["cron", "--start-url", "example.org"], "not the address of a list: 'example.org'"),
        (["anacron"], "'anacron' is not one of"),
    ],
)
def test_impossible_values_are_one_line(tmp_path: Path, options: list[str | bytes], says: str) -> None:
    result = run("schedule", *options, cwd=tmp_path)
    assert (result.status, result.out) == (2, "")
    assert len(result.errors) == 1
    assert says in result.err
    assert "geheim" not in result.err


@pytest.mark.parametrize("scheduler", ["cron", "systemd", "github"])
def test_nothing_is_written(tmp_path: Path, scheduler: str) -> None:
    schedule(scheduler, cwd=tmp_path)
    assert list(tmp_path.iterdir()) == []


@pytest.mark.slow
@pytest.mark.parametrize("scheduler", ["cron", "systemd", "github"])
def test_the_contact_comes_from_the_environment_too(tmp_path: Path, scheduler: str) -> None:
    given = schedule(scheduler, "--contact", "a@example.org", cwd=tmp_path)
    assert "a@example.org" in given
    assert schedule(scheduler, cwd=tmp_path, env={"OSCE_NEWS_CONTACT": "a@example.org"}) == given
    assert schedule(scheduler, cwd=tmp_path, env={"OSCE_NEWS_CONTACT": ""}) == schedule(
        scheduler, cwd=tmp_path
    )


def test_the_path_of_the_database_is_absolute(tmp_path: Path) -> None:
    here = schedule("cron", cwd=tmp_path)
    assert f"--db {tmp_path}/osce-news.db " in here
    (tmp_path / "below").mkdir()
    above = schedule("cron", "--db", "../osce-news.db", cwd=tmp_path / "below")
    assert above == here
    assert schedule("cron", cwd=Path("/"), env={"OSCE_NEWS_DB": str(tmp_path / "osce-news.db")}) == here


def test_the_program_is_the_one_that_printed_the_unit(tmp_path: Path) -> None:
    as_module = f"$({shlex.quote(sys.executable)} -m osce_news crawl "
    assert as_module in schedule("cron", cwd=tmp_path)
    # Python gets the path of the script that pip makes, which has the name of the command.
    script = tmp_path / "my bin" / "osce-news"
    script.parent.mkdir()
    script.write_text("from osce_news.cli import main\nmain()\n")
    script.chmod(0o755)
    for word in (str(script), "my bin/osce-news"):
        result = start([sys.executable, word, "schedule", "cron"], env={}, cwd=tmp_path)
        assert result.status == 0, result.err
        assert f"$('{script}' crawl " in result.out
