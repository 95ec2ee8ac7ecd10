"""The command `search`."""

from __future__ import annotations

import sys
from contextlib import closing
from pathlib import Path

import click

from osce_news.cli.options import db_option, filter_options, format_options, limit_option, traceback_option
from osce_news.cli.output import print_items, printable, shows_bold
from osce_news.storage import open_for_reading
from osce_news.storage import search as fulltext
from osce_news.storage.queries import Filters

_BOLD = {"\x02": "\x1b[1m", "\x03": "\x1b[0m"}  # the marks around a match, and how a terminal shows them


@click.command()
@click.argument("words", metavar="QUERY...", nargs=-1, required=True)
@db_option
@filter_options
@limit_option(20)
@format_options
@traceback_option
def search(words: tuple[str, ...], db: Path, limit: int | None, form: str | None, filters: Filters) -> None:
    """Search titles, teasers and texts; best matches first.

    QUERY may use "a phrase", a prefix*, AND, OR, NOT, or title:word. If it is not a valid query, its
    words are searched for as they are. Shells need single quotes around quotes, * and parentheses.

    \b
    Example:
      osce-news search 'trafficking AND ukraine*' --since 2022-01-01
      osce-news search '"human rights"' --office odihr --json
    """
    as_text = form is None and sys.stdout.isatty()
    marks = ("\x02", "\x03") if as_text and shows_bold() else ("[", "]")
    with closing(open_for_reading(db)) as connection:
        found = fulltext.search(connection, " ".join(words), filters, limit, marks)
    notes = [] if found.rows else ["nothing found"]
    if found.plain_reason:
        reason = printable(found.plain_reason)[:200]
        notes.append(f"not a valid query ({reason}), so its words were searched for")
    if notes:
        click.echo("; ".join(notes), err=True)
    if found.ranked:
        click.echo(
            f"more than {fulltext.COMMON:,} items match: only the newest {found.ranked:,} of them were "
            "ranked; narrow the search with a filter, or rank all with --limit 0",
            err=True,
        )
    if not as_text:
        return print_items(found.rows, form, more=("snippet",))
    for row in found.rows:
        snippet = "".join(_BOLD.get(letter, printable(letter)) for letter in row["snippet"])
        click.echo(f"{row['published'] or '?':10}  {row['id']:>8}  {printable(row['title'])}")
        click.echo(f"            {snippet}")
    return None
