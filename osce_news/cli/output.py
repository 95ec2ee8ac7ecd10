"""Prints rows as a table, tab-separated, CSV or JSON, and the fields of one item or run."""

from __future__ import annotations

import csv
import json
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

import click

from osce_news.items import NEWSROOM_COLUMNS

if TYPE_CHECKING:
    from rich.table import Table

Row = Mapping[str, Any]
_ITEM_TABLE = ("id", "published", "content_type", "offices", "title")  # those that fit a terminal
_BETWEEN = 3  # width between two columns of a table


def print_items(
    rows: Sequence[Row], form: str | None, more: tuple[str, ...] = (), without: tuple[str, ...] = ()
) -> None:
    """Print items: a few columns in a table, else all, with `more` and `without` others."""
    if form == "table" or (form is None and sys.stdout.isatty()):
        print_rows(rows, _ITEM_TABLE, form)
    else:
        print_rows(rows, [name for name in (*NEWSROOM_COLUMNS, *more) if name not in without], form)


def print_rows(rows: Sequence[Row], columns: Sequence[str], form: str | None) -> None:
    """Print rows in this format; without one, as a table on a terminal, else tab-separated."""
    form = form or ("table" if sys.stdout.isatty() else "tsv")
    if form == "json":
        print_json(rows)
    elif form == "table":
        _print_table(rows, columns)
    else:
        _print_separated(rows, columns, "\t" if form == "tsv" else ",")


def print_json(value: Any) -> None:
    """Print a value as JSON."""
    utf8 = sys.stdout.encoding.lower().replace("-", "") == "utf8"
    json.dump(value, sys.stdout, ensure_ascii=not utf8, indent=2)
    sys.stdout.write("\n")


def _print_separated(rows: Sequence[Row], columns: Sequence[str], between: str) -> None:
    writer = csv.writer(sys.stdout, delimiter=between, lineterminator="\n")
    writer.writerow(columns)
    for row in rows:
        writer.writerow([_text(row[column]) for column in columns])


def _print_table(rows: Sequence[Row], columns: Sequence[str]) -> None:
    from rich.console import Console

    console = Console()
    # Long texts are wrapped. Columns of numbers that do not fit go into further tables below the first.
    tight = _is_wider(rows, columns, console.width) and all(_are_numbers(rows, name) for name in columns[1:])
    parts = _parts(rows, columns, console.width) if tight else [columns]
    with console.capture() as capture:  # rich itself would end the program at a closed pipe
        for number, part in enumerate(parts):
            if number:
                console.print()
            console.print(_table(rows, part, tight=tight))
    sys.stdout.write(capture.get())


def _table(rows: Sequence[Row], columns: Sequence[str], *, tight: bool) -> Table:
    from rich import box
    from rich.table import Table
    from rich.text import Text

    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1), show_edge=False)
    for column in columns:
        table.add_column(
            Text(printable(column)),
            justify="right" if _are_numbers(rows, column) else "left",
            no_wrap=column in ("id", "published", "items", "first_seen"),
            overflow="fold",
            width=_least(rows, column) if tight and column != columns[0] else None,
        )
    for row in rows:
        # Text, because rich would read square brackets in a title as a style.
        table.add_row(*(Text(printable(_text(row[column]))) for column in columns))
    return table


def _parts(rows: Sequence[Row], columns: Sequence[str], width: int) -> Iterator[Sequence[str]]:
    """Yield the columns of each table that fits the width; the first column is in each."""
    first, *others = columns
    room = width - min(width // 3, max(len(_text(row[first])) for row in rows)) - _BETWEEN
    left, part = room, [first]
    for column in others:
        needed = _least(rows, column) + _BETWEEN
        if len(part) > 1 and needed > left:
            yield part
            left, part = room, [first]
        part.append(column)
        left -= needed
    yield part


def _is_wider(rows: Sequence[Row], columns: Sequence[str], width: int) -> bool:
    longest = (max(len(column), *(len(_text(row[column])) for row in rows)) for column in columns)
    return bool(rows) and sum(longest) + _BETWEEN * len(columns) > width


def _are_numbers(rows: Sequence[Row], column: str) -> bool:
    return bool(rows) and all(isinstance(row[column], int | float) for row in rows)


def _least(rows: Sequence[Row], column: str) -> int:
    """Return the width that a column of numbers needs: its longest number or longest word of its header."""
    return max(len(word) for word in (*column.split(), *(_text(row[column]) for row in rows)))


def _text(value: Any) -> str:
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
