"""Writes items to a file in one of the export formats."""

from __future__ import annotations

import sqlite3
from collections.abc import Iterable, Iterator, Mapping, Sequence
from itertools import groupby
from pathlib import Path
from typing import Any

from osce_news.atomic import atomic_write
from osce_news.errors import BadInputError
from osce_news.publish import datapackage, destinations
from osce_news.publish.extras import require_extra
from osce_news.publish.formats import Format, Option, format_of, formats
from osce_news.publish.references import dataset_reference
from osce_news.storage.dictionary import Column, column
from osce_news.storage.queries import Row, decoded
from osce_news.storage.query import Query

_NO_YEAR = "__HIVE_DEFAULT_PARTITION__"  # how Hive, and readers that follow it, name the folder for NULL


def export(
    connection: sqlite3.Connection,
    query: Query,
    path: Path,
    form: str | None = None,
    *,
    columns: Sequence[str] = (),
    bom: bool = False,
    by_year: bool = False,
    described: bool = True,
) -> int:
    """Write the items that pass the filters to the file or folder, newest first; return how many.

    Without a form, the suffix of the path decides. `described`: whether to describe the export in a data
    package descriptor, if its form allows that.

    Raises BadInputError for options that make no sense and places that must not be overwritten, and
    StorageError if the file can't be written. In both cases nothing has changed on disk.
    """
    chosen = formats()[form] if form else format_of(path)
    _check(chosen, {"columns": columns, "bom": bom, "partition-by": by_year})
    if by_year:
        destinations.check_folder(path, f"items{chosen.suffixes[0]}")
    else:
        destinations.check_file(path)
    written = _columns(connection, columns)
    described = described and "datapackage" in chosen.options
    if described:
        datapackage.check(path.parent)
    keywords: dict[str, Any] = {"columns": written} if "columns" in chosen.options else {}
    keywords |= {"bom": True} if bom else {}
    with atomic_write(path, folder=by_year) as part:
        rows = stream(connection, query)
        if by_year:
            by_file = _write_years(chosen, part, rows, keywords)
            counts = {f"{path.name}/{name}": count for name, count in by_file.items()}
        else:
            counts = {path.name: _write(chosen, part, rows, keywords)}
        if described:
            datapackage.add(path, chosen, counts, written, dataset_reference(connection))
    if not described:
        datapackage.remove(path)
    return sum(counts.values())


def stream(connection: sqlite3.Connection, query: Query) -> Iterator[Row]:
    """Yield the rows of the view `newsroom` that pass the query, newest first, undated ones last.

    Rows are read one at a time, so memory does not grow with their number.
    """
    where, values = query.where()
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


def _check(chosen: Format, given: Mapping[Option, object]) -> None:
    """Raise MissingExtraError, or BadInputError for an option that does not go with the format."""
    if chosen.extra:
        require_extra(*chosen.extra)
    for option, value in given.items():
        if value and option not in chosen.options:
            suitable = ", ".join(each.name for each in formats().values() if option in each.options)
            raise BadInputError(f"--{option} works with {suitable}, not with {chosen.name}")


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
