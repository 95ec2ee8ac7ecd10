"""The captured pages and the events of recorded runs in WARC files, our own and those of other tools."""

from __future__ import annotations

import sys
from collections.abc import Collection, Iterator, Sequence
from contextlib import suppress
from http import HTTPStatus
from pathlib import Path
from urllib.parse import urlsplit

from osce_news.archive.capture import SERVER_NOT_MODIFIED, Capture
from osce_news.archive.http_messages import (
    MAX_PAGE_BYTES,
    ArchivedResponse,
    decompress,
    parse_response,
    payload_of,
)
from osce_news.archive.records import Record, check_digest, record_at, record_in, records
from osce_news.archive.report import RecordError, Report
from osce_news.errors import BadInputError
from osce_news.events import Event, EventError, parse_event
from osce_news.normalize import is_web_address
from osce_news.urls import without_user


class WarcFiles:
    """A set of WARC files; the response that a revisit record refers to may be in any of them.

    An index of the responses is built for the first revisit record. It takes about 300 bytes per response.
    """

    def __init__(self, files: Sequence[Path]) -> None:
        self._files = files
        self._index: dict[int, tuple[Path, int | None]] | None = None  # see `_index_of`

    def contents(
        self, files: Sequence[Path], report: Report, hosts: Collection[str] | None = None
    ) -> Iterator[Capture | Event]:
        """Yield the captures and the events in these files, in order.

        With `hosts`, captures are limited to these hosts and those below them, and a 304 response is yielded
        as the page that it refers to. Without `hosts`, the files are those of recorded runs: all captures
        are yielded, unchanged. `report` counts what is skipped. Raises BadInputError when it reaches a file
        that is not a WARC file or can't be read.
        """
        for path in files:
            yield from self.part(path, report, hosts)

    def part(
        self,
        path: Path,
        report: Report,
        hosts: Collection[str] | None,
        start: int = 0,
        end: int = sys.maxsize,
    ) -> Iterator[Capture | Event]:
        """Yield the contents of a part of a file; `start` and `end` are as in `records`."""
        for record in records(path, report, start=start, end=end):
            try:
                if record.kind == "metadata":
                    content: Capture | Event | None = _event(record)
                elif hosts is None and record.block and _profile(record) == SERVER_NOT_MODIFIED:
                    response = parse_response(record.block, header_only=True)
                    content = _capture(record, path, response, b"", SERVER_NOT_MODIFIED)
                else:
                    content = self._page(record, path, hosts, report)
            except RecordError as error:
                report.problem(path, record.where, error)
                continue
            if content is not None:
                report.captures += isinstance(content, Capture)
                yield content

    def capture_at(self, path: Path, offset: int) -> Capture:
        """Return the capture at an offset given by `contents`; it must be one that is `seekable`.

        Raises RecordError if it is not there any more.
        """
        capture = self._page(record_at(path, offset), path, None, Report())
        if capture is None:
            raise RecordError(f"{path}: byte {offset}: the record is gone")
        return capture

    def _page(
        self, record: Record, path: Path, hosts: Collection[str] | None, report: Report
    ) -> Capture | None:
        """Return the page of a record; None if it holds none, or one of another host. Raises RecordError."""
        if record.kind not in ("response", "resource", "revisit"):
            return None
        if not record.url.lower().startswith(("http://", "https://")):
            if record.kind != "resource":  # crawlers keep notes and pictures as such
                report.skipped["not_http"] += 1
            return None
        if not is_wanted(record.url, hosts):
            report.skipped["other_hosts"] += 1
            return None
        _check(record)
        if record.kind == "resource":  # the page itself, without the HTTP response (WARC 1.1, 6.4)
            headers = (("Content-Type", record.headers.get("content-type", "")),)
            page = ArchivedResponse(HTTPStatus.OK, headers, record.block or b"")
            return _capture(record, path, page, page.body, None)
        profile = _profile(record)
        response = original = _response(self._original(record) if profile else record)
        # An identical response has a header of its own; that of a 304 does not describe the page.
        if profile and profile != SERVER_NOT_MODIFIED and record.block:
            response = parse_response(record.block, header_only=True)
        return _capture(record, path, response, decompress(original, MAX_PAGE_BYTES), profile)

    def _original(self, revisit: Record) -> Record:
        """Return the response that a revisit record refers to (WARC 1.1, 6.7).

        Raises RecordError, of kind "unresolved" if it is in none of the files.
        """
        if self._index is None:
            self._index = _index_of(self._files)
        index = self._index
        path, offset = next((index[key] for key in _keys_of_target(revisit) if key in index), (None, None))
        url = revisit.url[:300]
        if path is None:
            raise RecordError(f"{url}: its page is in none of the files", "unresolved")
        if offset is None:
            where = f"{path}, which is one gzip member: split it with `warcio recompress`"
            raise RecordError(f"{url}: its page is in {where}", "unresolved")
        original = record_at(path, offset)
        digest = revisit.headers.get("warc-payload-digest", "")
        if original.block is None:
            raise RecordError("its page is too large", "too_large")
        is_same = original.headers.get("warc-payload-digest") == digest
        if not is_same and check_digest(digest, [payload_of(original.block)]) is False:
            raise RecordError(f"{url}: the page that it refers to has another digest", "unresolved")
        _check(original)
        return original


