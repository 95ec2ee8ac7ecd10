"""Logging and the progress bar of a run, and the summary at its end."""

from __future__ import annotations

import logging
import shlex
import sys
from collections.abc import Iterator, Mapping, Sequence
from contextlib import closing, contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

import click

from osce_news.cli.output import print_json, printable
from osce_news.clock import in_words
from osce_news.errors import OsceNewsError
from osce_news.storage import Summary, open_for_reading, queries

if TYPE_CHECKING:
    from osce_news.archive.replay.outcome import Outcome


class Advance(Protocol):
    """Called after each page with the run's summary and the total number of pages, if known.

    `left_s`, the seconds that remain, is given while articles are read.
    """

    def __call__(self, summary: Summary, total: int | None, left_s: float | None = None) -> None:
        """Advance the bar."""


def set_up_logging(verbose: bool, *, bar: bool) -> None:
    """Log to stderr: our own lines, with -v all lines, and next to a progress bar only warnings."""
    handler = logging.StreamHandler(sys.stderr)
    handler.setFormatter(logging.Formatter("%(asctime)s %(levelname)s %(message)s", "%H:%M:%S"))
    if not verbose:
        # Hides the log of Scrapy and Twisted; their errors reach us as exceptions.
        handler.addFilter(logging.Filter("osce_news"))
        handler.setLevel(logging.WARNING if bar else logging.INFO)
    logging.root.handlers = [handler]
    logging.root.setLevel(logging.DEBUG if verbose else logging.INFO)


def wants_bar(as_json: bool, verbose: bool) -> bool:
    """Whether to show a progress bar: on a terminal, without log lines or JSON."""
    return sys.stderr.isatty() and not as_json and not verbose


@contextmanager
def progress_bar(shown: bool, what: str, *, articles: bool = False) -> Iterator[Advance]:
    """Yield the function that advances the bar; it does nothing if no bar is shown.

    `articles`: whether articles follow the list. Their count then shows the time left, not the bar.
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
    """Return the text next to the bar while articles are read."""
    counts = (summary.articles_changed, summary.articles_gone, summary.articles_failed)
    said = ", ".join(
        f"{number} {name}" for number, name in zip(counts, ("changed", "gone", "failed"), strict=True)
    )
    # Computed from the current delay, which dominates the time of a request.
    return f"articles  {said}; {in_words(left_s)} left"


def print_summary(
    summary: Summary, as_json: bool, hint: str | None = None, more: Mapping[str, Any] | None = None
) -> None:
    """Print what the run did, what the database holds now, and commands to try next.

    `more` holds further keys of the JSON object.
    """
    if as_json:
        print_json({**asdict(summary), **(more or {})})
        return
    click.echo(
        f"{summary.mode}: {summary.status}; {_count(summary.pages, 'page')}, {_count(summary.seen, 'item')}: "
        f"{summary.new} new, {summary.changed} changed, {summary.unchanged} unchanged"
    )
    if summary.withdrawn or summary.restored:
        click.echo(f"no longer on the list: {summary.withdrawn}; back on it: {summary.restored}")
    if summary.articles or summary.articles_left:
        click.echo(
            f"articles: {summary.articles} requested, {summary.articles_changed} with a changed text, "
            f"{summary.articles_gone} gone, {summary.articles_failed} failed; {summary.articles_left} left"
        )
    option = "" if summary.database == "osce-news.db" else f" --db {shlex.quote(summary.database)}"
    if summary.quarantined:
        click.echo(f"results set aside in the table quarantine: {summary.quarantined}")
    if summary.unknown_terms:
        click.echo(f"values not in the vocabulary: {summary.unknown_terms}")
    if hint:
        click.echo(hint)
    commands = ["list", "search trafficking", "stats --by year --by type"]
    if summary.unknown_terms:
        commands.append("vocabulary --unknown")
    _print_overview(Path(summary.database), [f"osce-news {command}{option}" for command in commands])


def print_outcome(outcome: Outcome, as_json: bool) -> None:
    """Print what a replay or merge did. Raises the worst of its errors."""
    print_summary(outcome.summary, as_json, more=outcome.as_json())
    for line in outcome.lines():
        click.echo(printable(line), err=True)
    raise_first(outcome.errors)


def raise_first(errors: Sequence[OsceNewsError]) -> None:
    """Raise the first of the errors, which are sorted by weight, after printing the others."""
    for error in errors[1:]:
        click.echo(f"osce-news: {printable(str(error))}", err=True)
    if errors:
        raise errors[0]


def _print_overview(path: Path, commands: list[str]) -> None:
    try:
        with closing(open_for_reading(path)) as connection:
            held = queries.overview(connection)
    except OsceNewsError:  # gone or damaged meanwhile: the error of the run says so
        return
    if not held["items"]:
        click.echo(f"{path} holds no items yet")
        return
    click.echo(
        f"{path} holds {_count(held['items'], 'item')}, {held['first']} to {held['last']}, "
        f"of {_count(held['offices'], 'office')} on {_count(held['topics'], 'topic')}"
    )
    click.echo("\n  ".join(["next:", *commands]))


def _count(number: int, noun: str) -> str:
    return f"{number} {noun}" if number == 1 else f"{number} {noun}s"
