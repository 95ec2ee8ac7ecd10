"""Parquet: lists as lists, dates as dates, times as UTC timestamps. Needs pyarrow."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from itertools import islice
from typing import BinaryIO

from osce_news.publish.formats import Format, Row
from osce_news.storage.dictionary import Column

_BATCH = 5_000  # rows in memory at a time, and in a row group


def write(rows: Iterable[Row], file: BinaryIO, *, columns: Sequence[Column]) -> None:
    """Write the rows in row groups. Each column carries its description as metadata."""
    import pyarrow as pa
    import pyarrow.parquet as pq

    lists, rows = pa.list_(pa.string()), iter(rows)
    types = {"JSON array": lists, "YYYY-MM-DD": pa.date32(), "UTC": pa.timestamp("s", tz="UTC")}
    given = pa.schema((one.name, lists if one.form == "JSON array" else pa.string()) for one in columns)
    schema = pa.schema(
        pa.field(one.name, types.get(one.form, pa.string()), metadata={"description": one.meaning})
        for one in columns
    )
    with pq.ParquetWriter(file, schema, compression="zstd") as writer:
        while batch := list(islice(rows, _BATCH)):
            writer.write_table(pa.Table.from_pylist(batch, given).cast(schema))


FORMAT = Format(
    "parquet", (".parquet", ".pq"), write, ("columns", "partition-by", "datapackage"),
    binary=True, extra=("parquet", "pyarrow"),
)  # fmt: skip
