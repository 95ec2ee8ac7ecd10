"""The schema, as a series of migrations. A migration that has been released is never edited."""

from __future__ import annotations

from sqlite_utils import Database, Migrations

from osce_news.storage.article_schema import add_articles
from osce_news.storage.search_index import PARTS

migrations = Migrations("osce_news")


@migrations()
def m001_newsroom(db: Database) -> None:
    """Create the tables, the search index and the view of the first release."""
    for statement in (*_TABLES, *_INDEXES, *PARTS.values(), _VIEW):
        db.conn.execute(statement)


@migrations()
def m002_crawls(db: Database) -> None:
    """Add what unattended crawls need: positions, receipts, what a page listed, withdrawals."""
    for statement in _CRAWLS:
        db.conn.execute(statement)


@migrations()
def m003_articles(db: Database) -> None:
    """Add what reading items' own pages needs: what an article says, how a run's list part ended."""
    add_articles(db.conn)


@migrations()
def m004_archive(db: Database) -> None:
    """Add to a run the archive that holds what it read."""
    db.conn.execute("ALTER TABLE runs ADD COLUMN archive TEXT")


@migrations()
def m005_dictionary(db: Database) -> None:
    """Add the data dictionary, so that the file explains itself."""
    db.conn.execute(_DICTIONARY)


_TABLES = (
    """
    CREATE TABLE runs (
        id INTEGER PRIMARY KEY,
        mode TEXT NOT NULL CHECK (mode IN ('incremental', 'full', 'replay', 'renormalize')),
        status TEXT NOT NULL DEFAULT 'running' CHECK (
            status IN ('running', 'complete', 'partial', 'failed', 'refused', 'interrupted')),
        started TEXT NOT NULL,
        finished TEXT,
        start_url TEXT,
        requests INTEGER NOT NULL DEFAULT 0,
        not_modified INTEGER NOT NULL DEFAULT 0,
        pages INTEGER NOT NULL DEFAULT 0,
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
        rules TEXT NOT NULL
    ) STRICT""",
    """
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
        unchanged INTEGER NOT NULL
    ) STRICT""",
    "CREATE TABLE content_types (id TEXT PRIMARY KEY, label TEXT NOT NULL UNIQUE) STRICT, WITHOUT ROWID",
    """
    CREATE TABLE offices (
        id TEXT PRIMARY KEY, label TEXT NOT NULL UNIQUE, kind TEXT, country TEXT,
        first_year INTEGER, last_year INTEGER
    ) STRICT, WITHOUT ROWID""",
    """
    CREATE TABLE topics (
        id TEXT PRIMARY KEY, label TEXT NOT NULL UNIQUE, parent TEXT REFERENCES topics (id)
    ) STRICT, WITHOUT ROWID""",
    """
    CREATE TABLE places (
        id TEXT PRIMARY KEY, label TEXT NOT NULL UNIQUE, country TEXT
    ) STRICT, WITHOUT ROWID""",
    """
    CREATE TABLE items (
        key INTEGER PRIMARY KEY,
        id TEXT NOT NULL UNIQUE,
        url TEXT NOT NULL,
        url_raw TEXT NOT NULL,
        title TEXT NOT NULL CHECK (title <> ''),
        title_raw TEXT NOT NULL,
        published TEXT CHECK (published IS date(published, '+0 days')),
        published_raw TEXT,
        content_type TEXT REFERENCES content_types (id),
        content_type_raw TEXT,
        offices_raw TEXT,
        topics_raw TEXT,
        collections_raw TEXT,
        teaser TEXT,
        teaser_raw TEXT,
        language TEXT,
        language_raw TEXT,
        dateline_raw TEXT,
        dateline_date TEXT CHECK (dateline_date IS date(dateline_date, '+0 days')),
        listing_url TEXT NOT NULL,
        first_seen TEXT NOT NULL,
        last_seen TEXT NOT NULL,
        withdrawn TEXT,
        CHECK (first_seen <= last_seen)
    ) STRICT""",
    *(
        f"""
    CREATE TABLE item_{many} (
        item_id TEXT NOT NULL REFERENCES items (id) ON DELETE CASCADE,
        position INTEGER NOT NULL,
        {one}_id TEXT REFERENCES {many} (id),
        raw TEXT NOT NULL,{extra}
        PRIMARY KEY (item_id, position)
    ) STRICT, WITHOUT ROWID"""
        for many, one, extra in (
            ("offices", "office", " status TEXT CHECK (status IN ('closed')),"),
            ("topics", "topic", ""),
            ("places", "place", ""),
        )
    ),
    """
    CREATE TABLE addresses (
        item_id TEXT NOT NULL REFERENCES items (id) ON DELETE CASCADE,
        url TEXT NOT NULL,
        first_seen TEXT NOT NULL,
        last_seen TEXT NOT NULL,
        PRIMARY KEY (item_id, url)
    ) STRICT, WITHOUT ROWID""",
    """
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
    """
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
    """
    CREATE TABLE articles (
        item_id TEXT PRIMARY KEY REFERENCES items (id) ON DELETE CASCADE,
        text TEXT,
        fetched_at TEXT NOT NULL
    ) STRICT, WITHOUT ROWID""",
)

