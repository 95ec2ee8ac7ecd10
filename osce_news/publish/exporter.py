"""Writes items to a file in one of the export formats."""

from __future__ import annotations

import io
import sqlite3
from collections.abc import Iterable, Iterator, Sequence
from contextlib import nullcontext
from dataclasses import dataclass, replace
from gzip import GzipFile
from itertools import count, groupby
from pathlib import Path
from typing import Any, BinaryIO
from urllib.parse import urlencode

from osce_news.atomic import atomic_write, flush
from osce_news.errors import BadInputError, require_extra
from osce_news.publish import datapackage, destinations
from osce_news.publish.formats import Format, Row, format_of, formats
from osce_news.publish.references import dataset_reference
from osce_news.storage import queries
from osce_news.storage.dictionary import Column, column
from osce_news.storage.queries import Query
from osce_news.storage.queries.as_of import PRESENT_ONLY
from osce_news.storage.queries.coverage import coverage

_NO_YEAR = "__HIVE_DEFAULT_PARTITION__"  # how Hive, and readers that follow it, name the folder for NULL


@dataclass(frozen=True, slots=True, kw_only=True)
class Options:
    """Options of an export. A format refuses options that it has no use for, except for the last two."""

    columns: Sequence[str] = ()
    """Columns of the view `newsroom`; without names all of them."""
    bom: bool = False
    """Whether CSV is for Excel."""
    delimiter: str | None = None
    texts: bool = False
    """Whether spreadsheets (xlsx, and CSV with `bom`) have full texts if `columns` does not name them."""
    by_year: bool = False
    """Whether to write a folder with a file for each year."""
    limit: int | None = None
    """How many items a feed gets, the newest; 0 for all, None for 100."""
    described: bool = True
    """Whether to describe a file in a data package."""
    command: str = "osce-news export"
    """The command that the data package names."""


_DEFAULTS = Options()


def export(
    connection: sqlite3.Connection,
    query: Query,
    path: Path,
    form: str | None = None,
    options: Options = _DEFAULTS,
) -> int:
    """Write the items of the query to the file or folder, newest first; return how many.

    Without a form, the suffix of the path decides; a file that ends in .gz is compressed. A .tsv file is CSV
    with tabs.

    Raises BadInputError for options that do not go together and paths that must not be overwritten, and
    StorageError if the file can't be written. In both cases nothing has changed on disk.
    """
    chosen, name, by_year = format_of(path, form), path.name.lower(), options.by_year
    if chosen.name == "csv" and name.removesuffix(".gz").endswith(".tsv"):
        options = replace(options, delimiter=options.delimiter or "\t")
    columns, keywords = _prepare(connection, chosen, query, options)
    described, compressed = options.described and "datapackage" in chosen.options, name.endswith(".gz")
    if by_year:
        destinations.check_folder(path, f"items{chosen.suffixes[0]}")
    else:
        destinations.check_file(path)
    if described:
        datapackage.check(path.parent)
    if compressed and (chosen.binary or by_year):
        raise BadInputError(f"{chosen.name} is already compressed: leave out .gz")
    rows = newest(connection, query, chosen, options.limit)
    with atomic_write(path, folder=by_year) as part:
        if by_year:
            written = _write_years(chosen, part, rows, keywords)
        else:
            with part.open("wb") as file:
                written = {part: _write(chosen, rows, file, keywords, compressed=compressed)}
        items = sum(written.values())
        flush(part)  # so that file and description are replaced one right after the other
        if described:
            files = {Path(path.name, file.relative_to(part)).as_posix(): file for file in written}
            export = datapackage.Export(chosen, columns, options.delimiter, items, query, options.command)
            datapackage.describe(path, files, export, dataset_reference(coverage(connection, query)))
    if not described:
        datapackage.remove(path)
    return items


def write_to_stream(
    connection: sqlite3.Connection,
    rows: Iterable[Row],
    file: BinaryIO,
    chosen: Format,
    query: Query,
    options: Options = _DEFAULTS,
) -> int:
    """Write rows of the view `newsroom`, found by the query, to an open file; return how many.

    Raises what `export` raises.
    """
    _, keywords = _prepare(connection, chosen, query, options)
    return _write(chosen, rows, file, keywords)


