"""The command `crawl`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from osce_news.cli.options import db_option, json_option, verbose_option
from osce_news.cli.progress import progress_bar
from osce_news.cli.summary import print_summary
from osce_news.crawl.options import CrawlOptions


@click.command()
@db_option
@click.option("--full", is_flag=True, help="Read the whole list, even if the database holds items.")
@click.option(
    "--start-url", metavar="URL", help="The address of any list, with a filter or a keyword, on any site."
)
@click.option("--since", metavar="DATE", help="Skip items published before this day, and stop at them.")
@click.option("--until", metavar="DATE", help="Skip items published after this day.")
@click.option("--max-pages", type=int, metavar="N", help="Stop after N pages.")
@click.option(
    "--overlap",
    type=int,
    metavar="N",
    default=2,
    help="Incremental: stop after N pages without new or changed items.",
)
@click.option("--rows", type=int, metavar="N", default=50, help="Results per page, 50 at most.")
@click.option(
    "--delay",
    type=float,
    metavar="SECONDS",
    help="Seconds between requests; never less than robots.txt asks for.  [default: 10]",
)
@click.option(
    "--restart", is_flag=True, help="Start a full crawl over instead of resuming an unfinished one."
)
@click.option("--accept", is_flag=True, help="Store pages even if they fail the checks. Look at them first.")
@click.option(
    "--archive",
    type=click.Path(path_type=Path, file_okay=False),
    envvar="OSCE_NEWS_ARCHIVE",
    metavar="DIR",
    show_envvar=True,
    help="Keep every response in this folder as WARC files, which `replay` reads.",
)
@click.option("--articles", is_flag=True, help="After the list, read the full texts of its items.")
@click.option("--max-articles", type=int, metavar="N", help="Read at most N articles.  [default: all]")
@json_option
@verbose_option
def crawl(db: Path, as_json: bool, verbose: bool, **arguments: Any) -> None:
    """Read the newsroom's listing pages into the database.

    The first crawl reads the whole list, which takes two to three hours at ten seconds per page. Later
    crawls are incremental: they read the newest pages until two of them hold nothing new or changed.
    --full reads everything again, which also finds items that were back-dated or withdrawn; an interrupted
    full crawl is resumed. Ctrl-C stops after the current page.

    --articles then reads the full texts of new and changed items and of those without a text, newest
    first. All of them take about four days. What was read is stored, and the next run continues from there.

    Set the environment variable OSCE_NEWS_CONTACT to your e-mail address or web page: it is sent with
    each request, so that the site can reach you.

    \b
    Example:
      export OSCE_NEWS_CONTACT=you@example.org
      osce-news crawl --max-pages 2
      osce-news crawl --full
      osce-news crawl --articles --max-articles 300
      osce-news crawl --since 2024-01-01 --db recent.db
      osce-news crawl --archive archive
    """
    given = {name: value for name, value in arguments.items() if value is not None}
    options = CrawlOptions.parse(db=db, **given)
    from osce_news.crawl import process  # imports Scrapy

    with progress_bar("crawl", as_json=as_json, verbose=verbose, articles=options.articles) as advance:
        run = process.crawl(options, advance)
    print_summary(run.summary, as_json, run.hint)
    if run.error is not None:
        raise run.error
    if run.interrupted:
        raise click.Abort
