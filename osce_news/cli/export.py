"""The command `export`."""

from __future__ import annotations

import shlex
import sqlite3
from collections.abc import Callable, Mapping
from contextlib import closing
from pathlib import Path
from typing import Any

import click

from osce_news.cli.shared.options import FilePath, Number, db_option, filter_options
from osce_news.cli.shared.output import print_count, print_export
from osce_news.normalize.text import numbered
from osce_news.publish import exporter
from osce_news.publish.destinations import check_snapshot
from osce_news.publish.exporter import Options
from osce_news.publish.formats import format_of, formats
from osce_news.publish.snapshot import write_backup, write_snapshot
from osce_news.storage import open_for_reading
from osce_news.storage.queries import Query, open_for_query

_TYPED = click.core.ParameterSource.COMMANDLINE
_SUFFIXES = tuple(suffix for each in formats().values() for suffix in each.suffixes)
_REFERENCES = [each.name for each in formats().values() if each.cite]


def _delimiter(ctx: click.Context, param: click.Parameter, value: str | None) -> str | None:
    value = "\t" if value in ("tab", r"\t") else value
    if value is not None and (len(value) != 1 or value in '"\r\n'):
        raise click.BadParameter(f"{value[:40]!r} is not one character, such as ';', or tab")
    return value


@click.command()
@click.argument("file", required=False, type=FilePath())
@click.option(
    "--format",
    "form",
    type=click.Choice(tuple(formats())),
    help=f"Default: by the suffix of FILE. Zotero imports {', '.join(_REFERENCES)}.",
)
@click.option(
    "--columns",
    callback=lambda ctx, param, value: [] if value is None else [each.strip() for each in value.split(",")],
    metavar="NAMES",
    help="Columns to write, separated by commas.  [default: all]",
)
@click.option(
    "--texts", is_flag=True, help="Also write full texts into spreadsheets (xlsx, and CSV with --bom)."
)
@click.option("--bom", is_flag=True, help="CSV for Excel: marked as UTF-8, and safe from formulas.")
@click.option(
    "--delimiter",
    callback=_delimiter,
    metavar="CHARACTER",
    help="The character between the values of CSV, or tab.  [default: ,; tab in a .tsv file]",
)
@click.option(
    "--partition-by",
    "by_year",
    type=click.Choice(("year",)),
    callback=lambda ctx, param, value: value is not None,
    help="Make FILE a folder with a Parquet file per year.",
)
@click.option("--limit", type=Number(0), metavar="N", help="Items of a feed; 0 for all.  [default: 100]")
@click.option(
    "--no-datapackage",
    "described",
    flag_value=False,
    default=True,
    show_default=False,
    help="Don't write datapackage.json next to CSV, XLSX and Parquet.",
)
@click.option(
    "--snapshot",
    metavar="FILE.db",
    type=FilePath(),
    help="Instead, copy the database for publication: compact, without what only crawls need.",
)
@click.option(
    "--backup",
    metavar="FILE.db",
    type=FilePath(),
    help="Instead, copy all of the database, even during a crawl; crawls can continue with the copy.",
)
@db_option
@filter_options
def export(
    file: Path | None,
    form: str | None,
    snapshot: Path | None,
    backup: Path | None,
    db: Path,
    query: Query,
    **given: Any,
) -> None:
    """Write items to a file: CSV, Excel, BibTeX, a feed or others.

    Writes all items of the query, newest first; a feed has the newest 100. If the export fails, an
    existing FILE stays as it was. A FILE that ends in .gz is compressed; - is standard output.
    Spreadsheets only have full texts with --texts, or if --columns names them.

    Parquet needs the extra `parquet`, Excel the extra `xlsx`.

    \b
    Example:
      osce-news export elections.csv --topic elections --since 2010
      osce-news export trafficking.xlsx --search 'traffick* -drugs'
      osce-news export elections.csv --bom --delimiter ';' --topic elections
      osce-news export - --format ris --office odihr > odihr.ris
      osce-news export items.jsonl.gz
      osce-news export news.atom --search trafficking
      osce-news export items --format parquet --partition-by year
      osce-news export --snapshot published.db
      osce-news export --backup backup.db
    """
    if sum(target is not None for target in (file, snapshot, backup)) != 1:
        raise click.UsageError("give either FILE or --snapshot FILE.db or --backup FILE.db")
    if snapshot is not None:
        _copy(db, snapshot, write_snapshot)
    elif backup is not None:
        _copy(db, backup, write_backup)
    elif file is not None:
        options = Options(**given, command=_command(file, form, query, given))
        with open_for_query(db, query) as connection:
            items = _write(connection, file, form, query, options)
            print_count(connection, query, items, also_all=file == Path("-"))


def _copy(db: Path, path: Path, write: Callable[[sqlite3.Connection, Path], int]) -> None:
    """Write a copy of the database, and say so. Raises UsageError for what does not go with a copy."""
    context = click.get_current_context()
    given = {name for name in context.params if context.get_parameter_source(name) == _TYPED}
    if given - {"snapshot", "backup", "db"}:
        raise click.UsageError(
            "--snapshot and --backup copy the whole database; they take no other option but --db"
        )
    if path == Path("-"):
        raise click.UsageError("--snapshot and --backup write a file, not to standard output")
    if path.name.lower().removesuffix(".gz").endswith(_SUFFIXES):
        raise click.UsageError(
            f"{path}: a snapshot or backup is a database, such as {path.stem}.db; to export items, leave out "
            "--snapshot and --backup"
        )
    with closing(open_for_reading(db)) as connection:
        check_snapshot(path, db)
        items = write(connection, path)
    click.echo(f"{path}: {numbered(items, 'item')}")


def _write(
    connection: sqlite3.Connection, file: Path, form: str | None, query: Query, options: Options
) -> int:
    """Write the items to the file or to standard output; return how many."""
    if file != Path("-"):
        items = exporter.export(connection, query, file, form, options)
        click.echo(f"{file}: {numbered(items, 'item')}")
    elif form is None or options.by_year:
        raise click.UsageError("standard output needs --format, and takes no --partition-by")
    else:
        rows = exporter.newest(connection, query, formats()[form], options.limit)
        items = print_export(connection, rows, form, query, options)
    if exporter.lacks_texts(connection, format_of(file, form), options):
        click.echo("full texts are left out; --texts adds them", err=True)
    return items


def _command(file: Path, form: str | None, query: Query, given: Mapping[str, Any]) -> str:
    """Return the command as it was typed, without folders of this machine."""
    values = {
        "--format": form,
        "--columns": ",".join(given["columns"]),
        "--texts": given["texts"],
        "--bom": given["bom"],
        "--delimiter": given["delimiter"],
        "--partition-by": given["by_year"] and "year",
    }
    parts = ["osce-news", "export", file.name]
    for option, value in values.items():
        parts += [option] if value is True else [option, value] if value else []
    return shlex.join([*parts, *query.options()])
