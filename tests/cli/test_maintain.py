"""`verify`, `renormalize` and `undo`."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from osce_news.storage import Writer
from tests.helpers import digest, run


def test_an_intact_database_verifies_and_a_damaged_one_does_not(filled: Path, tmp_path: Path) -> None:
    assert run("verify", cwd=tmp_path).out == "osce-news.db: no problems found\n"
    assert run("verify", "--json", cwd=tmp_path).out == "[]\n"
    with Writer(filled) as writer:
        writer.connection.execute("DROP INDEX items_language")
        writer.connection.execute("DELETE FROM addresses WHERE item_id = '514201'")
    before = digest(filled)
    result = run("verify", cwd=tmp_path)
    assert (result.status, result.out) == (1, "")
    assert len(result.errors) == 2
    assert all(line.startswith("osce-news.db: ") for line in result.errors)
    as_json = run("verify", "--json", cwd=tmp_path)
    assert as_json.status == 1
    assert [f"osce-news.db: {problem}" for problem in json.loads(as_json.out)] == result.errors
    assert digest(filled) == before


def test_renormalize_says_what_it_did(filled: Path, tmp_path: Path) -> None:
    with Writer(filled) as writer:
        writer.connection.execute("UPDATE items SET title = 'Spoilt' WHERE id = '514201'")
    result = run("renormalize", cwd=tmp_path)
    assert (result.status, result.err) == (0, "")
    assert result.out == "osce-news.db: 93 items normalised again, 1 changed\n"
    assert (
        json.loads(run("list", "--until", "2022-03-15", "--json", cwd=tmp_path).out)[1]["title"] != "Spoilt"
    )


def test_an_older_database_is_said_to_be_sound_and_older(older: Path, tmp_path: Path) -> None:
    result = run("verify", cwd=tmp_path)
    assert (result.status, result.err) == (0, "")
    assert "no problems found; an older version made it (schema m005_dictionary): " in result.out
    assert run("renormalize", cwd=tmp_path).status == 0
    assert run("verify", cwd=tmp_path).out == "osce-news.db: no problems found\n"


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
    assert result.err == "65 items stay: an older version stored them, and did not note in which run\n"
