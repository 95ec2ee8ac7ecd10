"""The stored items around a page: those that it lists, and those nearest in date."""

from __future__ import annotations

import dataclasses
import json
import sqlite3
from collections import Counter
from collections.abc import Callable, Collection, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from osce_news.checks.limits import MAX_NEIGHBOURS
from osce_news.items import BY_SEARCH, RAW_FIELDS, Listing, NewsItem
from osce_news.normalize import split_offices, split_topics
from osce_news.storage.merge import foreign_fields
from osce_news.urls import list_key, page_number, page_size

ENGLISH = "en"  # the language of addresses that name none
_ROWS = 10  # results per page, if the address does not say how many

_COMPARED = frozenset(
    "id url title published published_raw content_type content_type_raw offices_raw topics_raw teaser "
    "language dateline_date".split()
)


def _select(names: Collection[str]) -> str:
    """Return a query for these columns, in the order of the record's fields, so that a row makes a record."""
    fields = [field.name for field in dataclasses.fields(NewsItem)]
    return f"SELECT {', '.join(name if name in names else 'NULL' for name in fields)} FROM items"


_SELECT = _select(_COMPARED)  # up to 300 rows per page are read, which has to be fast
_SOURCES = (
    "SELECT id, sources FROM items WHERE id IN (SELECT value FROM json_each(?)) "
    "AND (sources IS NOT NULL OR ? <> 'list')"
)
_LANGUAGE = f"coalesce(language, '{ENGLISH}') = ?"
_OLDER = f"{_SELECT} WHERE {_LANGUAGE} AND published <= ? ORDER BY published DESC, id DESC LIMIT ?"
_NEWER = f"{_SELECT} WHERE {_LANGUAGE} AND published > ? ORDER BY published, id LIMIT ?"
_COMPARABLE = f"SELECT count(*) FROM (SELECT 1 FROM items WHERE {_LANGUAGE} LIMIT ?)"
_TEXTS = (
    "SELECT item_id, CASE layout WHEN ? THEN text END FROM articles WHERE read_at IS NOT NULL "
    "AND item_id IN (SELECT value FROM json_each(?))"
)
_KNOWN = (
    f"{_select(_COMPARED.union(RAW_FIELDS))} WHERE last_seen <= ? AND id IN (SELECT value FROM json_each(?))"
)


@dataclass(frozen=True, slots=True)
class Neighbours:
    """The stored items that a page is compared with.

    Records hold only what is compared: identifier, address, title, dates, labels, teaser, language.
    """

    items: int = 0  # in the whole database
    comparable: int = 0  # of these, in the page's language; counted up to MAX_NEIGHBOURS
    near: Callable[[], Sequence[NewsItem]] = tuple  # reads the stored items nearest in date
    # The same, without the fields that other sources than the page's print in their own way.
    near_alike: Callable[[], Sequence[NewsItem]] = tuple
    known: Mapping[str, NewsItem] = dataclasses.field(
        default_factory=dict
    )  # the page's own items, by identifier
    # The raw fields of these that other sources print in their own way.
    foreign: Mapping[str, Collection[str]] = dataclasses.field(default_factory=dict)
    # The stored full texts of these; None for the text of an item's own page, which no list replaces.
    texts: Mapping[str, str | None] = dataclasses.field(default_factory=dict)
    had_results: bool = False  # whether this part of the list, or a later one, has had results


def read_neighbours(connection: sqlite3.Connection, page: Listing) -> Neighbours:
    """Return the stored items around a page with normalised records.

    `near` reads from the connection when it is first called, which most pages don't need.
    """
    cursor = connection.cursor()
    cursor.row_factory = None
    (items,) = cursor.execute("SELECT count(*) FROM items").fetchone()
    if not items:
        return Neighbours()
    language = language_of(page.records)
    (comparable,) = cursor.execute(_COMPARABLE, (language, MAX_NEIGHBOURS)).fetchone()
    ids = json.dumps([item.id for item in page.records])
    near = cache(lambda: _near(cursor, page.records, language))
    return Neighbours(
        items=items,
        comparable=comparable,
        near=near,
        near_alike=cache(lambda: _alike(cursor, near(), page.origin)),
        # An older page, out of an archive, need not look like what was read since.
        known={item.id: item for item in _read(cursor, _KNOWN, page.fetched_at, ids)},
        foreign=_foreign(cursor, page.records, page.origin),
        texts=dict(cursor.execute(_TEXTS, [BY_SEARCH, ids])) if page.origin == "search" else {},
        had_results=not page.results and _had_results(cursor, page.url),
    )


def language_of(records: Sequence[NewsItem]) -> str:
    """Return the language of most records; an item without one is in English, as its address says."""
    languages = Counter(item.language or ENGLISH for item in records)
    return languages.most_common(1)[0][0] if languages else ENGLISH


def _near(cursor: sqlite3.Cursor, records: Sequence[NewsItem], language: str) -> Sequence[NewsItem]:
    """Return the stored items nearest in date to those of the page, in the page's language."""
    items: dict[str, NewsItem] = {}
    anchors = _anchors(sorted(item.published for item in records if item.published))
    each = MAX_NEIGHBOURS // (2 * len(anchors))
    for day in anchors:
        for sql in (_OLDER, _NEWER):
            items.update((item.id, item) for item in _read(cursor, sql, language, day, each))
    return list(items.values())


def _foreign(cursor: sqlite3.Cursor, items: Sequence[NewsItem], origin: str) -> dict[str, set[str]]:
    """Return the raw fields of stored items that other sources print in their own way."""
    stored = cursor.execute(_SOURCES, [json.dumps([item.id for item in items]), origin])
    return {identifier: foreign_fields(sources, origin) for identifier, sources in stored}


def _alike(cursor: sqlite3.Cursor, items: Sequence[NewsItem], origin: str) -> Sequence[NewsItem]:
    """Return the items without the fields that other sources print in their own way."""
    foreign = _foreign(cursor, items, origin)
    return [_without(item, foreign[item.id]) if item.id in foreign else item for item in items]


def _without(item: NewsItem, fields: Collection[str]) -> NewsItem:
    left_out = dict.fromkeys(fields) | ({"teaser": None} if "teaser_raw" in fields else {})
    return dataclasses.replace(item, **left_out)  # type: ignore[arg-type]


def _anchors(days: Sequence[str]) -> Sequence[str]:
    """Return the dates around which to read: the middle one, or five if the page spans years."""
    if not days:
        return ["9999"]
    if int(days[-1][:4]) - int(days[0][:4]) <= 1:
        return [days[len(days) // 2]]
    return sorted({days[len(days) * part // 10] for part in (1, 3, 5, 7, 9)})


def _read(cursor: sqlite3.Cursor, sql: str, *parameters: object) -> list[NewsItem]:
    items = [NewsItem(*row) for row in cursor.execute(sql, parameters)]
    for item in items:
        item.offices = split_offices(item.offices_raw)
        item.topics = split_topics(item.topics_raw)
        item.dateline_places = ()
    return items


def _had_results(cursor: sqlite3.Cursor, url: str) -> bool:
    """Whether this part of the list, or a later one, has had results."""
    name, start = _list_and_position(url)
    stored = cursor.execute("SELECT DISTINCT url FROM pages WHERE results > 0")
    others = (_list_and_position(row[0]) for row in stored)
    return any(other == name and position >= start for other, position in others)


def _list_and_position(url: str) -> tuple[str, int]:
    """Return a key of the list, whatever the scheme, and the position of the page's first result."""
    position = (page_number(url) or 0) * (page_size(url) or _ROWS)
    return list_key(url).casefold().partition(":")[2], position
