"""The command `undo`."""

from __future__ import annotations

from pathlib import Path

import click

from osce_news.cli.shared import log
from osce_news.cli.shared.options import Number, db_option, json_option
from osce_news.cli.shared.output import print_json
from osce_news.normalize.text import numbered
from osce_news.storage import Writer, refuse_missing
from osce_news.storage.undo import undo_run


@click.command()
@click.argument("run", type=Number(1, 10**9))
@db_option
@json_option
def undo(run: int, db: Path, as_json: bool) -> None:
    """Take back what one run stored.

    Removes the items that the run added, with their history and texts, and restores the former values, texts
    and withdrawals of the others. Values that a later run has changed again stay as they are, and are
    counted. `undo` is a run of its own; `osce-news runs` lists it.

    \b
    Example:
      osce-news undo 3
    """
    refuse_missing(db)
    with Writer(db) as writer:
        undone = undo_run(writer, run)
    if as_json:
        print_json({"run": writer.summary.run, "undone": run, **undone._asdict()})
    elif not any(undone):
        click.echo(f"run {run}: nothing was left to take back")
    else:
        click.echo(f"run {run} was taken back: {undone}")
        if undone.removed or undone.texts:
            command = f"osce-news crawl --full{' --articles' if undone.texts else ''}"
            log.say(
                f"`{command}` reads again what was removed, as far as the site still shows it; "
                "a replay of an archive does so only into a new database"
            )
    if undone.kept:
        click.echo(f"values that later runs have changed again, and that stay: {undone.kept}", err=True)
    if undone.unknown:
        items = numbered(undone.unknown, "item")
        click.echo(f"{items} not taken back: an older version did not note which run stored them", err=True)
