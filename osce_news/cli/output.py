"""Prints rows as a table, tab-separated, CSV or JSON, and the fields of one item or run."""

from __future__ import annotations

import csv
import json
import os
import sys
from collections.abc import Iterable, Mapping, Sequence
from typing import Any

import click

from osce_news.items import NEWSROOM_COLUMNS

Row = Mapping[str, Any]
_ITEM_TABLE = ("id", "published", "content_type", "offices", "title")  # those that fit a terminal


def print_items(
    rows: Sequence[Row], form: str | None, more: tuple[str, ...] = (), without: tuple[str, ...] = ()
) -> None:
    """Print items: a few columns in a table, else all, with `more` and `without` others."""
    every = [name for name in (*NEWSROOM_COLUMNS, *more) if name not in without]
    print_rows(rows, _ITEM_TABLE if is_table(form) else every, form)


def is_table(form: str | None) -> bool:
    """Whether rows in this format are printed as a table, which is the default on a terminal."""
    return form == "table" or (form is None and sys.stdout.isatty())


def print_rows(rows: Sequence[Row], columns: Sequence[str], form: str | None) -> None:
    """Print rows in this format; without one, as a table on a terminal, else tab-separated."""
    if form == "json":
        print_json(rows)
    elif is_table(form):
        from osce_news.cli.table import print_table  # imports rich

        print_table(rows, columns)
    else:
        writer = csv.writer(sys.stdout, delimiter="," if form == "csv" else "\t", lineterminator="\n")
        writer.writerow(columns)
        for row in rows:
            writer.writerow([as_text(row.get(column)) for column in columns])


def print_count(shown: int, total: int, notes: Iterable[str] = ()) -> None:
    """Say on standard error how many items were found, whether all are shown, and how words were read."""
    items = f"{total:,} item{'' if total == 1 else 's'}"
    cut = f"{shown:,} of {items}; --limit 0 shows all" if shown < total else items
    for note in (*(printable(note)[:300] for note in notes), cut if total else "nothing found"):
        click.echo(note, err=True)


def print_json(value: Any) -> None:
    """Print a value as JSON."""
    utf8 = sys.stdout.encoding.lower().replace("-", "") == "utf8"
    json.dump(value, sys.stdout, ensure_ascii=not utf8, indent=2)
    sys.stdout.write("\n")


def as_text(value: Any) -> str:
    """Return a value as one text: "" for None, a list separated by semicolons."""
    if value is None:
        return ""
    return "; ".join(map(str, value)) if isinstance(value, list) else str(value)


def print_field(name: str, value: str | None) -> None:
    """Print "name: value", with "-" for None. A name of spaces indents the value."""
    text = "-" if value is None else printable(value)
    click.echo((f"{name} {text}" if name.isspace() else f"{name}: {text}").rstrip())


def key_values(row: Row) -> str:
    """Return the fields that are not None, as "name value, name value"."""
    return ", ".join(f"{name} {value}" for name, value in row.items() if value is not None)


def printable(text: str) -> str:
    """Return the text with spaces instead of characters that would control a terminal."""
    return "".join(letter if letter.isprintable() else " " for letter in text)


def shows_bold() -> bool:
    """Whether the terminal shows bold letters and the user has not turned them off (no-color.org)."""
    return os.environ.get("TERM", "dumb") != "dumb" and not os.environ.get("NO_COLOR")
