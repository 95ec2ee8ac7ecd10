"""Options that several commands share."""

from __future__ import annotations

import functools
from collections.abc import Callable
from dataclasses import fields
from pathlib import Path
from typing import Any, TypeVar

import click

from osce_news.storage.queries import Filters

F = TypeVar("F", bound=Callable[..., Any])
FORMATS = ("table", "tsv", "csv", "json")
_MOST_ROWS = 10**9  # SQLite takes no integers of more than 64 bits

db_option = click.option(
    "--db",
    type=click.Path(path_type=Path, dir_okay=False),
    default="osce-news.db",
    envvar="OSCE_NEWS_DB",
    show_envvar=True,
    help="The database file.",
)
json_option = click.option("--json", "as_json", is_flag=True, help="Print the summary as one JSON object.")
delay_option = click.option(
    "--delay", type=float, metavar="SECONDS", help="Seconds to wait after robots.txt.  [default: 10]"
)
# `main` reads -v from the arguments by itself: the first of these is for commands that do not log.
traceback_option = click.option(
    "-v", "--verbose", is_flag=True, expose_value=False, help="Show a traceback if there is an error."
)
verbose_option = click.option(
    "-v", "--verbose", is_flag=True, help="Log more, and show a traceback if there is an error."
)

_FILTERS = (
    ("office", "NAME", "Only items of this office: its identifier, name, former name or abbreviation."),
    ("topic", "NAME", "Only items on this topic, or on one below it."),
    ("type", "NAME", "Only items of this content type."),
    ("since", "DATE", "Only items published on this day or later."),
    ("until", "DATE", "Only items published on this day or earlier."),
    ("language", "CODE", "Only items in this language, such as en or ru."),
    ("place", "NAME", "Only items with this place in the dateline."),
)


def filter_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the filters; the command gets them as `filters`. Those that take a NAME may be repeated."""

    @functools.wraps(command)
    def with_filters(**arguments: Any) -> Any:
        given = {field.name: arguments.pop(field.name) for field in fields(Filters)}
        return command(filters=Filters.parse(**given), **arguments)

    function: Callable[..., Any] = with_filters
    for name, metavar, text in reversed(_FILTERS):
        several = metavar == "NAME"
        field = f"{name}s" if several else name
        function = click.option(f"--{name}", field, multiple=several, metavar=metavar, help=text)(function)
    return function


def format_options(function: F) -> F:
    """Add `--format` and `--json`; the command gets `form`, None if neither is given."""
    function = click.option("--json", "form", flag_value="json", help="Short for --format json.")(function)
    return click.option(
        "--format",
        "form",
        type=click.Choice(FORMATS),
        default=None,
        help="Output format. Default: a table on a terminal, tab-separated in a pipe.",
    )(function)


def limit_option(default: int) -> Callable[[F], F]:
    """Add `--limit`; the command gets None if there is no limit."""
    return click.option(
        "--limit",
        type=click.IntRange(0, _MOST_ROWS),
        callback=lambda ctx, param, limit: limit or None,
        metavar="N",
        default=default,
        help="Maximum number of rows; 0 for all.",
    )
