"""The commands that read the database. None of them imports Scrapy."""

from __future__ import annotations

import sys
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import Any

import click

from osce_news.cli.options import (
    db_option,
    filter_options,
    filters_from,
    format_options,
    limit_option,
    verbose_option,
)

_COLUMNS = ("id", "published", "content_type", "offices", "title")
_BOLD = {"\x02": "\x1b[1m", "\x03": "\x1b[0m"}  # what stands around a hit, and how a terminal shows it
_ALL = (
    "id", "url", "title", "published", "content_type", "offices", "topics", "teaser", "language",
    "dateline_places", "dateline_date", "text", "first_seen", "last_seen", "withdrawn",
)  # fmt: skip


@click.command("list")
@db_option
@filter_options
@click.option("--as-of", metavar="DATE", help="The list as it stood at the end of this day (UTC).")
@limit_option(50)
@format_options
@verbose_option
def list_(db: Path, as_of: str | None, limit: int, form: str | None, verbose: bool, **filters: Any) -> None:
    """List items, newest first.

    \b
    Example:
      osce-news list --office odihr --topic elections --since 2022-01-01
      osce-news list --place Vienna --limit 0 --format csv > vienna.csv
      osce-news list --as-of 2026-11-01
    """
    from osce_news.crawl.options import day
    from osce_news.storage import history_queries, open_for_reading, queries

    wanted, on = filters_from(**filters), day(as_of, "as-of")
    with closing(open_for_reading(db)) as connection:
        if on is not None:
            found = history_queries.as_it_stood(connection, on, wanted)
            rows, total = found[: limit or None], len(found)
        else:
            rows = queries.items(connection, wanted, limit or None)
            total = queries.count(connection, wanted) if limit and len(rows) == limit else len(rows)
    _print_items(rows, form, without=history_queries.NOT_OF_A_DAY if on else ())
    if total > len(rows):
        click.echo(f"{len(rows)} of {total} items; --limit 0 shows all", err=True)


@click.command()
@click.argument("query")
@db_option
@filter_options
@limit_option(20)
@format_options
@verbose_option
def search(query: str, db: Path, limit: int, form: str | None, verbose: bool, **filters: Any) -> None:
    """Search titles, teasers and texts; best matches first.

    QUERY is words, "a phrase", a prefix*, AND, OR, NOT, or title:word. What is no valid query is
    searched for as plain words.

    \b
    Example:
      osce-news search 'trafficking AND ukraine*' --since 2022-01-01
      osce-news search '"human rights"' --office odihr --json
    """
    from osce_news.cli.output import printable, shows_bold
    from osce_news.storage import open_for_reading
    from osce_news.storage import search as fulltext

    wanted = filters_from(**filters)
    listed = form is None and sys.stdout.isatty()
    marks = ("\x02", "\x03") if listed and shows_bold() else ("[", "]")
    with closing(open_for_reading(db)) as connection:
        found = fulltext.search(connection, query, wanted, limit or None, marks)
    notes = [] if found.rows else ["nothing found"]
    if found.as_words:
        notes.append(f"taken as plain words, for it is no query: {printable(found.as_words)[:200]}")
    if notes:
        click.echo("; ".join(notes), err=True)
    if found.among:
        click.echo(
            f"more than {fulltext.COMMON:,} items match: ranked are those among the newest {found.among:,} "
            "items (of the time asked for); a filter narrows the search, --limit 0 ranks all",
            err=True,
        )
    if listed:
        for row in found.rows:
            snippet = "".join(_BOLD.get(letter, printable(letter)) for letter in row["snippet"])
            click.echo(f"{row['published'] or '?':10}  {row['id']:>8}  {printable(row['title'])}")
            click.echo(f"            {snippet}")
    else:
        _print_items(found.rows, form, more=("snippet",))


@click.command()
@click.argument("identifier", metavar="ID")
@db_option
@format_options
@verbose_option
def show(identifier: str, db: Path, form: str | None, verbose: bool) -> None:
    """Show one item: values raw and normalised, where and when it was seen, how it changed.

    ID is the item's identifier or its address.

    \b
    Example:
      osce-news show 514201
      osce-news show https://www.osce.org/cthb/514201 --json
    """
    from osce_news.cli.details import print_item
    from osce_news.cli.output import print_json
    from osce_news.errors import BadInputError
    from osce_news.storage import open_for_reading, queries

    wanted = queries.identifier_of(identifier)
    with closing(open_for_reading(db)) as connection:
        found = queries.item(connection, wanted)
    if found is None:
        raise BadInputError(f"no item {identifier[:200]!r} in {db}")
    if form == "json":
        print_json(found)
    else:
        print_item(found)


@click.command()
@click.argument("kind", required=False, type=click.Choice(("offices", "topics", "content_types", "places")))
@click.option(
    "--unknown", is_flag=True, help="Printed values in the database that no entry matches, with counts."
)
@db_option
@format_options
@verbose_option
def vocabulary(kind: str | None, unknown: bool, db: Path, form: str | None, verbose: bool) -> None:
    """List the offices, topics, content types and places that are known, with their other names.

    \b
    Example:
      osce-news vocabulary offices
      osce-news vocabulary --unknown
    """
    from osce_news.cli.output import print_rows
    from osce_news.normalize.vocabulary import vocabulary as load

    if unknown:
        from osce_news.storage import open_for_reading, queries

        with closing(open_for_reading(db)) as connection:
            rows = queries.unknown(connection)
        if kind is not None:
            rows = [row for row in rows if row["kind"] == kind.removeprefix("content_").removesuffix("s")]
        return print_rows(rows, ("kind", "printed", "items"), form)
    listed = [
        {"kind": name.removeprefix("content_").removesuffix("s"), "id": entry.id, "label": entry.label,
         "part_of": entry.parent or entry.kind or entry.country, "other_names": list(entry.aliases)}
        for name in ((kind,) if kind else ("offices", "topics", "content_types"))
        for entry in load(name).entries.values()
    ]  # fmt: skip
    return print_rows(listed, ("kind", "id", "label", "part_of", "other_names"), form)


@click.command()
@db_option
@click.option("--json", "as_json", is_flag=True, help="Print the problems as a JSON array.")
@verbose_option
def verify(db: Path, as_json: bool, verbose: bool) -> None:
    """Check that a database is whole; exit status 1 if it is not.

    SQLite's own checks, foreign keys, the search index, and the rules of the schema.

    \b
    Example:
      osce-news verify --db osce-news.db
    """
    from osce_news.cli.output import print_json
    from osce_news.storage import integrity

    found = integrity.problems(db)
    if as_json:
        print_json(found)
    elif not found:
        click.echo(f"{db}: whole")
    for problem in found:
        click.echo(f"{db}: {problem}", err=True)
    if found:
        raise click.exceptions.Exit(1)


def _print_items(
    rows: Sequence[dict[str, Any]],
    form: str | None,
    more: tuple[str, ...] = (),
    without: tuple[str, ...] = (),
) -> None:
    from osce_news.cli.output import print_rows

    table = form == "table" or (form is None and sys.stdout.isatty())
    columns = [name for name in (*_ALL, *more) if name not in without]
    print_rows(rows, _COLUMNS if table else columns, form)
