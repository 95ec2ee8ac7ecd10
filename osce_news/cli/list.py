"""The command `list`."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path

import click

from osce_news.cli.options import db_option, filter_options, format_options, limit_option, traceback_option
from osce_news.cli.output import print_items
from osce_news.normalize.dates import date_option
from osce_news.storage import history_queries, open_for_reading, queries
from osce_news.storage.queries import Filters


@click.command("list")
@db_option
@filter_options
@click.option("--as-of", metavar="DATE", help="Show the list as it was at the end of this day (UTC).")
@limit_option(50)
@format_options
@traceback_option
def list_(db: Path, as_of: str | None, limit: int | None, form: str | None, filters: Filters) -> None:
    """List items, newest first.

    \b
    Example:
      osce-news list --office odihr --topic elections --since 2022-01-01
      osce-news list --place Vienna --limit 0 --format csv > vienna.csv
      osce-news list --as-of 2026-11-01
    """
    date = date_option(as_of, "as-of")
    with closing(open_for_reading(db)) as connection:
        if date is not None:
            matching = history_queries.items_as_of(connection, date, filters)
            rows, total = matching[:limit], len(matching)
        else:
            rows = queries.items(connection, filters, limit)
            total = queries.count(connection, filters) if limit and len(rows) == limit else len(rows)
    print_items(rows, form, without=history_queries.PRESENT_ONLY if date else ())
    if total > len(rows):
        click.echo(f"{len(rows)} of {total} items; --limit 0 shows all", err=True)
