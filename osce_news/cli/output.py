"""Prints rows as a table, tab-separated, CSV or JSON."""

from __future__ import annotations

import csv
import json
import sys
from collections.abc import Mapping, Sequence
from typing import Any


def print_rows(rows: Sequence[Mapping[str, Any]], columns: Sequence[str], form: str | None) -> None:
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


def _print_separated(rows: Sequence[Mapping[str, Any]], columns: Sequence[str], between: str) -> None:
    writer = csv.writer(sys.stdout, delimiter=between, lineterminator="\n")
    writer.writerow(columns)
    for row in rows:
        writer.writerow([_text(row[column]) for column in columns])


def _print_table(rows: Sequence[Mapping[str, Any]], columns: Sequence[str]) -> None:
    from rich import box
    from rich.console import Console
    from rich.table import Table
    from rich.text import Text

    console = Console()
    table = Table(box=box.SIMPLE_HEAD, padding=(0, 1), show_edge=False)
    for column in columns:
        numbers = bool(rows) and all(isinstance(row[column], int) for row in rows)
        short = column in ("id", "published", "items", "first_seen")
        table.add_column(column, justify="right" if numbers else "left", no_wrap=short, overflow="fold")
    for row in rows:
        # Text, for a title with square brackets must not be taken for a style.
        table.add_row(*(Text(printable(_text(row[column]))) for column in columns))
    with console.capture() as capture:  # rich would end the program itself at a closed pipe
        console.print(table)
    sys.stdout.write(capture.get())


def _text(value: Any) -> str:
    if value is None:
        return ""
    return "; ".join(map(str, value)) if isinstance(value, list) else str(value)


def printable(text: str) -> str:
    """Return the text without the characters that would control a terminal."""
    return "".join(letter if letter.isprintable() else " " for letter in text)
