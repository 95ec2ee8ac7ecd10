"""The command that writes what the database holds into other files."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import Any

import click

from osce_news.cli.options import db_option, filter_options, filters_from, verbose_option
from osce_news.publish.formats import formats

_FORMATS = tuple(formats())


@click.command()
@click.argument("file", required=False, type=click.Path(path_type=Path))
@click.option("--format", "form", type=click.Choice(_FORMATS), help="Default: by the suffix of FILE.")
@click.option("--columns", metavar="NAMES", help="Which columns, with commas between.  [default: all]")
@click.option("--bom", is_flag=True, help="CSV for Excel: a mark by which it knows UTF-8, and no formulas.")
@click.option(
    "--partition-by", type=click.Choice(("year",)), help="Make FILE a folder of Parquet files, one a year."
)
@click.option("--no-datapackage", is_flag=True, help="Write no datapackage.json beside CSV and Parquet.")
@click.option(
    "--snapshot",
    metavar="FILE.db",
    type=click.Path(path_type=Path),
    help="Copy the whole database for publication instead: compact, without quarantine.",
)
@db_option
@filter_options
@verbose_option
def export(
    file: Path | None,
    form: str | None,
    columns: str | None,
    bom: bool,
    partition_by: str | None,
    no_datapackage: bool,
    snapshot: Path | None,
    db: Path,
    verbose: bool,
    **filters: Any,
) -> None:
    """Write items to FILE, in the format of its suffix or of --format.

    All items that pass the filters, newest first. FILE is written completely or not at all. Zotero imports
    bibtex, ris and csl-json. Parquet needs the extra `parquet`.

    \b
    Example:
      osce-news export elections.csv --topic elections --since 2010-01-01 --bom
      osce-news export odihr.ris --office odihr
      osce-news export items --format parquet --partition-by year
      osce-news export --snapshot published.db
    """
    from osce_news.publish.destinations import check_snapshot
    from osce_news.publish.exporter import ExportOptions
    from osce_news.publish.exporter import export as write
    from osce_news.publish.snapshot import write_snapshot
    from osce_news.storage import open_for_reading

    wanted = filters_from(**filters)
    others = form or columns is not None or bom or partition_by or no_datapackage or wanted
    if (file is None) == (snapshot is None):
        raise click.UsageError("name one FILE, or one with --snapshot")
    if snapshot is not None and others:
        raise click.UsageError("--snapshot copies the whole database and takes no other option but --db")
    with closing(open_for_reading(db)) as connection:
        if snapshot is not None:
            check_snapshot(snapshot, db)
            items = write_snapshot(connection, snapshot)
        else:
            assert file is not None
            names = tuple(name.strip() for name in columns.split(",")) if columns is not None else ()
            options = ExportOptions(file, form, names, bom, partition_by is not None, not no_datapackage)
            items = write(connection, options, wanted)
    click.echo(f"{snapshot or file}: {items} items")
    if not items:
        click.echo("no item passes the filters" if wanted else f"{db} holds no items", err=True)
