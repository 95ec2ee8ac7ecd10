"""Partitions: the parsed pages of one part of a WARC file as a Parquet file, and how they are merged."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Collection, Iterator, Sequence
from contextlib import suppress
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from osce_news.archive import Capture, Report
from osce_news.archive.cluster.job import Job, Part, read_job
from osce_news.archive.parse import ParsedCapture
from osce_news.archive.reader.captures import is_wanted
from osce_news.archive.reader.report import RecordError
from osce_news.archive.replay.outcome import Outcome
from osce_news.archive.replay.run import replay_plan
from osce_news.archive.replay.single_pages import ProgressCallback
from osce_news.errors import BadInputError, StorageError
from osce_news.events import Event, event_of

# A row is a capture or an event of a run. `pages` holds the parsed pages as JSON, one for each way in which
# a replay may ask for it. `meant` describes the page that a 304 refers to. `note` is the event as JSON.
_PAGE = pa.struct(
    [("kind", pa.string()), ("item_id", pa.string()), ("unchanged", pa.bool_()), ("page", pa.string())]
)
SCHEMA = pa.schema(
    [
        ("url", pa.string()),
        ("fetched_at", pa.string()),
        ("status", pa.int32()),
        ("offset", pa.int64()),
        ("head", pa.string()),
        ("meant", pa.string()),
        ("pages", pa.list_(_PAGE)),
        ("note", pa.string()),
    ]
)
_ROWS = 64  # written and read at a time: a parsed page of fifty items is some 60 kB of JSON
_REPORT = b"osce-news"  # key of the file's metadata that holds the report on reading the part

Row = dict[str, Any]


class PartitionWriter:
    """Writes a partition to a temporary file, and moves it to its path when it is complete."""

    def __init__(self, path: Path) -> None:
        """Begin the partition; raises StorageError."""
        self._path = path
        # Two workers may write the same partition if the cluster believes that the first died. The last one
        # to finish wins.
        self._unfinished = path.with_name(f".{path.name}.{platform.node()}.{os.getpid()}")
        self._rows: list[Row] = []
        try:
            self._writer = pq.ParquetWriter(self._unfinished, SCHEMA, compression="zstd")
        except OSError as error:
            raise self._failed(error) from error

    def add(self, row: Row) -> None:
        """Add a row, which may lack columns; raises StorageError."""
        self._rows.append(row)
        if len(self._rows) >= _ROWS:
            self._flush()

    def finish(self, report: dict[str, Any]) -> None:
        """Move the complete partition to its path, with the report; raises StorageError."""
        self._flush()
        try:
            self._writer.add_key_value_metadata({_REPORT: json.dumps(report).encode()})
            self._writer.close()
            with self._unfinished.open("rb+") as file:
                os.fsync(file.fileno())
            self._unfinished.replace(self._path)
        except OSError as error:
            raise self._failed(error) from error

    def discard(self) -> None:
        """Delete the temporary file; harmless after `finish`."""
        with suppress(OSError):
            self._writer.close()
        with suppress(OSError):
            self._unfinished.unlink(missing_ok=True)

    def _flush(self) -> None:
        if not self._rows:
            return
        try:
            self._writer.write_table(pa.Table.from_pylist(self._rows, SCHEMA), row_group_size=_ROWS)
        except OSError as error:
            raise self._failed(error) from error
        self._rows = []

    def _failed(self, error: OSError) -> StorageError:
        return StorageError(f"{self._path}: can't be written: {error.strerror or error}")


def merge(folder: Path, db: Path, on_page: ProgressCallback = lambda summary, total: None) -> Outcome:
    """Replay the partitions of a folder into the database, as `replay` does with the WARC files.

    Raises BadInputError, before anything is stored, if `parse` did not make the folder or not all of it;
    otherwise as `replay`.
    """
    job = read_job(folder)
    if missing := job.missing(folder):
        raise BadInputError(
            f"{folder}: {len(missing):,} of {len(job.parts):,} partitions are missing; "
            "run the same `osce-news parse` again, it makes what is missing"
        )
    return replay_plan(job.plan, Partitions(folder, job), db, start_url=job.start_url, on_page=on_page)


class Partitions:
    """The partitions of a job in place of its WARC files: a CaptureSource."""

    def __init__(self, folder: Path, job: Job) -> None:
        self._parts: dict[Path, list[tuple[Part, Path]]] = {}
        for part in job.parts:
            self._parts.setdefault(Path(part.path), []).append((part, folder / part.name))

    def contents(
        self,
        files: Sequence[Path],
        report: Report,
        *,
        hosts: Collection[str] | None = None,
        bare: bool = False,
    ) -> Iterator[Capture | Event]:
        """Yield the captures and the events in these files, in order; see `WarcFiles.contents`."""
        for path in files:
            for part, partition in self._parts[path]:
                for content in partition_contents(
                    partition, path, report, is_first=part.start == 0, bare=bare
                ):
                    if isinstance(content, Capture) and not is_wanted(content.url, hosts):
                        report.captures -= 1
                        report.other_hosts += 1
                    else:
                        yield content

    def capture_at(self, path: Path, offset: int) -> Capture:
        """Return the capture at an offset; raises RecordError if it is not there."""
        for part, partition in self._parts[path]:
            if part.start <= offset < part.end and (row := _row_at(partition, offset)) is not None:
                return _resolved_capture(row, path)
        raise RecordError(f"{path}: byte {offset}: the record is gone")


def partition_contents(
    partition: Path, path: Path, report: Report, *, is_first: bool, bare: bool = False
) -> Iterator[Capture | Event]:
    """Yield the captures and events of a partition, and add its report to the given one."""
    try:
        part_report = Report.from_dict(_read_report(partition))
        part_report.files = int(is_first)  # a file is counted once
        report.add(part_report)
        for row in read_rows(partition):
            if row["note"] is not None:
                yield _event(row)
                continue
            try:
                yield _bare_capture(row, path) if bare else _resolved_capture(row, path)
            except RecordError as error:
                report.captures -= 1  # the worker read it bare
                report.problem(path, f"byte {row['offset']}", error)
    except (ValueError, TypeError, KeyError) as error:
        raise BadInputError(
            f"{partition}: not of this version of osce-news; delete it and run `parse`"
        ) from error


def read_rows(path: Path) -> Iterator[Row]:
    """Yield the rows of a partition in order, a few in memory at a time.

    Raises BadInputError if the file is not a partition.
    """
    try:
        with pq.ParquetFile(path) as file:
            for batch in file.iter_batches(_ROWS):
                yield from batch.to_pylist()
    except (OSError, pa.ArrowException) as error:
        raise _unreadable(path, error) from error


def _row_at(path: Path, offset: int) -> Row | None:
    """Return the row of the capture at that offset; None if there is none. Raises BadInputError."""
    try:
        matches: list[Row] = pq.read_table(path, filters=[("offset", "==", offset)]).to_pylist()
    except (OSError, pa.ArrowException) as error:
        raise _unreadable(path, error) from error
    return matches[0] if matches else None


def _read_report(path: Path) -> dict[str, Any]:
    try:
        report: dict[str, Any] = json.loads((pq.read_metadata(path).metadata or {})[_REPORT])
    except (OSError, pa.ArrowException, KeyError, ValueError) as error:
        raise _unreadable(path, error) from error
    return report


def _unreadable(path: Path, error: Exception) -> BadInputError:
    reason = " ".join(str(error).split())[:200]
    return BadInputError(
        f"{path}: not a partition of `osce-news parse`: {reason}; delete it and run that again"
    )


def _bare_capture(row: Row, path: Path) -> ParsedCapture:
    return _capture(row, path, row["status"], json.loads(row["head"]))


def _resolved_capture(row: Row, path: Path) -> ParsedCapture:
    """Return the page that a row stands for; raises RecordError if it was in none of the files."""
    if row["meant"] is None:
        return _bare_capture(row, path)
    page = json.loads(row["meant"])
    if "error" in page:
        raise RecordError(page["error"], page["kind"])
    return _capture(row, path, page["status"], page)


def _capture(row: Row, path: Path, status: int, head: dict[str, Any]) -> ParsedCapture:
    return ParsedCapture(
        url=row["url"],
        fetched_at=row["fetched_at"],
        status=status,
        headers=tuple((name, value) for name, value in head["headers"]),
        body=b"",
        record_id=head["record_id"],
        path=path,
        offset=row["offset"],
        revisit=head["revisit"],
        alone=head["alone"],
        parsed={(page["kind"], page["item_id"], page["unchanged"]): page["page"] for page in row["pages"]},
    )


def _event(row: Row) -> Event:
    event = event_of(row["url"], row["note"].encode())
    if event is None:
        raise ValueError("an event of unknown kind")
    return event
