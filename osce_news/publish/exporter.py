"""Writes items to a file in one of the export formats."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from itertools import groupby
from pathlib import Path
from typing import Any

from osce_news.atomic import atomic_write
from osce_news.errors import BadInputError
from osce_news.publish import datapackage, destinations
from osce_news.publish.extras import require_extra
from osce_news.publish.formats import Format, format_of, formats
from osce_news.publish.references import dataset_reference
from osce_news.storage.dictionary import Column, column
from osce_news.storage.queries import Filters, Row, decoded

_NO_YEAR = "__HIVE_DEFAULT_PARTITION__"  # how Hive, and readers that follow it, name the folder for NULL


@dataclass(frozen=True, slots=True)
class ExportOptions:
    """Where and how to export. Without a `format`, the suffix of the path decides."""

    path: Path
    format: str | None = None
    columns: Sequence[str] = ()
    bom: bool = False
    by_year: bool = False
    datapackage: bool = True


def export(connection: sqlite3.Connection, options: ExportOptions, filters: Filters) -> int:
    """Write the items that pass the filters to the file or folder, newest first; return how many.

    Raises BadInputError for options that make no sense and places that must not be overwritten, and
    StorageError if the file can't be written. In both cases nothing has changed on disk.
    """
    chosen = formats()[options.format] if options.format else format_of(options.path)
    _check(options, chosen)
    columns = _columns(connection, options.columns)
    described = options.datapackage and "datapackage" in chosen.options
    if described:
        datapackage.check(options.path.parent)
    keywords: dict[str, Any] = {"columns": columns} if "columns" in chosen.options else {}
    keywords |= {"bom": True} if options.bom else {}
    with atomic_write(options.path, folder=options.by_year) as part:
        rows = stream(connection, filters)
        if options.by_year:
            by_file = _write_years(chosen, part, rows, keywords)
            counts = {f"{options.path.name}/{name}": count for name, count in by_file.items()}
        else:
            counts = {options.path.name: _write(chosen, part, rows, keywords)}
        if described:
            datapackage.add(options.path, chosen, counts, columns, dataset_reference(connection))
    if not described:
        datapackage.remove(options.path)
    return sum(counts.values())


def stream(connection: sqlite3.Connection, filters: Filters) -> Iterator[Row]:
    """Yield the rows of the view `newsroom` that pass the filters, newest first, undated ones last.

    Rows are read one at a time, so memory does not grow with their number.
    """
    where, values = filters.where()
    sql = (
        "SELECT newsroom.* FROM items CROSS JOIN newsroom ON newsroom.id = items.id "
        f"WHERE {where} ORDER BY items.published DESC, items.id"
    )
    return map(decoded, connection.execute(sql, values))


def _columns(connection: sqlite3.Connection, names: Sequence[str]) -> list[Column]:
    """Return the columns of `newsroom` with these names, or all of them. Raises BadInputError."""
    known = [row[0] for row in connection.execute("SELECT name FROM pragma_table_info('newsroom')")]
    for name in names:
        if name not in known:
            raise BadInputError(f"no column {name[:80]!r}; there are {', '.join(known)}")
    return [column("newsroom", name) for name in dict.fromkeys(names or known)]


def _check(options: ExportOptions, chosen: Format) -> None:
    """Raise what `export` raises for bad options, before anything is written."""
    if chosen.extra:
        require_extra(*chosen.extra)
    given = {"columns": options.columns, "bom": options.bom, "partition-by": options.by_year}
    for option, value in given.items():
        if value and option not in chosen.options:
            suitable = ", ".join(each.name for each in formats().values() if option in each.options)
            raise BadInputError(f"--{option} works with {suitable}, not with {chosen.name}")
    if options.by_year:
        destinations.check_folder(options.path, f"items{chosen.suffixes[0]}")
    else:
        destinations.check_file(options.path)


def _write_years(
    chosen: Format, folder: Path, rows: Iterable[Row], keywords: dict[str, Any]
) -> dict[str, int]:
    """Write rows, which must be sorted by date, as one file per year.

    Returns the number of rows by file, relative to the folder.
    """
    name = f"items{chosen.suffixes[0]}"
    counts = {}
    for year, of_year in groupby(rows, lambda row: row["published"][:4] if row["published"] else _NO_YEAR):
        (folder / f"year={year}").mkdir()
        counts[f"year={year}/{name}"] = _write(chosen, folder / f"year={year}" / name, of_year, keywords)
    if not counts:  # readers can't open an empty folder
        counts[name] = _write(chosen, folder / name, (), keywords)
    return counts


def _write(chosen: Format, path: Path, rows: Iterable[Row], keywords: dict[str, Any]) -> int:
    """Write the rows to a file; return how many."""
    count = 0

    def counted() -> Iterator[Row]:
        nonlocal count
        for row in rows:
            count += 1
            yield row

    with path.open("wb") if chosen.binary else path.open("w", encoding="utf-8", newline="") as file:
        chosen.write(counted(), file, **keywords)
    return count
