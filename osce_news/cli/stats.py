"""The command `stats`."""

from __future__ import annotations

from collections import Counter
from collections.abc import Sequence
from pathlib import Path
from typing import Any

import click

from osce_news.cli.options import db_option, filter_options, format_options, traceback_option
from osce_news.cli.output import print_rows
from osce_news.publish.figures import FigureOptions, build_figure, check_path, write_figure
from osce_news.storage import counts
from osce_news.storage.as_of import open_query
from osce_news.storage.query import Query


@click.command()
@db_option
@click.option(
    "--by",
    multiple=True,
    type=click.Choice(("year", "month", "office", "topic", "type")),
    help="What to count by; give it twice for a table.  [default: year]",
)
@click.option(
    "--labels",
    is_flag=True,
    help="Show the share of items that print each label: how far a count by it can be trusted.",
)
@click.option(
    "--top",
    type=click.IntRange(1, 60),
    metavar="N",
    help='Show the N most frequent; group the rest as "other".',
)
@click.option(
    "--plot",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Draw a figure into FILE: .svg, .png, or .html, which opens without a network.",
)
@filter_options
@format_options
@traceback_option
def stats(
    db: Path,
    by: tuple[str, ...],
    labels: bool,
    top: int | None,
    plot: Path | None,
    form: str | None,
    query: Query,
) -> None:
    """Count items, or draw a figure of the counts.

    Counts by year, month, office, topic or type. An item with two offices counts for both. "(not
    printed)" counts items without the label.

    \b
    Example:
      osce-news stats --by year --by type
      osce-news stats --by office --topic elections --format csv
      osce-news stats --by year --by office --plot offices.svg
      osce-news stats --labels --plot labels.html
    """
    groups = by or ("year",)
    if len(groups) > 2 or len(set(groups)) != len(groups):
        raise click.UsageError("give --by once, or twice with two different groups")
    if plot is not None:
        check_path(plot)  # fail before the counting, which takes time
        options = FigureOptions(groups, query, labels, top)
        with open_query(db, query) as connection:
            figure = build_figure(connection, options)
        write_figure(figure, plot)
        click.echo(f"{plot}: {figure.title}", err=form is not None)
        if form is None:
            return
    if labels:
        _print_labels(db, groups, query, form)
    else:
        _print_counts(db, groups, query, top, form)


def _print_counts(db: Path, groups: Sequence[str], query: Query, top: int | None, form: str | None) -> None:
    with open_query(db, query) as connection:
        keep = {
            name: [row["name"] for row in counts.most_frequent(connection, name, query)][:top]
            for name in groups
            if top and name not in counts.PERIODS
        }
        rows = counts.count_items(connection, groups, query, keep)
    if form == "json":
        return print_rows(rows, (), form)
    for row in rows:
        row.update({name: "(not printed)" for name in groups if row[name] is None})
    if len(groups) == 1:
        return print_rows(rows, (*groups, "items"), form)
    first, second = groups
    columns = _in_order(rows, second)
    lines: dict[str, dict[str, Any]] = {
        name: {first: name, **dict.fromkeys(columns, 0)} for name in _in_order(rows, first)
    }
    for row in rows:
        lines[row[first]][row[second]] = row["items"]
    return print_rows(list(lines.values()), [first, *columns], form)


def _in_order(rows: Sequence[dict[str, Any]], group: str) -> list[str]:
    """Return the names of a group in the order of a table: periods by time, others by frequency."""
    sums: Counter[str] = Counter()
    for row in rows:
        sums[row[group]] += row["items"]
    if group in counts.PERIODS:
        return sorted(sums, key=lambda name: (not name[0].isdigit(), name))  # items without a date come last
    return sorted(sums, key=lambda name: (-sums[name], name))


def _print_labels(db: Path, groups: Sequence[str], query: Query, form: str | None) -> None:
    if len(groups) > 1 or groups[0] not in counts.PERIODS:
        raise click.UsageError("--labels works only with --by year or --by month")
    (period,) = groups
    with open_query(db, query) as connection:
        counted = counts.count_labels(connection, period, query)
    rows = [
        {period: row[period], "items": row["items"]}
        | {f"{name}_percent": round(100 * row[name] / row["items"], 1) for name in counts.LABELS}
        for row in counted
    ]
    if form != "json":
        for row in rows:
            row[period] = row[period] or "(not printed)"
    print_rows(rows, (period, "items", *(f"{name}_percent" for name in counts.LABELS)), form)
