"""Exports as Parquet: lists as lists, days as dates, times as UTC timestamps. Needs pyarrow."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from datetime import date
from itertools import groupby, islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from osce_news.clock import parse_utc
from osce_news.publish.extras import needs
from osce_news.storage.dictionary import Column
from osce_news.storage.queries import Row

if TYPE_CHECKING:
    import pyarrow as pa

_BATCH = 5_000  # rows held at a time, and the size of a row group
NO_YEAR = "__HIVE_DEFAULT_PARTITION__"  # how Hive, and all that follow it, write NULL in a folder's name


def require() -> None:
    """Raise MissingExtraError, which says what to install, if pyarrow is not there."""
    needs("parquet", "pyarrow")


def write_parquet(path: Path, rows: Iterable[Row], columns: Sequence[Column]) -> int:
    """Write rows as one Parquet file; return how many."""
    import pyarrow.parquet as pq

    schema, count = schema_of(columns), 0
    with pq.ParquetWriter(path, schema, compression="zstd") as writer:
        for batch in _batches(rows):
            writer.write_table(_table(batch, columns, schema))
            count += len(batch)
    return count


def write_years(folder: Path, rows: Iterable[Row], columns: Sequence[Column]) -> dict[str, int]:
    """Write rows, which come in order of their dates, as a folder `year=…` for each year.

    Returns the number of rows by file, relative to the folder.
    """
    written = {}
    for year, of_year in groupby(rows, lambda row: row["published"][:4] if row["published"] else NO_YEAR):
        name = f"year={year}/items.parquet"
        (folder / name).parent.mkdir()
        written[name] = write_parquet(folder / name, of_year, columns)
    if not written:  # a folder that readers can open, though it holds nothing
        written["items.parquet"] = write_parquet(folder / "items.parquet", (), columns)
    return written


def schema_of(columns: Sequence[Column]) -> pa.Schema:
    """Return the Arrow schema of these columns, each with its meaning as metadata."""
    import pyarrow as pa

    types = {
        "JSON array": pa.list_(pa.string()),
        "YYYY-MM-DD": pa.date32(),
        "UTC": pa.timestamp("s", tz="UTC"),
    }
    return pa.schema(
        [
            pa.field(one.name, types.get(one.form, pa.string()), metadata={"description": one.meaning})
            for one in columns
        ]
    )


def _batches(rows: Iterable[Row]) -> Iterator[list[Row]]:
    rows = iter(rows)
    while batch := list(islice(rows, _BATCH)):
        yield batch


def _table(batch: list[Row], columns: Sequence[Column], schema: pa.Schema) -> pa.Table:
    import pyarrow as pa

    arrays = [
        pa.array([_value(row[one.name], one.form) for row in batch], type=schema.field(one.name).type)
        for one in columns
    ]
    return pa.Table.from_arrays(arrays, schema=schema)


def _value(value: Any, form: str) -> Any:
    if value is None or form not in ("YYYY-MM-DD", "UTC"):
        return value
    return date.fromisoformat(value) if form == "YYYY-MM-DD" else parse_utc(value)
