"""The command `status`."""

from __future__ import annotations

import os
import re
import sqlite3
from datetime import timedelta
from pathlib import Path
from typing import Any

import click

from osce_news.cli.shared.options import db_option
from osce_news.cli.shared.output import print_field, print_json
from osce_news.cli.shared.pipe import as_far_as_read
from osce_news.clock import duration_in_words, format_utc, parse_utc, utc_now
from osce_news.errors import StaleError
from osce_news.storage import queries, read_transaction
from osce_news.storage import runs as stored_runs
from osce_news.storage.held import held_pages
from osce_news.storage.queries import Query
from osce_news.storage.queries.coverage import last_complete_crawl, last_whole_run, unfinished_lists

_UNITS = {"h": "hours", "d": "days", "w": "weeks"}
# The metrics, each with the key of its value and its help; times are in seconds since 1970.
_METRICS = {
    "last_run_timestamp_seconds": ("last_run_started", "Start of the last run."),
    "last_complete_run_timestamp_seconds": ("last_complete_run_finished", "End of the last complete crawl."),
    "last_whole_run_timestamp_seconds": (
        "last_whole_run_finished",
        "End of the last crawl of the whole list.",
    ),
    "held_pages": ("held_pages", "Pages that failed a check and wait for a decision."),
    "unknown_names": ("unknown_names", "Printed values that match no entry of the vocabulary."),
    "items": ("items", "Items in the database."),
    "database_bytes": ("bytes", "Size of the database file."),
}


def _age(ctx: click.Context, param: click.Parameter, value: str | None) -> timedelta | None:
    found = re.fullmatch(r"([1-9][0-9]{0,4})([hdw])", value or "")
    if found is None and value is not None:
        raise click.BadParameter(f"{value[:40]!r} is not an age such as 36h, 2d or 1w")
    return timedelta(**{_UNITS[found[2]]: int(found[1])}) if found else None


@click.command()
@click.option(
    "--max-age",
    callback=_age,
    metavar="AGE",
    help="Exit with status 7 if the last complete crawl, or that of one of several lists, ended longer ago "
    "than this: 36h, 2d or 1w.",
)
@click.option(
    "--format",
    "form",
    type=click.Choice(("table", "json", "prometheus")),
    default="table",
    help="Output format; prometheus is for the textfile collector of node_exporter.",
)
@db_option
def status(max_age: timedelta | None, form: str, db: Path) -> None:
    """Show the last runs, held pages and unknown names.

    A complete run is a crawl, incremental or full, that read everything that it was meant to read. A crawl of
    the whole list has read a list to its end, without a limit or a filter, as the first crawl and --full do.
    The age is that of the last complete run.

    \b
    Example:
      osce-news status
      osce-news status --format json
      osce-news status --format prometheus > osce_news.prom
    """
    with read_transaction(db) as connection:
        facts = _facts(connection, db)
        stale = _stale(connection, facts["age_s"], max_age) if max_age else None
    with as_far_as_read():
        if form == "json":
            print_json(facts)
        elif form == "prometheus":
            _print_metrics(facts)
        else:
            _print_facts(facts)
    if stale:
        raise StaleError(f"{db}: {stale}; `osce-news runs` shows why, `osce-news crawl` makes a new one")


def _print_facts(facts: dict[str, Any]) -> None:
    for name, value in facts.items():
        shown = duration_in_words(value) if name == "age_s" and value is not None else value
        label = name.removesuffix("_s").replace("_", " ").replace("whole run", "crawl of the whole list")
        if name in ("last_complete_run", "last_whole_run") and value is None:
            shown = "none; a replay is not a crawl" if facts["last_run_mode"] == "replay" else "none"
        print_field(label, shown)


def _stale(connection: sqlite3.Connection, age: int | None, max_age: timedelta) -> str | None:
    """Return what was not read completely for longer than this; None if all was."""
    if age is None:
        return "no crawl is complete"
    if age > max_age.total_seconds():
        return f"the last complete crawl ended {duration_in_words(age)} ago"
    now = parse_utc(utc_now())
    for name, completed in unfinished_lists(connection, format_utc((now - max_age).timestamp())):
        if completed is None:
            return f"no crawl of {name} is complete"
        ago = duration_in_words((now - parse_utc(completed)).total_seconds())
        return f"the last complete crawl of {name} ended {ago} ago"
    return None


def _facts(connection: sqlite3.Connection, db: Path) -> dict[str, Any]:
    """Return the state of the database; what is not known is None."""
    last = next(iter(stored_runs.list_runs(connection, 1)), {})
    complete, whole = dict(last_complete_crawl(connection) or {}), dict(last_whole_run(connection) or {})
    ended = complete.get("finished")
    age = (parse_utc(utc_now()) - parse_utc(ended)).total_seconds() if ended else None
    return {
        "database": str(db),
        "last_run": last.get("run"),
        **{f"last_run_{name}": last.get(name)
           for name in ("mode", "status", "started", "finished", "message")},
        "last_complete_run": complete.get("id"),
        "last_complete_run_finished": ended,
        "age_s": None if age is None else max(0, int(age)),
        "last_whole_run": whole.get("id"),
        "last_whole_run_finished": whole.get("finished"),
        "held_pages": sum(page["stored_run"] is None for page in held_pages(connection)),
        "unknown_names": len(queries.unknown_values(connection)),
        "items": queries.count(connection, Query()),
        "bytes": db.stat().st_size,
    }  # fmt: skip


def _print_metrics(facts: dict[str, Any]) -> None:
    path = os.fsencode(os.path.abspath(facts["database"])).decode("utf-8", "replace")
    path = path.replace("\\", "\\\\").replace('"', '\\"').replace("\n", "\\n")
    for name, (key, text) in _METRICS.items():
        if (value := facts[key]) is not None:
            number = int(parse_utc(value).timestamp()) if isinstance(value, str) else value
            click.echo(f"# HELP osce_news_{name} {text}\n# TYPE osce_news_{name} gauge")
            click.echo(f'osce_news_{name}{{database="{path}"}} {number}')
