"""The search index (FTS5) over title, teaser and text, and the triggers that keep it up to date."""

from __future__ import annotations

import sqlite3

TOKENIZER = '"porter unicode61 remove_diacritics 2"'

# The index stores no texts: it reads them from items_text, which joins the two tables that hold them. The
# triggers remove the old words before they add the new ones, and run only if a text differs, so that
# updating an unchanged item costs nothing.
_ITEM_TEXT = "(SELECT text FROM articles WHERE item_id = {row}.id)"
_ADD_ITEM = (
    "INSERT INTO items_fts (rowid, title, teaser, text) "
    f"VALUES (new.key, new.title, new.teaser, {_ITEM_TEXT.format(row='new')});"
)
_DROP_ITEM = (
    "INSERT INTO items_fts (items_fts, rowid, title, teaser, text) "
    f"VALUES ('delete', old.key, old.title, old.teaser, {_ITEM_TEXT.format(row='old')});"
)
_ADD_ARTICLE = (
    "INSERT INTO items_fts (rowid, title, teaser, text) "
    "SELECT key, title, teaser, new.text FROM items WHERE id = new.item_id;"
)
_DROP_ARTICLE = (
    "INSERT INTO items_fts (items_fts, rowid, title, teaser, text) "
    "SELECT 'delete', key, title, teaser, old.text FROM items WHERE id = old.item_id;"
)
_ADD_TITLE = (
    "INSERT INTO items_fts (rowid, title, teaser, text) "
    "SELECT key, title, teaser, NULL FROM items WHERE id = {row}.item_id;"
)
_DROP_TITLE = (
    "INSERT INTO items_fts (items_fts, rowid, title, teaser, text) "
    "SELECT 'delete', key, title, teaser, NULL FROM items WHERE id = {row}.item_id;"
)
# The statement that makes each part, by name, in the order in which they are made.
PARTS = {
    "items_text": """
    CREATE VIEW items_text AS
    SELECT items.key, items.title, items.teaser, articles.text
    FROM items LEFT JOIN articles ON articles.item_id = items.id""",
    "items_fts": f"""
    CREATE VIRTUAL TABLE items_fts USING fts5 (
        title, teaser, text, content = 'items_text', content_rowid = 'key',
        tokenize = {TOKENIZER})""",
    "items_fts_insert": f"CREATE TRIGGER items_fts_insert AFTER INSERT ON items BEGIN {_ADD_ITEM} END",
    "items_fts_delete": f"CREATE TRIGGER items_fts_delete BEFORE DELETE ON items BEGIN {_DROP_ITEM} END",
    "items_fts_update": f"""
    CREATE TRIGGER items_fts_update AFTER UPDATE OF title, teaser ON items
    WHEN old.title IS NOT new.title OR old.teaser IS NOT new.teaser
    BEGIN {_DROP_ITEM} {_ADD_ITEM} END""",
    "articles_fts_insert": f"""
    CREATE TRIGGER articles_fts_insert AFTER INSERT ON articles
    BEGIN {_DROP_TITLE.format(row="new")} {_ADD_ARTICLE} END""",
    "articles_fts_delete": f"""
    CREATE TRIGGER articles_fts_delete AFTER DELETE ON articles
    BEGIN {_DROP_ARTICLE} {_ADD_TITLE.format(row="old")} END""",
    "articles_fts_update": f"""
    CREATE TRIGGER articles_fts_update AFTER UPDATE OF text ON articles
    WHEN old.text IS NOT new.text
    BEGIN {_DROP_ARTICLE} {_ADD_ARTICLE} END""",
}


def create_missing(connection: sqlite3.Connection) -> None:
    """Make the missing parts of the index, inside the caller's transaction.

    If any is missing, the whole index is filled again, since it was not kept up to date without that part.
    """
    present = {row[0] for row in connection.execute("SELECT name FROM sqlite_master")}
    missing = [sql for name, sql in PARTS.items() if name not in present]
    for sql in missing:
        connection.execute(sql)
    if missing:
        connection.execute("INSERT INTO items_fts (items_fts) VALUES ('rebuild')")
