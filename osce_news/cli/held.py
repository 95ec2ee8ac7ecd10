"""The command `held`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from osce_news.cli.shared.options import Number, db_option, format_options
from osce_news.cli.shared.output import is_table, print_field, print_json, print_rows
from osce_news.errors import BadInputError, command_line
from osce_news.items import REVISED_FIELDS
from osce_news.storage import Writer, read_transaction, refuse_missing
from osce_news.storage import held as held_table
from osce_news.storage.ingest import rows
from osce_news.storage.undo import undo_run

_RAW = [f"{name}_raw" for name in REVISED_FIELDS]
_COLUMNS = ("id", "run", "fetched_at", "results", "label", "expected", "got", "stored_run", "url")


@click.command()
@click.argument("number", metavar="[N]", type=Number(1, 10**9), required=False)
@click.option("--store", is_flag=True, help="Store the page: what it shows is right.")
@click.option("--discard", is_flag=True, help="Drop the page, or take back that it was stored.")
@db_option
@format_options
def held(number: int | None, store: bool, discard: bool, db: Path, form: str | None) -> None:
    """List pages that failed a check; store or discard one of them.

    A crawl holds such a page: it keeps the whole page, stores none of its items, and continues. With N, the
    page is shown result by result, next to what is stored. A page is no longer listed when a later crawl
    has read its results again and checked them.

    \b
    Example:
      osce-news held
      osce-news held 1
      osce-news held 1 --store
    """
    if store and discard:
        raise click.UsageError("give either --store or --discard")
    if number is None:
        if store or discard:
            raise click.UsageError(f"give the number of the page; `{command_line('held', db)}` lists them")
        _list(db, form)
    elif store or discard:
        _decide(db, number, store)
    else:
        _show(db, number, form)


def _list(db: Path, form: str | None) -> None:
    with read_transaction(db) as connection:
        pages = held_table.held_pages(connection)
    if not is_table(form):
        print_rows(pages, _COLUMNS, form)
    else:
        for page in pages:
            decided = f" (stored by run {page['stored_run']})" if page["stored_run"] else ""
            print_field(str(page["id"]), f"{page['url']}{decided}")
            print_field("", f"run {page['run']}, {page['fetched_at']}, {page['results']} results", 3)
            print_field(str(page["label"]), f"expected {page['expected']}, got {page['got']}", 3)
    if not pages:
        click.echo("no page is held", err=True)


def _show(db: Path, number: int, form: str | None) -> None:
    with read_transaction(db) as connection:
        kept = held_table.held_page(connection, number)
        page = kept["page"]
        stored = rows.load(connection, [record.id for record in page.records])
    results: list[dict[str, Any]] = []
    for record in page.records:
        printed = {name: getattr(record, name) for name in _RAW}
        row = stored.get(record.id)
        differs = row and {name: row[name] for name in _RAW if row[name] != printed[name]}
        results.append({"id": record.id, "stored": differs, "quarantined": None, **printed})
    for one in page.quarantined:
        printed = {name: one.raw.get(name) for name in _RAW}
        results.append({"id": None, "stored": None, "quarantined": one.reason, **printed})
    facts = {name: kept[name] for name in _COLUMNS if name != "results"}
    if form == "json":
        print_json({**facts, "results": results})
    elif form in ("csv", "tsv"):
        print_rows(results, ("id", "stored", "quarantined", *_RAW), form)
    else:
        for name, value in facts.items():
            print_field(name, value)
        for result in results:
            _print_result(result)


def _print_result(result: dict[str, Any]) -> None:
    """Print a new result with its values, a stored one with those that differ."""
    known, reason = result["stored"], result["quarantined"]
    state = "new" if known is None else "stored" if known else "stored, the same"
    print_field("for quarantine" if reason else result["id"], reason or state)
    for name in REVISED_FIELDS:
        read = result[f"{name}_raw"]
        if known is None and read is not None:
            print_field(name, read, 3)
        elif known and f"{name}_raw" in known:
            print_field(f"{name}, stored", known[f"{name}_raw"], 3)
            print_field(f"{name}, on the page", read, 3)


def _decide(db: Path, number: int, store: bool) -> None:
    """Store or discard a page; it is read again under the lock, because another process may have decided."""
    refuse_missing(db)
    with Writer(db) as writer:
        row = held_table.held_page(writer.connection, number)
        click.echo(_store(writer, row) if store else _discard(writer, row))


def _store(writer: Writer, row: dict[str, Any]) -> str:
    """Store a page, and return the line that says so."""
    number = row["id"]
    if row["stored_run"] is not None:
        raise BadInputError(f"page {number} was stored by run {row['stored_run']}")
    run = writer.begin("held", row["url"]).run
    with writer.transaction():
        writer.store(row["page"])
        held_table.set_stored(writer.connection, number, run)
    summary = writer.finish("complete", f"held page {number}, stored by `osce-news held {number} --store`")
    counts = f"{summary.new} new, {summary.changed} changed, {summary.unchanged} unchanged"
    if summary.quarantined:
        counts += f", {summary.quarantined} quarantined"
    undo = command_line(f"held {number} --discard", writer.path)
    return f"run {summary.run} stored page {number}: {counts}; `{undo}` takes it back"


def _discard(writer: Writer, row: dict[str, Any]) -> str:
    """Discard a page, with what it stored or not at all, and return the line that says so."""
    said, run = f"page {row['id']} was discarded", row["stored_run"]
    with writer.transaction():
        if run is not None:
            said += f"; run {run} was taken back: {undo_run(writer, run)}"
        held_table.discard(writer.connection, row["id"])
    return said
