"""`undo`: what it says that it took back, or not."""

from __future__ import annotations

from pathlib import Path

import pytest

from tests.helpers import run


@pytest.mark.parametrize("command", [("undo", "1"), ("renormalize",)], ids=" ".join)
def test_changing_commands_create_no_database(tmp_path: Path, command: tuple[str, ...]) -> None:
    result = run(*command, "--db", "typo.db", cwd=tmp_path)
    assert (result.status, len(result.errors)) == (2, 1)
    assert "no such database: typo.db" in result.err
    assert list(tmp_path.iterdir()) == []


def test_undo_says_that_nothing_was_left_to_take_back(filled: Path, tmp_path: Path) -> None:
    assert "left" not in run("undo", "1", cwd=tmp_path).err
    for undone in "1", "2":  # run 2 is the first `undo`: it removed items, which no `undo` brings back
        result = run("undo", undone, cwd=tmp_path)
        assert (result.status, result.out) == (0, f"run {undone}: nothing was left to take back\n")


def test_undo_says_which_items_of_an_older_version_stay(older: Path, tmp_path: Path) -> None:
    result = run("undo", "1", cwd=tmp_path)
    assert result.out == "run 1 was taken back: 0 items removed, 0 changed back, 0 withdrawals, 0 texts\n"
    assert result.err == "65 items not taken back: an older version did not note which run stored them\n"
