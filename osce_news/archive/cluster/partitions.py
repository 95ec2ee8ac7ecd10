"""Partitions: what was parsed of one part of a WARC file, as a Parquet file."""

from __future__ import annotations

import json
import os
import platform
from collections.abc import Iterator
from contextlib import suppress
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from osce_news.errors import BadInputError, StorageError

# A row is a capture or a note of a run. `pages` is what was read of a capture, as JSON, for all that a replay
# may ask; `meant` is what the page is of which a 304 says that it has not changed.
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
_TOLD = b"osce-news"  # the file's own metadata: what reading the part came upon

Row = dict[str, Any]


class PartitionWriter:
    """Writes a partition beside its place and puts it there when it is whole; else nothing is there."""

    def __init__(self, path: Path) -> None:
        """Begin the partition; raises StorageError."""
        self._path = path
        # Two workers may write one partition, when the cluster takes the first for dead: the last one counts.
        self._beside = path.with_name(f".{path.name}.{platform.node()}.{os.getpid()}")
        self._rows: list[Row] = []
        try:
            self._writer = pq.ParquetWriter(self._beside, SCHEMA, compression="zstd")
        except OSError as error:
            raise self._failed(error) from error

    def add(self, row: Row) -> None:
        """Add a row, which may lack columns; raises StorageError."""
        self._rows.append(row)
        if len(self._rows) >= _ROWS:
            self._flush()

    def finish(self, told: dict[str, Any]) -> None:
        """Put the partition into its place, with what is to be told of its reading; raises StorageError."""
        self._flush()
        try:
            self._writer.add_key_value_metadata({_TOLD: json.dumps(told).encode()})
            self._writer.close()
            with self._beside.open("rb+") as file:
                os.fsync(file.fileno())
            self._beside.replace(self._path)
        except OSError as error:
            raise self._failed(error) from error

    def give_up(self) -> None:
        """Leave nothing behind but what is in its place."""
        with suppress(OSError):
            self._writer.close()
        with suppress(OSError):
            self._beside.unlink(missing_ok=True)

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


def read_rows(path: Path) -> Iterator[Row]:
    """Yield the rows of a partition in their order, a few in memory at a time.

    Raises BadInputError if the file is no partition.
    """
    try:
        with pq.ParquetFile(path) as file:
            for batch in file.iter_batches(_ROWS):
                yield from batch.to_pylist()
    except (OSError, pa.ArrowException) as error:
        raise _unreadable(path, error) from error


def row_at(path: Path, offset: int) -> Row | None:
    """Return the row of the capture at that offset of its file; None if there is none.

    Raises BadInputError if the file is no partition.
    """
    try:
        found: list[Row] = pq.read_table(path, filters=[("offset", "==", offset)]).to_pylist()
    except (OSError, pa.ArrowException) as error:
        raise _unreadable(path, error) from error
    return found[0] if found else None


def read_told(path: Path) -> dict[str, Any]:
    """Return what the worker told of reading the part; raises BadInputError for what is no partition."""
    try:
        told: dict[str, Any] = json.loads((pq.read_metadata(path).metadata or {})[_TOLD])
    except (OSError, pa.ArrowException, KeyError, ValueError) as error:
        raise _unreadable(path, error) from error
    return told


def _unreadable(path: Path, error: Exception) -> BadInputError:
    what = " ".join(str(error).split())[:200]
    return BadInputError(f"{path}: no partition of `osce-news parse`: {what}; delete it and run that again")
