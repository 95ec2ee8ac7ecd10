"""The schema of a database: its tables, indexes, view and triggers, as they are now.

The columns of items come from the item class (items.py). `upgrade` brings an older database up to it.
"""

from __future__ import annotations

import dataclasses
import hashlib
from collections.abc import Iterator

from osce_news.items import NEWSROOM_COLUMNS, NewsItem
from osce_news.storage import search_index

APPLICATION_ID = 0x4F534345  # "OSCE" (PRAGMA application_id)
# Each change of the schema adds a line: its name, and `fingerprint()` of the new schema. An older osce-news
# does not know the name and refuses the database, so that it does not undo the change.
MIGRATIONS = {
    "m006_one_schema": "6eaa0d90",
    "m007_sources": "e742e7b5",
    "m008_former_values": "45158e3e",
}
# The names in databases that were made before the first release.
FORMER_MIGRATIONS = ("m001_newsroom", "m002_crawls", "m003_articles", "m004_archive", "m005_dictionary")

# Fields of an item that are lists, each with the name of one entry: `offices` is stored in `item_offices`,
# one row per `office_id`, which is an `id` of `offices`.
LISTS = {"offices": "office", "topics": "topic", "dateline_places": "place"}
# Constraints of the columns of items that the item class does not define.
_CONSTRAINTS = {
    "id": "UNIQUE",
    "title": "CHECK (title <> '')",
    "content_type": "REFERENCES content_types (id)",
}
_OFFICE_STATUS = " status TEXT CHECK (status IN ('closed', 'discontinued')),"


def _item_columns() -> Iterator[str]:
    """Yield the definition of each column of `items` that holds a field of the item class."""
    for field in dataclasses.fields(NewsItem):
        if field.name not in LISTS:
            parts = [field.name, "TEXT"]
            if field.metadata["required"]:
                parts.append("NOT NULL")
            if field.metadata["form"] == "YYYY-MM-DD":
                parts.append(f"CHECK ({field.name} IS date({field.name}, '+0 days'))")
            if field.name in _CONSTRAINTS:
                parts.append(_CONSTRAINTS[field.name])
            yield " ".join(parts)


def _view_columns() -> Iterator[str]:
    """Yield the expression for each column of the view `newsroom`."""
    for name in NEWSROOM_COLUMNS:
        if name == "content_type":
            yield "content_types.label AS content_type"
        elif name == "text":
            yield "articles.text"
        elif name == "dateline_places":
            yield """(SELECT json_group_array(raw) FROM (
            SELECT raw FROM item_places
            WHERE item_places.item_id = items.id ORDER BY position)) AS dateline_places"""
        elif name in LISTS:
            many, one = name, LISTS[name]
            yield f"""(SELECT json_group_array(name) FROM (
            SELECT coalesce({many}.label, item_{many}.raw) AS name
            FROM item_{many} LEFT JOIN {many} ON {many}.id = item_{many}.{one}_id
            WHERE item_{many}.item_id = items.id ORDER BY position)) AS {many}"""
        else:
            yield f"items.{name}"