_INDEXES = (
    "CREATE INDEX items_published ON items (published DESC, id)",
    "CREATE INDEX items_content_type ON items (content_type, published DESC)",
    "CREATE INDEX items_language ON items (language, published DESC)",
    "CREATE INDEX item_offices_office ON item_offices (office_id, item_id)",
    "CREATE INDEX item_topics_topic ON item_topics (topic_id, item_id)",
    "CREATE INDEX item_places_place ON item_places (place_id, item_id)",
    "CREATE INDEX pages_run ON pages (run_id)",
    "CREATE INDEX revisions_item ON revisions (item_id)",
)

_VIEW = """
    CREATE VIEW newsroom AS
    SELECT
        items.id,
        items.url,
        items.title,
        items.published,
        content_types.label AS content_type,
        (SELECT json_group_array(name) FROM (
            SELECT coalesce(offices.label, item_offices.raw) AS name
            FROM item_offices LEFT JOIN offices ON offices.id = item_offices.office_id
            WHERE item_offices.item_id = items.id ORDER BY position)) AS offices,
        (SELECT json_group_array(name) FROM (
            SELECT coalesce(topics.label, item_topics.raw) AS name
            FROM item_topics LEFT JOIN topics ON topics.id = item_topics.topic_id
            WHERE item_topics.item_id = items.id ORDER BY position)) AS topics,
        items.teaser,
        items.language,
        (SELECT json_group_array(raw) FROM (
            SELECT raw FROM item_places
            WHERE item_places.item_id = items.id ORDER BY position)) AS dateline_places,
        items.dateline_date,
        articles.text,
        items.first_seen,
        items.last_seen,
        items.withdrawn
    FROM items
    LEFT JOIN content_types ON content_types.id = items.content_type
    LEFT JOIN articles ON articles.item_id = items.id"""

_CRAWLS = (
    "ALTER TABLE runs ADD COLUMN list TEXT",
    "ALTER TABLE runs ADD COLUMN continues INTEGER REFERENCES runs (id)",
    "ALTER TABLE runs ADD COLUMN position TEXT CHECK (position IS NULL OR json_valid(position))",
    "ALTER TABLE runs ADD COLUMN process INTEGER",
    "ALTER TABLE runs ADD COLUMN bytes INTEGER NOT NULL DEFAULT 0",
    "ALTER TABLE runs ADD COLUMN retries INTEGER NOT NULL DEFAULT 0",
    "ALTER TABLE runs ADD COLUMN back_offs INTEGER NOT NULL DEFAULT 0",
    "ALTER TABLE runs ADD COLUMN waited_s REAL NOT NULL DEFAULT 0",
    "ALTER TABLE pages ADD COLUMN etag TEXT",
    "ALTER TABLE pages ADD COLUMN last_modified TEXT",
    "ALTER TABLE pages ADD COLUMN listed TEXT CHECK (listed IS NULL OR json_valid(listed))",
    "CREATE INDEX pages_url ON pages (url, id)",
    """
    CREATE TABLE withdrawals (
        id INTEGER PRIMARY KEY,
        item_id TEXT NOT NULL REFERENCES items (id) ON DELETE CASCADE,
        withdrawn TEXT NOT NULL,
        withdrawn_run INTEGER NOT NULL REFERENCES runs (id),
        restored TEXT,
        restored_run INTEGER REFERENCES runs (id),
        CHECK (restored >= withdrawn)
    ) STRICT""",
    "CREATE INDEX withdrawals_item ON withdrawals (item_id)",
)

_DICTIONARY = """
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
    ) STRICT, WITHOUT ROWID"""
