"""What crawls and their replays decide by a look at the database: is a page right, which items are gone."""

from __future__ import annotations

import sqlite3

from osce_news import checks as gate
from osce_news.checks.neighbours import history
from osce_news.crawl.urls import newest_first, page_number
from osce_news.errors import PartialError
from osce_news.items import Listing
from osce_news.storage import crawls

# More items than these that are gone at once are no withdrawals but a list that was not the whole one.
MOST_WITHDRAWN = 20
_MOST_WITHDRAWN_SHARE = 0.02


def check(connection: sqlite3.Connection, page: Listing, *, start_url: str, whole_list: bool) -> str | None:
    """Compare a page with what the database knows; raises LayoutError if it can't be right.

    Returns what to tell if the database knows too little to compare with, else None.
    """
    return gate.check(
        page,
        history(connection, page),
        newest_first=newest_first(start_url),
        empty_expected=bool(page_number(page.url)) or not whole_list,
    )


def gone(connection: sqlite3.Connection, run: int, list_url: str, *, accept: bool) -> list[str]:
    """Return the items that a list which was read whole no longer has.

    Raises PartialError if they are too many to believe, unless `accept` says so.
    """
    found = crawls.missing(connection, run, list_url)
    most = max(MOST_WITHDRAWN, int(crawls.listed_on(connection, list_url) * _MOST_WITHDRAWN_SHARE))
    if len(found) > most and not accept:
        raise PartialError(
            f"{len(found)} items that were on the list are not on it any more, too many to believe, "
            "so none was marked; if it is right, run `osce-news crawl --full --accept`"
        )
    return found
