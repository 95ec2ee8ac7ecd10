"""The schema: its tables, its view, its indexes, and a search index that is always in step."""

from __future__ import annotations

import gzip
import shutil
import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path

import pytest

from osce_news.errors import NewerDatabaseError
from osce_news.storage import Writer, open_for_reading, open_for_writing, queries, schema, upgrade
from osce_news.storage.integrity import problems
from osce_news.storage.queries import Query
from osce_news.storage.schema import APPLICATION_ID, MIGRATIONS, TABLES
from tests.helpers import ROOT, dump, listing, values
from tests.newsroom import make_stories

FORMER = ROOT / "tests" / "legacy"  # databases of the last commit that had separate migrations
VIEW = [
    "id", "url", "title", "published", "content_type", "offices", "topics", "teaser", "language",
    "dateline_places", "dateline_date", "text", "first_seen", "last_seen", "withdrawn", "origin",
]  # fmt: skip

_ARTICLE = (
    "INSERT INTO articles (item_id, status, first_asked, fetched_at, first_read, read_at, text) "
    "VALUES (?, 'read', '1', '1', '1', '1', ?)"
)


@pytest.fixture
def stored(hundred: Path, tmp_path: Path) -> Iterator[sqlite3.Connection]:
    """Return a connection that may write to a copy of the hundred stories."""
    with closing(open_for_writing(Path(shutil.copy(hundred, tmp_path / "copy.db")))) as connection:
        yield connection


def _schema(connection: sqlite3.Connection) -> list[tuple[object, ...]]:
    return [
        tuple(row) for row in connection.execute("SELECT type, name, sql FROM sqlite_master ORDER BY 1, 2")
    ]


def _check_search_index(connection: sqlite3.Connection) -> None:
    connection.execute("INSERT INTO items_fts (items_fts, rank) VALUES ('integrity-check', 1)")


def _found(connection: sqlite3.Connection, query: str) -> list[object]:
    sql = "SELECT items.id FROM items_fts JOIN items ON items.key = items_fts.rowid WHERE items_fts MATCH ?"
    return values(connection, sql, query)


@pytest.fixture(params=["list", "articles", "killed"])
def former(request: pytest.FixtureRequest, tmp_path: Path) -> Path:
    """Return a copy of a database that was made before the first release."""
    path = tmp_path / "former.db"
    path.write_bytes(gzip.decompress((FORMER / request.param / "newsroom.db.gz").read_bytes()))
    return path


def _names(connection: sqlite3.Connection) -> list[object]:
    return values(connection, "SELECT name FROM _sqlite_migrations ORDER BY id")


def test_each_change_of_the_schema_has_a_name_of_its_own() -> None:
    assert list(MIGRATIONS.values())[-1] == schema.fingerprint(), (
        f'add a line to MIGRATIONS in schema.py: "mNNN_what_changed": "{schema.fingerprint()}"'
    )


def test_opening_a_database_again_changes_nothing(db: Path) -> None:
    with closing(open_for_writing(db)) as connection:
        first, names = _schema(connection), _names(connection)
        assert names == list(MIGRATIONS)
    with closing(open_for_writing(db)) as connection:
        assert (_schema(connection), _names(connection)) == (first, names)
        upgrade.update(connection)
        assert _schema(connection) == first


def test_a_database_made_before_the_first_release_is_read_as_it_is(former: Path) -> None:
    with closing(open_for_reading(former)) as connection:
        assert upgrade.differences(connection).items() >= {("runs", "different"), ("pages", "different")}
        assert len(list(queries.items(connection, Query()))) > 20
    assert problems(former) == []


