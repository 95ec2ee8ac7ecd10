"""The command `show`."""

from __future__ import annotations

import shutil
import sys
import textwrap
from contextlib import closing
from pathlib import Path
from typing import Any

import click

from osce_news.cli.options import db_option, format_options, traceback_option
from osce_news.cli.output import Row, key_values, print_field, print_json, printable
from osce_news.errors import BadInputError
from osce_news.storage import open_for_reading, queries


@click.command()
@click.argument("identifier", metavar="ID")
@db_option
@format_options
@traceback_option
def show(identifier: str, db: Path, form: str | None) -> None:
    """Show one item with all its values, sightings and revisions.

    ID is the item's identifier or its address. Values are shown as printed and as normalised.

    \b
    Example:
      osce-news show 514201
      osce-news show https://www.osce.org/cthb/514201 --json
    """
    with closing(open_for_reading(db)) as connection:
        item = queries.item(connection, queries.identifier_of(identifier))
    if item is None:
        raise BadInputError(f"no item {identifier[:200]!r} in {db}; `osce-news search` finds items")
    if form == "json":
        print_json(item)
    else:
        _print_item(item)


def _print_item(found: dict[str, Any]) -> None:
    """Print all that is stored of an item: its article behind the rest, its former values last."""
    raw, revisions = found.pop("raw"), found.pop("revisions")
    withdrawals, article, text = found.pop("withdrawals"), found.pop("article"), found.pop("text")
    for name, value in found.items():
        if isinstance(value, list):
            print_field(name, "" if value else None)
            for part in value:
                print_field("   ", key_values(part) if isinstance(part, dict) else str(part))
        else:
            print_field(name, value)
    print_field("as printed", "")
    for name, value in raw.items():
        print_field(f"    {name.removesuffix('_raw')}", value)
    _print_article(article, text)
    print_field("withdrawals", "" if withdrawals else None)
    for row in withdrawals:
        _print_withdrawal(row)
    print_field("revisions", "" if revisions else None)
    for row in revisions:
        print_field("   ", f"{row['field']} ({row['class']}), seen {row['seen_at']} in run {row['run']}")
        _print_value("before", row["before"])
        _print_value("after", row["after"])


def _print_article(article: Row | None, text: str | None) -> None:
    """Print what an item's own page says: how and when it was read, what is around the text, the text."""
    if article is None:
        print_field("article", "not read yet")
        return
    print_field("article", str(article["status"]))
    for name, value in article.items():
        if name == "status":
            continue
        if name == "differs" and value:
            print_field("    differs", "")
            for field, (listed, printed) in value.items():
                print_field("       ", f"{field}: on the list {_shown(listed)}, here {_shown(printed)}")
        elif isinstance(value, list):
            print_field(f"    {name}", "" if value else None)
            for part in value:
                print_field("       ", key_values(part))
        elif isinstance(value, dict):
            print_field(f"    {name}", key_values(value))
        else:
            _print_lines(f"    {name}", None if value is None else str(value))
    _print_lines("    text", text)


def _print_lines(name: str, value: str | None) -> None:
    """Print a value that may have several lines: below its name then."""
    first, *more = (value or "").split("\n")
    if not more:
        print_field(name, value)
        return
    print_field(name, "")
    for line in (first, *more):
        click.echo(f"        {printable(line)}".rstrip())


def _shown(value: str | None) -> str:
    return "nothing" if value is None else repr(value)


def _print_withdrawal(row: Row) -> None:
    back = f", on it again {row['restored']} (run {row['restored_run']})" if row["restored"] else ""
    print_field("   ", f"not on the list {row['withdrawn']} (run {row['withdrawn_run']}){back}")


def _print_value(name: str, value: str | None) -> None:
    """Print a former or a later value, which may be long: on a terminal in lines below each other."""
    start = f"        {name:6}  "
    text = "-" if value is None else printable(value)
    if sys.stdout.isatty():
        width = max(40, shutil.get_terminal_size().columns)
        text = textwrap.fill(text, width, initial_indent=start, subsequent_indent=" " * len(start))
        click.echo(text)
    else:
        click.echo(f"{start}{text}")
