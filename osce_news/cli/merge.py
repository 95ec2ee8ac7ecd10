"""The command `merge`."""

from __future__ import annotations

from pathlib import Path

import click

from osce_news.cli.shared.options import FilePath, db_option, json_option, log_options
from osce_news.cli.shared.summary import print_outcome, progress_bar
from osce_news.errors import require_extra


@click.command()
@click.argument("folder", type=FilePath())
@db_option
@json_option
@log_options
def merge(folder: Path, db: Path, as_json: bool) -> None:
    """Read the partitions that `parse` wrote into the database.

    The result is the same as that of `replay` on the WARC files. Only FOLDER is needed, no network.
    Needs the extra `cluster`.

    \b
    Example:
      osce-news merge parsed --db merged.db
    """
    require_extra("cluster", "pyarrow")
    # These import pyarrow.
    from osce_news.archive.cluster import merge as merge_partitions
    from osce_news.archive.replay import close_network

    close_network()
    with progress_bar("merge", as_json=as_json) as advance:
        outcome = merge_partitions(folder, db, advance)
    print_outcome(outcome, as_json, "merge")