def test_a_former_database_gets_the_present_schema_and_keeps_its_rows(former: Path, db: Path) -> None:
    with closing(open_for_reading(former)) as connection:
        before = dump(connection)
        columns = values(connection, "SELECT name FROM pragma_table_info('items')")
    with closing(open_for_writing(former)) as connection:
        added = set(values(connection, "SELECT name FROM pragma_table_info('items')")) - set(columns)
        assert dump(connection, ("last_seen", *map(str, added))) == before
        with closing(open_for_writing(db)) as fresh:
            assert _even(_schema(connection)) == _even(_schema(fresh))
        assert _names(connection)[-1] == list(MIGRATIONS)[-1]
        _check_search_index(connection)
        assert values(connection, "PRAGMA foreign_key_check") == []
    with Writer(former) as writer:
        writer.begin("replay")
        assert writer.store(listing(make_stories(3, 7, first_node=990_001))).new == 3
        writer.finish("complete")
    assert problems(former) == []


def _even(rows: list[tuple[object, ...]]) -> list[tuple[object, ...]]:
    return [(*row[:2], " ".join(str(row[2]).split())) for row in rows]


def test_a_table_that_differs_is_rebuilt_and_what_a_user_added_stays(stored: sqlite3.Connection) -> None:
    before = dump(stored)
    present = _schema(stored)
    stored.execute("PRAGMA foreign_keys = OFF")
    stored.execute("CREATE INDEX mine ON items (teaser)")
    stored.execute("CREATE TABLE former (mine)")
    stored.execute("CREATE VIEW my_view AS SELECT title FROM items")
    stored.execute('ALTER TABLE items ADD COLUMN "my note" TEXT')
    stored.execute("UPDATE items SET \"my note\" = 'for ' || id")
    stored.execute("DROP INDEX items_language")
    stored.execute("DROP VIEW newsroom")
    stored.execute("CREATE VIEW newsroom AS SELECT id FROM items")
    stored.execute("DROP TABLE items_fts")
    stored.execute("CREATE VIRTUAL TABLE items_fts USING fts5 (title)")
    upgrade.update(stored)
    assert values(stored, "SELECT name FROM sqlite_master WHERE name LIKE 'm%' ORDER BY 1") == [
        "mine",
        "my_view",
    ]
    assert values(stored, "SELECT count(*) FROM items WHERE \"my note\" = 'for ' || id") == [100]
    stored.execute("DROP INDEX mine")
    stored.execute("DROP TABLE former")
    stored.execute("DROP VIEW my_view")
    stored.execute('ALTER TABLE items DROP COLUMN "my note"')
    assert _schema(stored) == present
    assert dump(stored) == before
    _check_search_index(stored)
    assert _found(stored, "police")


def test_columns_of_a_user_come_back_with_their_defaults_and_none_prevents_the_upgrade(
    stored: sqlite3.Connection, caplog: pytest.LogCaptureFixture
) -> None:
    own = [
        "\"a \"\"note\" TEXT NOT NULL DEFAULT 'it''s (mine)'",
        "rating INTEGER DEFAULT -1",
        "seen TEXT NOT NULL DEFAULT (date('now') || '')",
        "word TEXT DEFAULT unread",
        'quoted TEXT DEFAULT "un(read"',
        "later TEXT DEFAULT CURRENT_DATE",
        "capitals TEXT GENERATED ALWAYS AS (upper(title)) VIRTUAL",
        "Language_RAW TEXT",
    ]
    stored.execute("DELETE FROM items WHERE key > 1")  # some of these defaults need a table without rows
    stored.execute("PRAGMA foreign_keys = OFF")
    before = stored.execute("SELECT * FROM items").fetchone()
    stored.execute("DELETE FROM items")
    stored.execute("DROP VIEW newsroom")
    stored.execute("ALTER TABLE items DROP COLUMN language_raw")
    for column in own:
        stored.execute(f"ALTER TABLE items ADD COLUMN {column}")
    names = before.keys()
    insert = f"INSERT INTO items ({', '.join(names)}) VALUES ({', '.join('?' * len(names))})"
    stored.execute(insert, list(before))
    stored.execute("CREATE INDEX mine ON items (capitals)")
    columns = "SELECT name, type, \"notnull\", dflt_value FROM pragma_table_info('items')"
    added = [row for row in map(tuple, stored.execute(columns)) if row[0] not in names][:-1]
    assert len(added) == len(own) - 2
    upgrade.update(stored)
    assert [tuple(row) for row in stored.execute(columns)][-len(added) :] == added
    assert {name: stored.execute("SELECT * FROM items").fetchone()[name] for name in names} == dict(before)
    assert values(stored, "SELECT name FROM sqlite_master WHERE name = 'mine'") == []
    assert "the generated column capitals of items was not put back" in caplog.text
    assert "mine was not put back: no such column: capitals" in caplog.text
    stored.execute("DELETE FROM items")
    stored.execute(insert, list(before))
    assert tuple(stored.execute('SELECT "a ""note", rating, word, quoted FROM items').fetchone()) == (
        "it's (mine)", -1, "unread", "un(read",
    )  # fmt: skip


