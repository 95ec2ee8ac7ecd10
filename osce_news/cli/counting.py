"""The command that counts, as a table or as a figure. It imports what draws only to draw."""

from __future__ import annotations

from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from osce_news.cli.options import db_option, filter_options, filters_from, format_options, verbose_option

if TYPE_CHECKING:
    from osce_news.publish.figures import FigureOptions


@click.command()
@db_option
@click.option(
    "--by",
    multiple=True,
    type=click.Choice(("year", "month", "office", "topic", "type")),
    help="What to count by; two give a table.  [default: year]",
)
@click.option(
    "--labels",
    is_flag=True,
    help="Which share of the items prints each label: how far a count by it may be trusted.",
)
@click.option("--top", type=click.IntRange(1, 60), help="Take all but the N most frequent together.")
@click.option(
    "--plot",
    type=click.Path(path_type=Path),
    metavar="FILE",
    help="Draw it into FILE: .svg, .png, or .html, which opens without a network.",
)
@filter_options
@format_options
@verbose_option
def stats(
    db: Path,
    by: tuple[str, ...],
    labels: bool,
    top: int | None,
    plot: Path | None,
    form: str | None,
    verbose: bool,
    **filters: Any,
) -> None:
    """Count items by year, month, office, topic or type.

    An item with two offices counts for both; "(not printed)" counts items without the label.

    \b
    Example:
      osce-news stats --by year --by type
      osce-news stats --by office --topic elections --format csv
      osce-news stats --by year --by office --plot offices.svg
      osce-news stats --labels --plot labels.html
    """
    groups = by or ("year",)
    if len(groups) > 2 or len(set(groups)) != len(groups):
        raise click.UsageError("--by is given once or twice, with two different groups")
    wanted = filters_from(**filters)
    if plot is not None:
        from osce_news.publish.figures import FigureOptions

        title = _draw(db, FigureOptions(groups, wanted, labels, top), plot)
        click.echo(f"{plot}: {title}", err=form is not None)
        if form is None:
            return
    if labels:
        _print_labels(db, groups, wanted, form)
    else:
        _print_counts(db, groups, wanted, top, form)


def _draw(db: Path, options: FigureOptions, path: Path) -> str:
    from osce_news.publish.figures import build_figure, check_path, write_figure
    from osce_news.storage import open_for_reading

    check_path(path)  # before counting, which takes time
    with closing(open_for_reading(db)) as connection:
        figure = build_figure(connection, options)
    write_figure(figure, path)
    return figure.title


def _print_counts(db: Path, groups: Sequence[str], wanted: Any, top: int | None, form: str | None) -> None:
    from osce_news.cli.output import print_rows
    from osce_news.storage import counts, open_for_reading

    with closing(open_for_reading(db)) as connection:
        keep = {
            name: [row["name"] for row in counts.most_frequent(connection, name, wanted)][:top]
            for name in groups
            if top and name not in counts.PERIODS
        }
        rows = counts.stats(connection, groups, wanted, keep)
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
    """Return the names of a group as a table has them: periods in order of time, others by their sums."""
    from osce_news.storage import counts

    sums: dict[str, int] = {}
    for row in rows:
        sums[row[group]] = sums.get(row[group], 0) + row["items"]
    if group in counts.PERIODS:
        return sorted(sums, key=lambda name: (not name[0].isdigit(), name))  # what has no date comes last
    return sorted(sums, key=lambda name: (-sums[name], name))


def _print_labels(db: Path, groups: Sequence[str], wanted: Any, form: str | None) -> None:
    from osce_news.cli.output import print_rows
    from osce_news.storage import counts, open_for_reading

    if len(groups) > 1 or groups[0] not in counts.PERIODS:
        raise click.UsageError("--labels goes with --by year or --by month")
    (period,) = groups
    with closing(open_for_reading(db)) as connection:
        counted = counts.labels(connection, period, wanted)
    rows = [
        {period: row[period], "items": row["items"]}
        | {f"{name}_percent": round(100 * row[name] / row["items"], 1) for name in counts.LABELS}
        for row in counted
    ]
    if form != "json":
        for row in rows:
            row[period] = row[period] or "(not printed)"
    print_rows(rows, (period, "items", *(f"{name}_percent" for name in counts.LABELS)), form)
