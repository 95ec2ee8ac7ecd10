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
from osce_news.normalize.keys import items_of
from osce_news.storage.ingest import rows
from osce_news.storage.ingest.matching import identify
from osce_news.storage.ingest.readings import (
    LABELS,
    LIST,
    PAGE,
    FormerValue,
    Revision,
    Sources,
    former_values,
    merge_reading,
    recorded_changes,
    records_by_id,
)

# Pages that were saved within this time belong to one reading of the list: with the site's delay of ten
# seconds, a full crawl takes two to three hours.
ONE_READING = timedelta(hours=6)


class Edit(NamedTuple):
    """A stored item as changed by a new reading, and the revisions to record."""

    sources: Sources | None  # None if they did not change
    after: NewsItem | None = None  # None if only its sources changed
    former: Sequence[FormerValue] = ()  # what is replaced
    revisions: Sequence[Revision] = ()
    label_revisions: Sequence[Revision] = ()  # between two places of one reading of the list
    is_change: bool = False  # whether the item's meaning changed


@dataclass
class Changes:
    """The changes that a page makes in the database; without any by default."""

    read: dict[str, NewsItem] = field(default_factory=dict)  # the page's items by identifier
    known: dict[str, sqlite3.Row] = field(default_factory=dict)  # those of its items that are stored
    new: list[NewsItem] = field(default_factory=list)
    edits: dict[str, Edit] = field(default_factory=dict)
    again: set[str] = field(default_factory=set)  # on an earlier page of the crawl too: pages overlap
    restored: dict[str, str] = field(default_factory=dict)  # no longer withdrawn, since these times

    @property
    def changed(self) -> set[str]:
        """The identifiers of the items whose meaning changed."""
        return {identifier for identifier, edit in self.edits.items() if edit.is_change}


class Ingest:
    """Stores the items on the pages of one run.

    The pages of a crawl show the present. `saved` pages are from different times and come in any order; those
    that belong to one reading of the list are merged.
    """

    def __init__(self, connection: sqlite3.Connection, run: int, mode: str) -> None:
        self._connection, self._run = connection, run
        self.saved = mode in ("replay", "backfill", "held")
        self._one_reading = timedelta() if mode == "held" else ONE_READING
        self._seen: dict[str, bool] = {}  # the items of this run; False for those on pages with status 304

    def identify(self, page: Listing) -> None:
        """Find the stored items that the page shows under other addresses."""

        def is_shown(row: sqlite3.Row) -> bool:
            if not self.saved:
                return row["id"] in self._seen
            return abs(parse_utc(page.fetched_at) - parse_utc(row["last_seen"])) <= ONE_READING

        identify(self._connection, page, is_shown)

    def compare(self, page: Listing) -> Changes:
        """Return what a page would change; writes nothing."""
        read = records_by_id(page.records)
        is_unmodified = page.status == HTTPStatus.NOT_MODIFIED
        known = rows.load(self._connection, items_of(page.listed) if is_unmodified else read)
        edits = {one: self._edit(page, read.get(one), row) for one, row in known.items()}
        at = page.fetched_at
        return Changes(
            read,
            known,
            new=[item for item in read.values() if item.id not in known],
            edits={one: edit for one, edit in edits.items() if edit is not None},
            # Saved pages are independent of each other.
            again=set() if self.saved else known.keys() & self._seen.keys(),
            # A saved page restores only items withdrawn before it was saved.
            restored={
                one: max(row["withdrawn"], at)
                for one, row in known.items()
                if row["withdrawn"] and page.origin != PAGE and (not self.saved or row["withdrawn"] <= at)
            },
        )

    def store(self, page: Listing, changes: Changes) -> None:
        """Store what a page changes, inside the caller's transaction."""
        connection, run, edits = self._connection, self._run, changes.edits
        rows.insert(connection, changes.new, page, run)
        rows.update(connection, [edit.after for edit in edits.values() if edit.after])
        for identifier, edit in edits.items():
            rows.write_revisions(connection, identifier, edit.revisions, page.fetched_at, run)
            rows.write_former(connection, identifier, edit.former, run)
            for change in edit.label_revisions:
                rows.merge_revision(connection, identifier, change, page.fetched_at, run)
        for identifier, row in changes.known.items():
            if page.fetched_at < row["first_seen"] and row["first_run"] != run:
                former = FormerValue("first_seen", row["first_seen"], row["origin"])
                rows.write_former(connection, identifier, [former], run)
        rows.write_seen(connection, changes.known, page, present=not self.saved)
        rows.write_sources(connection, {one: edit.sources for one, edit in edits.items() if edit.sources})
        rows.write_addresses(connection, page)
        rows.write_quarantined(connection, page, run)
        rows.restore(connection, changes.restored, run)
        if page.status == HTTPStatus.NOT_MODIFIED:
            self._seen |= dict.fromkeys(items_of(page.listed), False)
        self._seen |= {item.id: True for item in page.records}

    def _edit(self, page: Listing, item: NewsItem | None, row: sqlite3.Row) -> Edit | None:
        """Return how this reading changes a stored item; None if it does not.

        Of a page with status 304 there is no reading; only the time when the item was last shown is new.
        """
        sources = Sources.of(row["sources"], row["last_seen"])
        if item is None:
            return Edit(sources.shown(page.origin, page.fetched_at)) if row["sources"] else None
        known = rows.raw_item(row)
        if page.origin == LIST and row["sources"] is None and rows.same_raw(item, known):
            return None
        normalize(known).id = row["id"]
        same_reading = page.origin == LIST and self._in_one_reading(page, row)
        after, after_sources = merge_reading(
            known, sources, item, page, saved=self.saved, same_reading=same_reading
        )
        changed_sources = after_sources if after_sources.to_json() != row["sources"] else None
        # An item that this run added can only be taken back as a whole.
        is_new = row["first_run"] == self._run
        former = [] if is_new else former_values(known, sources, after, after_sources)
        if rows.same_raw(after, known):
            return Edit(changed_sources, None, former) if changed_sources else None
        changes = recorded_changes(
            known, sources, after, after_sources, page.fetched_at if self.saved else None
        )
        # An item that is listed twice gets the labels of both places, so the second place may take back what
        # the first one changed.
        labels = [change for change in changes if same_reading and change.field in LABELS]
        recorded = [change for change in changes if change not in labels]
        is_change = bool(recorded) or any(change.kind == "labels" for change in changes)
        label_revisions = [] if self.saved or is_new else labels
        return Edit(changed_sources, after, former, recorded, label_revisions, is_change)

    def _in_one_reading(self, page: Listing, row: sqlite3.Row) -> bool:
        """Whether the item was last seen in the same reading of the list."""
        if not self.saved:
            return self._seen.get(row["id"], False)
        return abs(parse_utc(page.fetched_at) - parse_utc(row["last_seen"])) < self._one_reading
