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


def test_columns_of_a_user_are_no_problem_and_are_named(filled: Path, tmp_path: Path) -> None:
    with Writer(filled) as writer:
        writer.connection.execute("ALTER TABLE items ADD COLUMN mynote TEXT")
        writer.connection.execute('ALTER TABLE runs ADD COLUMN "my score" INTEGER NOT NULL DEFAULT -1')
        length = "INTEGER GENERATED ALWAYS AS (length(teaser)) VIRTUAL"
        writer.connection.execute(f"ALTER TABLE items ADD COLUMN teaser_length {length}")
        writer.connection.execute("CREATE INDEX mine ON items (mynote)")
    result = run("verify", cwd=tmp_path)
    assert (result.status, result.err) == (0, "")
    added = "runs.my score, items.mynote, items.teaser_length"
    assert result.out == (
        f"osce-news.db: no problems found; columns that osce-news does not know, and keeps: {added}\n"
    )
    assert run("list", "--as-of", "2099-01-01", cwd=tmp_path).status == 0
    with Writer(filled) as writer:
        writer.connection.execute("ALTER TABLE items DROP COLUMN collections_raw")
    result = run("verify", cwd=tmp_path)
    assert "schema: table items is not as this version makes it" in result.err
