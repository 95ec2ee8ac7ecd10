"""Replays pages that belong to no recorded run; each counts as read when it was fetched."""

from __future__ import annotations

import sqlite3
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field, replace
from http import HTTPStatus
from pathlib import Path
from typing import Any

from osce_news import checks
from osce_news.archive.capture import ARTICLE, LISTING, Capture, page_kind
from osce_news.archive.replay.outcome import Outcome, ProgressCallback
from osce_news.archive.replay.plan import ReplayPlan
from osce_news.archive.report import RecordError, Report
from osce_news.archive.warc_files import WarcFiles
from osce_news.clock import MAX_AHEAD, parse_utc, utc_now
from osce_news.errors import (
    DoubtfulPageError,
    LayoutError,
    OsceNewsError,
    PartialError,
    StorageError,
    command_line,
)
from osce_news.items import HTTP_GONE, ArticleItem
from osce_news.normalize import item_id
from osce_news.run import error_status
from osce_news.storage import Writer, crawl_state
from osce_news.storage.ingest.articles import as_listing
from osce_news.urls import LISTING_URL, is_search_answer


@dataclass(frozen=True, slots=True)
class SinglePages:
    """The saved pages of a plan, and the pages in its WARC files outside of runs."""

    plan: ReplayPlan
    hosts: Sequence[str]
    source: WarcFiles
    writer: Writer
    outcome: Outcome
    mode: str = "replay"  # of the run
    archive: str | None = None  # the name of the files, if they are the archive of the run
    of_runs: Collection[Path] = ()  # files of recorded runs: the pages that the database holds are left out
    faults: Sequence[OsceNewsError] = ()  # what went wrong before
    cost: Mapping[str, Any] = field(default_factory=dict)  # of getting the pages, by the names of Summary

    def store(self, on_page: ProgressCallback) -> None:
        """Store the pages as one run.

        Pages that can't be read or understood, and challenge pages, are left out. Raises StorageError if the
        database can't be written; what was stored before stays.
        """
        writer, outcome = self.writer, self.outcome
        summary = writer.begin(self.mode)
        for name, value in self.cost.items():
            setattr(summary, name, value)
        if self.archive is not None:
            writer.set_columns(archive=self.archive)
        outcome.worst_of_run = None
        for fault in self.faults:
            outcome.fail(fault)
        total = None if self.plan.warcs else len(self.plan.pages)
        try:
            places = self._places()
            for kind in (LISTING, ARTICLE):
                for where, capture in self._pages(kind, places):
                    try:
                        self._store(capture, kind)
                    except StorageError:
                        raise
                    except OsceNewsError as error:
                        self._fail(where, error)
                    on_page(writer.summary, total)
        except KeyboardInterrupt:
            writer.finish("interrupted", crawl_state.INTERRUPTED)
            raise
        except OsceNewsError as error:
            with suppress(StorageError):
                writer.finish("failed", str(error))
            raise
        outcome.check_report()
        worst = outcome.worst_of_run
        outcome.add(writer.finish(error_status(worst), str(worst) if worst else None))

    def _places(self) -> list[tuple[str, int, int, str]] | None:
        """Return time, file, offset and kind of each page in the WARC files, in order of time.

        None if they are read in file order, because that is the order of time, or because a record can't be
        read without those before it. This reads all files, and counts what is skipped.
        """
        places = []
        all_seekable = True
        numbers = {path: number for number, path in enumerate(self.plan.warcs)}
        for capture in self._captures(self.outcome.report):
            if (kind := _kind(capture)) is None:
                self.outcome.other_pages += 1
            else:
                places.append((capture.fetched_at, numbers[capture.path], capture.offset, kind))
                all_seekable = all_seekable and capture.seekable
        times = [place[0] for place in places]
        return sorted(places) if all_seekable and times != sorted(times) else None

    def _captures(self, report: Report) -> Iterator[Capture]:
        for content in self.source.contents(self.plan.warcs, report, self.hosts):
            if isinstance(content, Capture) and (
                content.path not in self.of_runs or is_lacking(content, self.writer.connection)
            ):
                yield content

    def _pages(
        self, wanted: str, places: list[tuple[str, int, int, str]] | None
    ) -> Iterator[tuple[str, Capture]]:
        """Yield the pages of a kind and where they are, the saved pages first."""
        for saved in self.plan.pages:
            try:
                capture = saved.capture()
            except (LayoutError, PartialError) as error:
                if wanted == LISTING:
                    self._fail(str(saved.path), error)
            else:
                if (page_kind(capture.url) or LISTING) == wanted:
                    is_known = saved.url or capture.url != LISTING_URL or saved.stated_address(capture.body)
                    unknown = ": its address is not known (a meta.json can give it); read as a list"
                    yield f"{saved.path}{'' if is_known else unknown}", capture
        if places is not None:
            found = self._captures_at((number, at) for _, number, at, kind in places if kind == wanted)
        else:
            found = filter(lambda capture: _kind(capture) == wanted, self._captures(Report()))
        for capture in found:
            # A page that was fetched again or had not changed is the page at that time too.
            yield f"{capture.path}: byte {capture.offset}: {capture.url}", replace(capture, revisit=None)

    def _captures_at(self, places: Iterable[tuple[int, int]]) -> Iterator[Capture]:
        for number, offset in places:
            path = self.plan.warcs[number]
            try:
                yield self.source.capture_at(path, offset)
            except RecordError as error:  # the file has been changed since
                self._fail(f"{path}: byte {offset}", PartialError(str(error)))

    def _store(self, capture: Capture, kind: str) -> None:
        """Store a page without the order of its results, because the pages next to it are not known.

        Raises OsceNewsError, also for a page from the future, which would count as newer than all others.
        """
        if parse_utc(capture.fetched_at) > parse_utc(utc_now()) + MAX_AHEAD:
            raise PartialError(f"its time is in the future: {capture.fetched_at}; correct it")
        if kind == ARTICLE:
            self._store_article(capture)
            return
        page = replace(capture.listing(), listed=[])
        self.writer.identify(page)
        try:
            checks.check_page(self.writer.connection, page, start_url=page.url)
        except DoubtfulPageError as doubt:
            self.writer.hold(page, doubt)
            raise PartialError(f"{doubt}; held, see `{command_line('held', self.writer.path)}`") from doubt
        self.writer.store(page, self.writer.compare(page))

    def _store_article(self, capture: Capture) -> None:
        article = _article(capture, self.writer)
        if article is None:
            self.outcome.unknown_items += 1
        else:
            self.writer.store_article(article)

    def _fail(self, where: str, error: OsceNewsError) -> None:
        if not str(error).startswith(where):
            error.args = (f"{where}: {error}",)
        if self.mode == "backfill":  # a capture says nothing about the site as it is now
            error = PartialError(str(error))
        self.outcome.fail(error)


