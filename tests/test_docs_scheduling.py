"""docs/scheduling.md: the commands run. The schedulers' programs are stubs that write down their arguments.

tests/crawl/test_scrapyd.py runs those for scrapyd, with scrapyd itself.
"""

from __future__ import annotations

import re
from pathlib import Path

import pytest

from tests.cli.schedules.scheduled import stub
from tests.helpers import ROOT, shell

PAGE = (ROOT / "docs" / "scheduling.md").read_text(encoding="utf-8")


def commands(section: str) -> list[str]:
    """Return the commands under a heading."""
    text = PAGE.split(f"\n## {section}\n")[1].split("\n## ")[0]
    return re.findall(r"^\$ (.*)$", text, re.MULTILINE)


@pytest.fixture
def home(tmp_path: Path) -> Path:
    """Return a home folder with stubs of programs that write down their arguments and their input."""
    for name in ("systemctl", "loginctl"):
        stub(tmp_path / "bin", name, f'echo "{name} $@" >> "$HOME/noted"')
    stub(tmp_path / "bin", "crontab", '[ "$1" = -l ] && echo "# my old line" && exit; cat > "$HOME/crontab"')
    return tmp_path


def type_in(section: str, home: Path) -> list[str]:
    """Run the commands of a section in order; return what the stubs wrote down."""
    for command in commands(section):
        done = shell(f'PATH="$HOME/bin:$PATH"; {command}', cwd=home, env={"HOME": str(home)})
        assert (done.status, done.out, done.err) == (0, "", ""), command
    noted = home / "noted"
    return noted.read_text().splitlines() if noted.exists() else []


def test_each_section_with_commands_has_a_test() -> None:
    headings = re.findall(r"^## (.*)$", PAGE, re.MULTILINE)
    with_commands = [heading for heading in headings if commands(heading)]
    assert with_commands == ["When a crawl fails, or none runs", "cron", "systemd", "GitHub", "scrapyd"]
    assert len(re.findall(r"^\$ ", PAGE, re.MULTILINE)) == sum(len(commands(heading)) for heading in headings)


@pytest.mark.slow
def test_the_file_with_an_address_is_private_and_named_in_the_crontab(home: Path) -> None:
    write, schedule = commands("When a crawl fails, or none runs")
    for command in (write, schedule):
        done = shell(command, cwd=home, env={"HOME": str(home)})
        assert (done.status, done.err) == (0, "")
    assert (home / "osce-news.notify").stat().st_mode & 0o777 == 0o600
    assert f'OSCE_NEWS_NOTIFY="{home}/osce-news.notify"' in done.out
    assert "PASSWORD" not in done.out


def test_the_lines_are_added_to_the_crontab(home: Path) -> None:
    type_in("cron", home)
    lines = (home / "crontab").read_text().splitlines()
    assert lines[0] == "# my old line"
    assert {'MAILTO="you@example.org"', 'OSCE_NEWS_CONTACT="you@example.org"'} <= set(lines)
    assert len([line for line in lines if f"--db {home}/osce-news.db " in line]) == 2


def test_the_units_are_written_to_the_folder_of_systemd_and_enabled(home: Path) -> None:
    noted = type_in("systemd", home)
    written = home / ".config" / "systemd" / "user"
    names = {path.name for path in written.iterdir()}
    assert names == {
        "osce-news.service", "osce-news.timer", "osce-news-full.service", "osce-news-full.timer",
        "osce-news-failed@.service",
    }  # fmt: skip
    for name in names:
        assert (written / name).read_text().startswith(f"# file: {name}\n")
    assert noted == [
        "systemctl --user daemon-reload",
        "systemctl --user enable --now osce-news.timer osce-news-full.timer",
        "loginctl enable-linger",
    ]


@pytest.mark.parametrize("user", [True, False], ids=["user", "system"])
def test_the_comments_in_the_units_show_the_same_commands(home: Path, user: bool) -> None:
    option = "--user " if user else ""
    assert shell(f"osce-news schedule systemd {option}> units.txt", cwd=home).status == 0
    top = (home / "units.txt").read_text().split("\n# file: ")[0]
    told = [
        line.removeprefix("#   ").split("    ")[0] for line in top.splitlines() if line.startswith("#   ")
    ]
    assert set(told) <= set(commands("systemd")) or not user
    (awk,) = (line for line in told if line.startswith("awk "))
    to = "$HOME/.config/systemd/user/" if user else "/etc/systemd/system/"
    assert f"-v to={to} " in awk
    assert shell(awk.replace(to, f"{home}/"), cwd=home).status == 0
    assert len(list(home.glob("osce-news*.*"))) == 5


def test_the_workflow_is_written_to_the_folder_of_github(home: Path) -> None:
    type_in("GitHub", home)
    written = (home / ".github" / "workflows" / "osce-news.yml").read_text()
    assert 'OSCE_NEWS_CONTACT: "you@example.org"' in written
