"""Prints one thing with all its fields: an item with its history, a run with its receipt."""

from __future__ import annotations

import shutil
import sys
import textwrap
from collections.abc import Mapping
from typing import Any

import click

from osce_news.cli.output import printable

_Row = Mapping[str, Any]


def print_item(found: dict[str, Any]) -> None:
    """Print all that is stored of an item: its article behind the rest, its former values last."""
    raw, revisions = found.pop("raw"), found.pop("revisions")
    withdrawals, article, text = found.pop("withdrawals"), found.pop("article"), found.pop("text")
    for name, value in found.items():
        if isinstance(value, list):
            _print_field(name, "" if value else None)
            for part in value:
                _print_field("   ", _line(part) if isinstance(part, dict) else str(part))
        else:
            _print_field(name, value)
    _print_field("as printed", "")
    for name, value in raw.items():
        _print_field(f"    {name.removesuffix('_raw')}", value)
    _print_article(article, text)
    _print_field("withdrawals", "" if withdrawals else None)
    for row in withdrawals:
        _print_withdrawal(row)
    _print_field("revisions", "" if revisions else None)
    for row in revisions:
        _print_field("   ", f"{row['field']} ({row['class']}), seen {row['seen_at']} in run {row['run']}")
        _print_value("before", row["before"])
        _print_value("after", row["after"])


def print_run(found: dict[str, Any]) -> None:
    """Print a run with its receipt, then its pages in the order read."""
    pages = found.pop("pages_read")
    for name, value in found.items():
        _print_field(name, None if value is None else str(value))
    _print_field("pages read", "" if pages else None)
    for page in pages:
        if page["item_id"] is not None:
            _print_field("   ", f"{page['fetched_at']}  {page['url']}")
            _print_field("       ", f"status {page['status']}, article of item {page['item_id']}")
            continue
        status = "" if page["status"] is None else f"status {page['status']}, "  # a saved page has none
        counts = ", ".join(f"{page[name]} {name}" for name in ("new", "changed", "unchanged"))
        _print_field("   ", f"{page['fetched_at']}  {page['url']}")
        _print_field("       ", f"{status}{page['results']} results: {counts}")


def _print_article(article: _Row | None, text: str | None) -> None:
    """Print what an item's own page says: how and when it was read, what is around the text, the text."""
    if article is None:
        _print_field("article", "not read yet")
        return
    _print_field("article", str(article["status"]))
    for name, value in article.items():
        if name == "status":
            continue
        if name == "differs" and value:
            _print_field("    differs", "")
            for field, (listed, printed) in value.items():
                _print_field("       ", f"{field}: on the list {_shown(listed)}, here {_shown(printed)}")
        elif isinstance(value, list):
            _print_field(f"    {name}", "" if value else None)
            for part in value:
                _print_field("       ", _line(part))
        elif isinstance(value, dict):
            _print_field(f"    {name}", _line(value))
        else:
            _print_lines(f"    {name}", None if value is None else str(value))
    _print_lines("    text", text)


def _print_lines(name: str, value: str | None) -> None:
    """Print a value that may have several lines: below its name then."""
    first, *more = (value or "").split("\n")
    if not more:
        _print_field(name, value)
        return
    _print_field(name, "")
    for line in (first, *more):
        click.echo(f"        {printable(line)}".rstrip())


def _shown(value: str | None) -> str:
    return "nothing" if value is None else repr(value)


def _print_withdrawal(row: _Row) -> None:
    back = f", on it again {row['restored']} (run {row['restored_run']})" if row["restored"] else ""
    _print_field("   ", f"not on the list {row['withdrawn']} (run {row['withdrawn_run']}){back}")


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


def _print_field(name: str, value: str | None) -> None:
    text = "-" if value is None else printable(value)
    click.echo((f"{name} {text}" if name.isspace() else f"{name}: {text}").rstrip())


def _line(row: _Row) -> str:
    return ", ".join(f"{name} {value}" for name, value in row.items() if value is not None)
