"""Checks the integrity of a database: SQLite's own checks, the schema, and rules between columns."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

from osce_news.atomic import temporary_folder
from osce_news.errors import StorageError
from osce_news.storage.database import open_for_reading, storage_errors
from osce_news.storage.schema import COLUMNS, TABLES, object_type
from osce_news.storage.upgrade import added_columns, applied_migrations, differences, is_current

# The rows that break each rule.
_RULES = {
    "an item without an address": "items WHERE id NOT IN (SELECT item_id FROM addresses)",
    "a normalised date without a printed one": "items WHERE published IS NOT NULL AND published_raw IS NULL",
    "a page whose counts do not add up": "pages WHERE new + changed + unchanged > results",
    "an item whose column withdrawn and whose history disagree": (
        "items WHERE withdrawn IS NOT "
        "(SELECT max(withdrawn) FROM withdrawals WHERE item_id = items.id AND restored IS NULL)"
    ),
    "an item with two withdrawals at the same time": (
        "(SELECT item_id FROM withdrawals WHERE restored IS NULL GROUP BY item_id HAVING count(*) > 1)"
    ),
    "a restored item without its run or its time": (
        "withdrawals WHERE (restored IS NULL) <> (restored_run IS NULL)"
    ),
    # An interrupted run may have none, because a process that is killed can't write it.
    "a finished run without an end time": (
        "runs WHERE finished IS NULL AND status NOT IN ('running', 'interrupted')"
    ),
    "a running run with an end time": "runs WHERE finished IS NOT NULL AND status = 'running'",
    "a run that continues a later one": "runs WHERE continues >= id",
    "an article with a text but no time of reading": (
        "articles WHERE read_at IS NULL AND (text IS NOT NULL OR title IS NOT NULL)"
    ),
    "an article without the name of its layout": "articles WHERE title IS NOT NULL AND layout IS NULL",
    "an article with a normalised date without a printed one": (
        "articles WHERE published IS NOT NULL AND published_raw IS NULL"
    ),
    "an article whose text is not that of its last revision": (
        "articles JOIN revisions ON revisions.id = (SELECT max(id) FROM revisions "
        "WHERE item_id = articles.item_id AND field = 'text') WHERE articles.text IS NOT revisions.after "
        "AND articles.read_at <= revisions.seen_at"
    ),
    "an item's own page with results of the list": "pages WHERE item_id IS NOT NULL AND results <> 0",
    # Answers of the search service change texts too, without a request for an article.
    "a run whose counts of articles do not add up": (
        "runs WHERE articles_gone + articles_failed + iif(EXISTS (SELECT 1 FROM pages "
        "WHERE run_id = runs.id AND url LIKE '%/documents/search?%'), 0, articles_changed) > articles"
    ),
    **{
        f"an item whose {name} are not numbered from 0": (
            f"(SELECT item_id FROM item_{name} GROUP BY item_id "
            "HAVING min(position) <> 0 OR max(position) <> count(*) - 1)"
        )
        for name in ("offices", "topics", "places")
    },
}


_FAULTS_OF_DISK = (sqlite3.SQLITE_IOERR, sqlite3.SQLITE_FULL)  # not of the database


def problems(path: Path) -> list[str]:
    """Return one line for each problem of the database; an empty list if there is none.

    The checks run on a copy, because SQLite counts the check of the search index as writing. Raises
    BadInputError or StorageError if the file can't be opened, StorageError if the copy can't be read.
    """
    lines: list[str] = []
    with temporary_folder() as folder, closing(sqlite3.connect(folder / "copy.db")) as copy:
        copy.isolation_level = None
        with closing(open_for_reading(path)) as source, storage_errors(path):
            _copy(source, copy, folder)
        for check in (_integrity, _foreign_keys, _search_index, _schema, _rules, _texts):
            try:
                lines += check(copy)
            except sqlite3.DatabaseError as error:
                code = getattr(error, "sqlite_errorcode", 0)  # none for a text that is not UTF-8
                if code & 0xFF in _FAULTS_OF_DISK:
                    raise StorageError(f"{folder}: the copy can't be checked: {error}") from error
                name = check.__name__.strip("_").replace("_", " ")
                lines.append(f"{name}: can't be checked: {error}")
    return lines


def _copy(source: sqlite3.Connection, copy: sqlite3.Connection, folder: Path) -> None:
    try:
        source.backup(copy)
    except sqlite3.OperationalError as error:
        if error.sqlite_errorcode != sqlite3.SQLITE_FULL:
            raise
        raise StorageError(
            f"{folder}: no room for the copy to be checked: name a folder on another disk with TMPDIR"
        ) from error


def remarks(path: Path) -> list[str]:
    """Return what is worth knowing of a database without problems: its older schema, or a user's columns."""
    with closing(open_for_reading(path)) as connection:
        if not is_current(connection):
            schema = max(applied_migrations(connection))
            return [f"an older version made it (schema {schema}): the next run upgrades it"]
        added = [f"{table}.{name}" for table in TABLES for name in added_columns(connection, table)]
    return [f"columns that osce-news does not know, and keeps: {', '.join(added)}"] if added else []


