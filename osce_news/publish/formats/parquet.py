"""Parquet: lists as lists, dates as dates, times as UTC timestamps. Needs pyarrow."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from itertools import islice
from typing import TYPE_CHECKING, Any, BinaryIO

from osce_news.clock import parse_utc
from osce_news.publish.formats.base import Format, Row
from osce_news.storage.dictionary import Column

if TYPE_CHECKING:
    import pyarrow as pa

_BATCH = 5_000  # rows in memory at a time, and in a row group


def write(rows: Iterable[Row], file: BinaryIO, *, columns: Sequence[Column]) -> None:
    """Write the rows in row groups. Each column carries its description as metadata."""
    import pyarrow.parquet as pq

    schema = _schema(columns)
    with pq.ParquetWriter(file, schema, compression="zstd") as writer:
        for batch in _batches(rows):
            writer.write_table(_table(batch, columns, schema))


def _schema(columns: Sequence[Column]) -> pa.Schema:
    import pyarrow as pa

    types = {
        "JSON array": pa.list_(pa.string()),
        "YYYY-MM-DD": pa.date32(),
        "UTC": pa.timestamp("s", tz="UTC"),
    }
    return pa.schema(
        [
            pa.field(
                column.name, types.get(column.form, pa.string()), metadata={"description": column.meaning}
            )
            for column in columns
        ]
    )


def _batches(rows: Iterable[Row]) -> Iterator[list[Row]]:
    rows = iter(rows)
    while batch := list(islice(rows, _BATCH)):
        yield batch


def _table(batch: list[Row], columns: Sequence[Column], schema: pa.Schema) -> pa.Table:
    import pyarrow as pa

    arrays = [
        pa.array([_value(row[column.name], column.form) for row in batch], schema.field(column.name).type)
        for column in columns
    ]
    return pa.Table.from_arrays(arrays, schema=schema)


def _value(value: Any, form: str) -> Any:
    if value is None or form not in ("YYYY-MM-DD", "UTC"):
        return value
    return date.fromisoformat(value) if form == "YYYY-MM-DD" else parse_utc(value)


FORMAT = Format(
    "parquet",
    (".parquet", ".pq"),
    write,
    options=("columns", "partition-by", "datapackage"),
    binary=True,
    extra=("parquet", "pyarrow"),
)
