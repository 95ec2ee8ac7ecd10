"""What a worker does: it parses one part of a WARC file into one partition."""

from __future__ import annotations

import functools
import json
from collections.abc import Iterable, Iterator
from dataclasses import replace
from http import HTTPStatus
from pathlib import Path
from typing import Any

from osce_news.archive import Capture, Report
from osce_news.archive.cluster.job import PLAN, Job, Part, code_version, read_job
from osce_news.archive.cluster.partitions import PartitionWriter, Row
from osce_news.archive.parse import LISTING, PageRequest, cache_key, page_kind, parse
from osce_news.archive.reader.captures import WarcFiles
from osce_news.archive.reader.report import RecordError
from osce_news.archive.reader.revisits import SERVER_NOT_MODIFIED
from osce_news.errors import OsceNewsError, PartialError
from osce_news.events import Event, PageStored, target_of


def parse_part(part: Part, folder: Path) -> None:
    """Parse a part into its partition in the folder, unless the partition exists.

    Raises PartialError, which can be pickled, if this machine can't do it.
    """
    if (folder / part.name).is_file():  # by a worker that died before it could report it
        return
    try:
        _check(part)
        _parse(part, folder)
    except OsceNewsError as error:
        raise PartialError(str(error)) from None


def rows(contents: Iterable[Capture | Event], warcs: WarcFiles) -> Iterator[Row]:
    """Yield a row for each capture, parsed, and for each event, in order."""
    capture: Capture | None = None
    for content in contents:
        if capture is not None:
            yield _row(capture, content, warcs)
        capture = content if isinstance(content, Capture) else None
        if isinstance(content, Event):
            yield {"url": target_of(content), "note": content.to_json()}
    if capture is not None:
        yield _row(capture, None, warcs)


def _check(part: Part) -> None:
    """Raise PartialError if this machine has another osce-news, or another file at the part's path."""
    if part.code != code_version():
        raise PartialError(
            "the worker has another osce-news than the one that made the plan; install the same"
        )
    try:
        stat = Path(part.path).stat()
    except OSError as error:
        raise PartialError(
            f"the worker can't read the file ({error.strerror}); all machines need it at the same path"
        ) from None
    if (stat.st_size, stat.st_mtime_ns) != (part.size, part.changed_ns):
        raise PartialError("the file has changed since the plan was made, or is another one on the worker")


def _parse(part: Part, folder: Path) -> None:
    job, warcs = _job(folder, (folder / PLAN).stat().st_mtime_ns)
    report = Report()
    hosts = job.hosts_in(part.path)
    contents = warcs.contents(
        [Path(part.path)],
        report,
        hosts=hosts,
        bare=hosts is None,  # as a replay reads the files of recorded runs
        start=part.start,
        end=part.end,
    )
    writer = PartitionWriter(folder / part.name)
    try:
        for row in rows(contents, warcs):
            writer.add(row)
        writer.finish(report.to_dict())
    finally:
        writer.discard()


@functools.lru_cache(maxsize=1)
def _job(folder: Path, changed_ns: int) -> tuple[Job, WarcFiles]:
    """Return the job and its files, whose index of responses is built once per process."""
    job = read_job(folder)
    return job, WarcFiles(job.plan.files)


def _row(capture: Capture, following: Capture | Event | None, warcs: WarcFiles) -> Row:
    """Return the row of a capture, parsed in every way that a replay may ask for.

    The event that follows it says what the run requested; the address says what it looks like.
    """
    kind = page_kind(capture.url)
    by_address = PageRequest(kind).at(capture) if kind else None
    by_run = by_address
    if isinstance(following, PageStored) and following.url.partition("#")[0] == capture.url:
        by_run = PageRequest(following.kind, following.item_id).at(capture)
    page, described = _resolve(capture, warcs)
    pages = {}
    for source, request in ((page, by_run), (page, by_address), (capture, by_run)):
        # A 304 has no listing, and no replay asks for one.
        if source is None or request is None:
            continue
        if source is capture and described and request.kind == LISTING:
            continue
        if (key := cache_key(source, request)) not in pages:
            pages[key] = parse(source, request).to_json()
    return {
        "url": capture.url,
        "fetched_at": capture.fetched_at,
        "status": capture.status,
        "offset": capture.offset,
        "head": json.dumps(_head(capture)),
        "meant": json.dumps(described) if described else None,
        "pages": [
            {"kind": kind, "item_id": item_id, "unchanged": unchanged, "page": page}
            for (kind, item_id, unchanged), page in pages.items()
        ],
    }


def _resolve(capture: Capture, warcs: WarcFiles) -> tuple[Capture | None, dict[str, Any] | None]:
    """Return the page of a capture, as one outside of its run; for a bare 304, also the column `meant`.

    If the page that a 304 refers to is in none of the files, return None and the reason.
    """
    if capture.revisit != SERVER_NOT_MODIFIED or capture.status != HTTPStatus.NOT_MODIFIED:
        return replace(capture, revisit=None), None
    try:
        page = warcs.capture_at(Path(capture.path), capture.offset)
    except RecordError as error:
        url = f"{capture.url[:300]}: " if error.kind == "unresolved" else ""
        return None, {"error": f"{url}{error}", "kind": error.kind}
    return replace(page, revisit=None), {"status": page.status, **_head(page)}


def _head(capture: Capture) -> dict[str, Any]:
    return {
        "headers": capture.headers,
        "record_id": capture.record_id,
        "revisit": capture.revisit,
        "alone": capture.alone,
    }
