"""The one writer: a run of pages, each page stored whole in one transaction."""

from __future__ import annotations

import dataclasses
import sqlite3
import time
from collections.abc import Callable
from dataclasses import asdict, dataclass
from datetime import timedelta
from pathlib import Path
from types import TracebackType

from osce_news import __version__
from osce_news.clock import parse_utc, utc_now
from osce_news.items import ListingItem, NewsItem
from osce_news.normalize import combine, normalize, once, unknown_terms
from osce_news.storage import rows, terms
from osce_news.storage.database import open_for_writing, storage_errors, transaction
from osce_news.storage.renormalize import Renormalized, renormalize
from osce_news.storage.revisions import revisions

# Pages that were saved within this time belong to one reading of the list: a full one takes an hour
# and a half at the ten seconds between requests that the site asks for.
ONE_READING = timedelta(hours=6)
_SCALARS = ("title_raw", "teaser_raw", "published_raw", "content_type_raw", "collections_raw")


@dataclass
class Summary:
    """What a run did; the keys of `--json`."""

    run: int
    mode: str
    status: str = "running"
    requests: int = 0
    not_modified: int = 0
    pages: int = 0
    seen: int = 0
    new: int = 0
    changed: int = 0
    unchanged: int = 0
    quarantined: int = 0
    withdrawn: int = 0
    restored: int = 0
    unknown_terms: int = 0
    smallest_gap_s: float | None = None
    seconds: float = 0.0
    database: str = ""
    message: str | None = None


class Writer:
    """Writes a run into the database. Use as a context manager, so that the file is closed.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder, Writer(Path(folder, "osce-news.db")) as writer:
    ...     summary = writer.begin("replay")
    ...     writer.finish("complete").status
    'complete'
    """

    def __init__(self, path: Path) -> None:
        """Open or create the database; raises what `open_for_writing` raises."""
        self.path = path
        self.connection = open_for_writing(path)
        self.summary = Summary(run=0, mode="", database=str(path))
        self._seen: set[str] = set()  # the items of this run
        self._clock = time.monotonic()

    def __enter__(self) -> Writer:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Close the database; harmless when called twice."""
        self.connection.close()

    def begin(self, mode: str, start_url: str | None = None) -> Summary:
        """Start a run and return its summary, which grows as pages are stored.

        If the vocabulary or the rules are not those that the stored values were made by, all stored
        values are made anew first, for old and new items must be told by the same names.
        """
        self._seen, self._clock = set(), time.monotonic()
        with storage_errors(self.path), transaction(self.connection):
            last = self.connection.execute("SELECT rules FROM runs ORDER BY id DESC LIMIT 1").fetchone()
            if mode != "renormalize" and (last is None or last["rules"] != terms.rules()):
                renormalize(self.connection)
            cursor = self.connection.execute(
                "INSERT INTO runs (mode, started, start_url, tool_version, rules) VALUES (?, ?, ?, ?, ?)",
                (mode, utc_now(), start_url, __version__, terms.rules()),
            )
        self.summary = Summary(run=cursor.lastrowid or 0, mode=mode, database=str(self.path))
        return self.summary

    def store(self, page: ListingItem) -> Summary:
        """Store the page in one transaction and return the run's summary so far.

        Raises StorageError, with nothing of the page stored.
        """
        read = once(page.records)
        with storage_errors(self.path), transaction(self.connection):
            stored = rows.load(self.connection, read)
            new = [item for item in read.values() if item.id not in stored]
            rows.insert(self.connection, new, page.url, page.fetched_at)
            changed = 0
            for row in stored.values():
                changed += self._update(page, read[row["id"]], row)
            rows.write_seen(self.connection, stored, page)
            rows.write_addresses(self.connection, page)
            rows.write_rejected(self.connection, page, self.summary.run)
            after = dataclasses.replace(self.summary)
            after.pages += 1
            after.seen += len(read)
            after.new += len(new)
            after.changed += changed
            after.unchanged += len(stored) - changed
            after.quarantined += len(page.rejected)
            after.unknown_terms += sum(len(unknown_terms(item)) for item in read.values())
            self._write_page(page, len(new), changed, len(stored) - changed)
            self._write_summary(after)
        self._seen.update(read)
        self.summary = after
        return after

    def renormalize(self, progress: Callable[[int], object] = lambda done: None) -> Renormalized:
        """Make all normalised values anew from the raw ones, and the search index from the texts."""
        self.begin("renormalize")
        with storage_errors(self.path), transaction(self.connection):
            done = renormalize(self.connection, progress)
            self.connection.execute("INSERT INTO items_fts (items_fts) VALUES ('rebuild')")
        self.summary.seen, self.summary.changed = done.items, done.changed
        self.summary.unchanged = done.items - done.changed
        self.finish("complete")
        return done

    def finish(self, status: str, message: str | None = None) -> Summary:
        """End the run with this status and return its summary."""
        self.summary.status = status
        # A file's name in it may hold bytes that are no text.
        self.summary.message = message.encode("utf-8", "replace").decode() if message else None
        with storage_errors(self.path), transaction(self.connection):
            self._write_summary(self.summary, finished=utc_now())
        return self.summary

    def _update(self, page: ListingItem, item: NewsItem, row: sqlite3.Row) -> bool:
        """Bring a stored item up to date; return whether its meaning changed."""
        known = rows.raw_item(row)
        if rows.same_raw(item, known):
            return False
        normalize(known)
        together = self._together(page, row)
        after = combine(known, item, read_is_newer=self._is_newer(page, item, row), together=together)
        after.id = known.id = row["id"]
        if rows.same_raw(after, known):
            return False
        rows.update(self.connection, [after])
        found = revisions(known, after)
        # What an item says in two places of one reading of the list is no change of the item.
        kept = [change for change in found if not (together and change.kind == "labels")]
        rows.write_revisions(self.connection, row["id"], kept, page.fetched_at, self.summary.run)
        return bool(found)

    def _together(self, page: ListingItem, row: sqlite3.Row) -> bool:
        """Whether an item's last sighting belongs to the same reading of the list as this one."""
        if self.summary.mode != "replay":
            return row["id"] in self._seen
        return abs(parse_utc(page.fetched_at) - parse_utc(row["last_seen"])) <= ONE_READING

    def _is_newer(self, page: ListingItem, item: NewsItem, row: sqlite3.Row) -> bool:
        """Whether what was read now counts before what is stored; a crawl reads the present."""
        if self.summary.mode != "replay":
            return True
        if page.fetched_at != row["last_seen"]:
            return bool(page.fetched_at > row["last_seen"])
        # Two pages of one second: whichever is replayed first, the same one of them counts.
        read = [str(getattr(item, name) or "") for name in _SCALARS]
        return read > [str(row[name] or "") for name in _SCALARS]

    def _write_page(self, page: ListingItem, new: int, changed: int, unchanged: int) -> None:
        self.connection.execute(
            "INSERT INTO pages (run_id, url, fetched_at, sha256, status, results, new, changed, unchanged) "
            "VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            (
                self.summary.run,
                page.url,
                page.fetched_at,
                page.sha256,
                page.status,
                page.results,
                new,
                changed,
                unchanged,
            ),
        )

    def _write_summary(self, summary: Summary, finished: str | None = None) -> None:
        summary.seconds = round(time.monotonic() - self._clock, 1)
        values = asdict(summary) | {"finished": finished}
        identifier = values.pop("run")
        del values["database"], values["mode"]
        columns = ", ".join(f"{name} = ?" for name in values)
        self.connection.execute(f"UPDATE runs SET {columns} WHERE id = ?", [*values.values(), identifier])
