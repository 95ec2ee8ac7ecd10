"""The command `list`."""

from __future__ import annotations

from pathlib import Path

import click

from osce_news.cli.options import db_option, filter_options, format_options, limit_option, traceback_option
from osce_news.cli.output import print_count, print_items
from osce_news.storage import queries, search
from osce_news.storage.as_of import PRESENT_ONLY, open_query
from osce_news.storage.query import Query


@click.command("list")
@db_option
@filter_options
@limit_option(50)
@format_options
@traceback_option
def list_(db: Path, limit: int | None, form: str | None, query: Query) -> None:
    """List items, newest first.

    \b
    Example:
      osce-news list --office odihr --topic elections --since 2022
      osce-news list --search 'trafficking -drugs' --until 'March 2020'
      osce-news list --place Vienna --limit 0 --format csv > vienna.csv
      osce-news list --as-of 2026-11-01
    """
    with open_query(db, query) as connection:
        rows = queries.items(connection, query, limit)
        total = queries.count(connection, query)
        notes = search.remarks(connection, query, total)
    print_items(rows, form, without=PRESENT_ONLY if query.as_of else ())
    print_count(len(rows), total, notes)
