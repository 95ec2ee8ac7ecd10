"""The progress bar on a terminal, quiet log lines elsewhere, and what a run says at its end."""

from __future__ import annotations

import logging
import shlex
import sys
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import click

if TYPE_CHECKING:
    from osce_news.storage import Summary


class Advance(Protocol):
    """Called after each page, with the run's summary and the number of pages in all, if known.

    With `left_s`, the seconds that the rest takes, the list is read, and these are articles.
    """

    def __call__(self, summary: Summary, total: int | None, left_s: float | None = None) -> None:
        """Move the bar on."""


def set_up_logging(verbose: bool, *, bar: bool) -> None:
    """Log to standard error: our own lines, or all with -v; under a progress bar only warnings."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s", "%H:%M:%S"))
    if not verbose:
        # What Scrapy and Twisted say of themselves; what they report reaches us as an error.
        handler.addFilter(logging.Filter("osce_news"))
        handler.setLevel(logging.WARNING if bar else logging.INFO)
    logging.root.handlers = [handler]
    logging.root.setLevel(logging.DEBUG if verbose else logging.INFO)


def wants_bar(as_json: bool, verbose: bool) -> bool:
    """Whether a progress bar is of use: somebody looks, and no log lines run through it."""
    return sys.stderr.isatty() and not as_json and not verbose


@contextmanager
def progress_bar(shown: bool, what: str, *, articles: bool = False) -> Iterator[Advance]:
    """Yield the function that moves the bar on; it does nothing if no bar is shown.

    `articles` is whether articles follow the list; the time left is then told beside their number.
    """
    if not shown:
        yield lambda summary, total, left_s=None: None
        return
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[counts]}"),
        *([] if articles else [TimeRemainingColumn()]),
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task(what, total=None, counts="pages")

        def advance(summary: Summary, total: int | None, left_s: float | None = None) -> None:
            counts = f"pages  {summary.new} new, {summary.changed} changed, {summary.unchanged} same"
            done = summary.pages
            if left_s is not None:
                done, counts = summary.articles, _articles(summary, left_s)
            progress.update(task, completed=done, total=total, counts=counts)

        yield advance


def _articles(summary: Summary, left_s: float) -> str:
    """Return what is shown beside the bar while articles are read."""
    from osce_news.clock import in_words

    counts = (summary.articles_changed, summary.articles_gone, summary.articles_failed)
    said = ", ".join(
        f"{number} {name}" for number, name in zip(counts, ("changed", "gone", "failed"), strict=True)
    )
    # By the delay in force: at ten seconds a request the pace of the last minutes says nothing better.
    return f"articles  {said}; {in_words(left_s)} left"


def print_summary(
    summary: Summary, as_json: bool, hint: str | None = None, more: Mapping[str, Any] | None = None
) -> None:
    """Print what the run did, what the database holds now, and what to type next.

    `more` is what the JSON has besides the summary.
    """
    if as_json:
        from osce_news.cli.output import print_json

        print_json({**asdict(summary), **(more or {})})
        return
    click.echo(
        f"{summary.mode}: {summary.status}; {summary.pages} pages, {summary.seen} items: "
        f"{summary.new} new, {summary.changed} changed, {summary.unchanged} unchanged"
    )
    if summary.withdrawn or summary.restored:
        click.echo(f"no longer on the list: {summary.withdrawn}; on it again: {summary.restored}")
    if summary.articles or summary.articles_left:
        click.echo(
            f"articles: {summary.articles} asked for, {summary.articles_changed} with another text, "
            f"{summary.articles_gone} gone, {summary.articles_failed} not read; {summary.articles_left} left"
        )
    option = "" if summary.database == "osce-news.db" else f" --db {shlex.quote(summary.database)}"
    if summary.quarantined:
        click.echo(f"set aside in the table quarantine: {summary.quarantined} results")
    if summary.unknown_terms:
        click.echo(f"printed values that no entry matches: {summary.unknown_terms}")
    if hint:
        click.echo(hint)
    commands = ["list", "search trafficking", "stats --by year --by type"]
    if summary.unknown_terms:
        commands.append("vocabulary --unknown")
    _print_overview(Path(summary.database), [f"osce-news {command}{option}" for command in commands])


def _print_overview(path: Path, commands: list[str]) -> None:
    from contextlib import closing

    from osce_news.errors import OsceNewsError
    from osce_news.storage import open_for_reading, queries

    try:
        with closing(open_for_reading(path)) as connection:
            held = queries.overview(connection)
    except OsceNewsError:  # gone or damaged under way: the run's own error says so
        return
    if not held["items"]:
        click.echo(f"{path} holds no items yet")
        return
    click.echo(
        f"{path} holds {held['items']} items, {held['first']} to {held['last']}, "
        f"of {held['offices']} offices on {held['topics']} topics"
    )
    click.echo("\n  ".join(["next:", *commands]))
