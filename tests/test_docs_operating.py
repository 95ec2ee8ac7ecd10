"""docs/operating.md: its commands run, but for those of other programs; the wheel has the name it says."""

from __future__ import annotations

import re
import tomllib
from pathlib import Path

import pytest

from osce_news.storage import Writer
from tests.helpers import FIXTURES, ROOT, WHEEL, fixture_page, remarks, shell

PAGE = (ROOT / "docs" / "operating.md").read_text(encoding="utf-8")
COMMANDS = re.findall(r"^\$ (.*?)(?:\s+# .*)?$", PAGE, re.MULTILINE)
OTHERS = ("pip wheel ", "pipx ", "podman ", "OSCE_NEWS_CONTACT=you@example.org podman ")


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    """Return a folder with a database and the fixtures."""
    with Writer(tmp_path / "osce-news.db") as writer:
        writer.begin("replay")
        writer.store(fixture_page("seed"))
        writer.finish("complete")
    (tmp_path / "fixtures").symlink_to(FIXTURES.parent)
    return tmp_path


@pytest.mark.slow
def test_each_command_runs_in_the_order_of_the_page(folder: Path) -> None:
    """In one folder: later commands need what earlier ones made."""
    commands = [command for command in COMMANDS if not command.startswith(OTHERS)]
    assert commands
    for command in commands:
        done = shell(command, cwd=folder, env={"HOME": str(folder)})
        assert (done.status, [line for line in remarks(done.err) if " INFO " not in line]) == (0, []), command


def test_the_wheel_has_the_name_that_the_page_says() -> None:
    assert set(re.findall(r"[\w.-]+\.whl", PAGE)) == {WHEEL}  # which tests/test_wheel.py builds


def test_the_table_has_the_extras_for_users() -> None:
    project = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    table = PAGE.partition("| extra | for |")[2].partition("\n\n")[0]
    extras = {name for row in table.splitlines() for name in re.findall(r"`(\w+)`", row.split(" | ")[0])}
    assert extras == set(project["optional-dependencies"]) - {"docs", "test", "test-slow"}
