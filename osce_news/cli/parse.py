"""The command `parse`."""

from __future__ import annotations

from pathlib import Path

import click

from osce_news.cli.shared import log
from osce_news.cli.shared.options import FilePath, Number, json_option, log_options, site_option
from osce_news.cli.shared.output import print_json
from osce_news.cli.shared.summary import progress_bar, raise_first
from osce_news.crawl.options import listing_url
from osce_news.errors import BadInputError, require_extra


@click.command()
@click.argument("paths", nargs=-1, required=True, metavar="PATH...", type=FilePath())
@click.option(
    "--out",
    required=True,
    type=FilePath(file_okay=False),
    metavar="FOLDER",
    help="The folder to write the partitions to.",
)
@click.option("--scheduler", metavar="ADDRESS", help="The Dask scheduler, such as tcp://10.0.0.1:8786.")
@click.option(
    "--workers",
    type=Number(1, 64),
    metavar="N",
    help="Without a scheduler, use N processes on this machine.  [default: 2]",
)
@site_option
@json_option
@log_options
def parse(
    paths: tuple[Path, ...],
    out: Path,
    scheduler: str | None,
    workers: int | None,
    start_url: str,
    as_json: bool,
) -> None:
    """Parse WARC files on a Dask cluster into partitions.

    PATH is a WARC file or a folder of them. Each worker reads its part of a file and writes its own
    Parquet file, so all machines need the WARC files and FOLDER at the same paths. If run again, it only
    parses what is missing. Then read the partitions into a database with `merge`. On one machine
    `replay` is faster. Needs the extra `cluster`.

    \b
    Example:
      osce-news parse warcs --out parsed
    """
    if scheduler and workers:
        raise BadInputError("give --scheduler or --workers, not both: a cluster has its own workers")
    require_extra("cluster", "distributed", "pyarrow")
    from osce_news.archive.cluster import parse_files  # imports pyarrow

    log.only_notices()
    url = listing_url(start_url, 50)
    with progress_bar("parse", as_json=as_json) as advance:
        done = parse_files(
            paths, out, scheduler=scheduler, workers=workers or 2, start_url=url, on_part=advance
        )
    if as_json:
        print_json({"parts": done.parts, "parsed": done.parsed, "there": done.there, "folder": str(out)})
    else:
        click.echo(f"{out}: {done.parts} partitions, {done.parsed} parsed now, {done.there} already there")
        if not done.errors:
            click.echo(f"next:\n  osce-news merge {out}")
    raise_first(done.errors)
