"""The command `verify`."""

from __future__ import annotations

from pathlib import Path

import click

from osce_news.cli.shared import log
from osce_news.cli.shared.options import db_option, json_option
from osce_news.cli.shared.output import print_json
from osce_news.cli.shared.pipe import as_far_as_read
from osce_news.storage import integrity


@click.command()
@db_option
@json_option
def verify(db: Path, as_json: bool) -> None:
    """Check the integrity of a database.

    Runs SQLite's own checks, and tests foreign keys, the search index and the rules of the schema. Exits
    with status 1 if there is a problem. Columns that you have added are not a problem; they are named.

    \b
    Example:
      osce-news verify --db osce-news.db
    """
    problems = integrity.problems(db)
    if as_json:
        with as_far_as_read():
            print_json(problems)
    elif not problems:
        click.echo("; ".join([f"{db}: no problems found", *integrity.remarks(db)]))
    for problem in problems:
        log.say(f"{db}: {problem}")
    if problems:
        raise click.exceptions.Exit(1)
