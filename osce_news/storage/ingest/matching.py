"""Finds the stored items that a page shows under other addresses.

The node number of an address identifies an item. If the site gives its items other numbers, or addresses
without any, they are recognised by known addresses, or else by title, date and offices. Results that may be
one of several items are quarantined.
"""

from __future__ import annotations

import json
import sqlite3
from collections import Counter, defaultdict
from collections.abc import Callable, Iterable, Iterator, Sequence
from datetime import date, timedelta
from typing import NamedTuple

from osce_news.items import Listing, NewsItem
from osce_news.normalize import quarantine, split_offices
from osce_news.normalize.identity import title_key
from osce_news.normalize.keys import item_of, rename_items, result_key, substitute_id
from osce_news.storage.database import exists
from osce_news.storage.ingest.readings import term_key

# If this many results of a page have the title and date of a stored item, but another number, the site has
# given its items new numbers. If there are fewer, they are other items: two of one day may have the same
# title.
MIN_RENUMBERED = 3
_NEAR = [timedelta(days) for days in range(-3, 4)]  # between two dates that may be those of one item

_AMONG = "IN (SELECT value FROM json_each(?))"
_KNOWN = f"SELECT id, url, title, published, language FROM items WHERE id {_AMONG}"
_ADDRESSES = f"SELECT url, item_id FROM addresses WHERE url {_AMONG}"
_CANDIDATES = "SELECT id, title, published, offices_raw, teaser, last_seen FROM items"
_OF_DAYS = f"{_CANDIDATES} WHERE published {_AMONG}"

IsShown = Callable[[sqlite3.Row], bool]


class _Match(NamedTuple):
    """A result and the stored items that it may be; `doubt` says why that is uncertain, if it is."""

    item: NewsItem
    candidates: list[str]
    doubt: str | None = None


def identify(connection: sqlite3.Connection, page: Listing, is_shown: IsShown) -> None:
    """Give the results of a page that are stored items under other addresses the identifiers of these items.

    Possible duplicates are quarantined, with the reason. The keys in `listed` follow. `is_shown` says whether
    a stored item (id, last_seen) is on the list under its own address: then another address is another item.
    The records are normalised.
    """
    before = [(item.id, item.published_raw) for item in page.records]
    doubts = _resolve(connection, page.records, is_shown)
    by_key: dict[str, str] = {}
    by_item: dict[str, str] = {}
    for position, ((former, published), item) in enumerate(zip(before, page.records, strict=True)):
        identifier = doubts[position].candidates[0] if position in doubts else item.id
        by_key[result_key(former, published)] = identifier
        by_item.setdefault(former, identifier)
    if any(item_of(former) != identifier for former, identifier in (by_key | by_item).items()):
        page.listed = rename_items(page.listed, by_key, by_item)
        for article in page.articles:
            article.item_id = by_item.get(article.item_id, article.item_id)
    for position, match in doubts.items():
        page.quarantined.append(quarantine(page.records[position], str(match.doubt), page.url))
    page.records = [item for position, item in enumerate(page.records) if position not in doubts]
    page.possible_duplicates = len(doubts)


def _resolve(
    connection: sqlite3.Connection, records: Sequence[NewsItem], is_shown: IsShown
) -> dict[int, _Match]:
    """Set the identifiers of the records that are stored items; return the doubtful ones by position."""
    ids = _json(item.id for item in records)
    known = {row["id"]: row for row in connection.execute(_KNOWN, [ids])}
    doubts: dict[int, _Match] = {}
    first: dict[str, NewsItem] = {}
    for position, item in enumerate(records):
        row = known.get(item.id)
        if row is not None and row["url"] == item.url:
            continue
        other = NewsItem(**dict(row)) if row is not None else first.setdefault(item.id, item)
        if other.url != item.url and _is_other(other, item):
            reason = f"its number, {item.id}, is that of another item: {other.title!r} of {other.published}"
            doubts[position] = _Match(item, [substitute_id(item.url)], reason)
    unknown: dict[str, list[int]] = defaultdict(list)  # the positions of each address; some are shown twice
    for position, item in enumerate(records):
        if item.id not in known or position in doubts:
            unknown[item.url].append(position)
    if not unknown or not exists(connection, "items"):
        return doubts
    for url, identifier in connection.execute(_ADDRESSES, [_json(unknown)]):
        for position in unknown.pop(url, ()):
            records[position].id = identifier
            doubts.pop(position, None)
    shown = {item.id for item in records}
    left = [records[positions[0]] for positions in unknown.values()]
    others = [row for row in _candidates(connection, left) if row["id"] not in shown and not is_shown(row)]
    for match in _matches(left, others):
        for position in unknown[match.item.url]:
            if match.doubt is None:
                records[position].id = match.candidates[0]
                doubts.pop(position, None)
            else:
                doubts[position] = match
    return doubts


