-- The schema of a database; osce_news/storage/schema.py reads it.

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
) STRICT;

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
) STRICT;

-- The vocabulary: what the files of osce_news/normalize/vocabulary hold.
CREATE TABLE content_types (id TEXT PRIMARY KEY, label TEXT NOT NULL UNIQUE) STRICT, WITHOUT ROWID;

CREATE TABLE offices (
    id TEXT PRIMARY KEY, label TEXT NOT NULL UNIQUE, kind TEXT, country TEXT,
    first_year INTEGER, last_year INTEGER
) STRICT, WITHOUT ROWID;

CREATE TABLE topics (
    id TEXT PRIMARY KEY, label TEXT NOT NULL UNIQUE, parent TEXT REFERENCES topics (id)
) STRICT, WITHOUT ROWID;

CREATE TABLE places (
    id TEXT PRIMARY KEY, label TEXT NOT NULL UNIQUE, country TEXT
) STRICT, WITHOUT ROWID;

-- The fields of an item come from the item class (osce_news/items.py).
CREATE TABLE items (
    key INTEGER PRIMARY KEY,
    {item_columns},
    listing_url TEXT NOT NULL,
    first_seen TEXT NOT NULL,
    last_seen TEXT NOT NULL,
    withdrawn TEXT,
    first_run INTEGER REFERENCES runs (id),
    origin TEXT NOT NULL DEFAULT 'list' CHECK (origin IN ('list', 'search', 'page')),
    sources TEXT CHECK (sources IS NULL OR json_valid(sources)),
    CHECK (first_seen <= last_seen)
) STRICT;

CREATE TABLE item_offices (
    item_id TEXT NOT NULL REFERENCES items (id) ON DELETE CASCADE,
    position INTEGER NOT NULL,
    office_id TEXT REFERENCES offices (id),
    raw TEXT NOT NULL,
    status TEXT CHECK (status IN ('closed', 'discontinued')),
    PRIMARY KEY (item_id, position)
) STRICT, WITHOUT ROWID;

CREATE TABLE item_topics (
    item_id TEXT NOT NULL REFERENCES items (id) ON DELETE CASCADE,
    position INTEGER NOT NULL,
    topic_id TEXT REFERENCES topics (id),
    raw TEXT NOT NULL,
    PRIMARY KEY (item_id, position)
) STRICT, WITHOUT ROWID;

CREATE TABLE item_places (
    item_id TEXT NOT NULL REFERENCES items (id) ON DELETE CASCADE,
    position INTEGER NOT NULL,
    place_id TEXT REFERENCES places (id),
    raw TEXT NOT NULL,
    PRIMARY KEY (item_id, position)
) STRICT, WITHOUT ROWID;

CREATE TABLE addresses (
    item_id TEXT NOT NULL REFERENCES items (id) ON DELETE CASCADE,
    url TEXT NOT NULL,
    first_seen TEXT NOT NULL,
    last_seen TEXT NOT NULL,
    PRIMARY KEY (item_id, url)
) STRICT, WITHOUT ROWID;

CREATE TABLE revisions (
    id INTEGER PRIMARY KEY,
    item_id TEXT NOT NULL REFERENCES items (id) ON DELETE CASCADE,
    run_id INTEGER NOT NULL REFERENCES runs (id),
    seen_at TEXT NOT NULL,
    field TEXT NOT NULL,
    before TEXT,
    after TEXT,
    class TEXT NOT NULL CHECK (class IN ('cosmetic', 'labels', 'date', 'text'))
) STRICT;

CREATE TABLE former_values (
    item_id TEXT NOT NULL REFERENCES items (id) ON DELETE CASCADE,
    run_id INTEGER NOT NULL REFERENCES runs (id),
    field TEXT NOT NULL,
    before TEXT,
    source TEXT,
    PRIMARY KEY (item_id, run_id, field)
) STRICT, WITHOUT ROWID;

CREATE TABLE withdrawals (
    id INTEGER PRIMARY KEY,
    item_id TEXT NOT NULL REFERENCES items (id) ON DELETE CASCADE,
    withdrawn TEXT NOT NULL,
    withdrawn_run INTEGER NOT NULL REFERENCES runs (id),
    restored TEXT,
    restored_run INTEGER REFERENCES runs (id),
    CHECK (restored >= withdrawn)
) STRICT;

CREATE TABLE quarantine (
    id INTEGER PRIMARY KEY,
    run_id INTEGER NOT NULL REFERENCES runs (id),
    listing_url TEXT NOT NULL,
    reason TEXT NOT NULL,
    raw TEXT NOT NULL CHECK (json_valid(raw)),
    first_seen TEXT NOT NULL,
    last_seen TEXT NOT NULL,
    UNIQUE (reason, raw)
) STRICT;

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
) STRICT;

