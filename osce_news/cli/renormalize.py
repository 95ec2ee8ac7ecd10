"""The command `renormalize`."""

from __future__ import annotations

from pathlib import Path

import click

from osce_news.cli.options import db_option, verbose_option
from osce_news.cli.progress import set_up_logging
from osce_news.errors import BadInputError
from osce_news.storage import Writer


@click.command()
@db_option
@verbose_option
def renormalize(db: Path, verbose: bool) -> None:
    """Apply the current vocabulary and rules to stored values.

    Normalises the raw values in the database again, and rebuilds the search index. Nothing is crawled.

    \b
    Example:
      osce-news renormalize --db osce-news.db
    """
    if not db.exists():
        raise BadInputError(f"no such database: {db}")
    set_up_logging(verbose, bar=False)
    with Writer(db) as writer:
        done = writer.renormalize()
    click.echo(f"{db}: {done.items} items normalised again, {done.changed} changed")
