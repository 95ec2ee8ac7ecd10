"""Prints rows as a table that fits the terminal."""

from __future__ import annotations

import sys
import textwrap
from collections.abc import Iterator, Mapping, Sequence

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
    texts = {name: [printable(as_text(row[name])) for row in rows] for name in columns}
    first, *others = columns
    numbers = [name for name in columns if rows and all(isinstance(row[name], int | float) for row in rows)]
    # Each column needs the width of its longest word, and has that of its longest text if there is room.
    least = {
        name: max(min(_WORD, len(word)) for text in (name, *texts[name]) for word in text.split() or [""])
        for name in columns
    }
    longest = {name: max(map(len, (name, *texts[name]))) for name in columns}
    parts: list[Sequence[str]] = [columns]
    widths: Mapping[str, int] = {}
    if sum(longest.values()) + _GAP * len(columns) > console.width:
        if set(others) <= set(numbers):
            first_width = min(console.width // 3, longest[first])
            parts = [[first, *part] for part in _parts(others, least, console.width - first_width - _GAP)]
            widths = {name: least[name] for name in others}
        elif sum(least.values()) + _GAP * len(columns) > console.width:
            return _print_records(texts, console.width)
    with console.capture() as capture:  # rich itself would end the program at a closed pipe
        for number, part in enumerate(parts):
            if number:
                console.print()
            table = Table(
                box=box.SIMPLE_HEAD,
                padding=(0, 1),
                show_edge=False,
                header_style="bold" if shows_bold() else "",
            )
            for name in part:
                table.add_column(
                    Text(printable(name)),
                    justify="right" if name in numbers else "left",
                    no_wrap=name in ("id", "published", "items", "first_seen"),
                    overflow="fold",
                    width=widths.get(name),
                )
            # Text, because rich would read square brackets in a title as a style.
            for row in zip(*(texts[name] for name in part), strict=True):
                table.add_row(*map(Text, row))
            console.print(table)
    sys.stdout.write(capture.get())
    return None


def _parts(columns: Sequence[str], least: Mapping[str, int], width: int) -> Iterator[list[str]]:
    """Yield the columns of each table that fits the width."""
    left, part = width, list[str]()
    for name in columns:
        if part and least[name] + _GAP > left:
            yield part
            left, part = width, []
        part.append(name)
        left -= least[name] + _GAP
    yield part


def _print_records(texts: Mapping[str, Sequence[str]], width: int) -> None:
    """Print each row as lines of "name: value", without empty values."""
    for number, row in enumerate(zip(*texts.values(), strict=True)):
        lines = [""] if number else []
        for name, text in zip(texts, row, strict=True):
            if text:
                lines += textwrap.wrap(f"{name}: {text}", width, subsequent_indent="  ")
        sys.stdout.write("\n".join(lines) + "\n")
