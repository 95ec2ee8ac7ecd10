"""The command `list`."""

from __future__ import annotations

from pathlib import Path

import click

from osce_news.cli.shared.options import db_option, filter_options, item_format_options, limit_option
from osce_news.cli.shared.output import print_count, print_items
from osce_news.storage import queries
from osce_news.storage.queries import Query, open_for_query


@click.command("list")
@db_option
@filter_options
@limit_option(50)
@item_format_options
def list_(db: Path, limit: int | None, form: str | None, query: Query) -> None:
    """List items, newest first.

    \b
    Example:
      osce-news list --office odihr --topic elections --since 2022
      osce-news list --search 'trafficking -drugs' --since 'March 2020'
      osce-news list --place Vienna --limit 0 --format csv > vienna.csv
      osce-news list --as-of 2026-11-01
    """
    with open_for_query(db, query) as connection:
        rows = list(queries.items(connection, query, limit))
        print_items(connection, rows, form, query)
        print_count(connection, query, len(rows))
