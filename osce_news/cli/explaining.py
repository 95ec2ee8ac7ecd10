"""The commands that explain the data: what each column holds, and how to cite it."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import Any

import click

from osce_news.cli.options import FORMATS, db_option, verbose_option
from osce_news.publish.formats import formats


@click.command()
@click.argument("table", required=False)
@click.option("--measured", is_flag=True, help="Count how often each column is empty in this database.")
@click.option(
    "--format",
    "form",
    type=click.Choice((*FORMATS, "markdown")),
    help="How it is printed. Default: a table on a terminal, tab-separated in a pipe.",
)
@db_option
@verbose_option
def dictionary(table: str | None, measured: bool, form: str | None, db: Path, verbose: bool) -> None:
    """Say what each table and column holds: meaning, form, origin, pitfalls.

    The database's table data_dictionary says the same. TABLE shows one table or view.

    \b
    Example:
      osce-news dictionary newsroom
      osce-news dictionary items --measured --format csv
    """
    from osce_news.cli.output import print_rows
    from osce_news.errors import BadInputError
    from osce_news.storage import dictionary as stored
    from osce_news.storage import open_for_reading

    with closing(open_for_reading(db)) as connection:
        rows = stored.measured(connection) if measured else stored.entries(connection)
    if table is not None:
        known = list(dict.fromkeys(row["table_name"] for row in rows))
        if table not in known:
            raise BadInputError(f"no table {table[:80]!r}; there are {', '.join(known)}")
        rows = [row for row in rows if row["table_name"] == table]
    if form == "markdown":
        click.echo(_markdown(rows), nl=False)
    else:
        print_rows(rows, tuple(rows[0]), form)


@click.command()
@click.argument("identifier", metavar="[ID]", required=False)
@click.option(
    "--format",
    "form",
    type=click.Choice(("text", *(one.name for one in formats().values() if one.cite))),
    default="text",
    show_default=True,
    help="How the reference is written.",
)
@db_option
@verbose_option
def cite(identifier: str | None, form: str, db: Path, verbose: bool) -> None:
    """Print a reference to the data set, or to the item with this ID or address.

    That of the data set tells what it covers, the day of the last complete crawl, and the version of
    osce-news. `export` writes the references of many items.

    \b
    Example:
      osce-news cite
      osce-news cite 514201 --format bibtex
    """
    from osce_news.cli.output import print_json
    from osce_news.errors import BadInputError
    from osce_news.publish.references import citation, dataset_reference, item_reference
    from osce_news.storage import open_for_reading, queries

    with closing(open_for_reading(db)) as connection:
        if identifier is None:
            reference = dataset_reference(connection)
        else:
            found = queries.item(connection, queries.identifier_of(identifier))
            if found is None:
                raise BadInputError(f"no item {identifier[:200]!r} in {db}")
            reference = item_reference(found)
    cite = formats()[form].cite if form != "text" else citation
    assert cite is not None
    written = cite(reference)
    if isinstance(written, str):
        click.echo(written.strip().replace("\r\n", "\n"))
    else:
        print_json(written)


def _markdown(rows: list[dict[str, Any]]) -> str:
    """Return the tables as docs/data.md has them."""
    from osce_news.storage.dictionary import WHOLE

    lines = []
    for row in rows:
        if row["column_name"] == WHOLE:
            lines += [f"\n### `{row['table_name']}`\n", f"{row['meaning']} From: {row['origin']}.\n"]
            lines += ["| column | holds | form | may be empty | from | mind |", "|---|---|---|---|---|---|"]
            continue
        empty = "yes" if row["may_be_null"] or row["form"] == "JSON array" else ""
        if row.get("rows"):
            empty = f"{row['empty'] / row['rows']:.0%}" if row["empty"] else ""
        cells = [
            f"`{row['column_name']}`", row["meaning"], row["form"], empty, row["origin"],
            row["pitfalls"] or "",
        ]  # fmt: skip
        lines.append(f"| {' | '.join(cells)} |")
    return "\n".join(lines).lstrip("\n") + "\n"
