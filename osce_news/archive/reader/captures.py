"""The pages in WARC files, our own and those of other tools, one after the other."""

from __future__ import annotations

import re
from collections.abc import Collection, Iterator, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from urllib.parse import urlsplit

from osce_news.archive.reader.decoding import decoded
from osce_news.archive.reader.fields import check_digest
from osce_news.archive.reader.http import Fields, Message, parse_message, payload_of
from osce_news.archive.reader.records import MOST_BYTES, Record, record_at, records
from osce_news.archive.reader.report import RecordError, Report
from osce_news.archive.reader.revisits import NOT_MODIFIED, Originals, target
from osce_news.clock import format_utc
from osce_news.events import Event, EventError, event_of
from osce_news.normalize import is_web_address

_DATE = re.compile(r"(\d{4})(?:-?(\d\d)(?:-?(\d\d)(?:[T ]?(\d\d):?(\d\d)(?::?(\d\d)(?:[.,]\d+)?)?)?)?)?Z?")


@dataclass(frozen=True, slots=True)
class Capture:
    """A page as it was fetched once; of a revisit record, the page that it says was fetched again."""

    url: str
    fetched_at: str  # UTC, in the form of clock.py
    status: int
    headers: Fields  # names and values, latin-1
    body: bytes  # without transfer-encoding and content-encoding
    record_id: str | None
    path: Path
    offset: int  # in the file, of the record or of the gzip member that it is in
    revisit: str | None = None  # "identical-payload-digest", "server-not-modified", or the profile's address
    alone: bool = True  # whether it can be read from `offset` on, without what is before it

    def header(self, name: str) -> str | None:
        """Return the first value of a header, whatever the case of its name; None if it is not there."""
        wanted = name.lower()
        return next((value for field, value in self.headers if field.lower() == wanted), None)


def captures(
    paths: Path | Sequence[Path],
    report: Report | None = None,
    *,
    hosts: Collection[str] | None = None,
    most_bytes: int = MOST_BYTES,
) -> Iterator[Capture]:
    """Yield the pages in these files, file by file, each in its order.

    `hosts` are those whose pages are wanted, with all hosts below them; None: all. `report` counts what is
    passed over. The response of a revisit record may be in any of the files. Raises BadInputError, when
    its turn comes, for a file that is no WARC file or can't be read.
    """
    files = [paths] if isinstance(paths, Path) else list(paths)
    report = Report() if report is None else report
    for one in contents(files, report, Originals(files, most_bytes), hosts=hosts, most_bytes=most_bytes):
        if isinstance(one, Capture):
            yield one


def contents(
    files: Sequence[Path],
    report: Report,
    originals: Originals,
    *,
    hosts: Collection[str] | None = None,
    most_bytes: int = MOST_BYTES,
    bare: bool = False,
    start: int = 0,
    end: int | None = None,
) -> Iterator[Capture | Event]:
    """Yield the pages and our own notes of runs in these files, in order; otherwise as `captures`.

    `originals` knows the files that hold the responses of revisit records, which may be more than these.
    With `bare` an answer 304 is given as it came, with no body, and nothing is looked for.
    `start` and `end` are the bounds of a part of each file, as `records` takes them.
    """
    for path in files:
        for record in records(path, report, most_bytes, start=start, end=end):
            try:
                if record.kind == "metadata":
                    found: Capture | Event | None = event_in(record)
                elif bare and (answer := _not_modified(record, path)):
                    found = answer
                else:
                    found = _capture(record, path, originals, hosts, report, most_bytes)
            except RecordError as error:
                report.problem(path, record.where, _naming(error, record))
                continue
            if found is not None:
                report.captures += isinstance(found, Capture)
                yield found


def capture_at(path: Path, offset: int, originals: Originals, most_bytes: int = MOST_BYTES) -> Capture:
    """Return the capture at an offset that came from `contents`, of a record that stands alone.

    Raises RecordError if it is not there any more.
    """
    record = record_at(path, offset, most_bytes)
    capture = _capture(record, path, originals, None, Report(), most_bytes)
    if capture is None:
        raise RecordError(f"{path}: byte {offset}: the record is gone")
    return capture


def _naming(error: RecordError, record: Record) -> RecordError:
    """Return the error with the address of the page that is missed, if that is what it says."""
    if error.kind != "unresolved":
        return error
    return RecordError(f"{target(record)[:300]}: {error}", error.kind)


def event_in(record: Record) -> Event | None:
    """Return the note of a run that a metadata record holds; None if it holds something else.

    Raises RecordError if it should be one of ours and can't be read.
    """
    try:
        return event_of(target(record), record.block or b"")
    except EventError as error:
        raise RecordError(str(error)) from error


