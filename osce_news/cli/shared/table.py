"""Prints rows as a table that fits the terminal."""

from __future__ import annotations

import sys
import textwrap
from collections.abc import Iterator, Sequence

from rich import box
from rich.console import Console
from rich.table import Table
from rich.text import Text

from osce_news.cli.shared.output import Row, as_text, shows_bold
from osce_news.normalize.text import printable

_GAP = 3  # width between two columns
_WORD = 24  # longer words, such as addresses, are broken in any table


def print_table(rows: Sequence[Row], columns: Sequence[str]) -> None:
    """Print rows as a table. Long texts are wrapped; numbers that don't fit go into further tables below.

    Rows whose words don't fit are printed one below the other.
    """
    console = Console()
    if _breaks_words(rows, columns, console.width):
        return _print_records(rows, columns, console.width)
    tight = _is_wider(rows, columns, console.width) and all(_are_numbers(rows, name) for name in columns[1:])
    parts = _parts(rows, columns, console.width) if tight else [columns]
    with console.capture() as capture:  # rich itself would end the program at a closed pipe
        for number, part in enumerate(parts):
            if number:
                console.print()
            console.print(_table(rows, part, tight=tight))
    sys.stdout.write(capture.get())
    return None


def _print_records(rows: Sequence[Row], columns: Sequence[str], width: int) -> None:
    """Print each row as lines of "name: value", without empty values."""
    for number, row in enumerate(rows):
        lines = [""] if number else []
        for column in columns:
            if text := printable(as_text(row[column])):
                lines += textwrap.wrap(f"{column}: {text}", width, subsequent_indent="  ")
        sys.stdout.write("\n".join(lines) + "\n")


def _breaks_words(rows: Sequence[Row], columns: Sequence[str], width: int) -> bool:
    """Whether a table of this width would break words, which are at most `_WORD` long."""
    if not rows or all(_are_numbers(rows, name) for name in columns[1:]):
        return False
    needed = (
        max(
            min(_WORD, len(word))
            for text in (column, *(as_text(row[column]) for row in rows))
            for word in text.split() or [""]
        )
        for column in columns
    )
    return sum(needed) + _GAP * len(columns) > width


def _table(rows: Sequence[Row], columns: Sequence[str], *, tight: bool) -> Table:
    header = "bold" if shows_bold() else ""
    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1), show_edge=False, header_style=header)
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
        table.add_row(*(Text(printable(as_text(row[column]))) for column in columns))
    return table


def _parts(rows: Sequence[Row], columns: Sequence[str], width: int) -> Iterator[Sequence[str]]:
    """Yield the columns of each table that fits the width; the first column is in each."""
    first, *others = columns
    room = width - min(width // 3, max(len(as_text(row[first])) for row in rows)) - _GAP
    left, part = room, [first]
    for column in others:
        needed = _least(rows, column) + _GAP
        if len(part) > 1 and needed > left:
            yield part
            left, part = room, [first]
        part.append(column)
        left -= needed
    yield part


def _is_wider(rows: Sequence[Row], columns: Sequence[str], width: int) -> bool:
    longest = (max(len(column), *(len(as_text(row[column])) for row in rows)) for column in columns)
    return bool(rows) and sum(longest) + _GAP * len(columns) > width


def _are_numbers(rows: Sequence[Row], column: str) -> bool:
    return bool(rows) and all(isinstance(row[column], int | float) for row in rows)


def _least(rows: Sequence[Row], column: str) -> int:
    """Return the width that a column of numbers needs: its longest number or longest word of its header."""
    return max(len(word) for word in (*column.split(), *(as_text(row[column]) for row in rows)))
