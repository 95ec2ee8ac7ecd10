"""The one writer: a run of pages, each page stored whole in one transaction."""

from __future__ import annotations

import dataclasses
import json
import os
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import AbstractContextManager, contextmanager, suppress
from http import HTTPStatus
from pathlib import Path
from typing import Any

from osce_news import __version__
from osce_news.clock import utc_now
from osce_news.errors import DoubtfulPageError, StorageError
from osce_news.items import FAILED, GONE, ArticleItem, Listing
from osce_news.normalize import rules, unknown_terms
from osce_news.storage import crawl_state, database, held
from osce_news.storage.crawl_state import UnfinishedRun
from osce_news.storage.ingest import articles, rows
from osce_news.storage.ingest.listing import Changes, Ingest
from osce_news.storage.lock import lock
from osce_news.storage.renormalize import renormalize
from osce_news.storage.runs import SUMMARY_COLUMNS, Summary

MAX_GAP = 1000  # between the numbers of two replayed runs; the number in an archive may be damaged
_OF_PAGE = ("url", "fetched_at", "sha256", "status", "results", "etag", "last_modified")


class Writer(AbstractContextManager["Writer"]):
    """Writes runs into the database, which it locks. Use as a context manager, so that it is closed.

    >>> import tempfile
    >>> with tempfile.TemporaryDirectory() as folder, Writer(Path(folder, "osce-news.db")) as writer:
    ...     summary = writer.begin("replay")
    ...     writer.finish("complete").status
    'complete'
    """

    def __init__(self, path: Path, wait_s: float = 30) -> None:
        """Open or create the database, and wait for another writer to end.

        Raises what `open_for_writing` and `lock` raise.
        """
        self.path = path
        database.refuse_unusable(path)  # before it makes a lock file
        self._lock = lock(path, wait_s)
        try:
            self.connection = database.open_for_writing(path)
            self._file = path.stat()
        except BaseException:
            self._lock.release()
            raise
        self.summary = Summary(run=0, mode="", database=str(path))
        self.started = ""  # when the run began, UTC
        self.last_page_at = ""  # when the last list page was fetched, UTC; until there is one, as `started`

    def __exit__(self, *_: object) -> None:
        self.close()

    def close(self) -> None:
        """Close the database and release its lock; may be called twice."""
        self.connection.close()
        self._lock.release()

    def begin(
        self,
        mode: str,
        start_url: str | None = None,
        *,
        source: str | None = None,
        list_name: str | None = None,
        continues: UnfinishedRun | None = None,
        started: str | None = None,
        number: int = 0,
    ) -> Summary:
        """Start a run and return its summary, which grows as pages are stored.

        `source` is what a crawl reads ("list", "search" or "page"), `list_name` the list, `continues` the
        unfinished run that it resumes. `started` and `number` are when the run began and its number, if it is
        replayed; a number that is not a little above the last one is replaced by the next.

        If the vocabulary or the rules have changed since the last run, all stored values are normalised again
        first, so that old and new items use the same identifiers.
        """
        self._clock = time.monotonic()
        self.started = self.last_page_at = started or utc_now()
        continued = continues.run if continues else None
        with self.transaction():
            sql = "SELECT id, rules FROM runs ORDER BY id DESC LIMIT 1"
            last, last_rules = self.connection.execute(sql).fetchone() or (0, None)
            run = number if last < number <= last + MAX_GAP else last + 1
            if mode != "renormalize" and last_rules != rules():
                renormalize(self.connection)
            self._end_killed_runs()
            left_over = continues.left_over if continues else ()
            database.update(self.connection, "pages", [{"id": page, "listed": None} for page in left_over])
            row = {
                "id": run,
                "mode": mode,
                "started": self.started,
                "start_url": start_url,
                "source": source,
                "list": list_name,
                "continues": continued,
                "position": json.dumps(continues.position) if continues else None,
                "process": os.getpid(),
                "tool_version": __version__,
                "rules": rules(),
            }
            database.insert(self.connection, "runs", [row])
        self.summary = Summary(run, mode, source, continues=continued, database=str(self.path))
        self._ingest = Ingest(self.connection, run, mode)
        return self.summary

    def set_columns(self, **values: object) -> None:
        """Set columns of this run's row in `runs`. Raises StorageError."""
        with self.transaction():
            database.update(self.connection, "runs", [{"id": self.summary.run, **values}])

    @contextmanager
    def transaction(self) -> Iterator[None]:
        """Commit what the block stores, and keep what it counts in `summary`, or nothing of both.

        A block inside another one is part of its transaction. Raises StorageError.
        """
        if self.connection.in_transaction:
            yield
            return
        self._refuse_another_file()
        before = dataclasses.replace(self.summary)
        try:
            with database.storage_errors(self.path), database.transaction(self.connection):
                yield
        except BaseException:
            self.summary = before
            raise

    def identify(self, page: Listing) -> None:
        """Give the page's records the identifiers of stored items with other addresses; reject doubtful ones.

        Call it before `compare`. Raises StorageError.
        """
        with database.storage_errors(self.path):
            self._ingest.identify(page)

    def compare(self, page: Listing) -> Changes:
        """Return what a page would change in the database; writes nothing. Raises StorageError."""
        with database.storage_errors(self.path):
            return self._ingest.compare(page)

    def store(
        self, page: Listing, changes: Changes | None = None, position: Mapping[str, Any] | None = None
    ) -> Summary:
        """Store the page in one transaction and return the run's summary so far.

        `changes` is what `compare` returned for this page, `position` where a later crawl can resume (None if
        it need not). Raises StorageError, with nothing of the page stored.
        """
        with self.transaction():
            if changes is None:
                self._ingest.identify(page)
                changes = self._ingest.compare(page)
            self._ingest.store(page, changes)
            summary, changed, again = self.summary, changes.changed, changes.again
            summary.pages += 1
            summary.not_modified += page.status == HTTPStatus.NOT_MODIFIED
            summary.seen += len(changes.new) + len(changes.known) - len(again)
            summary.new += len(changes.new)
            summary.changed += len(changed)
            summary.unchanged += len(changes.known.keys() - changed - again)
            summary.restored += len(changes.restored)
            summary.quarantined += len(page.quarantined)
            summary.unknown_terms += sum(len(unknown_terms(item)) for item in changes.read.values())
            if page.articles:
                summary.articles_changed += articles.write_listed(
                    self.connection, page, summary.run, saved=self._ingest.saved
                )
            self._write_page(page, changes, position)
        return self.summary

    def hold(
        self,
        page: Listing,
        doubt: DoubtfulPageError,
        position: Mapping[str, Any] | None = None,
        *,
        joined: bool = True,
    ) -> Summary:
        """Hold a page that failed a check, and return the run's summary so far; raises StorageError.

        The page counts as read, so its items do not count as missing from the list; but its validators are
        not stored, so that the next crawl reads it again. `joined` is whether it continues the pages before.
        """
        with self.transaction():
            self.summary.pages += 1
            self.summary.held = held.hold(self.connection, page, doubt, self.summary.run)
            listed = page.listed if joined else []
            read = dataclasses.replace(page, listed=listed, etag=None, last_modified=None)
            self._write_page(read, Changes(), position)
        return self.summary

    def _write_page(self, page: Listing, changes: Changes, position: Mapping[str, Any] | None) -> None:
        changed = len(changes.changed)
        row = {name: getattr(page, name) for name in _OF_PAGE} | {
            "run_id": self.summary.run,
            "new": len(changes.new),
            "changed": changed,
            "unchanged": len(changes.known) - changed,
            "listed": json.dumps(page.listed) if page.listed else None,
        }
        database.insert(self.connection, "pages", [row])
        self._write_summary(position=json.dumps(position) if position else None)
        self.last_page_at = page.fetched_at

    def store_article(self, item: ArticleItem) -> Summary:
        """Store one response to the request for an item's page, in one transaction.

        A news item that no list has shown is stored as its page shows it. Returns the run's summary so far.
        Raises StorageError, also if the item is not stored and its page shows none; nothing is stored then.
        """
        with self.transaction():
            summary = self.summary
            if articles.lacks_list(self.connection, item.item_id) and (page := articles.as_listing(item)):
                changes = self._ingest.compare(page)
                self._ingest.store(page, changes)
                # An item that was known and has not changed only counts as an article.
                summary.seen += len(changes.new) + len(changes.changed)
                summary.new += len(changes.new)
                summary.changed += len(changes.changed)
            status, change = articles.write_article(
                self.connection, item, summary.run, saved=self._ingest.saved
            )
            articles.write_request(self.connection, item, summary.run)
            summary.articles += 1
            summary.articles_changed += change is not None
            summary.articles_gone += status in GONE
            summary.articles_failed += status in FAILED
            self._write_summary(position=None)
        return self.summary

    def finish(
        self,
        status: str,
        message: str | None = None,
        *,
        withdrawn: Iterable[str] = (),
        whole: bool = False,
        list_status: str | None = None,
        finished: str | None = None,
    ) -> Summary:
        """End the run with this status and return its summary.

        `withdrawn` are items that the list no longer has, from the time of its last page. `whole` is whether
        the whole list was read, so that what earlier crawls of it listed is no longer needed. `list_status`
        is "complete" for a run of another status that did read the list to its end. `finished` is
        when the run ended, if not now.
        """
        # It may contain a file name with bytes that are not valid text.
        said = message.encode("utf-8", "replace").decode() if message else None
        with self.transaction():
            summary = self.summary
            summary.status, summary.message = status, said
            summary.withdrawn += rows.withdraw(self.connection, withdrawn, self.last_page_at, summary.run)
            if whole:
                crawl_state.forget_listed(self.connection, summary.run)
            held.release(self.connection, summary.run)
            end: dict[str, str | None] = {"finished": finished or utc_now(), "list_status": list_status}
            if "complete" in (status, list_status):  # otherwise a later run can resume at the position
                end["position"] = None
            self._write_summary(**end)
        return self.summary

    def abandon(self) -> Summary:
        """Leave the run without an end, and return its summary; the next run marks it as interrupted."""
        with self.transaction():
            self._end_killed_runs()
        self.summary.status, self.summary.message = "interrupted", crawl_state.KILLED
        return self.summary

    def _end_killed_runs(self) -> None:
        """Mark the runs still recorded as running as interrupted; they have died, since this has the lock."""
        sql = "UPDATE runs SET status = 'interrupted', message = ? WHERE status = 'running'"
        self.connection.execute(sql, [crawl_state.KILLED])

    def _refuse_another_file(self) -> None:
        """Raise StorageError if the file is not the one that was opened: what is written would be lost."""
        with suppress(OSError):
            if os.path.samestat(self.path.stat(), self._file):
                return
        raise StorageError(
            f"{self.path}: deleted, moved or replaced while it was written; what this run stored is lost "
            "with it, so run the command again"
        )

    def _write_summary(self, **more: str | None) -> None:
        """Update the row of the run from the summary, and these columns of it."""
        self.summary.seconds = round(time.monotonic() - self._clock, 1)
        self.set_columns(**{name: getattr(self.summary, name) for name in SUMMARY_COLUMNS}, **more)
