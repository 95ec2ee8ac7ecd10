"""One crawl as seen from the outside: what is stored, what failed, how it ended."""

from __future__ import annotations

import logging
from pathlib import Path

from osce_news.clock import utc_now
from osce_news.crawl.options import CrawlOptions
from osce_news.errors import NetworkError, OsceNewsError, PartialError, RefusedError
from osce_news.items import ListingItem
from osce_news.storage import Summary, Writer

logger = logging.getLogger(__name__)

MOST_KEPT = 20  # pages that were not understood, beside the database


class CrawlRun:
    """The run of a crawl; holds the writer, and the first error that ended it."""

    def __init__(self, options: CrawlOptions) -> None:
        self.options = options
        self.error: OsceNewsError | None = None
        self.interrupted = False
        self._writer: Writer | None = None

    @property
    def summary(self) -> Summary:
        """The run's summary so far."""
        return self._writer.summary if self._writer else Summary(0, "full", database=str(self.options.db))

    @property
    def opened(self) -> bool:
        """Whether the run got as far as the database."""
        return self._writer is not None

    def open(self) -> None:
        """Open the database and begin the run; raises what `Writer` raises."""
        self._writer = Writer(self.options.db)
        self._writer.begin("full", self.options.start_url)

    def store(self, page: ListingItem) -> None:
        """Store a page; raises StorageError."""
        assert self._writer is not None, "pages come after open()"
        self._writer.store(page)

    def fail(self, error: OsceNewsError) -> None:
        """Note what ended the run; only the first error counts."""
        self.error = self.error or error

    def receipt(self, requests: int, smallest_gap_s: float | None) -> None:
        """Note what the crawl cost the site."""
        self.summary.requests = requests
        self.summary.smallest_gap_s = None if smallest_gap_s is None else round(smallest_gap_s, 3)

    def close(self) -> None:
        """End the run and close the database; harmless when it was never opened."""
        if self._writer is None:
            return
        try:
            message = "interrupted; what was read is stored" if self.interrupted else None
            self._writer.finish(self._status(), str(self.error) if self.error else message)
        except OsceNewsError as error:
            self.fail(error)
        finally:
            self._writer.close()

    def keep(self, body: bytes) -> Path | None:
        """Keep a page that was not understood beside the database; return where, None if it failed."""
        folder = self.options.db.with_name(self.options.db.name + "-not-understood")
        path = folder / f"{utc_now().replace(':', '')}.html"
        try:
            folder.mkdir(exist_ok=True)
            path.write_bytes(body)
            for old in sorted(folder.glob("*.html"))[:-MOST_KEPT]:
                old.unlink()
        except OSError as error:
            logger.error("the page could not be kept in %s: %s", folder, error.strerror)
            return None
        return path

    def _status(self) -> str:
        if self.interrupted:
            return "interrupted"
        if self.error is None:
            return "complete"
        if isinstance(self.error, RefusedError):
            return "refused"
        if isinstance(self.error, PartialError):
            return "partial"
        return "failed"


def partial(error: OsceNewsError, pages: int) -> OsceNewsError:
    """Return the error as that of a partial run, if pages were stored before it came."""
    if pages and isinstance(error, NetworkError):
        return PartialError(f"{error}; what was read before it is stored, run the command again")
    return error
