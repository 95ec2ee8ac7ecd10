"""Options that several commands share."""

from __future__ import annotations

import functools
import sys
from collections.abc import Callable, Sequence
from dataclasses import fields
from pathlib import Path
from typing import Any, TypeVar

import click
from click.shell_completion import CompletionItem

from osce_news.cli.shared import log
from osce_news.cli.shared.output import FORMATS
from osce_news.normalize.vocabulary import vocabulary
from osce_news.storage.queries import VOCABULARIES, Query
from osce_news.urls import LISTING_URL

F = TypeVar("F", bound=Callable[..., Any])


class FilePath(click.Path):
    """The path of a file or folder; an empty one, as from an unset variable, and an address are refused."""

    def __init__(self, **settings: Any) -> None:
        super().__init__(path_type=Path, **settings)

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> Any:
        """Return the path; fails if it is empty or an address."""
        if value == "":
            self.fail("the path is empty", param, ctx)
        if str(value).startswith(("http://", "https://")):  # a path would have one slash
            self.fail(f"{value} is an address, not a file; `crawl --start-url` reads one", param, ctx)
        return super().convert(value, param, ctx)


db_option = click.option(
    "--db",
    type=FilePath(dir_okay=False),
    default="osce-news.db",
    callback=lambda ctx, param, path: ctx.meta.setdefault(log.DATABASE, path),
    envvar="OSCE_NEWS_DB",
    show_envvar=True,
    help="The database file.",
)
config_option = click.option(
    "--config",
    type=FilePath(),
    metavar="FILE",
    help="Options of `crawl`, as TOML.  [default: osce-news.toml next to the database]",
)
start_url_option = click.option("--start-url", metavar="URL", help="The address of any list, as for `crawl`.")
site_option = click.option(
    "--start-url",
    metavar="URL",
    default=LISTING_URL,
    help="A list: only pages of its site are read from WARC files of other tools.",
)
json_option = click.option("--json", "as_json", is_flag=True, help="Print the result as JSON.")
delay_option = click.option(
    "--delay", metavar="SECONDS", help="Seconds to wait after robots.txt.  [default: 10]"
)


def log_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add the options of a command that logs, and set up its log before it begins."""

    @functools.wraps(command)
    def with_log(verbose: bool, log_file: Path | None, log_format: str, **arguments: Any) -> Any:
        log.set_up(verbose, log_file, log_format)
        return command(**arguments)

    for option in (
        click.option(
            "-v", "--verbose", is_flag=True, help="Log more, and show a traceback if there is an error."
        ),
        click.option(
            "--log-format",
            type=click.Choice(("text", "json")),
            default="text",
            help="Log lines as text, or each as a JSON object.",
        ),
        click.option(
            "--log-file",
            type=FilePath(dir_okay=False),
            metavar="FILE",
            help="Also append the log to this file, with the lines that a progress bar hides.",
        ),
    ):
        with_log = option(with_log)
    return with_log


def _complete_name(ctx: click.Context, param: click.Parameter, typed: str) -> list[CompletionItem]:
    """Return the identifiers that begin with what is typed; a shell may show their labels."""
    entries = vocabulary(VOCABULARIES[param.opts[0].removeprefix("--")]).entries.values()
    return [CompletionItem(entry.id, help=entry.label) for entry in entries if entry.id.startswith(typed)]


_name_option = functools.partial(click.option, multiple=True, metavar="NAME", shell_complete=_complete_name)
# Each fills a field of `Query`.
_FILTERS = (
    click.option(
        "--search", "words", metavar="WORDS", help="Only items that match, as in `osce-news search`."
    ),
    _name_option(
        "--office",
        "offices",
        help="Only items of this office: its identifier, name, former name or abbreviation.",
    ),
    _name_option("--topic", "topics", help="Only items on this topic, or on one below it."),
    _name_option("--type", "types", help="Only items of this content type."),
    _name_option("--place", "places", help="Only items with this place in the dateline."),
    click.option(
        "--since",
        metavar="DATE",
        help="Only items published on this date or later: 2015, 2022-03, 'March 2022' or a day.",
    ),
    click.option(
        "--until",
        metavar="DATE",
        help="Only items published on this date or earlier; a year or month counts to its end.",
    ),
    click.option("--language", metavar="CODE", help="Only items in this language, such as en or ru."),
    click.option(
        "--as-of", metavar="DATE", help="The items as they were on the list at the end of this day (UTC)."
    ),
    click.option(
        "--all",
        "every",
        is_flag=True,
        help="With several --office, --topic or --place: only items that have all of them.",
    ),
)


def filter_options(command: Callable[..., Any], *, with_search: bool = True) -> Callable[..., Any]:
    """Add the filters; the command gets them as `query`. Without `--search`, it has an argument `words`."""

    @functools.wraps(command)
    def with_query(**arguments: Any) -> Any:
        given = {field.name: arguments.pop(field.name) for field in fields(Query)}
        return command(query=Query.parse(**given), **arguments)

    for option in reversed(_FILTERS if with_search else _FILTERS[1:]):
        with_query = option(with_query)
    return with_query


class Number(click.ParamType[int]):
    """A whole number in a range."""

    name = "number"

    def __init__(self, least: int, most: int | None = None) -> None:
        self.least, self.most = least, most

    def convert(self, value: Any, param: click.Parameter | None, ctx: click.Context | None) -> int:
        """Return the number; fails as the options of `crawl` do, in plain words."""
        try:
            number = int(value)
        except ValueError:
            number = self.least - 1
        if number < self.least or number > (self.most or number):
            limit = f"of at least {self.least}" if self.most is None else f"from {self.least} to {self.most}"
            self.fail(f"{str(value)[:60]!r} is not a whole number {limit}", param, ctx)
        return min(number, sys.maxsize)  # SQLite takes no integers of more than 64 bits


def item_format_options(function: F) -> F:
    """Add `--format` and `--json` to a command that prints items, with the formats of `export`."""
    from osce_news.publish.formats import formats  # takes time

    return format_options(function, tuple(dict.fromkeys((*FORMATS, *formats()))))


def format_options(
    function: F,
    forms: Sequence[str] = FORMATS,
    default: str = "a table on a terminal, tab-separated in a pipe",
) -> F:
    """Add `--format` and `--json`; the command gets `form`, None if neither is given.

    `default` says what the command prints then.
    """
    function = click.option("--json", "form", flag_value="json", help="Short for --format json.")(function)
    return click.option(
        "--format",
        "form",
        type=click.Choice(forms),
        default=None,
        help=f"Output format. Default: {default}.",
    )(function)


def limit_option(default: int) -> Callable[[F], F]:
    """Add `--limit`; the command gets None if there is no limit."""
    return click.option(
        "--limit",
        type=Number(0),
        callback=lambda ctx, param, limit: limit or None,
        metavar="N",
        default=default,
        help="Maximum number of rows; 0 for all.",
    )
