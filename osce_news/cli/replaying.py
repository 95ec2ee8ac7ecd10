"""The command that reads saved pages and archives into the database."""

from __future__ import annotations

from pathlib import Path

import click

from osce_news.cli.options import db_option, verbose_option
from osce_news.cli.output import printable
from osce_news.cli.progress import print_summary, progress_bar, set_up_logging, wants_bar


@click.command()
@click.argument("paths", nargs=-1, required=True, metavar="PATH...", type=click.Path(path_type=Path))
@db_option
@click.option(
    "--jobs",
    type=click.IntRange(1, 64),
    default=1,
    show_default=True,
    metavar="N",
    help="Parse pages in N processes.",
)
@click.option(
    "--start-url",
    metavar="URL",
    help="A listing on the site whose pages are wanted of WARC files that others made.",
)
@click.option("--json", "as_json", is_flag=True, help="Print the summary as one JSON object.")
@verbose_option
def replay(
    paths: tuple[Path, ...], db: Path, jobs: int, start_url: str | None, as_json: bool, verbose: bool
) -> None:
    """Read saved pages and WARC files, or folders of them, into the database; opens no socket.

    What `crawl --archive` recorded is made again run by run, with all its history; a run that the
    database holds already is passed over. Of WARC files made by other tools, and of saved .html pages,
    each page counts for the time it was fetched at; a meta.json beside page.html gives its address and
    time, without one the page itself and the file's time do. Replaying the same again changes nothing.

    \b
    Example:
      osce-news replay fixtures/listing/seed fixtures/listing/first-page
      osce-news replay archive --db rebuilt.db --jobs 2
      osce-news replay ~/saved-pages --json
    """
    from osce_news.archive.replay import replay as replay_paths
    from osce_news.archive.replay.workers import close_network
    from osce_news.crawl.options import listing_url
    from osce_news.site import LISTING_URL

    site = listing_url(start_url, 50) if start_url else LISTING_URL
    bar = wants_bar(as_json, verbose)
    set_up_logging(verbose, bar=bar)
    close_network()
    with progress_bar(bar, "replay") as advance:
        outcome = replay_paths(paths, db, jobs=jobs, start_url=site, on_page=advance)
    print_summary(outcome.summary, as_json, more=outcome.as_json())
    for line in outcome.lines():
        click.echo(printable(line), err=True)
    for error in outcome.errors[1:]:
        click.echo(f"osce-news: {printable(str(error))}", err=True)
    if outcome.errors:
        raise outcome.errors[0]
