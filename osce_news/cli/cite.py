"""The command `cite`."""

from __future__ import annotations

from pathlib import Path

import click

from osce_news.cli.shared.options import db_option, filter_options
from osce_news.cli.shared.output import print_count, print_json
from osce_news.publish.formats import formats
from osce_news.publish.references import citation, dataset_reference, item_reference
from osce_news.storage import queries
from osce_news.storage.queries import Query, open_for_query, search


@click.command()
@click.argument("identifier", metavar="[ID]", required=False)
@click.option(
    "--format",
    "form",
    type=click.Choice(("text", *(each.name for each in formats().values() if each.cite))),
    default="text",
    help="The format of the reference.",
)
@db_option
@filter_options
def cite(identifier: str | None, form: str, db: Path, query: Query) -> None:
    """Print a reference to the data set or to one item.

    ID is the item's identifier or its address. The reference to the data set, or to the items of a query,
    says what is covered and what is missing, when a crawl last read the whole list, and which version of
    osce-news was used. To cite many items one by one, use `export`.

    \b
    Example:
      osce-news cite
      osce-news cite --search trafficking --since 2015
      osce-news cite 514201 --format bibtex
    """
    if identifier is not None and query:
        raise click.UsageError("an ID names one item: leave out the filters, or put several words in quotes")
    with open_for_query(db, query) as connection:
        if identifier is None:
            reference = dataset_reference(search.covered(connection, query, "cite"))
            if query:
                print_count(connection, query)
        else:
            reference = item_reference(queries.find_item(connection, identifier))
    render = formats()[form].cite if form != "text" else citation
    assert render is not None
    rendered = render(reference)
    if isinstance(rendered, str):
        click.echo(rendered.strip().replace("\r\n", "\n"))
    else:
        print_json(rendered)
