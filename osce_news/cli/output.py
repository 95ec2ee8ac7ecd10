"""Prints rows as a table, tab-separated, CSV or JSON."""

from __future__ import annotations

import csv
import json
import os
import sys
from collections.abc import Iterator, Mapping, Sequence
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from rich.table import Table

_Row = Mapping[str, Any]
_BETWEEN = 3  # what stands between two columns of a table


def print_rows(rows: Sequence[_Row], columns: Sequence[str], form: str | None) -> None:
    """Print rows in the form asked for; without one, a table on a terminal, else tab-separated."""
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


def _print_separated(rows: Sequence[_Row], columns: Sequence[str], between: str) -> None:
    writer = csv.writer(sys.stdout, delimiter=between, lineterminator="\n")
    writer.writerow(columns)
    for row in rows:
        writer.writerow([_text(row[column]) for column in columns])


def _print_table(rows: Sequence[_Row], columns: Sequence[str]) -> None:
    from rich.console import Console

    console = Console()
    # Lines of texts are broken; numbers that do not fit side by side go into tables one below the other.
    tight = _is_wider(rows, columns, console.width) and all(_are_numbers(rows, name) for name in columns[1:])
    parts = _parts(rows, columns, console.width) if tight else [columns]
    with console.capture() as capture:  # rich would end the program itself at a closed pipe
        for number, part in enumerate(parts):
            if number:
                console.print()
            console.print(_table(rows, part, tight=tight))
    sys.stdout.write(capture.get())


def _table(rows: Sequence[_Row], columns: Sequence[str], *, tight: bool) -> Table:
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
        # Text, for a title with square brackets must not be taken for a style.
        table.add_row(*(Text(printable(_text(row[column]))) for column in columns))
    return table


def _parts(rows: Sequence[_Row], columns: Sequence[str], width: int) -> Iterator[Sequence[str]]:
    """Yield the columns of each table that fits the width: the first, which names the rows, and others."""
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


def _is_wider(rows: Sequence[_Row], columns: Sequence[str], width: int) -> bool:
    longest = (max(len(column), *(len(_text(row[column])) for row in rows)) for column in columns)
    return bool(rows) and sum(longest) + _BETWEEN * len(columns) > width


def _are_numbers(rows: Sequence[_Row], column: str) -> bool:
    return bool(rows) and all(isinstance(row[column], int | float) for row in rows)


def _least(rows: Sequence[_Row], column: str) -> int:
    """Return the width of a column's longest number, or of the longest word above it."""
    return max(len(word) for word in (*column.split(), *(_text(row[column]) for row in rows)))


def _text(value: Any) -> str:
    if value is None:
        return ""
    return "; ".join(map(str, value)) if isinstance(value, list) else str(value)


def printable(text: str) -> str:
    """Return the text without the characters that would control a terminal."""
    return "".join(letter if letter.isprintable() else " " for letter in text)


def shows_bold() -> bool:
    """Whether the terminal knows bold letters, and the user has nothing against them (no-color.org)."""
    return os.environ.get("TERM", "dumb") != "dumb" and not os.environ.get("NO_COLOR")
