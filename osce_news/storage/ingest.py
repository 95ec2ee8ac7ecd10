"""What a page of the list shows, joined with the items that are stored."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable
from datetime import timedelta

from osce_news.clock import parse_utc
from osce_news.items import REVISED_FIELDS, Listing, NewsItem
from osce_news.normalize import normalize
from osce_news.numbers import NumberMap
from osce_news.storage import crawls, rows
from osce_news.storage.merge import combine
from osce_news.storage.revisions import LABELS, revisions
from osce_news.storage.schema import LISTS
from osce_news.storage.summary import Stored

# Pages that were saved within this time belong to one reading of the list: a full one takes an hour
# and a half at the ten seconds between requests that the site asks for.
ONE_READING = timedelta(hours=6)
NOT_MODIFIED = 304  # RFC 9110: the page is as it was when it was read last
_SCALARS = tuple(f"{name}_raw" for name in REVISED_FIELDS if name not in LISTS)


def identifiers(page: Listing) -> set[str]:
    """Return the identifiers of the items that a page lists."""
    return {key.partition(":")[0] for key in page.listed}


class Sightings:
    """The items that the pages of one run show.

    A crawl shows the present; saved pages are sightings of their own time, in any order.
    """

    def __init__(self, connection: sqlite3.Connection, run: int, *, saved: bool) -> None:
        self._connection, self._run, self._saved = connection, run, saved
        # The items of this run, and the address at which each was seen last: hashes, for there are many.
        self._seen = NumberMap()

    def store(self, page: Listing, read: dict[str, NewsItem]) -> Stored:
        """Store what a page shows, within its transaction; `read` are its items by their identifiers."""
        return self._store_unchanged(page) if page.status == NOT_MODIFIED else self._store_read(page, read)

    def note(self, page: Listing) -> None:
        """Remember what a page showed, once its transaction has ended well."""
        if page.status == NOT_MODIFIED:
            self._seen.update({hash(one): 0 for one in identifiers(page)})
        self._seen.update({hash(item.id): hash(item.url) for item in page.records})

    def _store_read(self, page: Listing, read: dict[str, NewsItem]) -> Stored:
        stored = rows.load(self._connection, read)
        new = [item for item in read.values() if item.id not in stored]
        rows.insert(self._connection, new, page.url, page.fetched_at)
        changed = {name for name, row in stored.items() if self._update(page, read[name], row)}
        rows.write_seen(self._connection, stored, page)
        rows.write_addresses(self._connection, page)
        rows.write_rejected(self._connection, page, self._run)
        again = self._again(stored.keys() - changed)
        restored = self._restore(page, stored)
        return Stored(len(new), len(changed), len(stored) - len(changed), again, restored)

    def _store_unchanged(self, page: Listing) -> Stored:
        """Note that the items of a page which has not changed are still on the list."""
        stored = rows.load(self._connection, identifiers(page))
        rows.write_seen(self._connection, stored, page)
        again = self._again(stored)
        return Stored(0, 0, len(stored), again, self._restore(page, stored))

    def _again(self, ids: Iterable[str]) -> int:
        """How many of these items this crawl has seen already; saved pages stand each for itself."""
        return 0 if self._saved else sum(hash(one) in self._seen for one in ids)

    def _restore(self, page: Listing, ids: Iterable[str]) -> int:
        present = not self._saved
        return crawls.restore(self._connection, ids, page.fetched_at, self._run, present=present)

    def _update(self, page: Listing, item: NewsItem, row: sqlite3.Row) -> bool:
        """Bring a stored item up to date; return whether its meaning changed."""
        known = rows.raw_item(row)
        if rows.same_raw(item, known):
            return False
        normalize(known)
        together = self._together(page, item, row)
        after = combine(known, item, read_is_newer=self._is_newer(page, item, row), together=together)
        after.id = known.id = row["id"]
        if rows.same_raw(after, known):
            return False
        rows.update(self._connection, [after])
        found = revisions(known, after)
        # What an item says in two places of one reading of the list is no change of the item.
        kept = [change for change in found if not (together and change.field in LABELS)]
        rows.write_revisions(self._connection, row["id"], kept, page.fetched_at, self._run)
        return bool(kept) or any(change.kind == "labels" for change in found)

    def _together(self, page: Listing, item: NewsItem, row: sqlite3.Row) -> bool:
        """Whether an item's last sighting belongs to the same reading of the list as this one."""
        if not self._saved:
            # At the same address it is the same result read again, and what differs was edited.
            return self._seen.get(hash(row["id"]), hash(item.url)) not in (hash(item.url), 0)
        return abs(parse_utc(page.fetched_at) - parse_utc(row["last_seen"])) <= ONE_READING

    def _is_newer(self, page: Listing, item: NewsItem, row: sqlite3.Row) -> bool:
        """Whether what was read now counts before what is stored; a crawl reads the present."""
        if not self._saved:
            return True
        if page.fetched_at != row["last_seen"]:
            return bool(page.fetched_at > row["last_seen"])
        # Two pages of one second: whichever is replayed first, the same one of them counts.
        read = [str(getattr(item, name) or "") for name in _SCALARS]
        return read > [str(row[name] or "") for name in _SCALARS]
