"""The filters of items, and the queries that list items and show one."""

from __future__ import annotations

import json
import re
import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, fields
from typing import Any, Self

from osce_news.errors import BadInputError
from osce_news.normalize import item_id
from osce_news.normalize.dates import check_period, date_option
from osce_news.normalize.vocabulary import vocabulary
from osce_news.storage.schema import LISTS

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class Filters:
    """Which items to select: identifiers of the vocabulary, and dates as YYYY-MM-DD."""

    offices: Sequence[str] = ()
    topics: Sequence[str] = ()
    types: Sequence[str] = ()
    places: Sequence[str] = ()
    since: str | None = None
    until: str | None = None
    language: str | None = None

    @classmethod
    def parse(
        cls,
        *,
        offices: Iterable[str] = (),
        topics: Iterable[str] = (),
        types: Iterable[str] = (),
        places: Iterable[str] = (),
        since: str | None = None,
        until: str | None = None,
        language: str | None = None,
    ) -> Self:
        """Return the filters from names and dates as people write them.

        Raises BadInputError for an unknown name, for a text that is not a date or language code, and for a
        period that ends before it begins.
        """
        if language is not None and not re.fullmatch(r"[A-Za-z]{2,3}", language):
            raise BadInputError(
                f"--language: {language[:80]!r} is not a language code; write one like en or ru"
            )
        filters = cls(
            offices=identifiers("offices", offices),
            topics=identifiers("topics", topics),
            types=identifiers("content_types", types),
            places=identifiers("places", places),
            since=date_option(since, "since"),
            until=date_option(until, "until"),
            language=language and language.lower(),
        )
        check_period(filters.since, filters.until)
        return filters

    def __bool__(self) -> bool:
        """Whether any filter is set."""
        return any(getattr(self, field.name) for field in fields(self))

    def where(self) -> tuple[str, list[Any]]:
        """Return an SQL condition on `items` and its parameters."""
        (labels, values), (period, days) = self.labels(), self.period()
        return f"{labels} AND {period}", [*values, *days]

    def period(self) -> tuple[str, list[Any]]:
        """Return the condition on the publishing date, for which SQLite uses the index `items_published`."""
        days = [("items.published >= ?", self.since), ("items.published <= ?", self.until)]
        return _joined([(condition, day) for condition, day in days if day is not None])

    def labels(self, *, each: bool = False) -> tuple[str, list[Any]]:
        """Return the condition on all other filters.

        SQLite first collects the items that pass. With `each` it tests each item separately instead, which is
        faster if there are few to test.
        """
        conditions: list[tuple[str, Any]] = []
        for table, column, wanted in (
            ("item_offices", "office_id", self.offices),
            ("item_topics", "topic_id", with_children(self.topics)),
            ("item_places", "place_id", self.places),
        ):
            if wanted:
                among = f"{column} IN (SELECT value FROM json_each(?))"
                rows = (
                    f"FROM {table} WHERE +{among} AND item_id = items.id"
                    if each
                    else f"FROM {table} WHERE {among}"
                )
                test = f"EXISTS (SELECT 1 {rows})" if each else f"items.id IN (SELECT item_id {rows})"
                conditions.append((test, json.dumps(list(wanted))))
        if self.types:
            types = "items.content_type IN (SELECT value FROM json_each(?))"
            conditions.append((types, json.dumps(list(self.types))))
        if self.language is not None:
            conditions.append(("items.language = ?", self.language))
        return _joined(conditions)


def _joined(conditions: list[tuple[str, Any]]) -> tuple[str, list[Any]]:
    return " AND ".join(["1", *(sql for sql, _ in conditions)]), [value for _, value in conditions]


def identifiers(kind: str, names: Iterable[str]) -> list[str]:
    """Return the identifiers of the entries with these identifiers, names or aliases.

    `kind` is the name of a vocabulary. Raises BadInputError that names the nearest entry.
    """
    entries = vocabulary(kind)
    ids = []
    for name in names:
        entry = entries.lookup(name)
        if entry is None:
            nearest = entries.nearest(name)
            hint = f"; the nearest is {nearest.id} ({nearest.label})" if nearest else ""
            one = kind.removesuffix("s").replace("_", " ")
            raise BadInputError(f"no {one} {name[:80]!r}{hint}; `osce-news vocabulary {kind}` lists them")
        ids.append(entry.id)
    return ids


def item_identifier(text: str) -> str:
    """Return the identifier of the item with this identifier or address.

    Raises BadInputError if the address is not that of an item.
    """
    try:
        text.encode()
        return item_id(text) if "/" in text else text
    except ValueError as error:
        raise BadInputError(f"no item has this identifier or address: {text[:200]!r}") from error