def first_date(path: Path) -> str:
    """Return the time of a file's first record with a time; empty if it has none."""
    for record in records(path, Report()):
        try:
            return _time(record)
        except RecordError:
            continue
    return ""


def _capture(
    record: Record,
    path: Path,
    originals: Originals,
    hosts: Collection[str] | None,
    report: Report,
    most_bytes: int,
) -> Capture | None:
    """Return the page of a record; None if it holds none, or none that is wanted.

    Raises RecordError, with the number of the report that it is counted in.
    """
    if record.kind not in ("response", "revisit"):
        return None
    url = target(record)
    if not url.lower().startswith(("http://", "https://")):
        report.not_http += 1
        return None
    if not is_wanted(url, hosts):
        report.other_hosts += 1
        return None
    _check(record)
    if record.kind == "revisit":
        return _fetched_again(record, path, originals, most_bytes)
    message = _message(record)
    return _made(record, path, message, decoded(message, most_bytes))


def _fetched_again(record: Record, path: Path, originals: Originals, most_bytes: int) -> Capture:
    """Return the page that a revisit record stands for; raises RecordError."""
    first = originals.of(record)
    _check(first)
    original = _message(first)
    # The head of an identical answer is its own; that of a 304 says nothing of the page.
    profile = _profile(record)
    own = b"" if profile == NOT_MODIFIED else record.block
    message = parse_message(own, head_only=True) if own else original
    return _made(record, path, message, decoded(original, most_bytes), profile)


def _not_modified(record: Record, path: Path) -> Capture | None:
    """Return the 304 that a revisit record holds, as it came; None if it holds another answer."""
    if record.kind != "revisit" or _profile(record) != NOT_MODIFIED or not record.block:
        return None
    return _made(record, path, parse_message(record.block, head_only=True), b"", NOT_MODIFIED)


def _profile(record: Record) -> str:
    """Return how a revisit record is meant: the last part of its profile's address."""
    return record.headers.get("warc-profile", "").rstrip("/").rpartition("/")[2] or "unknown"


def _made(record: Record, path: Path, message: Message, body: bytes, revisit: str | None = None) -> Capture:
    return Capture(
        url=target(record),
        fetched_at=_time(record),
        status=message.status,
        headers=message.headers,
        body=body,
        record_id=record.headers.get("warc-record-id"),
        path=path,
        offset=record.offset,
        revisit=revisit,
        alone=record.alone,
    )


def is_wanted(url: str, hosts: Collection[str] | None) -> bool:
    """Whether an address is of these hosts or of one below them; raises RecordError if it is none."""
    if not is_web_address(url):
        raise RecordError(f"{url[:100]!r} is no address")
    host = (urlsplit(url).hostname or "").rstrip(".")
    return hosts is None or any(host == one or host.endswith(f".{one}") for one in hosts)


def _check(record: Record) -> None:
    """Raise RecordError if the record is too large, a part of one, or not what its digest says."""
    if record.block is None:
        raise RecordError("too large for a page", "too_large")
    if "warc-segment-number" in record.headers:
        raise RecordError("one of several segments of a record, which are not put together")
    reason = record.headers.get("warc-truncated", "")
    if reason and record.kind == "response":  # of a revisit record it says that it leaves the page out
        raise RecordError(f"the tool that made it cut the page ({reason[:40]})", "truncated")
    digest = record.headers.get("warc-block-digest", "")  # wget's is wrong in revisit records
    if record.kind == "response" and check_digest(digest, [record.block]) is False:
        raise RecordError("its bytes are not those of its digest")


def _message(record: Record) -> Message:
    """Return the answer that a response record holds, its digest checked if its block has none."""
    assert record.block is not None, "records without a block are refused before"
    message = parse_message(record.block)
    digest = record.headers.get("warc-payload-digest", "")
    # Tools do not agree on whether the digest is that of the bytes with chunks or without.
    payloads = (payload_of(record.block), message.body)
    if "warc-block-digest" not in record.headers and check_digest(digest, payloads) is False:
        raise RecordError("its page is not that of its digest")
    return message


def _time(record: Record) -> str:
    """Return the time of a record (WARC 1.1, 5.4: any precision from the year on, in UTC)."""
    text = record.headers.get("warc-date", "")
    match = _DATE.fullmatch(text.strip())
    if match is None:
        raise RecordError(f"WARC-Date {text[:40]!r} is no time")
    year, month, day, hour, minute, second = (int(part) if part else None for part in match.groups())
    try:
        moment = datetime(year or 0, month or 1, day or 1, hour or 0, minute or 0, second or 0, tzinfo=UTC)
    except ValueError as error:
        raise RecordError(f"WARC-Date {text[:40]!r} is no time") from error
    return format_utc(moment.timestamp())
