"""What the database already knows of a page: its own items, and the items of the same time."""

from __future__ import annotations

import json
import sqlite3
from collections import Counter
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from functools import cache
from urllib.parse import parse_qsl, urlsplit

from osce_news.items import Listing, NewsItem
from osce_news.normalize import split_offices, split_topics

NEIGHBOURS = 300  # stored items to compare a page with
_ROWS = 10  # results on a page that is asked for without a number

_COMPARED = frozenset(
    "id url title published published_raw content_type content_type_raw offices_raw topics_raw teaser "
    "language dateline_date".split()
)
# In the order of the record's fields, so that a row is one without further work: 300 are read a page.
_SELECT = "SELECT {} FROM items".format(
    ", ".join(one.name if one.name in _COMPARED else "NULL" for one in fields(NewsItem))
)
_OLDER = f"{_SELECT} WHERE language IS ? AND published <= ? ORDER BY published DESC LIMIT ?"
_NEWER = f"{_SELECT} WHERE language IS ? AND published > ? ORDER BY published LIMIT ?"
_COMPARABLE = "SELECT count(*) FROM (SELECT 1 FROM items WHERE language IS ? LIMIT ?)"
_KNOWN = f"{_SELECT} WHERE id IN (SELECT value FROM json_each(?))"
_DOUBLES = """
    SELECT DISTINCT page.value ->> 0 FROM json_each(?) AS page
    JOIN items ON items.published = page.value ->> 2 AND items.title = page.value ->> 1"""


@dataclass(frozen=True, slots=True)
class History:
    """What is stored, as far as a page has to be compared with it.

    Records hold what comparing needs: identifier, address, title, dates, labels, teaser, language.
    """

    items: int = 0  # in the whole database
    comparable: int = 0  # how many of them are in the page's language; counted up to NEIGHBOURS
    near: Callable[[], Sequence[NewsItem]] = tuple  # those nearest in date; read when it is called
    known: Mapping[str, NewsItem] = field(default_factory=dict)  # the page's own items, by identifier
    doubles: int = 0  # the page's other items of whose title and date there is one with another identifier
    listed: bool = False  # whether this part of the list, or a later one, has had results before


def history(connection: sqlite3.Connection, page: Listing) -> History:
    """Return what the database knows of a page that came through the pipelines; writes nothing.

    `near` reads from the connection, once, when a rule asks for it: most pages need no such look.
    """
    cursor = connection.cursor()
    cursor.row_factory = None
    (items,) = cursor.execute("SELECT count(*) FROM items").fetchone()
    if not items:
        return History()
    language = Counter(item.language for item in page.records).most_common(1)[0][0] if page.records else None
    (comparable,) = cursor.execute(_COMPARABLE, (language, NEIGHBOURS)).fetchone()
    known = {item.id: item for item in _read(cursor, _KNOWN, json.dumps([one.id for one in page.records]))}
    return History(
        items=items,
        comparable=comparable,
        near=cache(lambda: _near(cursor, page.records, language)),
        known=known,
        doubles=_doubles(cursor, [item for item in page.records if item.id not in known]),
        listed=not page.results and _listed(cursor, page.url),
    )


def _near(cursor: sqlite3.Cursor, records: Sequence[NewsItem], language: str | None) -> Sequence[NewsItem]:
    """Return the stored items nearest in date to those of the page, in the page's language."""
    found: dict[str, NewsItem] = {}
    anchors = _anchors(sorted(item.published for item in records if item.published))
    each = NEIGHBOURS // (2 * len(anchors))
    for day in anchors:
        for sql in (_OLDER, _NEWER):
            found.update((item.id, item) for item in _read(cursor, sql, language, day, each))
    return list(found.values())


def _anchors(days: Sequence[str]) -> Sequence[str]:
    """Return the dates to look around at: the middle one, or five if the page spans years."""
    if not days:
        return ["9999"]
    if int(days[-1][:4]) - int(days[0][:4]) <= 1:
        return [days[len(days) // 2]]
    return sorted({days[len(days) * part // 10] for part in (1, 3, 5, 7, 9)})


def _read(cursor: sqlite3.Cursor, sql: str, *parameters: object) -> list[NewsItem]:
    found = [NewsItem(*row) for row in cursor.execute(sql, parameters)]
    for item in found:
        item.offices = split_offices(item.offices_raw)
        item.topics = split_topics(item.topics_raw)
        item.dateline_places = ()
    return found


def _doubles(cursor: sqlite3.Cursor, new: Sequence[NewsItem]) -> int:
    """Return how many of these items, which are not stored, are so under another identifier."""
    asked = [(item.id, item.title, item.published) for item in new if item.published]
    return len(cursor.execute(_DOUBLES, [json.dumps(asked)]).fetchall()) if asked else 0


def _listed(cursor: sqlite3.Cursor, url: str) -> bool:
    """Whether this part of the list, or a later one, has had results."""
    name, start = _part(url)
    stored = cursor.execute("SELECT DISTINCT url FROM pages WHERE results > 0")
    return any(other == name and at >= start for other, at in (_part(row[0]) for row in stored))


def _part(url: str) -> tuple[tuple[object, ...], int]:
    """Return what tells a list from others, and the number of the page's first result."""
    parts = urlsplit(url)
    asked = dict(parse_qsl(parts.query))
    page, rows = (asked.pop(name, "") for name in ("page", "rows"))
    asked.pop("solrsort", None)
    start = _number(page, 0) * _number(rows, _ROWS)
    return (parts.hostname, parts.path.casefold(), *sorted(asked.items())), start


def _number(text: str, default: int) -> int:
    return int(text) if text.isdecimal() and len(text) < 8 else default
