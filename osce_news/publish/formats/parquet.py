"""Parquet: lists as lists, dates as dates, times as UTC timestamps. Needs pyarrow."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import islice
from typing import TYPE_CHECKING, BinaryIO

from osce_news.publish.formats import Format, Row
from osce_news.storage.dictionary import Column

if TYPE_CHECKING:
    import pyarrow as pa

_BATCH = 5_000  # rows in memory at a time, and in a row group


def write(rows: Iterable[Row], file: BinaryIO, *, columns: Sequence[Column]) -> None:
    """Write the rows in row groups. Each column carries its description as metadata."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    schema, rows = _schema(columns), iter(rows)
    with pq.ParquetWriter(file, schema, compression="zstd") as writer:
        while batch := list(islice(rows, _BATCH)):
            arrays = []
            for field in schema:
                printed = field.type if pa.types.is_list(field.type) else pa.string()
                arrays.append(pa.array([row[field.name] for row in batch], printed).cast(field.type))
            writer.write_table(pa.Table.from_arrays(arrays, schema=schema))


def _schema(columns: Sequence[Column]) -> pa.Schema:
    import pyarrow as pa

    types = {
        "JSON array": pa.list_(pa.string()),
        "YYYY-MM-DD": pa.date32(),
        "UTC": pa.timestamp("s", tz="UTC"),
    }
    return pa.schema(
        pa.field(column.name, types.get(column.form, pa.string()), metadata={"description": column.meaning})
        for column in columns
    )


FORMAT = Format(
    "parquet",
    (".parquet", ".pq"),
    write,
    options=("columns", "partition-by", "datapackage"),
    binary=True,
    extra=("parquet", "pyarrow"),
)
