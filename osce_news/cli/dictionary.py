"""The command `dictionary`."""

from __future__ import annotations

import textwrap
from functools import partial
from pathlib import Path
from typing import Any

import click

from osce_news.cli.shared.options import db_option, format_options
from osce_news.cli.shared.output import FORMATS, is_table, print_rows, terminal_width
from osce_news.errors import BadInputError
from osce_news.storage import dictionary as stored
from osce_news.storage import read_transaction


@click.command()
@click.argument("table", required=False)
@db_option
@partial(format_options, forms=(*FORMATS, "markdown"))
def dictionary(table: str | None, form: str | None, db: Path) -> None:
    """Describe each table and column.

    Lists the meaning, form, origin and pitfalls of each column, as the table data_dictionary does. TABLE
    selects one table or view.

    \b
    Example:
      osce-news dictionary newsroom
      osce-news dictionary items --format csv
    """
    with read_transaction(db) as connection:
        rows = stored.entries(connection)
    if table is not None:
        tables = list(dict.fromkeys(row["table_name"] for row in rows))
        if table not in tables:
            raise BadInputError(f"no table {table[:80]!r}; choose from {', '.join(tables)}")
        rows = [row for row in rows if row["table_name"] == table]
    if form == "markdown":
        click.echo(_markdown(rows), nl=False)
    elif is_table(form):
        click.echo(_text(rows), nl=False)
    else:
        print_rows(rows, tuple(rows[0]), form)


def _text(rows: list[dict[str, Any]]) -> str:
    """Return the entries one below the other, for a terminal of any width."""
    width, lines = terminal_width(), []
    for row in rows:
        if row["column_name"] == stored.TABLE_ENTRY:
            lines += ["", *textwrap.wrap(f"{row['table_name']}: {row['meaning']}", width)]
            continue
        empty = "may be empty" if row["may_be_null"] else None
        about = ", ".join(filter(None, (row["form"], empty, f"from {row['origin']}")))
        lines += textwrap.wrap(f"  {row['column_name']} ({about})", width, subsequent_indent="    ")
        text = f"{row['meaning']} {row['pitfalls'] or ''}".rstrip()
        lines += textwrap.wrap(text, width, initial_indent="    ", subsequent_indent="    ")
    return "\n".join(lines).lstrip("\n") + "\n"


def _markdown(rows: list[dict[str, Any]]) -> str:
    """Return the tables in Markdown, as in docs/data.md."""
    lines = []
    for row in rows:
        if row["column_name"] == stored.TABLE_ENTRY:
            lines += [f"\n### `{row['table_name']}`\n", f"{row['meaning']} From: {row['origin']}.\n"]
            lines += [
                "| column | meaning | form | may be empty | origin | pitfalls |",
                "|---|---|---|---|---|---|",
            ]
            continue
        empty = "yes" if row["may_be_null"] or row["form"] == "JSON array" else ""
        cells = [
            f"`{row['column_name']}`", row["meaning"], row["form"], empty, row["origin"],
            row["pitfalls"] or "",
        ]  # fmt: skip
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines).lstrip("\n") + "\n"
