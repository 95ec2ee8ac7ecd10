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
_MOST_ROWS = 10**9  # SQLite takes no integers of more than 64 bits
FORMATS = ("table", "tsv", "csv", "json")


def db_option(function: F) -> F:
    """Add `--db`."""
    return click.option(
        "--db",
        type=click.Path(path_type=Path, dir_okay=False),
        default="osce-news.db",
        envvar="OSCE_NEWS_DB",
        show_default=True,
        show_envvar=True,
        help="The database file.",
    )(function)


def traceback_option(function: F) -> F:
    """Add `-v` to a command that does not log; `main` reads it from the arguments."""
    return click.option(
        "-v", "--verbose", is_flag=True, expose_value=False, help="Show a traceback if there is an error."
    )(function)


def verbose_option(function: F) -> F:
    """Add `-v`, which `main` reads from the arguments by itself."""
    return click.option(
        "-v", "--verbose", is_flag=True, help="Log more, and show a traceback if there is an error."
    )(function)


def json_option(function: F) -> F:
    """Add `--json`, for the summary of a run."""
    return click.option("--json", "as_json", is_flag=True, help="Print the summary as one JSON object.")(
        function
    )


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


def filter_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the filters; the command gets them as `filters`. Most may be repeated."""

    @functools.wraps(command)
    def with_filters(**arguments: Any) -> Any:
        given = {field.name: arguments.pop(field.name) for field in fields(Filters)}
        return command(filters=Filters.parse(**given), **arguments)

    function: Callable[..., Any] = with_filters
    for option in (
        click.option(
            "--place",
            "places",
            multiple=True,
            metavar="NAME",
            help="Only items with this place in the dateline.",
        ),
        click.option("--language", metavar="CODE", help="Only items in this language, such as en or ru."),
        click.option("--until", metavar="DATE", help="Only items published on this day or earlier."),
        click.option("--since", metavar="DATE", help="Only items published on this day or later."),
        click.option(
            "--type", "types", multiple=True, metavar="NAME", help="Only items of this content type."
        ),
        click.option(
            "--topic",
            "topics",
            multiple=True,
            metavar="NAME",
            help="Only items on this topic, or on one below it.",
        ),
        click.option(
            "--office",
            "offices",
            multiple=True,
            metavar="NAME",
            help="Only items of this office: its identifier, name, former name or abbreviation.",
        ),
    ):
        function = option(function)
    return function


def limit_option(default: int) -> Callable[[F], F]:
    """Add `--limit`; 0 means no limit."""
    return click.option(
        "--limit",
        type=click.IntRange(min=0),
        callback=lambda ctx, param, limit: min(limit, _MOST_ROWS),
        metavar="N",
        default=default,
        show_default=True,
        help="Maximum number of rows; 0 for all.",
    )