def is_lacking(capture: Capture, connection: sqlite3.Connection) -> bool:
    """Whether a capture is a list page or an article that the database does not hold."""
    kind = _kind(capture)
    if kind == ARTICLE:
        return not crawl_state.has_article(connection, item_id(capture.url), capture.fetched_at)
    return kind == LISTING and not crawl_state.has_page(connection, capture.url, capture.fetched_at)


def can_be_stored(capture: Capture, writer: Writer) -> bool:
    """Whether a page can be stored; an article only if its item is stored, or if it shows one itself."""
    with suppress(OsceNewsError):
        return _kind(capture) != ARTICLE or _article(capture, writer) is not None
    return True


def _article(capture: Capture, writer: Writer) -> ArticleItem | None:
    """Return an article; None if no list shows its item, and neither does the page itself.

    Raises OsceNewsError if the item is stored and the page can't be read.
    """
    is_known = crawl_state.has_item(writer.connection, item_id(capture.url))
    try:
        article = capture.article()
    except OsceNewsError:
        if is_known:
            raise
        return None
    return article if is_known or as_listing(article) is not None else None


def _kind(capture: Capture) -> str | None:
    """Return whether a capture is a list page or an article; None if it is neither."""
    kind, status = capture.kind(), capture.status
    is_page = status == HTTPStatus.OK and (capture.response.is_html or is_search_answer(capture.url))
    if kind == ARTICLE and (location := capture.redirect()) is not None:
        is_other_item = page_kind(location) == ARTICLE and item_id(location) != item_id(capture.url)
        return ARTICLE if is_other_item else None
    is_gone = kind == ARTICLE and status in HTTP_GONE
    return kind if is_page or is_gone else None
