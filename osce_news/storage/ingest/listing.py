"""Compares what a list page shows with the items that are stored, and stores the difference."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from http import HTTPStatus
from typing import NamedTuple

from osce_news.clock import parse_utc
from osce_news.items import Listing, NewsItem
from osce_news.normalize import normalize
from osce_news.storage import missing
from osce_news.storage.ingest import rows
from osce_news.storage.ingest.matching import identify
from osce_news.storage.ingest.merge import (
    LIST,
    PAGE,
    FormerValue,
    Sources,
    former_values,
    merge_reading,
    recorded_changes,
    records_by_id,
)
from osce_news.storage.ingest.revisions import LABELS, Revision

# Pages that were saved within this time belong to one reading of the list: with the site's delay of ten
# seconds, a full crawl takes two to three hours.
ONE_READING = timedelta(hours=6)


def listed_ids(page: Listing) -> set[str]:
    """Return the identifiers of the items that a page lists."""
    return {key.partition(":")[0] for key in page.listed}


class Edit(NamedTuple):
    """A stored item as changed by a new reading, and the revisions to record."""

    after: NewsItem | None  # None if only its sources changed
    revisions: Sequence[Revision] = ()
    is_change: bool = False  # whether the item's meaning changed
    merged: Sequence[Revision] = ()  # of labels, between two places of one reading of the list
    sources: Sources | None = None  # None if they did not change
    former: Sequence[FormerValue] = ()  # what is replaced


def _shown_again(page: Listing, row: sqlite3.Row) -> Edit:
    """Return what a page with status 304 changes: only when the list last showed the item."""
    if row["sources"] is None:
        return Edit(None)
    sources = Sources.of(row["sources"], row["last_seen"])
    return Edit(None, sources=sources.shown(page.origin, page.fetched_at))


@dataclass
class Changes:
    """The changes that a page makes in the database."""

    read: dict[str, NewsItem] = field(default_factory=dict)  # the page's items by identifier
    known: dict[str, sqlite3.Row] = field(default_factory=dict)  # those of them that are stored
    new: list[NewsItem] = field(default_factory=list)
    edits: dict[str, Edit] = field(default_factory=dict)

    @property
    def changed(self) -> set[str]:
        """The identifiers of the items whose meaning changed."""
        return {identifier for identifier, edit in self.edits.items() if edit.is_change}


@dataclass(frozen=True, slots=True)
class PageCounts:
    """The result of storing a page: how many items were new, changed, unchanged, restored."""

    new: int
    changed: int
    unchanged: int
    changed_again: int = 0  # of the changed: on an earlier page of the run too, because pages overlap
    unchanged_again: int = 0
    restored: int = 0


class Ingest:
    """Stores the items on the pages of one run.

    The pages of a crawl show the present. `saved` pages are from different times and come in any order; those
    that were fetched within the time `one_reading` are merged.
    """

    def __init__(
        self,
        connection: sqlite3.Connection,
        run: int,
        *,
        saved: bool,
        one_reading: timedelta = ONE_READING,
    ) -> None:
        self._connection, self._run, self._saved = connection, run, saved
        self._one_reading = one_reading
        # The items of this run, as hashes, because there are many. False for those on pages with status 304.
        self._seen: dict[int, bool] = {}

    def identify(self, page: Listing) -> None:
        """Find the stored items that the page shows under other addresses."""

        def is_shown(row: sqlite3.Row) -> bool:
            if not self._saved:
                return hash(row["id"]) in self._seen
            return abs(parse_utc(page.fetched_at) - parse_utc(row["last_seen"])) <= ONE_READING

        identify(self._connection, page, is_shown)

    def compare(self, page: Listing) -> Changes:
        """Return what a page would change; writes nothing."""
        if page.status == HTTPStatus.NOT_MODIFIED:
            known = rows.load(self._connection, listed_ids(page))
            return Changes(known=known, edits={one: _shown_again(page, row) for one, row in known.items()})
        read = records_by_id(page.records)
        known = rows.load(self._connection, read)
        edits = {identifier: self._edit(page, read[identifier], row) for identifier, row in known.items()}
        return Changes(
            read,
            known,
            new=[item for item in read.values() if item.id not in known],
            edits={identifier: edit for identifier, edit in edits.items() if edit is not None},
        )

    def store(self, page: Listing, changes: Changes) -> PageCounts:
        """Store what a page changes, inside the caller's transaction."""
        rows.insert(self._connection, changes.new, page, self._run)
        rows.update(self._connection, [edit.after for edit in changes.edits.values() if edit.after])
        for identifier, edit in changes.edits.items():
            rows.write_revisions(self._connection, identifier, edit.revisions, page.fetched_at, self._run)
            rows.write_former(self._connection, identifier, edit.former, self._run)
            for change in edit.merged:
                rows.merge_revision(self._connection, identifier, change, page.fetched_at, self._run)
        for identifier, row in changes.known.items():
            if page.fetched_at < row["first_seen"] and row["first_run"] != self._run:
                former = FormerValue("first_seen", row["first_seen"], row["origin"])
                rows.write_former(self._connection, identifier, [former], self._run)
        rows.write_seen(self._connection, changes.known, page, present=not self._saved)
        rows.write_sources(self._connection, {one: edit.sources for one, edit in changes.edits.items()})
        rows.write_addresses(self._connection, page)
        rows.write_quarantined(self._connection, page, self._run)
        restored = 0
        if page.origin != PAGE:
            gone = {one: row["withdrawn"] for one, row in changes.known.items() if row["withdrawn"]}
            present = not self._saved
            restored = missing.restore(self._connection, gone, page.fetched_at, self._run, present=present)
        changed = changes.changed
        # The same result may be on two pages of a crawl; saved pages are independent of each other.
        again = {one for one in changes.known if hash(one) in self._seen and not self._saved}
        if page.status == HTTPStatus.NOT_MODIFIED:
            self._seen.update((hash(identifier), False) for identifier in listed_ids(page))
        self._seen.update((hash(item.id), True) for item in page.records)
        return PageCounts(
            len(changes.new),
            len(changed),
            len(changes.known) - len(changed),
            len(again & changed),
            len(again - changed),
            restored,
        )

    def _edit(self, page: Listing, item: NewsItem, row: sqlite3.Row) -> Edit | None:
        """Return how this reading changes a stored item; None if it does not."""
        known = rows.raw_item(row)
        if page.origin == LIST and row["sources"] is None and rows.same_raw(item, known):
            return None
        normalize(known).id = row["id"]
        sources = Sources.of(row["sources"], row["last_seen"])
        same_reading = page.origin == LIST and self._in_one_reading(page, row)
        after, after_sources = merge_reading(
            known, sources, item, page, saved=self._saved, same_reading=same_reading
        )
        changed_sources = after_sources if after_sources.to_json() != row["sources"] else None
        # An item that this run added can only be taken back as a whole.
        is_new = row["first_run"] == self._run
        former = [] if is_new else former_values(known, sources, after, after_sources)
        if rows.same_raw(after, known):
            return Edit(None, sources=after_sources, former=former) if changed_sources else None
        changes = recorded_changes(
            known, sources, after, after_sources, page.fetched_at if self._saved else None
        )
        recorded, merged = self._split(changes, row, same_reading=same_reading)
        is_change = bool(recorded) or any(change.kind == "labels" for change in changes)
        return Edit(after, recorded, is_change, merged, changed_sources, former)

    def _split(
        self, changes: Sequence[Revision], row: sqlite3.Row, *, same_reading: bool
    ) -> tuple[list[Revision], list[Revision]]:
        """Return the changes to record, and those of labels between two places of one reading of the list.

        An item that is listed twice gets the labels of both places, so the second place may take back what
        the first one changed. Such changes are not returned for new items, nor for saved pages.
        """
        labels = [change for change in changes if same_reading and change.field in LABELS]
        recorded = [change for change in changes if change not in labels]
        is_new = self._saved or row["first_run"] == self._run
        return recorded, [] if is_new else labels

    def _in_one_reading(self, page: Listing, row: sqlite3.Row) -> bool:
        """Whether the item was last seen in the same reading of the list."""
        if not self._saved:
            return self._seen.get(hash(row["id"]), False)
        return abs(parse_utc(page.fetched_at) - parse_utc(row["last_seen"])) < self._one_reading
