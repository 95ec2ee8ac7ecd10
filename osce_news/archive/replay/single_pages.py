"""The merging of single pages, whoever saved them: each stands for itself and its time."""

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
    """A page to merge: where it is, its status if that is known, or why it could not be read."""

    where: str
    status: int | None = None
    error: OsceNewsError | None = None


def replay_single_pages(
    plan: ReplayPlan, source: CaptureSource, hosts: list[str], writer: Writer, workers: Workers,
    outcome: Outcome, advance: ProgressCallback,
) -> None:  # fmt: skip
    """Store the saved pages and the pages of WARC files as a run of their own, mode "replay".

    A page that is not understood, can't be read or is a challenge is left out; the others are stored. Raises
    StorageError if the database can't be written; what was stored before stays.
    """
    writer.begin("replay")
    before = outcome.error_count - len(plan.headless)
    total = len(plan.pages) if not plan.warcs else None
    try:
        for work in _work(plan, source, hosts, writer, outcome):
            for page, parsed in workers.parsed(work):
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


def _work(
    plan: ReplayPlan, source: CaptureSource, hosts: list[str], writer: Writer, outcome: Outcome
) -> Iterator[Iterator[Task[SourcePage]]]:
    """Yield the listings and, when those are stored, the articles of the items that are known then."""
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


def _without_unknown(work: Iterator[Task[SourcePage]], writer: Writer) -> Iterator[Task[SourcePage]]:
    """Yield the articles, but nothing to parse for one of an item that no listing has shown."""
    for page, capture, asked in work:
        item = asked.at(capture).item_id if capture is not None and asked is not None else None
        known = item is not None and writer.knows(item)
        yield (page, capture, asked) if known else (page, None, None)


def _places(
    plan: ReplayPlan, source: CaptureSource, hosts: list[str], outcome: Outcome
) -> tuple[list[tuple[str, int, int, str]], bool]:
    """Return time, file, offset and kind of each page, in order of time; and whether the files' order does.

    The files are gone through for it, and what is passed over is counted. It has to do where a record
    can't be read alone.
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
    # Whether it was fetched again or had not changed: it is the page at that time.
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
    """Return what a capture shows; None if it says nothing of the newsroom."""
    kind, status = page_kind(capture.url), capture.status
    is_page = is_html(capture.header("content-type"))
    if kind == LISTING:
        return LISTING if status == HTTPStatus.OK and is_page else None
    if kind == ARTICLE and (location := redirected_to(capture)) is not None:
        return (
            ARTICLE if page_kind(location) == ARTICLE and item_id(location) != item_id(capture.url) else None
        )
    says = status in _GONE or (status == HTTPStatus.OK and is_page)
    return ARTICLE if kind == ARTICLE and says else None


def _store(page: SourcePage, parsed: ParsedPage | None, writer: Writer) -> bool:
    """Store a page; it tells nothing of the list as a whole, for nobody knows what stood beside it.

    Returns False for an article of an item that no listing has shown.
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
    assert parsed.article is not None, "what is no problem and no listing is an article"
    writer.store_article(replace(parsed.article, http_status=page.status))
    return True


def hosts_of(start_url: str) -> list[str]:
    """Return the hosts whose pages are wanted: that of the listing without "www.", and all below it."""
    return [(urlsplit(start_url).hostname or "").removeprefix("www.")]