def _integrity(copy: sqlite3.Connection) -> list[str]:
    return [f"integrity: {row[0]}" for row in copy.execute("PRAGMA integrity_check(10)") if row[0] != "ok"]


def _foreign_keys(copy: sqlite3.Connection) -> list[str]:
    broken = copy.execute("PRAGMA foreign_key_check")
    return [f"foreign key: {row[0]} row {row[1]} refers to a missing row of {row[2]}" for row in broken]


def _search_index(copy: sqlite3.Connection) -> list[str]:
    try:
        copy.execute("INSERT INTO items_fts (items_fts, rank) VALUES ('integrity-check', 1)")
    except sqlite3.DatabaseError as error:
        return [f"search index: {error}; `osce-news renormalize` rebuilds it"]
    return []


def _schema(copy: sqlite3.Connection) -> list[str]:
    if not is_current(copy):
        return []  # of an earlier version: the next command that writes brings it up to date
    lines = []
    for name, state in differences(copy).items():
        said = "missing" if state == "missing" else "not as this version makes it"
        hint = "; `osce-news renormalize` makes it" if state == "missing" and name not in TABLES else ""
        lines.append(f"schema: {object_type(name).lower()} {name} is {said}{hint}")
    return lines


def _rules(copy: sqlite3.Connection) -> list[str]:
    negative = {
        f"a {table[:-1]} with a number below 0": _negative(copy, table) for table in ("runs", "pages")
    }
    counts = {
        rule: copy.execute(f"SELECT count(*) FROM {rows}").fetchone()[0]
        for rule, rows in (_RULES | negative).items()
    }
    return [f"rule: {rule} ({count} times)" for rule, count in counts.items() if count]


def _negative(copy: sqlite3.Connection, table: str) -> str:
    present = [row[0] for row in copy.execute("SELECT name FROM pragma_table_info(?)", [table])]
    numbers = [name for name in present if COLUMNS[table].get(name) in ("INTEGER", "REAL")]
    return f"{table} WHERE {' OR '.join(f'{name} < 0' for name in numbers)}"


def _texts(copy: sqlite3.Connection) -> list[str]:
    """Return problems of texts: SQLite also stores bytes that are not UTF-8, but can't read them as text."""
    found = []
    present = {row[0] for row in copy.execute("SELECT name FROM sqlite_master")}
    for table in TABLES.keys() & present:  # an older database does not have all of them
        try:
            for _ in copy.execute(f"SELECT * FROM {table}"):
                pass
        except sqlite3.OperationalError as error:
            found.append(f"text: {table}: {str(error).partition(' with text')[0]}")
    return found
