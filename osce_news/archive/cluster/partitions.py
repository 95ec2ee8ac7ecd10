"""Partitions: the parsed pages and the events of one part of a WARC file, as a Parquet file."""

from __future__ import annotations

import json
from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from http import HTTPStatus
from itertools import chain, islice, pairwise
from pathlib import Path
from typing import Any, Self

import pyarrow as pa
import pyarrow.parquet as pq

from osce_news import errors
from osce_news.archive.capture import LISTING, SERVER_NOT_MODIFIED, Capture, page_kind
from osce_news.archive.report import RecordError, Report
from osce_news.archive.warc_files import WarcFiles, is_wanted
from osce_news.atomic import atomic_write
from osce_news.errors import BadInputError, OsceNewsError
from osce_news.events import Event, PageStored, parse_event
from osce_news.items import ArticleItem, Listing
from osce_news.normalize import item_id
from osce_news.serialize import from_json, to_json

# A row is a capture or an event of a run. `head` has the other fields of a capture, as JSON. `pages` has its
# `ParsedPage`s as JSON, by item: the articles that a replay may need, and the list page under "".
_SCHEMA = pa.schema(
    {
        "url": pa.string(),
        "fetched_at": pa.string(),
        "status": pa.int32(),
        "offset": pa.int64(),
        "head": pa.string(),
        "pages": pa.map_(pa.string(), pa.string()),
        "event": pa.string(),
    }
)
_HEAD = ("status", "headers", "record_id", "revisit", "seekable")  # what a 304 and its page do not share
_ROWS = 64  # written and read at a time: a parsed page of fifty items is some 60 kB of JSON
_REPORT = b"osce-news"  # key of the file's metadata that holds the report on reading the part

Row = dict[str, Any]


@dataclass(frozen=True, slots=True)
class ParsedPage:
    """What a method of `Capture` returned or raised: a list page, an article, or an error."""

    listing: Listing | None = None
    article: ArticleItem | None = None
    error: str | None = None  # the name of its class in errors.py
    text: str = ""  # of the error
    attributes: dict[str, Any] = field(default_factory=dict)  # of the error

    @classmethod
    def of(cls, capture: Capture, item: str) -> Self:
        """Parse a capture as the article of the item, or as a list page if that is empty."""
        try:
            if item:
                return cls(article=capture.article(item))
            return cls(listing=capture.listing())
        except OsceNewsError as error:
            return cls(error=type(error).__name__, text=str(error), attributes=vars(error))


@dataclass(frozen=True, slots=True)
class ParsedCapture(Capture):
    """A capture that was parsed on another machine; it has no body."""

    pages: Mapping[str, str] = field(default_factory=dict)  # as in a row

    def kind(self) -> str | None:
        """Return what it is, as `Capture.kind`."""
        return page_kind(self.url) or (LISTING if "" in self.pages else None)

    def listing(self) -> Listing:
        """Return or raise what `Capture.listing` returned or raised."""
        listing: Listing = self._result("")
        return listing

    def article(self, requested: str | None = None) -> ArticleItem:
        """Return or raise what `Capture.article` returned or raised."""
        if self.revisit == SERVER_NOT_MODIFIED:
            return Capture.article(self, requested)  # needs no body
        article: ArticleItem = self._result(requested or item_id(self.url))
        return article

    def _result(self, item: str) -> Any:
        page = from_json(ParsedPage, self.pages[item])
        if page.error is not None:
            kind: Any = getattr(errors, page.error)
            raise kind(**page.attributes) if page.attributes else kind(page.text)
        return page.listing or page.article


def write_partition(path: Path, rows: Iterable[Row], report: Report) -> None:
    """Write a partition to a temporary file, and move it to its path when it is complete.

    Raises StorageError. `report` is written after the rows, which may fill it.
    """
    # Two workers may write the same partition if the cluster believes that the first died. The last one to
    # finish wins.
    left = iter(rows)
    with atomic_write(path) as part, pq.ParquetWriter(part, _SCHEMA, compression="zstd") as writer:
        while batch := list(islice(left, _ROWS)):
            writer.write_table(pa.Table.from_pylist(batch, _SCHEMA), row_group_size=_ROWS)
        writer.add_key_value_metadata({_REPORT: to_json(report).encode()})


def rows(contents: Iterable[Capture | Event], warcs: WarcFiles) -> Iterator[Row]:
    """Yield a row for each capture, parsed, and for each event, in order."""
    for content, following in pairwise(chain(contents, [None])):
        if isinstance(content, Capture):
            yield _row(content, following, warcs)
        elif content is not None:
            yield {"url": content.TARGET, "event": to_json(content)}


def read_rows(path: Path) -> Iterator[Row]:
    """Yield the rows of a partition in order, a few in memory at a time.

    Raises BadInputError if the file is not a partition.
    """
    with _errors(path), pq.ParquetFile(path) as file:
        for batch in file.iter_batches(_ROWS):
            yield from batch.to_pylist()


