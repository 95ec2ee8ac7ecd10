"""The commands that parse WARC files on a Dask cluster, and read what came out of it."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import TYPE_CHECKING

import click

from osce_news.cli.options import db_option, verbose_option
from osce_news.cli.output import print_json, printable
from osce_news.cli.progress import print_summary, progress_bar, set_up_logging, wants_bar
from osce_news.errors import BadInputError, OsceNewsError
from osce_news.publish.extras import require_extra

if TYPE_CHECKING:
    from osce_news.archive.cluster.parts import Part


@click.command()
@click.argument("paths", nargs=-1, required=True, metavar="PATH...", type=click.Path(path_type=Path))
@click.option(
    "--out",
    required=True,
    type=click.Path(path_type=Path, file_okay=False),
    metavar="FOLDER",
    help="Where the partitions are written.",
)
@click.option("--scheduler", metavar="ADDRESS", help="Of a Dask cluster, such as tcp://10.0.0.1:8786.")
@click.option(
    "--workers",
    type=click.IntRange(1, 64),
    metavar="N",
    help="Without a cluster: N processes on this machine.  [default: 2]",
)
@click.option(
    "--part-size",
    type=click.IntRange(1, 4096),
    default=16,
    show_default=True,
    metavar="MIB",
    help="Files are cut into parts of this size.",
)
@click.option("--start-url", metavar="URL", help="As for `replay`.")
@click.option("--json", "as_json", is_flag=True, help="Print what was done as one JSON object.")
@verbose_option
def parse(
    paths: tuple[Path, ...],
    out: Path,
    scheduler: str | None,
    workers: int | None,
    part_size: int,
    start_url: str | None,
    as_json: bool,
    verbose: bool,
) -> None:
    """Parse WARC files, or folders of them, on a Dask cluster into partitions for `merge`.

    Each worker reads its part of a file and writes a Parquet file of its own, so all machines need the
    WARC files and FOLDER at the same paths. Run again, it parses only what is missing. On one machine
    `replay --jobs` does the same faster. Needs the extra `cluster`.

    \b
    Example:
      osce-news parse warcs --out parsed
    """
    if scheduler and workers:
        raise BadInputError("--scheduler and --workers exclude each other: a cluster has its own workers")
    require_extra("cluster", "distributed", "pyarrow")
    from osce_news.archive.cluster import parse_files

    set_up_logging(verbose, bar=True)
    with _bar(wants_bar(as_json, verbose)) as advance:
        done = parse_files(
            paths,
            out,
            scheduler=scheduler,
            workers=workers or 2,
            part_bytes=part_size * 1024**2,
            start_url=start_url,
            on_part=advance,
            verbose=verbose,
        )
    if as_json:
        print_json({"parts": done.parts, "parsed": done.parsed, "there": done.there, "folder": str(out)})
    else:
        click.echo(f"{out}: {done.parts} partitions, {done.parsed} made now, {done.there} were there")
        if not done.errors:
            click.echo(f"next:\n  osce-news merge {out}")
    _raise(done.errors)


@click.command()
@click.argument("folder", type=click.Path(path_type=Path))
@db_option
@click.option("--json", "as_json", is_flag=True, help="Print the summary as one JSON object.")
@verbose_option
def merge(folder: Path, db: Path, as_json: bool, verbose: bool) -> None:
    """Read what `parse` has made into the database, as `replay` reads the WARC files themselves.

    Opens no socket, and needs FOLDER only. Needs the extra `cluster`.

    \b
    Example:
      osce-news merge parsed --db merged.db
    """
    require_extra("cluster", "pyarrow")
    from osce_news.archive.cluster.merging import merge as merge_partitions
    from osce_news.archive.replay.offline import close_network

    bar = wants_bar(as_json, verbose)
    set_up_logging(verbose, bar=bar)
    close_network()
    with progress_bar(bar, "merge") as advance:
        outcome = merge_partitions(folder, db, advance)
    print_summary(outcome.summary, as_json, more=outcome.as_json())
    for line in outcome.lines():
        click.echo(printable(line), err=True)
    _raise(outcome.errors)


def _raise(errors: list[OsceNewsError]) -> None:
    """Print all errors but the first, which is raised."""
    for error in errors[1:]:
        click.echo(f"osce-news: {printable(str(error))}", err=True)
    if errors:
        raise errors[0]


@contextmanager
def _bar(shown: bool) -> Iterator[Callable[[Part, int], None]]:
    """Yield the function that moves a bar on by one part of so many."""
    if not shown:
        yield lambda part, total: None
        return
    from rich.console import Console
    from rich.progress import Progress

    with Progress(console=Console(stderr=True), transient=True) as progress:
        task = progress.add_task("parse", total=None)
        yield lambda part, total: progress.update(task, advance=1, total=total)
