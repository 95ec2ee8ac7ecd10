"""The part of the schema that holds items' own pages; the third migration, never edited once released."""

from __future__ import annotations

import sqlite3

# The small columns stand first: a look at the state of all articles need not pass their texts.
_ARTICLES = """
    CREATE TABLE articles (
        item_id TEXT PRIMARY KEY REFERENCES items (id) ON DELETE CASCADE,
        status TEXT NOT NULL CHECK (
            status IN ('read', 'gone', 'moved', 'not_found', 'unreadable', 'failed')),
        http_status INTEGER,
        first_asked TEXT NOT NULL,
        fetched_at TEXT NOT NULL,
        first_read TEXT,
        read_at TEXT,
        run_id INTEGER REFERENCES runs (id),
        reason TEXT,
        moved_to TEXT,
        etag TEXT,
        last_modified TEXT,
        sha256 TEXT,
        url TEXT,
        canonical_url TEXT,
        title TEXT,
        published TEXT CHECK (published IS date(published, '+0 days')),
        published_raw TEXT,
        place TEXT,
        content_type_raw TEXT,
        offices_raw TEXT,
        topics_raw TEXT,
        language TEXT,
        layout TEXT,
        note TEXT,
        differs TEXT CHECK (differs IS NULL OR json_valid(differs)),
        image TEXT CHECK (image IS NULL OR json_valid(image)),
        downloads TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(downloads)),
        languages TEXT NOT NULL DEFAULT '[]' CHECK (json_valid(languages)),
        contact TEXT,
        text TEXT CHECK (text <> ''),
        CHECK (first_asked <= fetched_at),
        CHECK ((first_read IS NULL) = (read_at IS NULL)),
        CHECK (first_read <= read_at),
        CHECK (status <> 'read' OR read_at IS NOT NULL),
        CHECK ((status = 'moved') = (moved_to IS NOT NULL)),
        CHECK ((status IN ('unreadable', 'failed')) = (reason IS NOT NULL))
    ) STRICT"""
_KEPT = """
    INSERT INTO articles (item_id, status, first_asked, fetched_at, first_read, read_at, text)
    SELECT item_id, 'read', fetched_at, fetched_at, fetched_at, fetched_at, nullif(text, '')
    FROM former_articles"""
_MORE = (
    "CREATE INDEX articles_status ON articles (status, fetched_at)",
    "ALTER TABLE pages ADD COLUMN item_id TEXT REFERENCES items (id) ON DELETE CASCADE",
    "CREATE INDEX pages_item ON pages (item_id) WHERE item_id IS NOT NULL",
    *(
        f"ALTER TABLE runs ADD COLUMN {name} INTEGER NOT NULL DEFAULT 0"
        for name in ("articles", "articles_changed", "articles_gone", "articles_failed", "articles_left")
    ),
    "ALTER TABLE runs ADD COLUMN list_status TEXT CHECK (list_status IN ('complete', 'partial'))",
)


def add_articles(connection: sqlite3.Connection) -> None:
    """Make the table of articles anew with all its columns, and what runs and pages need beside it.

    What it held is kept, and so is the search index: the triggers that keep it in step are put back when
    the rows are there.
    """
    triggers = connection.execute(
        "SELECT sql FROM sqlite_master WHERE type = 'trigger' AND tbl_name = 'articles' ORDER BY name"
    ).fetchall()
    connection.execute("CREATE TABLE former_articles AS SELECT * FROM articles")
    connection.execute("DROP TABLE articles")
    connection.execute(_ARTICLES)
    connection.execute(_KEPT)
    connection.execute("DROP TABLE former_articles")
    for (sql,) in triggers:
        connection.execute(sql)
    for statement in _MORE:
        connection.execute(statement)
