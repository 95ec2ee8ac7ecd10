"""The command that tells what was read when: the runs with their receipts."""

from __future__ import annotations

import os
import shutil
import sys
from contextlib import closing
from pathlib import Path
from typing import Any

import click

from osce_news.cli.options import db_option, format_options, limit_option, verbose_option

_COLUMNS = (
    "run", "mode", "status", "started", "finished", "seconds", "pages", "seen", "new", "changed", "unchanged",
    "quarantined", "withdrawn", "restored", "articles", "articles_changed", "articles_gone",
    "articles_failed", "articles_left", "unknown_terms", "list_status", "requests", "not_modified", "bytes",
    "retries", "back_offs", "waited_s", "smallest_gap_s", "list", "start_url", "continues", "continued_by",
    "process", "tool_version", "rules", "archive", "message",
)  # fmt: skip
# In a table the columns are called by short names, so that all of them have room.
_SHORT = {"304s": "not_modified", "gone": "withdrawn", "back": "restored"}
_WIDE = (
    "run", "mode", "status", "started", "seconds", "pages", "requests", "304s", "new", "changed", "gone",
    "back",
)  # fmt: skip
_NARROW = ("run", "mode", "status", "started", "pages", "new", "changed", "gone")
_WIDTH = 120  # of a terminal that holds the wide table


@click.command()
@click.argument("identifier", metavar="[ID]", required=False)
@db_option
@limit_option(20)
@format_options
@verbose_option
def runs(identifier: str | None, db: Path, limit: int, form: str | None, verbose: bool) -> None:
    """List the runs, newest first; with an ID, one run with its whole receipt and its pages.

    A run that calls itself running and whose process is not there any more is shown as "died".

    \b
    Example:
      osce-news runs
      osce-news runs 1
      osce-news runs --limit 0 --format csv > runs.csv
    """
    from osce_news.errors import BadInputError
    from osce_news.storage import history_queries, open_for_reading

    if identifier is None:
        return _list(db, limit, form)
    number = identifier if identifier.isdecimal() and len(identifier) < 19 else 0  # SQLite has no longer ones
    with closing(open_for_reading(db)) as connection:
        found = history_queries.run(connection, int(number))
    if found is None:
        raise BadInputError(f"no run {identifier[:40]!r} in {db}; `osce-news runs` lists them")
    return _show(_told(found), form)


def _list(db: Path, limit: int, form: str | None) -> None:
    from osce_news.cli.output import print_rows
    from osce_news.storage import history_queries, open_for_reading

    with closing(open_for_reading(db)) as connection:
        rows = [_told(row) for row in history_queries.runs(connection, limit or None)]
        total = history_queries.count_runs(connection)
    if form == "table" or (form is None and sys.stdout.isatty()):
        _print_table(rows)
    else:
        print_rows(rows, _COLUMNS, form)
    if not rows:
        click.echo("no runs yet: `osce-news crawl` or `osce-news replay PATH` makes the first", err=True)
    elif total > len(rows):
        click.echo(f"{len(rows)} of {total} runs; --limit 0 shows all", err=True)


def _show(found: dict[str, Any], form: str | None) -> None:
    from osce_news.cli.details import print_run
    from osce_news.cli.output import print_json, print_rows

    if form == "json":
        print_json(found)
    elif form in ("csv", "tsv"):
        print_rows([found], _COLUMNS, form)
    else:
        print_run(found)


def _print_table(rows: list[dict[str, Any]]) -> None:
    """Print the columns for which the terminal has room, and below them what runs said."""
    from osce_news.cli.output import print_rows, printable

    if not rows:
        return
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


def _told(row: dict[str, Any]) -> dict[str, Any]:
    """Return the run; one that only calls itself running is called dead."""
    if row["status"] == "running" and not _may_live(row["process"]):
        said = f"perhaps died: process {row['process']} is not on this machine; the next run will note it"
        return row | {"status": "died", "message": said}
    return row


def _may_live(process: int | None) -> bool:
    """Whether a process of this number may be there; asked without touching it or the database's lock.

    The lock would tell for certain, but only who takes it can see whether it is free, and a crawl that
    begins in that moment would be refused.
    """
    if process is None or os.name != "posix":  # elsewhere this signal would end the process
        return True
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:  # it belongs to somebody else
        return True
    return True