def _candidates(connection: sqlite3.Connection, unknown: Sequence[NewsItem]) -> Iterator[sqlite3.Row]:
    """Yield the stored items that may be among the unknown ones, by their dates."""
    if any(not (item.published or item.id.isdigit()) for item in unknown):
        yield from connection.execute(_CANDIDATES)  # without a date, any stored item may be this one
        return
    dates = {date.fromisoformat(item.published) for item in unknown if item.published}
    days = {day + distance for day in dates for distance in _NEAR}
    yield from connection.execute(_OF_DAYS, [_json(map(str, days))])


def _matches(unknown: Sequence[NewsItem], candidates: Iterable[sqlite3.Row]) -> Iterator[_Match]:
    """Yield the results that are stored items, or may be."""
    by_title: dict[str, list[sqlite3.Row]] = defaultdict(list)
    for row in candidates:
        by_title[title_key(row["title"])].append(row)
    if not by_title:
        return
    titles = Counter(title_key(item.title) for item in unknown)
    matches = [
        match
        for item in unknown
        if (same := by_title.get(key := title_key(item.title)))
        if (match := _match(item, same, is_series=len(same) > 1 or titles[key] > 1))
    ]
    numbered = [
        match for match in matches if match.item.id.isdigit() and all(map(str.isdigit, match.candidates))
    ]
    are_sure = sum(match.doubt is None for match in numbered) >= MIN_RENUMBERED
    if len(numbered) < MIN_RENUMBERED or not (are_sure or 2 * len(numbered) > len(unknown)):
        matches = [match for match in matches if match not in numbered]
    taken: set[str] = set()
    for match in matches:
        is_first = match.doubt is None and match.candidates[0] not in taken
        taken.update(match.candidates if is_first else ())
        doubt = match.doubt or _doubt(match.candidates, "another result of the page is that item")
        yield match if is_first else match._replace(doubt=doubt)


def _match(item: NewsItem, same: Sequence[sqlite3.Row], *, is_series: bool) -> _Match | None:
    """Return which of the stored items with its title a result is, or may be; None if no item fits.

    `is_series` is whether several items of these days have the title, so that it identifies none of them.
    """
    exact = [row for row in same if row["published"] == item.published] if item.published else []
    agreeing = [row for row in exact if _offices_agree(item, row)]
    if len(agreeing) > 1:
        agreeing = [row for row in agreeing if row["teaser"] == item.teaser] or agreeing
    if len(agreeing) == 1:
        return _Match(item, [agreeing[0]["id"]])
    if agreeing:
        same, reason = agreeing, "the same title and date as several items"
    elif exact:
        same, reason = exact, "the same title and date, but other offices"
    elif not item.published:
        reason = "the same title, and no date"
    elif not is_series:
        reason = f"the same title, but another date, {same[0]['published']}"
    else:
        return None
    identifiers = [row["id"] for row in same]
    return _Match(item, identifiers, _doubt(identifiers, reason))


def _doubt(identifiers: Sequence[str], reason: str) -> str:
    named = ", ".join(identifiers[:3]) + (", ..." if len(identifiers) > 3 else "")
    return f"perhaps the stored item {named} under another address: {reason}"


def _offices_agree(item: NewsItem, row: sqlite3.Row) -> bool:
    """Whether an office is the same, or one of the two prints none."""
    printed, stored = (
        set(map(term_key, terms)) for terms in (item.offices, split_offices(row["offices_raw"]))
    )
    return not printed or not stored or not printed.isdisjoint(stored)


def _is_other(one: NewsItem, other: NewsItem) -> bool:
    """Whether two readings with the same number are of two items, because both title and date differ."""
    return (
        one.language == other.language
        and None not in (one.published, other.published)
        and one.published != other.published
        and title_key(one.title) != title_key(other.title)
    )


def _json(values: Iterable[str]) -> str:
    return json.dumps(list(values))