def lacks_pages(path: Path) -> bool:
    """Whether a partition is damaged, or has revisit records whose page was in none of the files."""
    try:
        with _errors(path):
            heads = filter(None, pq.read_table(path, columns=["head"])["head"].to_pylist())
            is_missing = any("error" in json.loads(head).get("original", {}) for head in heads)
            return is_missing or read_report(path).skipped["unresolved"] > 0
    except BadInputError:
        return True


def read_report(path: Path) -> Report:
    """Return the report on reading a part; raises BadInputError if the file is not a partition."""
    with _errors(path):
        return from_json(Report, pq.read_metadata(path).metadata[_REPORT].decode())


class Partitions(WarcFiles):
    """Partitions in place of the WARC files that they were made of."""

    def __init__(self, places: Mapping[Path, Sequence[tuple[range, Path]]]) -> None:
        """Take the partitions of each WARC file in order, each with its range of offsets in the file."""
        super().__init__(list(places))
        self._places = places

    def contents(
        self, files: Sequence[Path], report: Report, hosts: Collection[str] | None = None
    ) -> Iterator[Capture | Event]:
        """Yield what `WarcFiles.contents` yields; raises BadInputError if a partition can't be read."""
        for path in files:
            for offsets, partition in self._places[path]:
                part_report = read_report(partition)
                part_report.files = int(offsets.start == 0)  # a file is counted with its first part
                report.add(part_report)
                for row in read_rows(partition):
                    with _errors(partition):
                        content = _content(row, path, report, hosts)
                    if content is not None:
                        yield content

    def capture_at(self, path: Path, offset: int) -> Capture:
        """Return the capture at an offset; raises RecordError if it or its page is not there."""
        partition = next((one for offsets, one in self._places[path] if offset in offsets), None)
        if partition is not None:
            with _errors(partition):
                for row in pq.read_table(partition, filters=[("offset", "==", offset)]).to_pylist():
                    return _capture(row, path, resolve=True)
        raise RecordError(f"{path}: byte {offset}: the record is gone")


@contextmanager
def _errors(path: Path) -> Iterator[None]:
    """Raise BadInputError if a file is not a partition of this version."""
    try:
        yield
    except (OSError, pa.ArrowException, ValueError, TypeError, KeyError) as error:
        reason = " ".join(str(error).split())[:200]
        raise BadInputError(
            f"{path}: not a partition of `osce-news parse`: {reason}; delete it and run that again"
        ) from error


def _content(row: Row, path: Path, report: Report, hosts: Collection[str] | None) -> Capture | Event | None:
    """Return the capture or the event of a row; None for a capture that is left out, and counted."""
    if row["event"] is not None:
        return parse_event(row["url"], row["event"].encode())
    try:
        capture = _capture(row, path, resolve=hosts is not None)
        if is_wanted(capture.url, hosts):
            return capture
        report.skipped["other_hosts"] += 1
    except RecordError as error:
        report.problem(path, f"byte {row['offset']}", error)
    report.captures -= 1  # the worker counted it
    return None


def _row(capture: Capture, following: Capture | Event | None, warcs: WarcFiles) -> Row:
    """Return the row of a capture: parsed, or for a 304 the page that it refers to."""
    head = {name: getattr(capture, name) for name in _HEAD}
    page: Capture | None = replace(capture, revisit=None)
    if capture.revisit == SERVER_NOT_MODIFIED and capture.status == HTTPStatus.NOT_MODIFIED:
        try:
            original = warcs.capture_at(capture.path, capture.offset)
            head["original"] = {name: getattr(original, name) for name in _HEAD}
            page = replace(original, revisit=None)
        except RecordError as error:  # it is in none of the files
            head["original"], page = {"error": str(error), "kind": error.kind}, None
    items = _requested(capture, following)
    return {
        "url": capture.url,
        "fetched_at": capture.fetched_at,
        "status": capture.status,
        "offset": capture.offset,
        "head": json.dumps(head),
        "pages": [(item, to_json(ParsedPage.of(page, item))) for item in items] if page else [],
    }


def _requested(capture: Capture, following: Capture | Event | None) -> set[str]:
    """Return the items whose article a replay may need from a capture, with "" for its list page.

    The event that follows it says what the run requested; the address says what it looks like.
    """
    asked: list[tuple[str | None, str | None]] = [(capture.kind(), None)]
    if isinstance(following, PageStored) and following.url.partition("#")[0] == capture.url:
        asked.append((following.kind, following.item_id))
    return {"" if kind == LISTING else item or item_id(capture.url) for kind, item in asked if kind}


def _capture(row: Row, path: Path, *, resolve: bool) -> ParsedCapture:
    """Return the capture of a row; with `resolve`, a 304 as the page that it refers to.

    Raises RecordError if that page is missing.
    """
    head = json.loads(row["head"])
    original = head.pop("original", None)
    if resolve and original is not None:
        if "error" in original:
            raise RecordError(original["error"], original["kind"])
        head = original
    same = {name: row[name] for name in ("url", "fetched_at", "offset")}
    return ParsedCapture(**same, **head, body=b"", path=path, pages=dict(row["pages"]))
