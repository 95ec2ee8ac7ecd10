"""Shows what a run does: a progress bar while it works, a summary at its end."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from osce_news.cli.shared import log
from osce_news.cli.shared.output import print_json
from osce_news.cli.shared.pipe import as_far_as_read
from osce_news.clock import duration_in_words
from osce_news.errors import OsceNewsError, command_line
from osce_news.normalize.text import numbered, printable
from osce_news.storage import Summary, queries, read_transaction

if TYPE_CHECKING:
    from osce_news.archive.replay.outcome import Outcome


@contextmanager
def progress_bar(what: str, *, as_json: bool, articles: bool = False) -> Iterator[Callable[..., None]]:
    """Yield the function that advances the bar. It is shown on a terminal, without other log lines or JSON.

    The function gets what is done, as a number or as the summary of a run, and the total number of pages, if
    known; while articles are read also the seconds that remain. `articles`: whether articles follow the list.
    """
    if not sys.stderr.isatty() or as_json or log.is_verbose() or log.is_json():
        yield lambda done, total, left_s=None: None
        return
    log.only_notices()
    from rich.console import Console
    from rich.progress import BarColumn, MofNCompleteColumn, Progress, TextColumn, TimeRemainingColumn

    columns = (
        TextColumn("{task.description}"),
        BarColumn(),
        MofNCompleteColumn(),
        TextColumn("{task.fields[counts]}"),
        *([] if articles else [TimeRemainingColumn()]),  # the count of articles shows the time left
    )
    with Progress(*columns, console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task(what, total=None, counts="")

        def advance(done: Summary | int, total: int | None, left_s: float | None = None) -> None:
            counts = ""
            if isinstance(done, Summary) and left_s is None:
                counts = f"pages  {done.new} new, {done.changed} changed, {done.unchanged} same"
                done = done.pages
            elif isinstance(done, Summary):  # the time follows from the delay, which makes up most of it
                counts = (
                    f"articles  {done.articles_changed} changed, {done.articles_gone} gone, "
                    f"{done.articles_failed} failed; {duration_in_words(left_s or 0)} left"
                )
                done = done.articles
            progress.update(task, completed=done, total=total, counts=counts)

        yield advance


@as_far_as_read()
def print_summary(
    summary: Summary,
    as_json: bool,
    hint: str | None = None,
    more: Mapping[str, Any] | None = None,
    what: str | None = None,
) -> None:
    """Print what the run did, what the database holds now, and commands to try next.

    `more` holds further keys of the JSON object. `what` says what was done; by default, it is the run's mode.
    """
    done = (
        f"{what or summary.mode}: {summary.status}; {numbered(summary.pages, 'page')}, "
        f"{numbered(summary.seen, 'item')}: {summary.new} new, "
        f"{summary.changed} changed, {summary.unchanged} unchanged"
    )
    log.record(done)
    if as_json:
        print_json({**asdict(summary), **(more or {})})
        return
    click.echo("\n".join([done, *_further_counts(summary), *([hint] if hint else [])]))
    commands = ["list", "search trafficking", "stats --by year --by type"]
    if summary.status != "complete":
        commands = [f"runs {summary.run}" if summary.run else "runs"]
    if summary.held:
        commands.append("held")
    if summary.unknown_terms:
        commands.append("vocabulary --unknown")
    _print_overview(Path(summary.database), [command_line(command, summary.database) for command in commands])


def _further_counts(summary: Summary) -> Iterator[str]:
    """Yield a line for each kind of counts that is not zero."""
    if summary.withdrawn or summary.restored:
        yield f"withdrawn from the list: {summary.withdrawn}; restored: {summary.restored}"
    if summary.articles or summary.articles_left:
        yield (
            f"articles: {summary.articles} requested, {summary.articles_changed} with a changed text, "
            f"{summary.articles_gone} gone, {summary.articles_failed} failed; {summary.articles_left} left"
        )
    if summary.quarantined:
        yield f"results in the table quarantine: {summary.quarantined}"
    if summary.unknown_terms:
        yield f"values not in the vocabulary: {summary.unknown_terms}"


def print_outcome(outcome: Outcome, as_json: bool, what: str = "replay") -> None:
    """Print what a replay or merge did. Raises the worst of its errors."""
    print_summary(outcome.summary, as_json, more=outcome.as_json(), what=what)
    print_problems(outcome)


def print_problems(outcome: Outcome) -> None:
    """Print what was left out and what went wrong. Raises the worst of the errors."""
    for line in outcome.lines():
        log.say(printable(line))
    raise_first(outcome.errors)


def raise_first(errors: Sequence[OsceNewsError]) -> None:
    """Raise the first of the errors, which are sorted by weight, after printing the others."""
    for error in errors[1:]:
        log.say(f"osce-news: {printable(str(error))}")
    if errors:
        raise errors[0]


def _print_overview(path: Path, commands: list[str]) -> None:
    try:
        with read_transaction(path) as connection:
            held = queries.overview(connection)
    except OsceNewsError:  # gone or damaged meanwhile; the error of the run says so
        return
    if not held["items"]:
        click.echo(f"{path} holds no items yet")
        return
    click.echo(
        f"{path} holds {numbered(held['items'], 'item')}, {held['first']} to {held['last']}, "
        f"from {numbered(held['offices'], 'office')} on {numbered(held['topics'], 'topic')}"
    )
    click.echo("\n  ".join(["next:", *commands]))
