"""Options that several commands share."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any, TypeVar

import click

if TYPE_CHECKING:
    from osce_news.storage.queries import Filters

F = TypeVar("F", bound=Callable[..., Any])
_MOST_ROWS = 10**9  # SQLite takes no number that is longer than 64 bits
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
    """Add `-v`, which `main` looks for itself."""
    return click.option("-v", "--verbose", is_flag=True, help="Log more, and show where an error arose.")(
        function
    )


def format_options(function: F) -> F:
    """Add `--format` and `--json`; the command gets `form`, None where neither is given."""
    function = click.option("--json", "form", flag_value="json", help="The same as --format json.")(function)
    return click.option(
        "--format",
        "form",
        type=click.Choice(FORMATS),
        default=None,
        help="How rows are printed. Default: a table on a terminal, tab-separated in a pipe.",
    )(function)


def filter_options(function: F) -> F:
    """Add the filters; the command gets them as keywords for `filters_from`."""
    for option in (
        click.option("--place", "places", multiple=True, metavar="NAME", help="A place of the dateline."),
        click.option("--language", metavar="CODE", help="Such as en or ru."),
        click.option("--until", metavar="DATE", help="Published on this day or before."),
        click.option("--since", metavar="DATE", help="Published on this day or later."),
        click.option("--type", "types", multiple=True, metavar="NAME", help="A content type."),
        click.option(
            "--topic", "topics", multiple=True, metavar="NAME", help="A topic, with the topics below it."
        ),
        click.option(
            "--office",
            "offices",
            multiple=True,
            metavar="NAME",
            help="An office, by identifier, name, earlier name or abbreviation; may be given several times.",
        ),
    ):
        function = option(function)
    return function


def limit_option(default: int) -> Callable[[F], F]:
    """Add `--limit`; 0 is no limit."""
    return click.option(
        "--limit",
        type=click.IntRange(0, _MOST_ROWS),
        default=default,
        show_default=True,
        help="Most rows; 0 for all.",
    )


def filters_from(
    offices: tuple[str, ...],
    topics: tuple[str, ...],
    types: tuple[str, ...],
    places: tuple[str, ...],
    since: str | None,
    until: str | None,
    language: str | None,
) -> Filters:
    """Return the filters with names resolved.

    Raises BadInputError for a name or date that is none, and for a period that ends before it begins.
    """
    from osce_news.crawl.options import day, refuse_reversed
    from osce_news.storage.queries import Filters, identifiers

    filters = Filters(
        offices=identifiers("offices", offices),
        topics=identifiers("topics", topics),
        types=identifiers("content_types", types),
        places=identifiers("places", places),
        since=day(since, "since"),
        until=day(until, "until"),
        language=_language(language),
    )
    refuse_reversed(filters.since, filters.until)
    return filters


def _language(code: str | None) -> str | None:
    """Return the code as the database has it. Raises BadInputError for what is none, such as a name."""
    from osce_news.errors import BadInputError

    if code is not None and not re.fullmatch(r"[A-Za-z]{2,3}", code):
        raise BadInputError(f"--language: {code[:80]!r} is no code of a language; write one like en or ru")
    return code and code.lower()
