"""Replays single pages, saved by anybody: each is stored for the time it was fetched at."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import suppress
from dataclasses import dataclass, replace
from http import HTTPStatus
from urllib.parse import urlsplit

from osce_news.archive import Capture, Report
from osce_news.archive.parse import ARTICLE, LISTING, PageRequest, ParsedPage, page_kind, redirected_to
from osce_news.archive.reader.captures import CaptureSource
from osce_news.archive.replay.outcome import Outcome, error_status
from osce_news.archive.replay.plan import ReplayPlan
from osce_news.archive.replay.saved import SavedPage
from osce_news.archive.replay.workers import Task, Workers
from osce_news.errors import LayoutError, OsceNewsError, PartialError, StorageError
from osce_news.normalize import item_id
from osce_news.pages.extract import is_html
from osce_news.storage import Summary, Writer

_GONE = (HTTPStatus.NOT_FOUND, HTTPStatus.GONE)

ProgressCallback = Callable[[Summary, int | None], None]


@dataclass(frozen=True, slots=True)
class SourcePage:
    """Where a page is, its HTTP status if that is known, or why it could not be read."""

    where: str
    status: int | None = None
    error: OsceNewsError | None = None


def replay_single_pages(
    plan: ReplayPlan, source: CaptureSource, hosts: list[str], writer: Writer, workers: Workers,
    outcome: Outcome, advance: ProgressCallback,
) -> None:  # fmt: skip
    """Store the saved pages and the pages of WARC files as one run with the mode "replay".

    Pages that can't be read or understood, and challenge pages, are left out. Raises StorageError if the
    database can't be written; what was stored before stays.
    """
    writer.begin("replay")
    before = outcome.error_count - len(plan.headless)
    total = len(plan.pages) if not plan.warcs else None
    try:
        for tasks in _tasks(plan, source, hosts, writer, outcome):
            for page, parsed in workers.parsed(tasks):
                try:
                    outcome.unknown_items += not _store(page, parsed, writer)
                except StorageError:
                    raise
                except OsceNewsError as error:
                    error.args = (f"{page.where}: {error}",)
                    outcome.fail(error)
                advance(writer.summary, total)
    except KeyboardInterrupt:
        writer.finish("interrupted", "interrupted; what was read is stored")
        raise
    except OsceNewsError as error:
        with suppress(StorageError):
            writer.finish("failed", str(error))
        raise
    outcome.look_at_report()
    worst = outcome.errors[0] if outcome.error_count > before else None
    status = error_status(worst) if worst else "complete"
    outcome.add(writer.finish(status, str(worst) if worst else None))


def _tasks(
    plan: ReplayPlan, source: CaptureSource, hosts: list[str], writer: Writer, outcome: Outcome
) -> Iterator[Iterator[Task[SourcePage]]]:
    """Yield the listings, then the articles of the items that are known once the listings are stored."""
    places, in_time = _places(plan, source, hosts, outcome)

    def pages(wanted: str) -> Iterator[Task[SourcePage]]:
        for saved in plan.pages:
            yield from _saved(saved, wanted)
        if in_time:
            yield from _read_again(plan, source, hosts, wanted)
        else:
            for _, number, offset, kind in places:
                if kind == wanted:
                    yield _captured(source.capture_at(plan.warcs[number], offset), kind)

    yield pages(LISTING)
    yield _without_unknown(pages(ARTICLE), writer)


def _without_unknown(tasks: Iterator[Task[SourcePage]], writer: Writer) -> Iterator[Task[SourcePage]]:
    """Yield the articles; without a page to parse if the item is in no listing."""
    for page, capture, request in tasks:
        item = request.at(capture).item_id if capture is not None and request is not None else None
        known = item is not None and writer.knows(item)
        yield (page, capture, request) if known else (page, None, None)


def _places(
    plan: ReplayPlan, source: CaptureSource, hosts: list[str], outcome: Outcome
) -> tuple[list[tuple[str, int, int, str]], bool]:
    """Return time, file, offset and kind of each page in order of time, and whether to read in file order.

    File order is used if it is the order of time, or if a record can't be read without those before it. This
    reads all files, and counts what is skipped.
    """
    places = []
    alone = True
    numbers = {path: number for number, path in enumerate(plan.warcs)}
    for capture in source.contents(plan.warcs, outcome.report, hosts=hosts):
        if not isinstance(capture, Capture):
            continue
        if (kind := _kind(capture)) is None:
            outcome.other_pages += 1
        else:
            places.append((capture.fetched_at, numbers[capture.path], capture.offset, kind))
            alone = alone and capture.alone
    times = [place[0] for place in places]
    if not alone:
        return [], True
    return sorted(places), times == sorted(times)


def _read_again(
    plan: ReplayPlan, source: CaptureSource, hosts: list[str], wanted: str
) -> Iterator[Task[SourcePage]]:
    for capture in source.contents(plan.warcs, Report(), hosts=hosts):
        if isinstance(capture, Capture) and _kind(capture) == wanted:
            yield _captured(capture, wanted)


def _captured(capture: Capture, kind: str) -> Task[SourcePage]:
    where = f"{capture.path}: byte {capture.offset}: {capture.url}"
    # A page that was fetched again or had not changed is the page at that time too.
    return SourcePage(where, capture.status), replace(capture, revisit=None), PageRequest(kind)


def _saved(saved: SavedPage, wanted: str) -> Iterator[Task[SourcePage]]:
    try:
        capture = saved.capture()
    except (LayoutError, PartialError) as error:
        if wanted == LISTING:
            yield SourcePage(str(saved.path), error=error), None, None
        return
    kind = page_kind(capture.url) or LISTING
    if kind == wanted:
        yield SourcePage(str(saved.path)), capture, PageRequest(kind)


def _kind(capture: Capture) -> str | None:
    """Return whether a capture is a listing or an article; None if it is neither."""
    kind, status = page_kind(capture.url), capture.status
    is_page = is_html(capture.header("content-type"))
    if kind == LISTING:
        return LISTING if status == HTTPStatus.OK and is_page else None
    if kind == ARTICLE and (location := redirected_to(capture)) is not None:
        return (
            ARTICLE if page_kind(location) == ARTICLE and item_id(location) != item_id(capture.url) else None
        )
    is_answer = status in _GONE or (status == HTTPStatus.OK and is_page)
    return ARTICLE if kind == ARTICLE and is_answer else None


def _store(page: SourcePage, parsed: ParsedPage | None, writer: Writer) -> bool:
    """Store a page without the order of its results, because the pages next to it are not known.

    Returns False for an article of an item that is in no listing. Raises OsceNewsError.
    """
    if page.error is not None:
        raise page.error
    if parsed is None:
        return False
    if parsed.problem is not None:
        raise parsed.problem.as_error()
    if parsed.listing is not None:
        writer.store(replace(parsed.listing, listed=[], status=page.status))
        return True
    assert parsed.article is not None, "a page without a problem is a listing or an article"
    writer.store_article(replace(parsed.article, http_status=page.status))
    return True


def hosts_of(start_url: str) -> list[str]:
    """Return the hosts whose pages are wanted: that of the listing, without "www."."""
    return [(urlsplit(start_url).hostname or "").removeprefix("www.")]
