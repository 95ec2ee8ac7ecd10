"""The command `runs`."""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import click

from osce_news.cli.shared import log
from osce_news.cli.shared.options import Number, db_option, format_options, limit_option
from osce_news.cli.shared.output import is_table, print_field, print_json, print_rows
from osce_news.errors import BadInputError
from osce_news.normalize.text import printable
from osce_news.storage import read_transaction
from osce_news.storage import runs as stored_runs

# Tables use short names for some columns, so that all of them fit.
_SHORT = {"304s": "not_modified", "gone": "withdrawn", "back": "restored"}
_WIDE = (
    "run", "mode", "status", "started", "seconds", "pages", "requests", "304s", "new", "changed", "gone",
    "back",
)  # fmt: skip
_NARROW = ("run", "mode", "status", "started", "pages", "new", "changed", "gone")
_WIDTH = 120  # columns of a terminal that holds the wide table


@click.command()
@click.argument("identifier", metavar="[ID]", type=Number(1, 10**9), required=False)
@db_option
@limit_option(20)
@format_options
def runs(identifier: int | None, db: Path, limit: int | None, form: str | None) -> None:
    """List past runs, or show one of them.

    Runs are listed newest first. With an ID, one run is shown with all its counts and its pages. A run
    that is marked as running, but whose process has ended, is shown as "died".

    \b
    Example:
      osce-news runs
      osce-news runs 1
      osce-news runs --limit 0 --format csv > runs.csv
    """
    if identifier is None:
        return _list(db, limit, form)
    with read_transaction(db) as connection:
        run = stored_runs.read_run(connection, identifier)
    if run is None:
        raise BadInputError(f"no run {identifier} in {db}; `osce-news runs` lists them")
    if form == "json":
        return print_json(run)
    if form in ("csv", "tsv"):
        return print_rows([run], stored_runs.RUN_COLUMNS, form)
    return _print_run(run)


def _list(db: Path, limit: int | None, form: str | None) -> None:
    with read_transaction(db) as connection:
        rows = stored_runs.list_runs(connection, limit)
        total = stored_runs.count_runs(connection)
    if not is_table(form):
        print_rows(rows, stored_runs.RUN_COLUMNS, form)
    elif rows:
        _print_table(rows)
    if not rows:
        log.say("no runs yet: `osce-news crawl` or `osce-news replay PATH` makes the first")
    elif total > len(rows):
        click.echo(f"{len(rows)} of {total} runs; --limit 0 shows all", err=True)


def _print_table(rows: list[dict[str, Any]]) -> None:
    """Print as many columns as the terminal has room for, and below them the runs' messages."""
    wide = shutil.get_terminal_size().columns >= _WIDTH
    columns = _WIDE if wide else _NARROW
    shown = [
        {name: row[_SHORT.get(name, name)] for name in columns}
        | {"started": row["started"][: 16 if wide else 10].replace("T", " ")}
        for row in rows
    ]
    print_rows(shown, columns, "table")
    for row in rows:
        if row["message"]:
            click.echo(f"run {row['run']}: {printable(row['message'])}")


def _print_run(run: dict[str, Any]) -> None:
    """Print a run with all its counts, then its pages in the order they were read."""
    pages = run.pop("pages_read")
    for name, value in run.items():
        print_field(name, value)
    print_field("pages read", "" if pages else None)
    for page in pages:
        status = "" if page["status"] is None else f"status {page['status']}, "  # a saved page has none
        shown = f"article of item {page['item_id']}"
        if page["item_id"] is None:
            counts = ", ".join(f"{page[name]} {name}" for name in ("new", "changed", "unchanged"))
            shown = f"{page['results']} results: {counts}"
        print_field("", f"{page['fetched_at']}  {page['url']}", 4)
        print_field("", status + shown, 8)
