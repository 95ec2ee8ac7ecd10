"""Decides whether a page that was read can be what the site meant: the last look before it is stored.

The page objects refuse what has not the structure of the list. Here the values are judged: by
themselves (`oddities`), by what is stored of the same items (`changes`), and by what is usual for items
of that time (`shares`). Nothing is repaired. One result alone never fails a page.
"""

from __future__ import annotations

import datetime
import itertools
import sqlite3
from collections.abc import Iterator, Sequence
from typing import NoReturn

from osce_news.checks import baseline as shares
from osce_news.checks import changes
from osce_news.checks import limits as oddities
from osce_news.checks.neighbours import History, history
from osce_news.errors import LayoutError, PartialError
from osce_news.items import Listing
from osce_news.storage import crawls
from osce_news.urls import newest_first as is_newest_first
from osce_news.urls import page_number

ACCEPT = "; if the page is right, run again with --accept"
FEWEST = 5  # results that a page must have to be judged by its order
_OUT_OF_ORDER = 0.2  # of the pairs of results with different dates
_STRAYS = 10  # one result in so many may stand where its date does not belong
_AHEAD = datetime.timedelta(days=3)  # time zones, and an embargo that the site does not keep

# More items than these that are gone at once are no withdrawals but a list that was not the whole one.
MOST_WITHDRAWN = 20
_MOST_WITHDRAWN_SHARE = 0.02


def check_page(
    connection: sqlite3.Connection, page: Listing, *, start_url: str, whole_list: bool
) -> str | None:
    """Check a page against the database; return a sentence if that holds too little to compare with.

    `start_url` is where the crawl of the list began, `whole_list` whether it is the list without a filter.
    Raises LayoutError if the page can't be right.
    """
    return check(
        page,
        history(connection, page),
        newest_first=is_newest_first(start_url),
        empty_expected=bool(page_number(page.url)) or not whole_list,
    )


def withdrawn(connection: sqlite3.Connection, run: int, list_url: str, *, accept: bool) -> list[str]:
    """Return the items that are no longer on a list which the run read whole.

    Raises PartialError if there are too many, unless `accept` is true.
    """
    found = crawls.missing(connection, run, list_url)
    most = max(MOST_WITHDRAWN, int(crawls.listed_on(connection, list_url) * _MOST_WITHDRAWN_SHARE))
    if len(found) > most and not accept:
        raise PartialError(
            f"{len(found)} items that were on the list are not on it any more, too many to believe, "
            "so none was marked; if it is right, run `osce-news crawl --full --accept`"
        )
    return found


def check(page: Listing, history: History, *, newest_first: bool, empty_expected: bool = False) -> str | None:
    """Return None for a page that may be stored, or a sentence if there is too little to compare it with.

    The page comes through the normalising pipelines. `newest_first` tells whether the list was asked
    for in that order, `empty_expected` that no results are no surprise. Raises LayoutError, which names
    the label or thing that is gone or wrong, with the numbers.
    """
    records = page.records
    if not records:
        _refuse_unexpectedly_empty(page, history, empty_expected)
        return None
    for finding in _findings(page, history, newest_first):
        _refuse(finding)
    return shares.too_short(records, history)


def _findings(page: Listing, history: History, newest_first: bool) -> Iterator[oddities.Finding | None]:
    """Yield what is wrong with the page, the most telling first; None for a rule that is kept."""
    records = page.records
    yield from oddities.find(records, history.near, page.url)
    yield from changes.find(records, history.known)
    yield _doubled(history, len(records) - sum(item.id in history.known for item in records))
    yield from shares.find(records, history)
    yield _from_the_future([item.published for item in records], page.fetched_at)
    if newest_first:
        yield _out_of_order([item.published for item in records])


def _refuse(finding: oddities.Finding | None) -> None:
    if finding is not None:
        raise LayoutError(finding.thing, expected=finding.expected, got=finding.got + ACCEPT)


def _refuse_unexpectedly_empty(page: Listing, history: History, expected: bool) -> None:
    if page.results == 0 and history.listed and not expected:
        _raise_empty(history)


def _raise_empty(history: History) -> NoReturn:
    raise LayoutError(
        "results",
        expected=f"some, as this list has had them before ({history.items} items are stored)",
        got=f"a page that says there are none{ACCEPT}",
    )


def _doubled(history: History, new: int) -> oddities.Finding | None:
    """Items that are stored under another identifier would be stored twice."""
    if history.doubles < 3 or history.doubles * 2 <= new:
        return None
    return oddities.Finding(
        "addresses",
        "the same number for the same item",
        f"{history.doubles} of {new} new items that are stored with another number, the same title and date",
    )


def _from_the_future(dates: Sequence[str | None], fetched_at: str) -> oddities.Finding | None:
    try:
        latest = (datetime.date.fromisoformat(fetched_at[:10]) + _AHEAD).isoformat()
    except (ValueError, OverflowError):
        return None
    ahead = [date for date in dates if date is not None and date > latest]
    if len(ahead) < 2 or len(ahead) * 5 <= len(dates):
        return None
    return oddities.Finding(
        "Publishing date",
        f"dates before the page was fetched on {fetched_at[:10]}",
        f"{len(ahead)} of {len(dates)} after it, such as {ahead[0]}",
    )


def _out_of_order(dates: Sequence[str | None]) -> oddities.Finding | None:
    """The list was asked for newest first; a page widely out of order is another list."""
    known = [date for date in dates if date is not None]
    if len(known) < FEWEST:
        return None
    if all(earlier >= later for earlier, later in itertools.pairwise(known)):
        return None
    kept = _without_strays(known)
    wrong, pairs = _wrong_pairs(kept)
    if wrong <= pairs * _OUT_OF_ORDER:
        return None
    return oddities.Finding(
        "order of the results",
        "the newest first, as asked for",
        f"{wrong} of {pairs} pairs the other way round (the first dates: {', '.join(known[:3])})",
    )


def _without_strays(dates: Sequence[str]) -> list[str]:
    """Return the dates without the few that stand most in the way of the others."""
    kept = list(dates)
    for _ in range(max(1, len(dates) // _STRAYS)):
        conflicts = [_conflicts(kept, place) for place in range(len(kept))]
        if not max(conflicts):
            break
        del kept[conflicts.index(max(conflicts))]
    return kept


def _conflicts(dates: Sequence[str], place: int) -> int:
    here = dates[place]
    return sum(date < here for date in dates[:place]) + sum(date > here for date in dates[place + 1 :])


def _wrong_pairs(dates: Sequence[str]) -> tuple[int, int]:
    """Return how many pairs of different dates stand the wrong way round, and how many there are."""
    wrong = pairs = 0
    for place, date in enumerate(dates):
        for later in dates[place + 1 :]:
            pairs += date != later
            wrong += date < later
    return wrong, pairs
