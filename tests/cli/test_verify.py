"""`verify`: sound, damaged and older databases."""

from __future__ import annotations

import json
from pathlib import Path

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


def test_an_older_database_is_reported_as_sound_and_older(older: Path, tmp_path: Path) -> None:
    result = run("verify", cwd=tmp_path)
    assert (result.status, result.err) == (0, "")
    assert "no problems found; an older version made it (schema m005_dictionary): " in result.out
    assert run("renormalize", cwd=tmp_path).status == 0
    assert run("verify", cwd=tmp_path).out == "osce-news.db: no problems found\n"