def test_an_older_version_refuses_a_later_schema(db: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setitem(MIGRATIONS, "m999_a_column", "")
    open_for_writing(db).close()
    monkeypatch.delitem(MIGRATIONS, "m999_a_column")
    with pytest.raises(NewerDatabaseError, match="m999_a_column"):
        open_for_writing(db)


def test_the_tables_are_those_of_the_contract_and_hold_their_types(reading: sqlite3.Connection) -> None:
    strict = {
        row["name"]: bool(row["strict"])
        for row in reading.execute("PRAGMA table_list")
        if row["type"] == "table" and not row["name"].startswith(("sqlite_", "_sqlite_"))
    }
    assert set(strict) == set(TABLES)
    assert all(strict.values())
    assert values(reading, "SELECT name FROM pragma_table_info('items_fts')") == ["title", "teaser", "text"]


def test_the_view_has_the_columns_of_the_contract_in_their_order(reading: sqlite3.Connection) -> None:
    names = values(reading, "SELECT name FROM pragma_table_info('newsroom')")
    assert [name for name in names if name in VIEW] == VIEW
    row = reading.execute("SELECT * FROM newsroom WHERE json_array_length(offices) > 1 LIMIT 1").fetchone()
    assert row["offices"].startswith('["')
    assert row["text"] is None
    assert row["withdrawn"] is None


def test_a_database_has_a_wal_our_application_id_and_foreign_keys(db: Path) -> None:
    with closing(open_for_writing(db)) as connection:
        assert values(connection, "PRAGMA journal_mode") == ["wal"]
        assert values(connection, "PRAGMA foreign_keys") == [1]
        assert values(connection, "PRAGMA application_id") == [APPLICATION_ID]
        with pytest.raises(sqlite3.IntegrityError, match="FOREIGN KEY"):
            connection.execute(_ARTICLE, ["1", "a text"])


@pytest.mark.parametrize(
    ("filters", "index"),
    [
        (Query(), "items_published"),
        (Query(since="2025-11-01"), "items_published"),
        (Query(until="2025-11-01"), "items_published"),
        (Query(since="2025-10-01", until="2025-11-01"), "items_published"),
        (Query(types=["news"]), "items_content_type"),
        (Query(language="en"), "items_language"),
        (Query(offices=["odihr"]), "item_offices_office"),
        (Query(topics=["elections"]), "item_topics_topic"),
        (Query(places=["vienna"]), "item_places_place"),
        (Query(offices=["odihr"], topics=["elections"], since="2025-10-01"), "item_offices_office"),
    ],
)
def test_a_filter_is_answered_by_its_index(reading: sqlite3.Connection, filters: Query, index: str) -> None:
    sql: list[str] = []
    reading.set_trace_callback(sql.append)
    list(queries.items(reading, filters, 20))
    reading.set_trace_callback(None)
    plan = [row["detail"] for row in reading.execute(f"EXPLAIN QUERY PLAN {sql[0]}")]
    assert any(f"INDEX {index}" in step for step in plan), plan
    # Only in its index, in order, may the whole table be gone through.
    assert not any(step.startswith("SCAN items") and "items_published" not in step for step in plan), plan


def test_pages_of_a_run_and_revisions_are_found_by_index(reading: sqlite3.Connection) -> None:
    found_by = {"pages_run": ("pages", "run_id"), "revisions_item": ("revisions", "item_id")}
    for index, (table, column) in found_by.items():
        row = reading.execute(f"EXPLAIN QUERY PLAN SELECT * FROM {table} WHERE {column} = 1").fetchone()
        assert index in row["detail"]


def test_the_search_index_follows_an_inserted_changed_and_deleted_item(stored: sqlite3.Connection) -> None:
    stored.execute(
        "INSERT INTO items (id, url, url_raw, title, title_raw, teaser, listing_url, first_seen, last_seen) "
        "VALUES ('x', 'u', 'u', 'Quokka counted', 'Quokka counted', 'by a zoologist', 'l', '1', '2')"
    )
    _check_search_index(stored)
    assert _found(stored, "quokka") == _found(stored, "zoologist") == ["x"]

    stored.execute("UPDATE items SET title = 'Wombat counted' WHERE id = 'x'")
    _check_search_index(stored)
    assert _found(stored, "quokka") == []
    assert _found(stored, "wombat AND zoologist") == ["x"]

    stored.execute("UPDATE items SET teaser = NULL WHERE id = 'x'")
    _check_search_index(stored)
    assert _found(stored, "zoologist") == []

    stored.execute("DELETE FROM items WHERE id = 'x'")
    _check_search_index(stored)
    assert _found(stored, "wombat") == []


def test_the_search_index_follows_the_text_of_an_article(stored: sqlite3.Connection) -> None:
    (item,) = values(stored, "SELECT id FROM items ORDER BY key LIMIT 1")
    stored.execute(_ARTICLE, [item, "a quokka was seen"])
    _check_search_index(stored)
    assert _found(stored, "text:quokka") == [item]

    stored.execute("UPDATE articles SET text = 'a wombat was seen' WHERE item_id = ?", [item])
    _check_search_index(stored)
    assert _found(stored, "quokka") == []
    assert _found(stored, "wombat") == [item]

    stored.execute("UPDATE items SET title = 'Echidna counted' WHERE id = ?", [item])
    _check_search_index(stored)
    assert _found(stored, "echidna AND wombat") == [item]

    stored.execute("UPDATE articles SET text = NULL WHERE item_id = ?", [item])
    _check_search_index(stored)
    assert _found(stored, "wombat") == []

    stored.execute("DELETE FROM articles WHERE item_id = ?", [item])
    _check_search_index(stored)
    assert _found(stored, "echidna") == [item]


def test_an_item_is_deleted_with_its_article_its_labels_and_its_words(stored: sqlite3.Connection) -> None:
    (item,) = values(stored, "SELECT item_id FROM item_offices LIMIT 1")
    stored.execute(_ARTICLE, [item, "a quokka was seen"])
    stored.execute("DELETE FROM items WHERE id = ?", [item])
    _check_search_index(stored)
    assert _found(stored, "quokka") == []
    for table in ("articles", "item_offices", "item_topics", "item_places", "addresses"):
        assert not values(stored, f"SELECT 1 FROM {table} WHERE item_id = ?", item)


@pytest.mark.parametrize(
    ("column", "value"),
    [
        ("title", ""),
        ("published", "15 March 2022"),
        ("published", "2022-02-30"),
        ("dateline_date", "2022-3-15"),
        ("content_type", "novel"),
        ("last_seen", "1970-01-01T00:00:00Z"),
    ],
)
def test_the_schema_refuses_wrong_values(stored: sqlite3.Connection, column: str, value: str) -> None:
    with pytest.raises(sqlite3.IntegrityError):
        stored.execute(f"UPDATE items SET {column} = ?", [value])
