"""The stored items around a page: those that it lists, those nearest in date, and what these usually show."""

from __future__ import annotations

import dataclasses
import json
import math
import sqlite3
from collections import Counter, defaultdict
from collections.abc import Callable, Collection, Hashable, Iterator, Mapping, Sequence
from dataclasses import dataclass
from functools import cache

from osce_news.checks import limits
from osce_news.checks.rules import Finding, ShareRule, first_office
from osce_news.items import BY_SEARCH, RAW_FIELDS, Listing, NewsItem
from osce_news.normalize import split_offices, split_topics
from osce_news.normalize.vocabulary import languages
from osce_news.storage.ingest.readings import LIST, foreign_fields
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

ReadItems = Callable[[], Sequence[NewsItem]]


@dataclass(frozen=True, slots=True)
class Neighbours:
    """The stored items that a page is compared with.

    Records hold only what is compared: identifier, address, title, dates, labels, teaser, language.
    """

    items: int = 0  # in the whole database
    comparable: int = 0  # of these, in the page's language; counted up to MAX_NEIGHBOURS
    near: ReadItems = tuple  # reads the stored items nearest in date
    # The same, without the fields that other sources than the page's print in their own way.
    near_alike: ReadItems = tuple
    # The page's own items, by identifier.
    known: Mapping[str, NewsItem] = dataclasses.field(default_factory=dict)
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
    (comparable,) = cursor.execute(_COMPARABLE, (language, limits.MAX_NEIGHBOURS)).fetchone()
    ids = json.dumps([item.id for item in page.records])
    near = cache(lambda: _near(cursor, page.records, language))
    return Neighbours(
        items=items,
        comparable=comparable,
        near=near,
        near_alike=cache(lambda: _alike(cursor, near(), page.origin)),
        # An older page, from an archive, need not resemble what was read later.
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
    each = limits.MAX_NEIGHBOURS // (2 * len(anchors))
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
    """Return a key of the list, regardless of the scheme, and the position of the page's first result."""
    position = (page_number(url) or 0) * (page_size(url) or _ROWS)
    return list_key(url).casefold().partition(":")[2], position


def missing_history(records: Sequence[NewsItem], stored: Neighbours) -> str | None:
    """Return a message if too few items are stored to compare with, else None."""
    if stored.comparable >= limits.MIN_STORED:
        return None
    return (
        f"too few stored items to compare labels with: {stored.comparable} in the language "
        f"{language_of(records)}, {limits.MIN_STORED} are needed"
    )


def unusual_shares(page: Listing, stored: Neighbours) -> Iterator[Finding | None]:
    """Yield the failed checks, and None for each passed one; nothing if too few items are stored."""
    if stored.comparable < limits.MIN_STORED:
        return
    records, near = page.records, stored.near
    is_cards = page.origin == LIST and not page.fields.issuperset(RAW_FIELDS)
    for rule in limits.SHARE_RULES:
        if page.fields.issuperset(rule.fields) and (rule.cards or not is_cards):
            # A stored item that did not show it before says nothing.
            of = [item for item in records if not (known := stored.known.get(item.id)) or rule.shows(known)]
            yield _too_rare(rule, of, stored.near_alike)
    # Stored items are compared with their own offices.
    new = [item for item in records if item.id not in stored.known]
    if page.fields.issuperset(limits.OFFICE_OF_ADDRESS.fields) and not _offices_agree(new):
        yield _too_rare(_office_of_address(near()), new, near)
    offices = {first_office(item) for item in new}
    is_of_one = len(offices) == 1 and None not in offices  # an office may publish items of one type only
    if new and not is_of_one and page.fields.issuperset(limits.OTHER_TYPES.fields):
        yield _too_rare(_other_types(new), new, near)


def _too_rare(rule: ShareRule, records: Sequence[NewsItem], near: ReadItems) -> Finding | None:
    answers = [(item, shows) for item in records if (shows := rule.shows(item)) is not None]
    if sum(shows for _, shows in answers) > len(answers) * rule.min_ratio:
        return None  # the stored items need not be read
    shares = _shares(rule, near())
    shown, expected, sizes = [], 0.0, Counter[Hashable]()
    for item, shows in answers:
        group = rule.group(item)
        sizes[group] += group is not None
        if group in shares and sizes[group] <= limits.MAX_ALIKE:
            shown.append(shows)
            expected += shares[group]
    if len(shown) < rule.min_results:
        return None
    share = expected / len(shown)
    if share <= rule.min_share or not _too_few(rule.min_ratio, sum(shown), len(shown), share):
        return None
    return Finding(
        rule.name,
        rule.label,
        f"{rule.name} in {share:.0%} of results, as in stored items from that time",
        f"{sum(shown) or 'none'} of {len(shown)}",
    )


def _shares(rule: ShareRule, near: Sequence[NewsItem]) -> dict[Hashable, float]:
    """Return the share of stored items that show it, by group, without the groups that are too small."""
    answers: dict[Hashable, list[bool]] = defaultdict(list)
    for item in near:
        if (shows := rule.shows(item)) is not None:
            answers[rule.group(item)].append(shows)
    return {
        group: sum(shown) / len(shown) for group, shown in answers.items() if len(shown) >= limits.MIN_GROUP
    }


def _too_few(min_ratio: float, shown: int, of: int, share: float) -> bool:
    """Whether a count is so low that it can't be chance.

    The binomial probability of `shown` or fewer is computed with lower odds than those of the stored items,
    because the items of a page are not a random sample: they share a mission, an event, a keyword.
    """
    if shown >= of * share * min_ratio:
        return False
    odds = (share + 0.002) / (1.002 - share) / limits.ODDS_RATIO
    low = odds / (1 + odds)
    return sum(_binomial(of, number, low) for number in range(shown + 1)) < limits.P_VALUE


def _binomial(of: int, number: int, probability: float) -> float:
    """Return how probable a number is, by logarithms: coefficients may be too large for a float."""
    ways = math.lgamma(of + 1) - math.lgamma(number + 1) - math.lgamma(of - number + 1)
    return math.exp(ways + number * math.log(probability) + (of - number) * math.log1p(-probability))


def _offices_agree(records: Sequence[NewsItem]) -> bool:
    """Whether most results with addresses in one folder, such as /odihr/, have an office in common.

    Also false if there are too few such results to know, or if more than half of them have one office.
    """
    agreeing = count = 0
    last: dict[str, NewsItem] = {}
    offices: Counter[str | None] = Counter()
    for item in records:
        if item.offices and (folder := _folder(item)) != "node":
            offices[item.offices[0].id] += 1
            if other := last.get(folder):
                count += 1
                agreeing += not {term.id for term in item.offices}.isdisjoint(
                    term.id for term in other.offices
                )
            last[folder] = item
    if count < limits.MIN_GROUP or offices.most_common(1)[0][1] * 2 > offices.total():
        return False
    return agreeing > count * limits.MIN_AGREEING


def _office_of_address(near: Sequence[NewsItem]) -> ShareRule:
    """Return the rule that items have an office of their address's folder, such as /odihr/.

    The offices of a folder are those of the stored items in it.
    """
    offices: dict[str, set[str]] = defaultdict(set)
    for item in near:
        if (folder := _folder(item)) != "node":  # all offices have addresses there
            offices[folder].update(term.id for term in item.offices if term.id)

    def shows(item: NewsItem) -> bool | None:
        names = offices.get(_folder(item))
        if not names or all(term.id is None for term in item.offices):
            return None  # also for new names of offices
        return any(term.id in names for term in item.offices)

    return dataclasses.replace(limits.OFFICE_OF_ADDRESS, shows=shows)


def _folder(item: NewsItem) -> str:
    """Return the first folder of the address after its language, if any; empty without a folder."""
    folders = item.url.split("/")[3:-1]
    return next((folder for folder in folders if folder not in languages()), "")


def _other_types(records: Sequence[NewsItem]) -> ShareRule:
    """Return the rule that items have other types than the most common one of these."""
    ((common, _),) = Counter(item.content_type_raw for item in records).most_common(1)
    return dataclasses.replace(limits.OTHER_TYPES, shows=lambda item: item.content_type_raw != common)
