"""Prints what a run did at its end."""

from __future__ import annotations

import shlex
from collections.abc import Mapping, Sequence
from contextlib import closing
from dataclasses import asdict
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from osce_news.cli.log import record, say
from osce_news.cli.output import print_json, printable
from osce_news.errors import OsceNewsError
from osce_news.normalize.text import numbered
from osce_news.storage import Summary, open_for_reading, queries

if TYPE_CHECKING:
    from osce_news.archive.replay.outcome import Outcome


def print_summary(
    summary: Summary,
    as_json: bool,
    hint: str | None = None,
    more: Mapping[str, Any] | None = None,
    what: str | None = None,
) -> None:
    """Print what the run did, what the database holds now, and commands to try next.

    `more` holds further keys of the JSON object. `what` was done is the mode of the run, unless given.
    """
    done = (
        f"{what or summary.mode}: {summary.status}; {numbered(summary.pages, 'page')}, "
        f"{numbered(summary.seen, 'item')}: {summary.new} new, "
        f"{summary.changed} changed, {summary.unchanged} unchanged"
    )
    record(done)
    if as_json:
        print_json({**asdict(summary), **(more or {})})
        return
    click.echo(done)
    if summary.withdrawn or summary.restored:
        click.echo(f"withdrawn from the list: {summary.withdrawn}; restored: {summary.restored}")
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
    if summary.status != "complete":
        commands = [f"runs {summary.run}" if summary.run else "runs"]
    if summary.held:
        commands.append("held")
    if summary.unknown_terms:
        commands.append("vocabulary --unknown")
    _print_overview(Path(summary.database), [f"osce-news {command}{option}" for command in commands])


def print_outcome(outcome: Outcome, as_json: bool, what: str = "replay") -> None:
    """Print what a replay or merge did. Raises the worst of its errors."""
    print_summary(outcome.summary, as_json, more=outcome.as_json(), what=what)
    print_problems(outcome)


def print_problems(outcome: Outcome) -> None:
    """Print what was left out and what went wrong. Raises the worst of the errors."""
    for line in outcome.lines():
        say(printable(line))
    raise_first(outcome.errors)


def raise_first(errors: Sequence[OsceNewsError]) -> None:
    """Raise the first of the errors, which are sorted by weight, after printing the others."""
    for error in errors[1:]:
        say(f"osce-news: {printable(str(error))}")
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
        f"{path} holds {numbered(held['items'], 'item')}, {held['first']} to {held['last']}, "
        f"from {numbered(held['offices'], 'office')} on {numbered(held['topics'], 'topic')}"
    )
    click.echo("\n  ".join(["next:", *commands]))
