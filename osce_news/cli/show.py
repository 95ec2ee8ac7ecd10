"""The command `show`."""

from __future__ import annotations

from functools import partial
from pathlib import Path
from typing import Any

import click

from osce_news.cli.shared.options import db_option, format_options
from osce_news.cli.shared.output import Row, print_field, print_json, print_rows
from osce_news.items import NEWSROOM_COLUMNS
from osce_news.storage import queries, read_transaction


@click.command()
@click.argument("identifier", metavar="ID")
@db_option
@partial(format_options, default="text")
def show(identifier: str, db: Path, form: str | None) -> None:
    """Show one item: its values, revisions, and when it was seen.

    ID is the item's identifier or its address. Values are shown as printed and as normalised. CSV and TSV
    only have the columns of the view `newsroom`.

    \b
    Example:
      osce-news show 514201
      osce-news show https://www.osce.org/cthb/514201 --json
    """
    with read_transaction(db) as connection:
        item = queries.find_item(connection, identifier)
    if form == "json":
        print_json(item)
    elif form in ("csv", "tsv"):
        print_rows([item], NEWSROOM_COLUMNS, form)
    else:
        _print_item(item)


def _print_item(item: dict[str, Any]) -> None:
    """Print all that is stored of an item: its article after the rest, its former values last."""
    raw, revisions = item.pop("raw"), item.pop("revisions")
    withdrawals, article, text = item.pop("withdrawals"), item.pop("article"), item.pop("text")
    for name, value in item.items():
        print_field(name, value)
    print_field("as printed", "")
    for name, value in raw.items():
        print_field(name.removesuffix("_raw"), value, 4)
    if article is None:
        print_field("article", "not read yet")
    else:
        _print_article({**article, "text": text})
    print_field("withdrawals", [_withdrawal(row) for row in withdrawals])
    print_field("revisions", "" if revisions else None)
    for row in revisions:
        print_field("", f"{row['field']} ({row['class']}), seen {row['seen_at']} in run {row['run']}", 4)
        for name in ("before", "after"):
            print_field(name, row[name], 8)


def _print_article(article: dict[str, Any]) -> None:
    """Print what an item's own page says: how and when it was read, what is around the text, the text."""
    print_field("article", article.pop("status"))
    for name, value in article.items():
        if name == "differs" and value:
            value = [
                f"{field}: on the list {_shown(listed)}, here {_shown(printed)}"
                for field, (listed, printed) in value.items()
            ]
        elif isinstance(value, str) and "\n" in value:
            value = value.split("\n")
        print_field(name, value, 4)


def _shown(value: str | None) -> str:
    return "nothing" if value is None else repr(value)


def _withdrawal(row: Row) -> str:
    back = f", restored {row['restored']} (run {row['restored_run']})" if row["restored"] else ""
    return f"withdrawn {row['withdrawn']} (run {row['withdrawn_run']}){back}"
