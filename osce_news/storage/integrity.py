"""Checks that a database is whole: by SQLite's own checks and by the rules of the schema."""

from __future__ import annotations

import sqlite3
import tempfile
from pathlib import Path

from osce_news.storage.database import open_for_reading
from osce_news.storage.schema import MIGRATIONS, SCHEMA, differing

_RULES = {
    "an item without an address": (
        "SELECT count(*) FROM items WHERE id NOT IN (SELECT item_id FROM addresses)"
    ),
    "an item without a title": "SELECT count(*) FROM items WHERE title = ''",
    "an item last seen before it was first seen": "SELECT count(*) FROM items WHERE last_seen < first_seen",
    "a normalised date without what was printed": (
        "SELECT count(*) FROM items WHERE published IS NOT NULL AND published_raw IS NULL"
    ),
    "a page whose numbers do not add up": (
        "SELECT count(*) FROM pages WHERE new + changed + unchanged > results"
    ),
    "an item that is withdrawn and not so in its history, or the other way round": (
        "SELECT count(*) FROM items WHERE withdrawn IS NOT "
        "(SELECT max(withdrawn) FROM withdrawals WHERE item_id = items.id AND restored IS NULL)"
    ),
    "an item that is withdrawn twice at once": (
        "SELECT count(*) FROM (SELECT item_id FROM withdrawals WHERE restored IS NULL "
        "GROUP BY item_id HAVING count(*) > 1)"
    ),
    "a restoration without its run or its time": (
        "SELECT count(*) FROM withdrawals WHERE (restored IS NULL) <> (restored_run IS NULL)"
    ),
    # An interrupted one may have none: a process that died could not write it.
    "a finished run without the time of its end": (
        "SELECT count(*) FROM runs WHERE finished IS NULL AND status NOT IN ('running', 'interrupted')"
    ),
    "a run that goes on and has ended": (
        "SELECT count(*) FROM runs WHERE finished IS NOT NULL AND status = 'running'"
    ),
    "a run that continues a later one": "SELECT count(*) FROM runs WHERE continues >= id",
    "a run with a number below 0": (
        "SELECT count(*) FROM runs WHERE min(requests, not_modified, pages, seen, new, changed, unchanged, "
        "quarantined, withdrawn, restored, articles, articles_changed, articles_gone, articles_failed, "
        "articles_left, unknown_terms, bytes, retries, back_offs, waited_s, "
        "coalesce(smallest_gap_s, 0), coalesce(seconds, 0)) < 0"
    ),
    "a page with a number below 0": (
        "SELECT count(*) FROM pages WHERE min(results, new, changed, unchanged) < 0"
    ),
    "an article with a text that was never read": (
        "SELECT count(*) FROM articles WHERE read_at IS NULL AND (text IS NOT NULL OR title IS NOT NULL)"
    ),
    "an article read by no known way": (
        "SELECT count(*) FROM articles WHERE title IS NOT NULL AND layout IS NULL"
    ),
    "an article's date without what was printed": (
        "SELECT count(*) FROM articles WHERE published IS NOT NULL AND published_raw IS NULL"
    ),
    "an article's text that is not the last of its revisions": (
        "SELECT count(*) FROM articles JOIN revisions ON revisions.id = (SELECT max(id) FROM revisions "
        "WHERE item_id = articles.item_id AND field = 'text') WHERE articles.text IS NOT revisions.after "
        "AND articles.read_at <= revisions.seen_at"
    ),
    "a page of an item that counts results": (
        "SELECT count(*) FROM pages WHERE item_id IS NOT NULL AND results <> 0"
    ),
    "a run whose articles do not add up": (
        "SELECT count(*) FROM runs WHERE articles_changed + articles_gone + articles_failed > articles"
    ),
    **{
        f"an item whose {name} are not numbered from 0": (
            f"SELECT count(*) FROM (SELECT item_id FROM item_{name} GROUP BY item_id "
            "HAVING min(position) <> 0 OR max(position) <> count(*) - 1)"
        )
        for name in ("offices", "topics", "places")
    },
}


def problems(path: Path) -> list[str]:
    """Return what is wrong with the database, a line each; an empty list if nothing is.

    Reads a copy, for the check of the search index counts as writing. Raises BadInputError or
    StorageError if the file can't be opened at all.
    """
    with tempfile.TemporaryDirectory() as folder:
        copy = sqlite3.connect(Path(folder, "copy.db"), isolation_level=None)
        source = open_for_reading(path)
        try:
            source.backup(copy)
        finally:
            source.close()
        found: list[str] = []
        try:
            for check in (_integrity, _foreign_keys, _search_index, _schema, _rules):
                try:
                    found += check(copy)
                except sqlite3.DatabaseError as error:
                    name = check.__name__.strip("_").replace("_", " ")
                    found.append(f"{name}: can't be checked: {error}")
        finally:
            copy.close()
        return found


def _integrity(copy: sqlite3.Connection) -> list[str]:
    return [f"integrity: {row[0]}" for row in copy.execute("PRAGMA integrity_check(10)") if row[0] != "ok"]


def _foreign_keys(copy: sqlite3.Connection) -> list[str]:
    broken = copy.execute("PRAGMA foreign_key_check")
    return [f"foreign key: {row[0]} row {row[1]} names no {row[2]}" for row in broken]


def _search_index(copy: sqlite3.Connection) -> list[str]:
    try:
        copy.execute("INSERT INTO items_fts (items_fts, rank) VALUES ('integrity-check', 1)")
    except sqlite3.DatabaseError as error:
        return [f"search index: {error}; `osce-news renormalize` builds it anew"]
    return []


def _schema(copy: sqlite3.Connection) -> list[str]:
    applied = {row[0] for row in copy.execute("SELECT name FROM _sqlite_migrations")}
    if not applied.issuperset(MIGRATIONS):
        return []  # of an earlier version: the next command that writes brings it up to date
    found = []
    for name, state in differing(copy).items():
        kind = SCHEMA[name].split()[1].lower().replace("virtual", "table")
        found.append(f"schema: {kind} {name} is {state.replace('different', 'not as this version makes it')}")
    return found


def _rules(copy: sqlite3.Connection) -> list[str]:
    found = []
    for rule, sql in _RULES.items():
        if count := copy.execute(sql).fetchone()[0]:
            found.append(f"rule: {rule} ({count} times)")
    return found