-- The small columns come first: a query on the state of all articles does not read their texts.
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
    language_raw TEXT,
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
) STRICT;

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
) STRICT, WITHOUT ROWID;

CREATE INDEX items_published ON items (published DESC, id);
CREATE INDEX items_content_type ON items (content_type, published DESC);
CREATE INDEX items_language ON items (language, published DESC);
CREATE INDEX item_offices_office ON item_offices (office_id, item_id);
CREATE INDEX item_topics_topic ON item_topics (topic_id, item_id);
CREATE INDEX item_places_place ON item_places (place_id, item_id);
CREATE INDEX addresses_url ON addresses (url);
CREATE INDEX pages_run ON pages (run_id);
CREATE INDEX pages_url ON pages (url, id);
CREATE INDEX pages_item ON pages (item_id) WHERE item_id IS NOT NULL;
CREATE INDEX revisions_item ON revisions (item_id);
CREATE INDEX withdrawals_item ON withdrawals (item_id);
CREATE INDEX articles_status ON articles (status, fetched_at);

-- The search index (FTS5) over title, teaser and text, and the triggers that keep it up to date.
--
-- The index stores no texts: it reads them from items_text, which joins the two tables that hold them. The
-- triggers remove the old words before they add the new ones, and run only if a text differs, so that
-- updating an unchanged item costs nothing.

CREATE VIEW items_text AS
SELECT items.key, items.title, items.teaser, articles.text
FROM items LEFT JOIN articles ON articles.item_id = items.id;

CREATE VIRTUAL TABLE items_fts USING fts5 (
    title, teaser, text, content = 'items_text', content_rowid = 'key',
    tokenize = "porter unicode61 remove_diacritics 2");

CREATE TRIGGER items_fts_insert
AFTER INSERT ON items
BEGIN
    INSERT INTO items_fts (rowid, title, teaser, text)
    VALUES (new.key, new.title, new.teaser, (SELECT text FROM articles WHERE item_id = new.id));
END;

CREATE TRIGGER items_fts_delete
BEFORE DELETE ON items
BEGIN
    INSERT INTO items_fts (items_fts, rowid, title, teaser, text)
    VALUES ('delete', old.key, old.title, old.teaser, (SELECT text FROM articles WHERE item_id = old.id));
END;

CREATE TRIGGER items_fts_update
AFTER UPDATE OF title, teaser ON items
WHEN old.title IS NOT new.title OR old.teaser IS NOT new.teaser
BEGIN
    INSERT INTO items_fts (items_fts, rowid, title, teaser, text)
    VALUES ('delete', old.key, old.title, old.teaser, (SELECT text FROM articles WHERE item_id = old.id));
    INSERT INTO items_fts (rowid, title, teaser, text)
    VALUES (new.key, new.title, new.teaser, (SELECT text FROM articles WHERE item_id = new.id));
END;

CREATE TRIGGER articles_fts_insert
AFTER INSERT ON articles
BEGIN
    INSERT INTO items_fts (items_fts, rowid, title, teaser, text)
    SELECT 'delete', key, title, teaser, NULL FROM items WHERE id = new.item_id;
    INSERT INTO items_fts (rowid, title, teaser, text)
    SELECT key, title, teaser, new.text FROM items WHERE id = new.item_id;
END;

CREATE TRIGGER articles_fts_delete
AFTER DELETE ON articles
BEGIN
    INSERT INTO items_fts (items_fts, rowid, title, teaser, text)
    SELECT 'delete', key, title, teaser, old.text FROM items WHERE id = old.item_id;
    INSERT INTO items_fts (rowid, title, teaser, text)
    SELECT key, title, teaser, NULL FROM items WHERE id = old.item_id;
END;

CREATE TRIGGER articles_fts_update
AFTER UPDATE OF text ON articles
WHEN old.text IS NOT new.text
BEGIN
    INSERT INTO items_fts (items_fts, rowid, title, teaser, text)
    SELECT 'delete', key, title, teaser, old.text FROM items WHERE id = old.item_id;
    INSERT INTO items_fts (rowid, title, teaser, text)
    SELECT key, title, teaser, new.text FROM items WHERE id = new.item_id;
END;

-- For readers: one row per item. Its columns are those of the item class that have a name there.
CREATE VIEW newsroom AS
SELECT
    {newsroom_columns}
FROM items
LEFT JOIN content_types ON content_types.id = items.content_type
LEFT JOIN articles ON articles.item_id = items.id;
