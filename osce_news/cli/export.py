"""The command `export`."""

from __future__ import annotations

from pathlib import Path

import click

from osce_news.cli.options import db_option, filter_options, traceback_option
from osce_news.publish import exporter
from osce_news.publish.destinations import check_snapshot
from osce_news.publish.formats import formats
from osce_news.publish.snapshot import write_snapshot
from osce_news.storage.as_of import open_query
from osce_news.storage.query import Query

_REFERENCES = [each.name for each in formats().values() if each.cite]


@click.command()
@click.argument("file", required=False, type=click.Path(path_type=Path))
@click.option(
    "--format",
    "form",
    type=click.Choice(tuple(formats())),
    help=f"Default: by the suffix of FILE. Zotero imports {', '.join(_REFERENCES)}.",
)
@click.option("--columns", metavar="NAMES", help="Columns to write, separated by commas.  [default: all]")
@click.option("--bom", is_flag=True, help="CSV for Excel: marked as UTF-8, and safe from formulas.")
@click.option(
    "--partition-by", type=click.Choice(("year",)), help="Make FILE a folder with a Parquet file per year."
)
@click.option("--no-datapackage", is_flag=True, help="Don't write datapackage.json next to CSV and Parquet.")
@click.option(
    "--snapshot",
    metavar="FILE.db",
    type=click.Path(path_type=Path),
    help="Copy the whole database for publication instead: compact, without quarantine.",
)
@db_option
@filter_options
@traceback_option
def export(
    file: Path | None,
    form: str | None,
    columns: str | None,
    bom: bool,
    partition_by: str | None,
    no_datapackage: bool,
    snapshot: Path | None,
    db: Path,
    query: Query,
) -> None:
    """Write items to a file: CSV, Parquet, BibTeX and others.

    Writes all items that match the filters, newest first. If the export fails, an existing FILE stays as
    it was.

    Parquet needs `pip install 'osce-news[parquet]'`.

    \b
    Example:
      osce-news export elections.csv --topic elections --since 2010-01-01 --bom
      osce-news export odihr.ris --office odihr
      osce-news export items --format parquet --partition-by year
      osce-news export --snapshot published.db
    """
    others = form or columns is not None or bom or partition_by or no_datapackage or query
    if (file is None) == (snapshot is None):
        raise click.UsageError("give either FILE or --snapshot FILE.db")
    if Path("-") in (file, snapshot):
        raise click.UsageError("for standard output use `osce-news list --limit 0 --format csv` (or json)")
    if snapshot is not None and others:
        raise click.UsageError("--snapshot copies the whole database; it takes no other option but --db")
    with open_query(db, query) as connection:
        if snapshot is not None:
            check_snapshot(snapshot, db)
            items = write_snapshot(connection, snapshot)
        else:
            assert file is not None
            chosen = tuple(name.strip() for name in columns.split(",")) if columns is not None else ()
            by_year, described = partition_by is not None, not no_datapackage
            items = exporter.export(
                connection, query, file, form, columns=chosen, bom=bom, by_year=by_year, described=described
            )
    click.echo(f"{snapshot or file}: {items} items")
    if not items:
        click.echo("no item passes the filters" if query else f"{db} holds no items", err=True)