def capture_in(data: bytes) -> Capture:
    """Return the page in the bytes of one record; raises RecordError if they hold none."""
    capture = WarcFiles(())._page(record_in(data), Path(), None, Report())
    if capture is None:
        raise RecordError("holds no page")
    return capture


def is_wanted(url: str, hosts: Collection[str] | None) -> bool:
    """Whether an address is on one of these hosts or below; raises RecordError if it is not an address."""
    if not is_web_address(url):
        raise RecordError(f"{url[:100]!r} is not a web address")
    host = (urlsplit(url).hostname or "").rstrip(".")
    return hosts is None or any(host == wanted or host.endswith(f".{wanted}") for wanted in hosts)


def _capture(
    record: Record, path: Path, response: ArchivedResponse, body: bytes, revisit: str | None
) -> Capture:
    return Capture(
        url=record.url,
        fetched_at=record.fetched_at,
        status=response.status,
        headers=response.headers,
        body=body,
        record_id=record.headers.get("warc-record-id"),
        path=path,
        offset=record.offset,
        revisit=revisit,
        seekable=record.seekable,
    )


def _check(record: Record) -> None:
    """Raise RecordError if the record is too large, incomplete or does not match its digest."""
    if record.block is None:
        raise RecordError("too large for a page", "too_large")
    if "warc-segment-number" in record.headers:
        raise RecordError("one of several segments of a record; segments are not supported")
    reason = record.headers.get("warc-truncated", "")
    if reason and record.kind != "revisit":  # a revisit record leaves the page out on purpose
        raise RecordError(f"the tool that recorded it cut the page ({reason[:40]})", "truncated")
    digest = record.headers.get("warc-block-digest", "")  # wget's is wrong in revisit records
    if record.kind != "revisit" and check_digest(digest, [record.block]) is False:
        raise RecordError("its bytes do not match its digest")


def _event(record: Record) -> Event | None:
    """Return the event in a metadata record, None if it is of another kind; raises RecordError."""
    try:
        event = parse_event(record.url, record.block or b"")
    except EventError as error:
        raise RecordError(str(error)) from error
    if event is not None:
        _check(record)
    return event


def _response(record: Record) -> ArchivedResponse:
    """Return the response in a record; checks the payload's digest if the block has none."""
    assert record.block is not None, "`_check` refuses records without a block"
    response = parse_response(record.block)
    digest = record.headers.get("warc-payload-digest", "")
    # Tools disagree on whether the digest is that of the bytes with chunks or without.
    payloads = (payload_of(record.block), response.body)
    if "warc-block-digest" not in record.headers and check_digest(digest, payloads) is False:
        raise RecordError("its page does not match its digest")
    return response


def _profile(record: Record) -> str | None:
    """Return the last part of a revisit record's WARC-Profile, or "unknown"; None for other records."""
    if record.kind != "revisit":
        return None
    return record.headers.get("warc-profile", "").rstrip("/").rpartition("/")[2] or "unknown"


def _index_of(files: Sequence[Path]) -> dict[int, tuple[Path, int | None]]:
    """Return the file and the offset of each response by its keys; no offset if it is not seekable."""
    index: dict[int, tuple[Path, int | None]] = {}
    for path in files:
        with suppress(BadInputError):  # reported when the file itself is read
            for record in records(path, Report()):
                if record.kind == "response":
                    place = (path, record.offset if record.seekable else None)
                    for key in _keys_of(record):
                        index.setdefault(key, place)
    return index


def _keys_of(record: Record) -> Iterator[int]:
    """Yield the keys of a response, hashed: its digest, its identifier, its address and time."""
    if digest := record.headers.get("warc-payload-digest"):
        yield hash(("digest", digest))
    if identifier := record.headers.get("warc-record-id"):
        yield hash(("id", identifier))
    yield hash(("at", record.url, record.headers.get("warc-date", "")))


def _keys_of_target(revisit: Record) -> Iterator[int]:
    """Yield the keys by which a revisit record refers to its response, the most certain first."""
    headers = revisit.headers
    if identifier := headers.get("warc-refers-to"):
        yield hash(("id", identifier))
    if (url := headers.get("warc-refers-to-target-uri")) and (date := headers.get("warc-refers-to-date")):
        yield hash(("at", without_user(url.strip("<> ")), date))
    if digest := headers.get("warc-payload-digest"):
        yield hash(("digest", digest))
