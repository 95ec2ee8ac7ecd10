"""A run of a crawl or a replay: it checks pages, compares them with the database, and stores them.

A crawl makes the events of a run and applies them. An archive holds them, and a replay applies them again.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import fields, replace
from http import HTTPStatus

from osce_news import checks
from osce_news.errors import DoubtfulPageError, OsceNewsError, StorageError
from osce_news.events import Cost, Event, PageNotStored, PageStored, RunFinished, RunStarted
from osce_news.items import ArticleItem, Listing
from osce_news.storage import Changes, Summary, Writer, own_pages
from osce_news.storage.crawl_state import UnfinishedRun

# The status of a run by the exit status of the error that ended it, the worst first.
STATUS_OF_ERRORS = {1: "failed", 3: "failed", 6: "refused", 4: "partial"}


def error_status(error: OsceNewsError | None) -> str:
    """Return the status of a run that ended with this error; "complete" without one."""
    return STATUS_OF_ERRORS.get(error.exit_status, "failed") if error else "complete"


class Run:
    """A run that has begun in the database.

    For each page of the list call `prepare` and then `store_page` or `hold_page`, for each article
    `store_article`. `record` gets the event of each page inside the transaction that stores the page, so both
    are kept or neither.
    """

    def __init__(self, writer: Writer, started: RunStarted, continues: UnfinishedRun | None = None) -> None:
        """Begin the run; raises StorageError. `continues` is the unfinished run that it resumes."""
        self.writer = writer
        self.record: Callable[[Event], object] = lambda event: None
        writer.begin(
            started.mode,
            started.start_url,
            source=started.source,
            list_name=started.list,
            continues=continues,
            started=started.started,
            number=started.run,
        )
        self.started = replace(started, run=writer.summary.run, started=writer.started)
        self.history_note: str | None = None  # the reason why a page could not be compared, if any
        self._ended: Summary | None = None

    @property
    def summary(self) -> Summary:
        """The run's counters so far."""
        return self._ended or self.writer.summary

    @property
    def has_ended(self) -> bool:
        """Whether the run has ended."""
        return self._ended is not None

    def prepare(self, page: Listing) -> Changes:
        """Identify and check the records of a list page, and return what they change in the database.

        Records outside of the run's period are checked too, and then removed from the page. Raises
        DoubtfulPageError if the page fails a check, StorageError if the database can't be read.
        """
        self.writer.identify(page)
        whole = replace(page)
        page.records = [record for record in whole.records if self.in_period(record.published)]
        changes = self.writer.compare(page)
        if page.status != HTTPStatus.NOT_MODIFIED and not self.started.accept:
            note = checks.check_page(self.writer.connection, whole, start_url=self.started.start_url)
            self.history_note = self.history_note or note
        return changes

    def in_period(self, published: str | None) -> bool:
        """Whether a date is in the run's period; true for a missing date."""
        since, until = self.started.since or "", self.started.until or "9999"
        return published is None or since <= published <= until

    def store_page(self, event: PageStored, page: Listing, changes: Changes) -> None:
        """Store a page of the list; `changes` is what `prepare` returned. Raises StorageError.

        The keys of its results are stored only if it continues the pages before it: a resumed crawl relies on
        that.
        """
        if not event.joined:
            page = replace(page, listed=[])
        with self._stored_with(event):
            self.writer.store(page, changes, event.position)

    def hold_page(self, event: PageStored, page: Listing, doubt: DoubtfulPageError) -> None:
        """Hold a page for which `prepare` raised this error; raises StorageError."""
        with self._stored_with(event):
            self.writer.hold(page, doubt, event.position, joined=event.joined)

    def store_article(self, event: PageStored, item: ArticleItem) -> None:
        """Store the response to the request for an item's own page; raises StorageError."""
        with self._stored_with(event):
            self.writer.store_article(item)

    @contextmanager
    def _stored_with(self, event: PageStored) -> Iterator[None]:
        """Run the block and record the event in one transaction; sets the counters of the event."""
        self.set_cost(event.cost)
        is_recorded = False
        try:
            with self.writer.transaction():
                yield
                self.record(event)
                is_recorded = True
        except StorageError:
            if is_recorded:  # the commit failed
                self.record(PageNotStored(url=event.url, fetched_at=event.fetched_at))
            raise

    def find_missing(self, list_url: str) -> list[str]:
        """Return the items that no list shows any more; call it if this run has read the whole list."""
        return own_pages.missing_items(self.writer.connection, self.summary.run, list_url)

    def find_gone(self, items: Iterable[str]) -> list[str]:
        """Return those of the missing items whose own pages are gone too."""
        return own_pages.gone_items(self.writer.connection, items, self.writer.last_page_at)

    def end(self, event: RunFinished, withdrawn: Iterable[str] = ()) -> Summary:
        """End the run, mark these items as withdrawn, and return its summary; raises StorageError."""
        self._ended = self.writer.finish(
            event.status,
            event.message,
            withdrawn=withdrawn,
            whole=event.whole,
            list_status=event.list_status,
            finished=event.finished,
        )
        return self._ended

    def set_cost(self, cost: Cost | None) -> None:
        """Set these counters of the run."""
        for field in fields(cost) if cost is not None else ():
            setattr(self.summary, field.name, getattr(cost, field.name))

    def cost(self) -> Cost:
        """Return these counters of the run."""
        return Cost(**{field.name: getattr(self.summary, field.name) for field in fields(Cost)})
