"""docs/figures.md: each command draws a figure, and each picture comes from one of the commands."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.generated import fill
from tests.helpers import remarks, run
from tests.publish.figures.make_pictures import PICTURES, commands, shown


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Return a folder with a database of four years, 2022 to 2025."""
    path = tmp_path_factory.mktemp("docs")
    fill(path / "osce-news.db", 4000)
    return path


@pytest.mark.slow
@pytest.mark.parametrize("command", commands())
def test_each_command_draws_a_figure(folder: Path, command: str) -> None:
    result = run(*command.split(), cwd=folder)
    assert (result.status, remarks(result.err)) == (0, [])
    assert (folder / command.rsplit(" ", 1)[-1]).stat().st_size > 1000


def test_each_picture_shown_comes_from_one_of_the_commands() -> None:
    drawn = [command.rsplit(" ", 1)[-1] for command in commands()]
    assert len(shown()) >= 4
    assert set(shown()) <= set(drawn)
    assert {path.name for path in PICTURES.iterdir()} == set(shown())
    for name in shown():
        text = (PICTURES / name).read_text(encoding="utf-8")
        assert "30,000 items, published" in text