TABLES = {
    "runs": """
    CREATE TABLE runs (
        id INTEGER PRIMARY KEY,
        mode TEXT NOT NULL CHECK (
            mode IN ('incremental', 'full', 'articles', 'replay', 'backfill', 'renormalize', 'held', 'undo')),
        status TEXT NOT NULL DEFAULT 'running' CHECK (
            status IN ('running', 'complete', 'partial', 'failed', 'refused', 'interrupted')),
        started TEXT NOT NULL,
        finished TEXT,
        start_url TEXT,
        source TEXT CHECK (source IN ('list', 'search', 'page')),
        requests INTEGER NOT NULL DEFAULT 0,
        not_modified INTEGER NOT NULL DEFAULT 0,
        pages INTEGER NOT NULL DEFAULT 0,
        held INTEGER NOT NULL DEFAULT 0,
        seen INTEGER NOT NULL DEFAULT 0,
        new INTEGER NOT NULL DEFAULT 0,
        changed INTEGER NOT NULL DEFAULT 0,
        unchanged INTEGER NOT NULL DEFAULT 0,
        quarantined INTEGER NOT NULL DEFAULT 0,
        withdrawn INTEGER NOT NULL DEFAULT 0,
        restored INTEGER NOT NULL DEFAULT 0,
        unknown_terms INTEGER NOT NULL DEFAULT 0,
        smallest_gap_s REAL,
        seconds REAL,
        message TEXT,
        tool_version TEXT NOT NULL,
        rules TEXT NOT NULL,
        list TEXT,
        continues INTEGER REFERENCES runs (id),
        position TEXT CHECK (position IS NULL OR json_valid(position)),
        process INTEGER,
        bytes INTEGER NOT NULL DEFAULT 0,
        retries INTEGER NOT NULL DEFAULT 0,
        back_offs INTEGER NOT NULL DEFAULT 0,
        waited_s REAL NOT NULL DEFAULT 0,
        articles INTEGER NOT NULL DEFAULT 0,
        articles_changed INTEGER NOT NULL DEFAULT 0,
        articles_gone INTEGER NOT NULL DEFAULT 0,
        articles_failed INTEGER NOT NULL DEFAULT 0,
        articles_left INTEGER NOT NULL DEFAULT 0,
        list_status TEXT CHECK (list_status IN ('complete', 'partial')),
        archive TEXT
    ) STRICT""",
    "pages": """
    CREATE TABLE pages (
        id INTEGER PRIMARY KEY,
        run_id INTEGER NOT NULL REFERENCES runs (id),
        url TEXT NOT NULL,
        fetched_at TEXT NOT NULL,
        sha256 TEXT NOT NULL,
        status INTEGER,
        results INTEGER NOT NULL,
        new INTEGER NOT NULL,
        changed INTEGER NOT NULL,
        unchanged INTEGER NOT NULL,
        etag TEXT,
        last_modified TEXT,
        listed TEXT CHECK (listed IS NULL OR json_valid(listed)),
        item_id TEXT REFERENCES items (id) ON DELETE CASCADE
    ) STRICT""",
    "content_types": """
    CREATE TABLE content_types (id TEXT PRIMARY KEY, label TEXT NOT NULL UNIQUE) STRICT, WITHOUT ROWID""",
    "offices": """
    CREATE TABLE offices (
        id TEXT PRIMARY KEY, label TEXT NOT NULL UNIQUE, kind TEXT, country TEXT,
        first_year INTEGER, last_year INTEGER
    ) STRICT, WITHOUT ROWID""",
    "topics": """
    CREATE TABLE topics (
        id TEXT PRIMARY KEY, label TEXT NOT NULL UNIQUE, parent TEXT REFERENCES topics (id)
    ) STRICT, WITHOUT ROWID""",
    "places": """
    CREATE TABLE places (
        id TEXT PRIMARY KEY, label TEXT NOT NULL UNIQUE, country TEXT
    ) STRICT, WITHOUT ROWID""",
    "items": f"""
    CREATE TABLE items (
        key INTEGER PRIMARY KEY,
        {("," + chr(10) + " " * 8).join(_item_columns())},
        listing_url TEXT NOT NULL,
        first_seen TEXT NOT NULL,
        last_seen TEXT NOT NULL,
        withdrawn TEXT,
        first_run INTEGER REFERENCES runs (id),
        origin TEXT NOT NULL DEFAULT 'list' CHECK (origin IN ('list', 'search', 'page')),
        sources TEXT CHECK (sources IS NULL OR json_valid(sources)),
        CHECK (first_seen <= last_seen)
    ) STRICT""",
    **{
        f"item_{one}s": f"""
    CREATE TABLE item_{one}s (
        item_id TEXT NOT NULL REFERENCES items (id) ON DELETE CASCADE,
        position INTEGER NOT NULL,
        {one}_id TEXT REFERENCES {one}s (id),
        raw TEXT NOT NULL,{_OFFICE_STATUS if one == "office" else ""}
        PRIMARY KEY (item_id, position)
    ) STRICT, WITHOUT ROWID"""
        for one in LISTS.values()
    },
    "addresses": """
    CREATE TABLE addresses (
        item_id TEXT NOT NULL REFERENCES items (id) ON DELETE CASCADE,
        url TEXT NOT NULL,
        first_seen TEXT NOT NULL,
        last_seen TEXT NOT NULL,
        PRIMARY KEY (item_id, url)
    ) STRICT, WITHOUT ROWID""",
    "revisions": """
    CREATE TABLE revisions (
        id INTEGER PRIMARY KEY,
        item_id TEXT NOT NULL REFERENCES items (id) ON DELETE CASCADE,
        run_id INTEGER NOT NULL REFERENCES runs (id),
        seen_at TEXT NOT NULL,
        field TEXT NOT NULL,
        before TEXT,
        after TEXT,
        class TEXT NOT NULL CHECK (class IN ('cosmetic', 'labels', 'date', 'text'))
    ) STRICT""",
    "former_values": """
    CREATE TABLE former_values (
        item_id TEXT NOT NULL REFERENCES items (id) ON DELETE CASCADE,
        run_id INTEGER NOT NULL REFERENCES runs (id),
        field TEXT NOT NULL,
        before TEXT,
        source TEXT,
        PRIMARY KEY (item_id, run_id, field)
    ) STRICT, WITHOUT ROWID""",
    "withdrawals": """
    CREATE TABLE withdrawals (
        id INTEGER PRIMARY KEY,
        item_id TEXT NOT NULL REFERENCES items (id) ON DELETE CASCADE,
        withdrawn TEXT NOT NULL,
        withdrawn_run INTEGER NOT NULL REFERENCES runs (id),
        restored TEXT,
        restored_run INTEGER REFERENCES runs (id),
        CHECK (restored >= withdrawn)
    ) STRICT""",
    "quarantine": """
    CREATE TABLE quarantine (
        id INTEGER PRIMARY KEY,
        run_id INTEGER NOT NULL REFERENCES runs (id),
        listing_url TEXT NOT NULL,
        reason TEXT NOT NULL,
        raw TEXT NOT NULL CHECK (json_valid(raw)),
        first_seen TEXT NOT NULL,
        last_seen TEXT NOT NULL,
        UNIQUE (reason, raw)
    ) STRICT""",
    "held": """
    CREATE TABLE held (
        id INTEGER PRIMARY KEY,
        run_id INTEGER NOT NULL REFERENCES runs (id),
        url TEXT NOT NULL,
        fetched_at TEXT NOT NULL,
        label TEXT NOT NULL,
        expected TEXT NOT NULL,
        got TEXT NOT NULL,
        page TEXT NOT NULL CHECK (json_valid(page)),
        stored_run INTEGER REFERENCES runs (id)
    ) STRICT""",
    # The small columns come first: a query on the state of all articles does not read their texts.
    "articles": """
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
    ) STRICT""",
    "data_dictionary": """
    CREATE TABLE data_dictionary (
        table_name TEXT NOT NULL,
        column_name TEXT NOT NULL,
        position INTEGER NOT NULL,
        meaning TEXT NOT NULL,
        form TEXT NOT NULL,
        may_be_null INTEGER NOT NULL,
        origin TEXT NOT NULL,
        pitfalls TEXT,
        PRIMARY KEY (table_name, column_name)
    ) STRICT, WITHOUT ROWID""",
}
_INDEXES = {
    "items_published": "items (published DESC, id)",
    "items_content_type": "items (content_type, published DESC)",
    "items_language": "items (language, published DESC)",
    **{f"item_{one}s_{one}": f"item_{one}s ({one}_id, item_id)" for one in LISTS.values()},
    "addresses_url": "addresses (url)",
    "pages_run": "pages (run_id)",
    "pages_url": "pages (url, id)",
    "pages_item": "pages (item_id) WHERE item_id IS NOT NULL",
    "revisions_item": "revisions (item_id)",
    "withdrawals_item": "withdrawals (item_id)",
    "articles_status": "articles (status, fetched_at)",
}
_NEWSROOM = f"""
    CREATE VIEW newsroom AS
    SELECT
        {("," + chr(10) + " " * 8).join(_view_columns())}
    FROM items
    LEFT JOIN content_types ON content_types.id = items.content_type
    LEFT JOIN articles ON articles.item_id = items.id"""
# The statement that makes each table, index, view and trigger, by name.
SCHEMA = {
    **TABLES,
    **{name: f"CREATE INDEX {name} ON {on}" for name, on in _INDEXES.items()},
    **search_index.PARTS,
    "newsroom": _NEWSROOM,
}


def fingerprint() -> str:
    """Return a short text that differs for each schema."""
    return hashlib.sha256("\n".join(map(normalized, SCHEMA.values())).encode()).hexdigest()[:8]


def object_type(name: str) -> str:
    """Return "TABLE", "INDEX", "VIEW" or "TRIGGER"."""
    return SCHEMA[name].split()[1].replace("VIRTUAL", "TABLE")


def normalized(sql: str) -> str:
    """Return the statement with white space normalised."""
    return " ".join(sql.split())
