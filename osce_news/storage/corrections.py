"""Runs by which a person corrects the database: store a held page, undo a run, normalise everything again."""

from __future__ import annotations

from osce_news.errors import BadInputError
from osce_news.storage import held
from osce_news.storage.held import HeldPage
from osce_news.storage.renormalize import Renormalized, renormalize
from osce_news.storage.runs import Summary
from osce_news.storage.undo import Undone, undo
from osce_news.storage.writer import Writer


def store_held(writer: Writer, page: HeldPage) -> Summary:
    """Store a held page, and return the summary of the run; raises StorageError."""
    run = writer.begin("held", page.url).run
    with writer.transaction():
        writer.store(page.page)
        held.set_stored(writer.connection, page.id, run)
    return writer.finish("complete", f"held page {page.id}, stored by `osce-news held {page.id} --store`")


def undo_run(writer: Writer, run: int) -> Undone:
    """Take back what a run stored.

    Raises BadInputError if there is no such run, StorageError if the database can't be written.
    """
    if writer.connection.execute("SELECT 1 FROM runs WHERE id = ?", [run]).fetchone() is None:
        raise BadInputError(f"no run {run} in {writer.path}; `osce-news runs` lists them")
    present = writer.begin("undo").run
    with writer.transaction():
        undone = undo(writer.connection, run, present)
    writer.finish("complete", f"took back run {run}: {undone}")
    return undone


def renormalize_all(writer: Writer) -> Renormalized:
    """Normalise all raw values again, and rebuild the search index from the texts; raises StorageError."""
    writer.begin("renormalize")
    with writer.transaction():
        done = renormalize(writer.connection)
        writer.connection.execute("INSERT INTO items_fts (items_fts) VALUES ('rebuild')")
    writer.summary.seen, writer.summary.changed = done.items, done.changed
    writer.summary.unchanged = done.items - done.changed
    writer.finish("complete")
    return done
