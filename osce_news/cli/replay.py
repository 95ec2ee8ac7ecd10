"""The command `replay`."""

from __future__ import annotations

from pathlib import Path

import click

from osce_news.archive.replay import close_network
from osce_news.archive.replay import replay as replay_paths
from osce_news.cli.shared.options import FilePath, db_option, json_option, log_options, site_option
from osce_news.cli.shared.summary import print_outcome, progress_bar
from osce_news.crawl.options import MAX_ROWS, listing_url


@click.command()
@click.argument("paths", nargs=-1, required=True, metavar="PATH...", type=FilePath())
@db_option
@site_option
@click.option("--jobs", type=int, hidden=True, expose_value=False, help="Of former versions; has no effect.")
@json_option
@log_options
def replay(paths: tuple[Path, ...], db: Path, start_url: str, as_json: bool) -> None:
    """Read saved pages and WARC files into the database, offline.

    PATH is an .html file, an answer of the search service (.json), a WARC file, or a folder of them.
    Replaying the same files again changes nothing.

    What `crawl --archive` recorded is rebuilt run by run, with its whole history. Runs that the database
    already holds are skipped. Saved pages, and the pages in WARC files of other tools, count as read at
    the time when they were fetched. The address and time of a saved page come from a meta.json next to
    page.html. Without one, the address is taken from the page, and the time is that of the file.

    \b
    Example:
      osce-news replay fixtures/listing/seed fixtures/listing/first-page
      osce-news replay archive --db rebuilt.db
      osce-news replay ~/saved-pages --json
    """
    start_url = listing_url(start_url, MAX_ROWS)
    close_network()
    with progress_bar("replay", as_json=as_json) as advance:
        outcome = replay_paths(paths, db, start_url=start_url, on_page=advance)
    print_outcome(outcome, as_json)
