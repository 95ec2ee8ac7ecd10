"""What a worker does: it reads its part of a WARC file and writes the part's partition."""

from __future__ import annotations

import functools
import json
from collections.abc import Iterable, Iterator
from dataclasses import replace
from http import HTTPStatus
from pathlib import Path
from typing import Any

from osce_news.archive import Capture, Report, contents
from osce_news.archive.cluster.job import PLAN, Job, read_job
from osce_news.archive.cluster.partitions import PartitionWriter, Row
from osce_news.archive.cluster.parts import Part, code_mark
from osce_news.archive.parse import LISTING, Asked, key_of, kind_of, parse
from osce_news.archive.reader.captures import capture_at
from osce_news.archive.reader.records import MOST_BYTES
from osce_news.archive.reader.report import RecordError
from osce_news.archive.reader.revisits import NOT_MODIFIED, Originals
from osce_news.errors import OsceNewsError, PartialError
from osce_news.events import Event, PageStored, target_of


def parse_part(part: Part, folder: Path) -> None:
    """Parse a part into its partition in the folder, if that is not there yet.

    Raises PartialError, which any process can unpack, if this machine can't do it.
    """
    if (folder / part.name).is_file():  # by a worker that died before it could say so
        return
    try:
        _refuse_other(part)
        _write(part, folder)
    except OsceNewsError as error:
        raise PartialError(str(error)) from None


def _write(part: Part, folder: Path) -> None:
    job, originals = _job(folder, (folder / PLAN).stat().st_mtime_ns)
    report = Report()
    hosts = job.hosts_in(part.path)
    found = contents(
        [Path(part.path)],
        report,
        originals,
        hosts=hosts,
        bare=hosts is None,  # as the replay reads the files of runs
        start=part.start,
        end=part.end,
    )
    writer = PartitionWriter(folder / part.name)
    try:
        for row in rows(found, originals):
            writer.add(row)
        writer.finish(report.as_plain())
    finally:
        writer.give_up()


def rows(found: Iterable[Capture | Event], originals: Originals) -> Iterator[Row]:
    """Yield a row for each capture, parsed, and for each note, in their order."""
    held: Capture | None = None
    for one in found:
        if held is not None:
            yield _row(held, one, originals)
        held = one if isinstance(one, Capture) else None
        if isinstance(one, Event):
            yield {"url": target_of(one), "note": one.to_json()}
    if held is not None:
        yield _row(held, None, originals)


def _row(capture: Capture, following: Capture | Event | None, originals: Originals) -> Row:
    """Return the row of a capture; the note behind it tells what was asked for, if its address does not."""
    kind = kind_of(capture.url)
    alone = Asked(kind).at(capture) if kind else None
    asked = alone
    if isinstance(following, PageStored) and following.url.partition("#")[0] == capture.url:
        asked = Asked(following.kind, following.item_id).at(capture)
    meant, told = _meant(capture, originals)
    pages = {}
    for one, wanted in ((meant, asked), (meant, alone), (capture, asked)):
        # A 304 says nothing of a listing, and no replay asks for that.
        if one is None or wanted is None or (one is capture and told and wanted.kind == LISTING):
            continue
        if (key := key_of(one, wanted)) not in pages:
            pages[key] = parse(one, wanted).to_json()
    return {
        "url": capture.url,
        "fetched_at": capture.fetched_at,
        "status": capture.status,
        "offset": capture.offset,
        "head": json.dumps(_head(capture)),
        "meant": json.dumps(told) if told else None,
        "pages": [
            {"kind": kind, "item_id": item_id, "unchanged": unchanged, "page": page}
            for (kind, item_id, unchanged), page in pages.items()
        ],
    }


def _meant(capture: Capture, originals: Originals) -> tuple[Capture | None, dict[str, Any] | None]:
    """Return the page that was fetched, as one outside of its run; of a bare 304 also what to keep of it.

    That page may be in none of the files: then None, and why.
    """
    if capture.revisit != NOT_MODIFIED or capture.status != HTTPStatus.NOT_MODIFIED:
        return replace(capture, revisit=None), None
    try:
        meant = capture_at(Path(capture.path), capture.offset, originals)
    except RecordError as error:
        named = f"{capture.url[:300]}: " if error.kind == "unresolved" else ""
        return None, {"error": f"{named}{error}", "kind": error.kind}
    return replace(meant, revisit=None), {"status": meant.status, **_head(meant)}


def _head(capture: Capture) -> dict[str, Any]:
    return {
        "headers": capture.headers,
        "record_id": capture.record_id,
        "revisit": capture.revisit,
        "alone": capture.alone,
    }


def _refuse_other(part: Part) -> None:
    if part.code != code_mark():
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


@functools.lru_cache(maxsize=1)
def _job(folder: Path, changed_ns: int) -> tuple[Job, Originals]:
    """Return the plan, and what finds the answers of revisit records in all its files: once a process."""
    job = read_job(folder)
    return job, Originals(job.files, MOST_BYTES)
