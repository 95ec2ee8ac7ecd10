"""The commands that fill the database."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import click

from osce_news.cli.checking import print_check
from osce_news.cli.options import db_option, verbose_option
from osce_news.cli.progress import print_summary, progress_bar, set_up_logging, wants_bar

_json_option = click.option("--json", "as_json", is_flag=True, help="Print the summary as one JSON object.")


@click.command()
@db_option
@click.option("--full", is_flag=True, help="Read the whole list, though the database holds items.")
@click.option(
    "--start-url", metavar="URL", help="Any listing address, with a filter or a keyword, on any host."
)
@click.option("--since", metavar="DATE", help="Leave out what was published before; stop when past it.")
@click.option("--until", metavar="DATE", help="Leave out what was published after.")
@click.option("--max-pages", type=int, metavar="N", help="Stop after N pages.")
@click.option(
    "--overlap",
    type=int,
    metavar="N",
    default=2,
    show_default=True,
    help="Incremental: stop after N pages without news.",
)
@click.option("--rows", type=int, default=50, show_default=True, help="Results a page, 50 at most.")
@click.option(
    "--delay",
    type=float,
    metavar="SECONDS",
    help="Between requests; never below robots.txt's.  [default: 10]",
)
@click.option("--restart", is_flag=True, help="Begin a full crawl anew, though one is unfinished.")
@click.option(
    "--accept", is_flag=True, help="Believe pages that do not fit what is stored (after a look at them)."
)
@click.option(
    "--archive",
    type=click.Path(path_type=Path, file_okay=False),
    envvar="OSCE_NEWS_ARCHIVE",
    metavar="DIR",
    help="Keep every answer in this folder, as WARC files that `replay` reads.",
)
@click.option(
    "--articles",
    is_flag=True,
    help="Then read the items' own pages: the new and changed ones, those without a text.",
)
@click.option("--max-articles", type=int, metavar="N", help="Ask for N articles at most.  [default: all]")
@_json_option
@verbose_option
def crawl(db: Path, as_json: bool, verbose: bool, **arguments: Any) -> None:
    """Read the newsroom's listing pages into the database.

    The first crawl reads the whole list, at ten seconds a page in about two hours. Later ones are
    incremental: the newest first, until two pages hold nothing new or changed. --full reads all again,
    and finds items that were back-dated or withdrawn; one that was cut short is gone on with.
    Ctrl-C stops after the page in hand.

    --articles reads the full texts when the list is read, newest first. All of them take three days;
    what was read is stored, and the next run goes on where this one stopped.

    \b
    Example:
      osce-news crawl --max-pages 2
      osce-news crawl --full
      osce-news crawl --articles --max-articles 300
      osce-news crawl --since 2024-01-01 --db recent.db
      osce-news crawl --archive archive
    """
    from osce_news.crawl.options import CrawlOptions

    options = CrawlOptions.parse(
        db=db, **{name: value for name, value in arguments.items() if value is not None}
    )
    bar = wants_bar(as_json, verbose)
    set_up_logging(verbose, bar=bar)
    from osce_news.crawl.process import crawl as run_crawl  # imports Scrapy

    with progress_bar(bar, "crawl", articles=options.articles) as advance:
        run = run_crawl(options, advance)
    print_summary(run.summary, as_json, run.hint)
    if run.error is not None:
        raise run.error
    if run.interrupted:
        raise click.Abort


@click.command()
@click.option("--start-url", metavar="URL", help="Any listing address.")
@db_option
@click.option("--delay", type=float, metavar="SECONDS", help="After robots.txt.  [default: 10]")
@click.option("--json", "as_json", is_flag=True, help="Print the coverage as one JSON object.")
@verbose_option
def check(start_url: str | None, db: Path, delay: float | None, as_json: bool, verbose: bool) -> None:
    """Ask for one page of the list and tell how much of it is understood; stores nothing.

    One request after robots.txt. Exit status 3 if the page is not understood, or does not fit what the
    database holds, where there is one.

    \b
    Example:
      osce-news check || echo "the newsroom has changed"
    """
    from osce_news.crawl.options import CrawlOptions

    options = CrawlOptions.parse(start_url=start_url, db=db, delay=delay)
    set_up_logging(verbose, bar=True)
    from osce_news.crawl.process import check as run_check  # imports Scrapy

    print_check(run_check(options), as_json)


@click.command()
@db_option
@verbose_option
def renormalize(db: Path, verbose: bool) -> None:
    """Apply the present vocabulary and rules to the stored raw values; no crawl.

    The search index is made anew too, also where the database has none.

    \b
    Example:
      osce-news renormalize --db osce-news.db
    """
    from osce_news.errors import BadInputError
    from osce_news.storage import Writer

    if not db.exists():
        raise BadInputError(f"no such database: {db}")
    set_up_logging(verbose, bar=False)
    with Writer(db) as writer:
        done = writer.renormalize()
    click.echo(f"{db}: {done.items} items gone through, {done.changed} changed")
