"""The command `vocabulary`."""

from __future__ import annotations

from pathlib import Path

import click

from osce_news.cli.shared.options import db_option, format_options
from osce_news.cli.shared.output import is_table, print_rows
from osce_news.normalize.vocabulary import vocabulary as load
from osce_news.storage import queries, read_transaction
from osce_news.storage.queries import VOCABULARIES

_SINGULAR = {names: name for name, names in VOCABULARIES.items()}


@click.command()
@click.argument("kind", required=False, type=click.Choice(tuple(_SINGULAR)))
@click.option("--unknown", is_flag=True, help="List the database's values that match no entry, with counts.")
@db_option
@format_options
def vocabulary(kind: str | None, unknown: bool, db: Path, form: str | None) -> None:
    """List the known offices, topics, content types and places.

    Each is listed with its identifier and its other names. Places are only listed if you name them.

    \b
    Example:
      osce-news vocabulary offices
      osce-news vocabulary --unknown
    """
    if unknown:
        with read_transaction(db) as connection:
            rows = queries.unknown_values(connection)
        if kind is not None:
            rows = [row for row in rows if row["kind"] == _SINGULAR[kind]]
        if rows or not is_table(form):
            print_rows(rows, ("kind", "printed", "items"), form)
        if not rows:
            click.echo("no printed value is unknown", err=True)
        return
    entries = [
        {"kind": _SINGULAR[name], "id": entry.id, "label": entry.label,
         "part_of": entry.parent or entry.kind or entry.country, "other_names": list(entry.aliases)}
        for name in ((kind,) if kind else ("offices", "topics", "content_types"))
        for entry in load(name).entries.values()
    ]  # fmt: skip
    print_rows(entries, ("kind", "id", "label", "part_of", "other_names"), form)
