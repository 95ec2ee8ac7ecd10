"""The command `renormalize`."""

from __future__ import annotations

from pathlib import Path

import click

from osce_news.cli.shared.options import db_option, log_options
from osce_news.storage import Writer, refuse_missing
from osce_news.storage.renormalize import renormalize_all


@click.command()
@db_option
@log_options
def renormalize(db: Path) -> None:
    """Apply the current vocabulary and rules to stored values.

    Normalises the raw values in the database again, and rebuilds the search index. Nothing is crawled.

    \b
    Example:
      osce-news renormalize --db osce-news.db
    """
    refuse_missing(db)
    with Writer(db) as writer:
        done = renormalize_all(writer)
    click.echo(f"{db}: {done.seen} items normalised again, {done.changed} changed")
