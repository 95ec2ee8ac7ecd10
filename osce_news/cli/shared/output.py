"""Prints rows as a table, tab-separated, CSV or JSON, and the fields of one item or run."""

from __future__ import annotations

import csv
import io
import json
import os
import shutil
import sqlite3
import sys
import textwrap
from collections.abc import Iterable, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import click

from osce_news.errors import BadInputError
from osce_news.items import NEWSROOM_COLUMNS
from osce_news.normalize.text import numbered, printable
from osce_news.storage import queries
from osce_news.storage.queries import Query, search
from osce_news.storage.queries.as_of import PRESENT_ONLY

if TYPE_CHECKING:
    from osce_news.publish.exporter import Options

FORMATS = ("table", "tsv", "csv", "json")
Row = Mapping[str, Any]
_ITEM_TABLE = ("id", "published", "content_type", "offices", "title")  # those that fit a terminal
_BOLD = {"\x02": "\x1b[1m", "\x03": "\x1b[0m"}  # the marks around a match, as a terminal shows them
_WITHOUT_MARKS = dict.fromkeys(map(ord, "\x02\x03[]"))  # with brackets if there are no colours
_WIDE = 100  # columns of a terminal that holds the table of items


def print_items(
    connection: sqlite3.Connection,
    rows: Sequence[Row],
    form: str | None,
    query: Query,
    more: tuple[str, ...] = (),
) -> None:
    """Print the items of a query: a table has a few columns, other formats have all known ones and `more`.

    On a narrow terminal, and on any terminal if there are `more` columns, the items are printed one below the
    other. Raises what an export raises.
    """
    if form is not None and form not in FORMATS:
        print_export(connection, rows, form, query)
    elif form is None and sys.stdout.isatty() and (more or shutil.get_terminal_size().columns < _WIDE):
        print_hits(rows)
    else:
        without = PRESENT_ONLY if query.as_of else ()
        every = [name for name in (*NEWSROOM_COLUMNS, *more) if name not in without]
        print_rows(rows, _ITEM_TABLE if is_table(form) else every, form)


def print_export(
    connection: sqlite3.Connection,
    rows: Iterable[Row],
    form: str,
    query: Query,
    options: Options | None = None,
) -> int:
    """Print rows in one of the formats of `export`; return how many. Raises what the export raises."""
    from osce_news.publish.exporter import Options, write_to_stream
    from osce_news.publish.formats import formats

    chosen = formats()[form]
    if chosen.binary and sys.stdout.isatty():
        raise BadInputError(f"{form} is not for a terminal: redirect the output to a file")
    count = write_to_stream(connection, rows, sys.stdout.buffer, chosen, query, options or Options())
    sys.stdout.flush()
    return count


def print_hits(rows: Sequence[Row]) -> None:
    """Print items one below the other, each with its snippet; without one, with its type and offices."""
    width, indent = terminal_width(), " " * 12
    for row in rows:
        title, snippet = printable(row["title"]), row.get("snippet") or ""
        plain_snippet, plain_title = (text.translate(_WITHOUT_MARKS) for text in (snippet, row["title"]))
        if plain_snippet == plain_title:  # not the same text twice
            title, snippet = snippet, ""
        head = f"{row['published'] or '?':10}  {row['id']:>8}  {title}"
        about = snippet or " · ".join(filter(None, (row["content_type"], *row["offices"])))
        lines = textwrap.wrap(head, width, subsequent_indent=indent)
        lines += textwrap.wrap(about, width, initial_indent=indent, subsequent_indent=indent)
        for line in lines:
            click.echo("".join(_BOLD.get(letter, printable(letter)) for letter in line))


def is_table(form: str | None) -> bool:
    """Whether rows in this format are printed as a table, which is the default on a terminal."""
    return form == "table" or (form is None and sys.stdout.isatty())


def print_rows(rows: Sequence[Row], columns: Sequence[str], form: str | None) -> None:
    """Print rows in this format; without one, as a table on a terminal, else tab-separated."""
    if form == "json":
        print_json(rows)
    elif is_table(form):
        from osce_news.cli.shared.table import print_table  # imports rich

        print_table(rows, columns)
    else:
        writer = csv.writer(sys.stdout, delimiter="," if form == "csv" else "\t", lineterminator="\n")
        writer.writerow(columns)
        for row in rows:
            writer.writerow([as_text(row.get(column)) for column in columns])


def print_count(
    connection: sqlite3.Connection, query: Query, shown: int | None = None, *, also_all: bool = True
) -> None:
    """Say on standard error how words were read, how many items the query has, and how many were shown.

    Without `also_all`, the number is left out if all were shown.
    """
    total = queries.count(connection, query)
    items = [numbered(total, "item")] if also_all else []
    if shown is not None and shown < total:
        items = [f"{shown:,} of {numbered(total, 'item')}; --limit 0 shows all"]
    if not total:
        items = ["nothing found" if query.as_of or queries.count(connection, Query()) else search.EMPTY]
    for note in (*search.remarks(connection, query, total), *items):
        click.echo(printable(note)[:300], err=True)


def print_json(value: Any) -> None:
    """Print a value as JSON."""
    utf8 = sys.stdout.encoding.lower().replace("-", "") == "utf8"
    if isinstance(sys.stdout, io.TextIOWrapper):  # a byte of a file name that is not text becomes "\udcff"
        sys.stdout.reconfigure(errors="backslashreplace")
    json.dump(value, sys.stdout, ensure_ascii=not utf8, indent=2)
    sys.stdout.write("\n")


def as_text(value: Any) -> str:
    """Return a value as one text: "" for None, a list separated by semicolons."""
    if value is None:
        return ""
    return "; ".join(map(str, value)) if isinstance(value, list) else str(value)


def print_field(name: str, value: object, indent: int = 0) -> None:
    """Print "name: value", with "-" for None; the members of a list below the name. The name may be empty.

    On a terminal, further lines are indented.
    """
    members = value if isinstance(value, list) else []
    if isinstance(value, list):
        value = "" if value else None
    elif isinstance(value, dict):
        value = ", ".join(f"{key} {each}" for key, each in value.items() if each is not None)
    start = f"{name}: " if name else ""
    text = f"{' ' * indent}{start}{'-' if value is None else printable(str(value))}".rstrip()
    if sys.stdout.isatty():
        text = textwrap.fill(
            text,
            terminal_width(),
            subsequent_indent=" " * (indent + 4 if name else indent),
            break_long_words=False,  # an address can be copied
            break_on_hyphens=False,
        )
    click.echo(text)
    for member in members:
        print_field("", member, indent + 4)


def terminal_width() -> int:
    """Return the number of columns for text: those of the terminal, and at least 40."""
    return max(40, shutil.get_terminal_size().columns)


def shows_bold() -> bool:
    """Whether the terminal shows bold letters and the user has not turned them off (no-color.org)."""
    return os.environ.get("TERM", "dumb") != "dumb" and not os.environ.get("NO_COLOR")
