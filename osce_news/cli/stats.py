"""The command `stats`."""

from __future__ import annotations

import sqlite3
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from osce_news.cli.shared.options import FilePath, Number, db_option, filter_options, format_options
from osce_news.cli.shared.output import print_count, print_rows
from osce_news.publish.figures import (
    MAX_GROUPS,
    NOT_PRINTED,
    FigureOptions,
    build_figure,
    check_path,
    write_figure,
)
from osce_news.storage import queries
from osce_news.storage.queries import Query, counts, open_for_query


@click.command()
@db_option
@click.option(
    "--by",
    multiple=True,
    type=click.Choice(tuple(counts.GROUPS)),
    help="What to count by; give it twice for a table.  [default: year]",
)
@click.option(
    "--labels",
    is_flag=True,
    help="Show the share of items that print each label: how far a count by it can be trusted.",
)
@click.option("--tidy", is_flag=True, help="One row per cell, for R and pandas, instead of a table.")
@click.option(
    "--top",
    type=Number(1, MAX_GROUPS),
    metavar="N",
    help='Show the N most frequent; group the rest as "other".',
)
@click.option(
    "--plot",
    type=FilePath(),
    metavar="FILE",
    help="Draw a figure into FILE: .svg, .png, .pdf, or .html, which opens without a network.",
)
@filter_options
@format_options
def stats(
    db: Path,
    by: tuple[str, ...],
    labels: bool,
    tidy: bool,
    top: int | None,
    plot: Path | None,
    form: str | None,
    query: Query,
) -> None:
    """Count items, or draw a figure of the counts.

    Counts by year, month, office, topic or type. An item with two offices counts for both. "(not
    printed)" counts items without the label. Years and months without items are shown with 0. Question 15 of
    docs/cookbook.md counts places. --plot needs the extra `plot`.

    \b
    Example:
      osce-news stats --by year --by type
      osce-news stats --by office --topic elections --format csv
      osce-news stats --search police --by year --by office --tidy --format csv
      osce-news stats --by year --by office --plot offices.svg
      osce-news stats --labels --plot labels.html
    """
    options = FigureOptions(by or ("year",), query, labels, top)
    if labels and tidy:
        raise click.UsageError("--tidy is for counts: leave out --labels")
    if tidy and plot is not None and form is None:
        raise click.UsageError("--tidy is for a table, not for a figure: add --format, or leave out --tidy")
    if plot is not None:
        check_path(plot)  # fail before the counting, which takes time
    with open_for_query(db, query) as connection:
        if plot is not None:
            figure = build_figure(connection, options)
            write_figure(figure, plot)
            click.echo(f"{plot}: {figure.title}", err=form is not None)
        if plot is None or form is not None:
            if labels:
                _print_labels(connection, options, form)
            else:
                _print_counts(connection, options, form, tidy=tidy)
        if query or not queries.count(connection, query):
            print_count(connection, query)


def _print_counts(
    connection: sqlite3.Connection, options: FigureOptions, form: str | None, *, tidy: bool
) -> None:
    groups, query, top = options.by, options.query, options.top
    keep = {
        name: counts.most_frequent(connection, name, query)[:top]
        for name in groups
        if name not in counts.PERIODS
    }
    counted = counts.count_items(connection, groups, query, keep)
    names: dict[str, list[str | None]] = {}
    for group in groups:  # all periods, or the most frequent names first
        found = {row[group] for row in counted}
        known = keep[group] if group in keep else counts.shown_periods(connection, query, group)
        names[group] = [*known, *(rest for rest in (counts.OTHER, None) if rest in found)]
    cells = counts.fill(counted, names)
    if form != "json":
        for cell in cells:
            cell.update({group: NOT_PRINTED for group in groups if cell[group] is None})
    if form == "json" or tidy or len(groups) == 1:
        print_rows(cells, (*groups, "items"), form)
    else:
        _print_crossed(cells, groups, form)


def _print_crossed(cells: Sequence[dict[str, Any]], groups: Sequence[str], form: str | None) -> None:
    """Print the cells of two groups as a table with a line for each name of the first."""
    first, second = groups
    lines: dict[str, dict[str, Any]] = {}
    for cell in cells:
        lines.setdefault(cell[first], {first: cell[first]})[cell[second]] = cell["items"]
    columns = list(dict.fromkeys(cell[second] for cell in cells))
    print_rows(list(lines.values()), [first, *columns], form)


def _print_labels(connection: sqlite3.Connection, options: FigureOptions, form: str | None) -> None:
    (period,) = options.by
    rows = [
        {f"{name}_percent" if name in counts.LABELS else name: value for name, value in row.items()}
        for row in counts.label_shares(connection, period, options.query)
    ]
    if form != "json":
        for row in rows:
            row[period] = row[period] or NOT_PRINTED
    print_rows(rows, (period, "items", *(f"{name}_percent" for name in counts.LABELS)), form)
