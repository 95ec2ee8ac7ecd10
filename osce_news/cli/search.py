"""The command `search`."""

from __future__ import annotations

import re
import sys
from functools import partial
from pathlib import Path

import click

from osce_news.cli.shared.options import db_option, filter_options, item_format_options, limit_option
from osce_news.cli.shared.output import print_count, print_items, shows_bold
from osce_news.storage.queries import Query, open_for_query
from osce_news.storage.queries import search as fulltext

_EXCLUDED = re.compile(r"-[^-\s].+", re.DOTALL)  # options have one letter or two hyphens
_UNQUOTED = re.compile(r"-(\w.* .*)", re.DOTALL)  # a phrase that has lost its quotes to the shell


class _Search(click.Command):
    """Takes -word as a part of the query, not as options."""

    def parse_args(self, ctx: click.Context, args: list[str]) -> list[str]:
        """Parse the arguments as click does."""
        with_value = [each for each in self.params if isinstance(each, click.Option) and not each.is_flag]
        names = {name for option in with_value for name in option.opts}
        options: list[str] = []
        words: list[str] = []
        before = ""
        end = args.index("--") if "--" in args else len(args)
        for arg in args[:end]:
            is_excluded = _EXCLUDED.fullmatch(arg) and before not in names
            (words if is_excluded else options).append(arg)
            before = arg
        words = [*(_UNQUOTED.sub(r'-"\1"', word) for word in words), *args[end + 1 :]]
        return super().parse_args(ctx, [*options, "--", *words] if words else options)


@click.command(cls=_Search)
@click.argument(
    "words",
    metavar="QUERY...",
    nargs=-1,
    callback=lambda ctx, param, words: " ".join(words),
)
@db_option
@partial(filter_options, with_search=False)
@limit_option(20)
@item_format_options
def search(db: Path, limit: int | None, form: str | None, query: Query) -> None:
    """Search titles, teasers and texts; best matches first.

    QUERY may use "a phrase", a prefix*, -word, AND, OR, NOT, or title:word. If it is not a valid query,
    items with all of its words are found. Shells need single quotes around quotes, * and parentheses.

    \b
    Example:
      osce-news search elections -media
      osce-news search 'trafficking AND ukraine*' --since 2022
      osce-news search 'trafficking OR roma -media' --since 'March 2020'
      osce-news search '"human rights"' --office odihr --json
      osce-news search trafficking --limit 0 --format ris > trafficking.ris
    """
    is_bold = form is None and sys.stdout.isatty() and shows_bold()
    marks = ("\x02", "\x03") if is_bold else ("[", "]")
    with open_for_query(db, query) as connection:
        found = fulltext.search(connection, query, limit, marks)
        if found.ranked:
            click.echo(
                f"more than {fulltext.COMMON:,} items match: only the newest {found.ranked:,} of them were "
                "ranked; narrow the search with a filter, or rank all with --limit 0",
                err=True,
            )
        print_items(connection, found.rows, form, query, more=("snippet",))
        print_count(connection, query, len(found.rows))