def items(connection: sqlite3.Connection, filters: Filters, limit: int | None) -> list[Row]:
    """Return the items of the view `newsroom` that pass the filters, newest first."""
    where, values = filters.where()
    sql = (
        f"WITH hits AS MATERIALIZED (SELECT id FROM items WHERE {where} "
        "ORDER BY published DESC, id LIMIT ?) "
        "SELECT newsroom.* FROM hits JOIN newsroom USING (id) ORDER BY published DESC, id"
    )
    return [decoded(row) for row in connection.execute(sql, [*values, -1 if limit is None else limit])]


def count(connection: sqlite3.Connection, filters: Filters) -> int:
    """Return how many items pass the filters."""
    where, values = filters.where()
    return int(connection.execute(f"SELECT count(*) FROM items WHERE {where}", values).fetchone()[0])


_PARTS = {
    "office_ids": "SELECT office_id AS id, raw, status FROM item_offices WHERE item_id = ? ORDER BY position",
    "topic_ids": "SELECT topic_id AS id, raw FROM item_topics WHERE item_id = ? ORDER BY position",
    "place_ids": "SELECT place_id AS id, raw FROM item_places WHERE item_id = ? ORDER BY position",
    "addresses": "SELECT url, first_seen, last_seen FROM addresses WHERE item_id = ? ORDER BY 2, 1",
    "revisions": (
        "SELECT seen_at, run_id AS run, class, field, before, after FROM revisions "
        "WHERE item_id = ? ORDER BY id"
    ),
    "withdrawals": (
        "SELECT withdrawn, withdrawn_run, restored, restored_run FROM withdrawals "
        "WHERE item_id = ? ORDER BY id"
    ),
}


def item(connection: sqlite3.Connection, identifier: str) -> Row | None:
    """Return all that is stored of an item, with raw values, article and history; None if there is none."""
    row = connection.execute("SELECT * FROM newsroom WHERE id = ?", [identifier]).fetchone()
    if row is None:
        return None
    result = decoded(row)
    raw = connection.execute("SELECT * FROM items WHERE id = ?", [identifier]).fetchone()
    result["raw"] = {name: raw[name] for name in raw.keys() if name.endswith("_raw")}  # noqa: SIM118
    result["listing_url"] = raw["listing_url"]
    result["article"] = _article(connection, identifier)
    for name, sql in _PARTS.items():
        result[name] = [dict(one) for one in connection.execute(sql, [identifier])]
    return result


def unknown_values(connection: sqlite3.Connection) -> list[Row]:
    """Return the printed values that were not recognised, each with its number of items."""
    sql = """
        SELECT 'office' AS kind, raw AS printed, count(*) AS items FROM item_offices
        WHERE office_id IS NULL GROUP BY raw
        UNION ALL SELECT 'topic', raw, count(*) FROM item_topics WHERE topic_id IS NULL GROUP BY raw
        UNION ALL SELECT 'place', raw, count(*) FROM item_places WHERE place_id IS NULL GROUP BY raw
        UNION ALL SELECT 'type', content_type_raw, count(*) FROM items
        WHERE content_type IS NULL AND content_type_raw IS NOT NULL GROUP BY content_type_raw
        UNION ALL SELECT 'date', published_raw, count(*) FROM items
        WHERE published IS NULL AND published_raw IS NOT NULL GROUP BY published_raw
        ORDER BY items DESC, kind, printed"""
    return [dict(row) for row in connection.execute(sql)]


def overview(connection: sqlite3.Connection) -> Row:
    """Return the numbers of items, offices and topics in the database, and the first and last date."""
    sql = """
        SELECT count(*) AS items, min(published) AS first, max(published) AS last,
            (SELECT count(DISTINCT office_id) FROM item_offices) AS offices,
            (SELECT count(DISTINCT topic_id) FROM item_topics) AS topics
        FROM items"""
    return dict(connection.execute(sql).fetchone())


def with_children(topics: Sequence[str]) -> list[str]:
    """Return the topics and those that are parts of them."""
    entries = vocabulary("topics").entries.values() if topics else ()
    return [*topics, *(entry.id for entry in entries if entry.parent in topics)]


def _article(connection: sqlite3.Connection, identifier: str) -> Row | None:
    """Return what is stored of an item's own page, except its text; None if it was never requested."""
    row = connection.execute("SELECT * FROM articles WHERE item_id = ?", [identifier]).fetchone()
    if row is None:
        return None
    result = {name: row[name] for name in row.keys() if name not in ("item_id", "text")}  # noqa: SIM118
    for name in ("differs", "image", "downloads", "languages"):
        result[name] = json.loads(result[name]) if result[name] else None
    return result


def decoded(row: sqlite3.Row) -> Row:
    """Return a row of the view `newsroom` with its JSON arrays as lists."""
    return {
        name: json.loads(row[name]) if name in LISTS else row[name]
        for name in row.keys()  # noqa: SIM118
    }
