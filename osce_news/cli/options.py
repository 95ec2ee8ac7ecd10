"""Options that several commands share."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, TypeVar

import click

F = TypeVar("F", bound=Callable[..., Any])
_MOST_ROWS = 10**9  # SQLite takes no more than 64 bits
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


def filter_options(function: F) -> F:
    """Add the filters; the command gets them as keyword arguments for `Filters.parse`."""
    for option in (
        click.option("--place", "places", multiple=True, metavar="NAME", help="A place in the dateline."),
        click.option("--language", metavar="CODE", help="A language, such as en or ru."),
        click.option("--until", metavar="DATE", help="Published on this day or earlier."),
        click.option("--since", metavar="DATE", help="Published on this day or later."),
        click.option("--type", "types", multiple=True, metavar="NAME", help="A content type."),
        click.option(
            "--topic", "topics", multiple=True, metavar="NAME", help="A topic, including the topics below it."
        ),
        click.option(
            "--office",
            "offices",
            multiple=True,
            metavar="NAME",
            help="An office: its identifier, name, former name or abbreviation. Repeat for more than one.",
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
