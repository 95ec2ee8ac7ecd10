"""Renormalising: values are recomputed from the printed ones, by another vocabulary or other rules."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from dataclasses import replace
from pathlib import Path

import pytest

from osce_news.normalize import record, rules
from osce_news.storage import Writer, open_for_reading, queries, renormalize
from osce_news.storage import writer as writer_module
from osce_news.storage.integrity import problems
from osce_news.storage.queries import Query
from osce_news.storage.queries.search import search
from osce_news.storage.renormalize import renormalize_all
from tests.helpers import dump, listing, values
from tests.newsroom import make_stories
from tests.newsroom.samples import TEN
from tests.normalize.vocabulary.editing import Edit, edit

__all__ = ["edit"]  # a fixture


@pytest.fixture
def moon_base(db: Path) -> Path:
    """Return a database of three stories, one of an office and a topic that are not known."""
    odd = replace(TEN[0], offices=("OSCE Moon Base", *TEN[0].offices), topics=("Tides", "Elections"))
    with Writer(db) as writer:
        writer.begin("replay")
        writer.store(listing([odd, *TEN[1:3]]))
        writer.finish("complete")
    return db


def _names(db: Path, column: str) -> list[object]:
    with closing(open_for_reading(db)) as connection:
        return values(connection, f"SELECT {column} FROM newsroom WHERE id = '575719'")


def test_with_the_same_vocabulary_nothing_changes_and_the_run_is_kept(moon_base: Path) -> None:
    with Writer(moon_base) as writer:
        before = dump(writer.connection, ())
        done = renormalize_all(writer)
        assert (done.seen, done.changed) == (3, 0)
        assert dump(writer.connection, ()) == before
        row = writer.connection.execute("SELECT * FROM runs ORDER BY id DESC").fetchone()
        assert (row["mode"], row["status"], row["seen"], row["unchanged"]) == (
            "renormalize",
            "complete",
            3,
            3,
        )


def test_a_new_entry_gives_printed_values_their_meaning(moon_base: Path, edit: Edit) -> None:
    edit("offices", "[troika]", '[moon-base]\nlabel = "OSCE Base on the Moon"\n'
         'aliases = ["OSCE Moon Base"]\n[troika]')  # fmt: skip
    with Writer(moon_base) as writer:
        before = dump(writer.connection, ("office_id",))
        done = renormalize_all(writer)
        assert (done.seen, done.changed) == (3, 1)
        assert dump(writer.connection, ("office_id",)) == before  # all that was printed, and all times
        assert [row["printed"] for row in queries.unknown_values(writer.connection)] == ["Tides"]
        assert values(writer.connection, "SELECT count(*) FROM revisions") == [0]
    assert _names(moon_base, "offices -> '$[0]'") == ['"OSCE Base on the Moon"']
    assert problems(moon_base) == []


def test_a_change_between_two_names_of_one_office_is_none(db: Path, edit: Edit) -> None:
    first, second = TEN[:2]
    with Writer(db) as writer:
        for office, topic, other in (
            ("OSCE Moon Base", "Tides", "Elections"),
            ("OSCE Lunar Base", "Spring tides", "Youth"),
        ):
            writer.begin("full")
            renamed = replace(first, offices=(office,), topics=(topic,))
            writer.store(listing([renamed, replace(second, topics=(other,))]))
            writer.finish("complete")
        sql = "SELECT field, before, class FROM revisions ORDER BY before"
        assert [tuple(row) for row in writer.connection.execute(sql)] == [
            ("topics", "Elections", "labels"),
            ("offices", "OSCE Moon Base", "labels"),
            ("topics", "Tides", "labels"),
        ]
        edit("offices", "[troika]", '[moon-base]\nlabel = "OSCE Base on the Moon"\n'
             'aliases = ["OSCE Moon Base", "OSCE Lunar Base"]\n[troika]')  # fmt: skip
        edit("topics", 'label = "Arms control"\naliases = [',
             'label = "Arms"\naliases = ["Tides", "Spring tides", ')  # fmt: skip
        renormalize_all(writer)
        assert [tuple(row) for row in writer.connection.execute(sql)] == [
            ("topics", "Elections", "labels"),
            ("topics", "Tides", "cosmetic"),
        ]
    assert problems(db) == []


def test_a_run_with_another_vocabulary_first_renormalises(moon_base: Path, edit: Edit) -> None:
    edit("topics", 'label = "Arms control"\naliases = [', 'label = "Arms"\naliases = ["Tides", ')
    with Writer(moon_base) as writer:
        writer.begin("replay")
        assert values(writer.connection, "SELECT topics_raw FROM items WHERE id = '575719'") == [
            "Tides, Elections"
        ]
        writer.finish("complete")
    assert _names(moon_base, "topics") == ['["Arms","Elections"]']
    assert problems(moon_base) == []


def test_an_entry_that_is_gone_leaves_what_was_printed(moon_base: Path, edit: Edit) -> None:
    edit("content_types", "[news]", "[novelty]")
    edit("content_types", 'label = "News"', 'label = "Novelty"')
    with Writer(moon_base) as writer:
        renormalize_all(writer)
        assert {"kind": "type", "printed": "News", "items": 1} in queries.unknown_values(writer.connection)
        assert "news" not in values(writer.connection, "SELECT id FROM content_types")
        assert values(writer.connection, "SELECT content_type_raw FROM items WHERE id = '575719'") == ["News"]
    assert _names(moon_base, "content_type") == [None]
    assert problems(moon_base) == []


def test_two_entries_may_change_their_labels_with_each_other(moon_base: Path, edit: Edit) -> None:
    edit("topics", 'label = "Elections"', 'label = "For a moment"')
    edit("topics", 'label = "Arms control"', 'label = "Elections"')
    edit("topics", 'label = "For a moment"', 'label = "Arms control"')
    with Writer(moon_base) as writer:
        renormalize_all(writer)
        sql = "SELECT topic_id FROM item_topics WHERE raw = 'Elections'"
        assert values(writer.connection, sql) == ["arms-control"]
    assert _names(moon_base, "topics") == ['["Tides","Elections"]']
    assert problems(moon_base) == []


def test_what_a_user_adds_to_an_entry_stays(moon_base: Path) -> None:
    with Writer(moon_base) as writer:
        writer.connection.execute("ALTER TABLE offices ADD COLUMN my_note TEXT")
        writer.connection.execute("UPDATE offices SET my_note = id")
        renormalize_all(writer)
        assert values(writer.connection, "SELECT id FROM offices WHERE my_note IS NOT id") == []


def test_a_topic_may_stand_before_its_parent_and_the_parent_may_change(moon_base: Path, edit: Edit) -> None:
    edit("topics", "[arms-control]\n", '[arms-control]\nparent = "youth"\n')
    with Writer(moon_base) as writer:
        renormalize_all(writer)
        assert values(writer.connection, "SELECT parent FROM topics WHERE id = 'arms-control'") == ["youth"]
    assert problems(moon_base) == []


def test_values_are_renormalised_if_the_rules_changed(
    moon_base: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    made: list[str] = []

    def spy(connection: sqlite3.Connection) -> tuple[int, int]:
        made.append(rules())
        return renormalize.renormalize(connection)

    monkeypatch.setattr(writer_module, "renormalize", spy)
    with Writer(moon_base) as writer:
        writer.connection.execute("UPDATE items SET title = 'Spoilt'")
        writer.begin("replay")
        assert made == []
        monkeypatch.setattr(record, "RULES", 999)
        writer.begin("full")
        writer.begin("incremental")
        assert made == [rules()]
        titles = values(writer.connection, "SELECT title FROM items ORDER BY id DESC")
        assert titles == [story.title for story in TEN[:3]]
        assert len(set(values(writer.connection, "SELECT rules FROM runs"))) == 2


def test_the_search_index_is_rebuilt(moon_base: Path) -> None:
    with Writer(moon_base) as writer:
        key, title, teaser = writer.connection.execute("SELECT key, title, teaser FROM items").fetchone()
        writer.connection.execute(
            "INSERT INTO items_fts (items_fts, rowid, title, teaser, text) VALUES ('delete', ?, ?, ?, NULL)",
            (key, title, teaser),
        )
        assert not search(writer.connection, Query("memorial"), None, ("", "")).rows
        renormalize_all(writer)
        assert search(writer.connection, Query("memorial"), None, ("", "")).rows
    assert problems(moon_base) == []


def test_many_items_go_in_batches_and_all_or_none(db: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(renormalize, "_BATCH", 20)
    with Writer(db) as writer:
        writer.begin("replay")
        writer.store(listing(make_stories(50)))
        writer.connection.execute("UPDATE items SET title = 'Spoilt'")
        with monkeypatch.context() as patch:
            patch.setattr(renormalize, "_reclassify_revisions", lambda _: 1 / 0)
            with pytest.raises(ZeroDivisionError):
                renormalize_all(writer)
        assert values(writer.connection, "SELECT DISTINCT title FROM items") == ["Spoilt"]
        done = renormalize_all(writer)
        assert (done.seen, done.changed) == (50, 50)
    assert problems(db) == []