def newest(
    connection: sqlite3.Connection, query: Query, chosen: Format, limit: int | None = None
) -> Iterator[Row]:
    """Return the newest rows of the query: `limit` of them, 0 for all, None for the format's default."""
    return queries.items(connection, query, (chosen.newest if limit is None else limit) or None)


def lacks_texts(connection: sqlite3.Connection, chosen: Format, options: Options) -> bool:
    """Whether an export leaves out the full texts of the database, as spreadsheets do by default."""
    sql = "SELECT 1 FROM articles WHERE text IS NOT NULL LIMIT 1"
    return _leaves_out_texts(chosen, options) and connection.execute(sql).fetchone() is not None


def _prepare(
    connection: sqlite3.Connection, chosen: Format, query: Query, options: Options
) -> tuple[list[Column], dict[str, Any]]:
    """Return the columns of `newsroom` to write, and the keywords for the function that writes the format.

    Raises MissingExtraError, and BadInputError for an unknown column or an option that the format lacks.
    """
    if chosen.extra:
        require_extra(*chosen.extra)
    given: dict[str, Any] = {
        name: getattr(options, name) for name in ("columns", "bom", "delimiter", "texts")
    }
    for option, value in {
        "partition-by": options.by_year,
        "limit": options.limit is not None,
        **given,
    }.items():
        if value and option not in chosen.options:
            suitable = ", ".join(each.name for each in formats().values() if option in each.options)
            raise BadInputError(f"--{option} works with {suitable}, not with {chosen.name}")
    known = [row[0] for row in connection.execute("SELECT name FROM pragma_table_info('newsroom')")]
    for name in options.columns:
        if name not in known:
            raise BadInputError(f"no column {name[:80]!r}; choose from {', '.join(known)}")
    left_out = {"text"} if _leaves_out_texts(chosen, options) else set()
    left_out |= set(PRESENT_ONLY) if query.as_of else set()
    names = options.columns or [name for name in known if name not in left_out]
    columns = [column("newsroom", name) for name in dict.fromkeys(names)]
    keywords = {name: given[name] for name in ("bom", "delimiter") if given[name]}
    if "columns" in chosen.options:
        keywords["columns"] = columns
    if "query" in chosen.options:
        keywords |= {"query": urlencode(query.arguments()), "described": query.described()}
    return columns, keywords


def _leaves_out_texts(chosen: Format, options: Options) -> bool:
    is_spreadsheet = options.bom or chosen.name == "xlsx"
    return is_spreadsheet and not (options.texts or options.columns)


def _write_years(
    chosen: Format, folder: Path, rows: Iterable[Row], keywords: dict[str, Any]
) -> dict[Path, int]:
    """Write rows, which must be sorted by date, as one file per year; return each with its number of rows."""
    name, written = f"items{chosen.suffixes[0]}", dict[Path, int]()
    for year, of_year in groupby(rows, lambda row: row["published"][:4] if row["published"] else _NO_YEAR):
        path = folder / f"year={year}" / name
        path.parent.mkdir()
        with path.open("wb") as file:
            written[path] = _write(chosen, of_year, file, keywords)
    if not written:  # readers can't open an empty folder
        with (folder / name).open("wb") as file:
            written[folder / name] = _write(chosen, (), file, keywords)
    return written


def _write(
    chosen: Format, rows: Iterable[Row], file: BinaryIO, keywords: dict[str, Any], *, compressed: bool = False
) -> int:
    """Write the rows to an open file, which stays open; return how many."""
    counter = count()
    counted = (row for row, _ in zip(rows, counter, strict=False))
    if chosen.binary:
        chosen.write(counted, file, **keywords)
        return next(counter)
    # Without a name and a time, so that the same items give the same bytes.
    zipped = GzipFile("", "wb", fileobj=file, mtime=0) if compressed else nullcontext(file)
    with zipped as target:
        text = io.TextIOWrapper(target, encoding="utf-8", newline="")
        chosen.write(counted, text, **keywords)
        text.detach()  # flushes, and leaves the file open
    return next(counter)
