"""The command `crawl`."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import click

from osce_news.cli.shared.notifications import Notifications
from osce_news.cli.shared.options import config_option, db_option, json_option, log_options
from osce_news.cli.shared.summary import print_summary, progress_bar
from osce_news.crawl.config import load_options
from osce_news.crawl.options import OPTIONS


def _crawl_options(command: Callable[..., Any]) -> Callable[..., Any]:
    """Add each option of `CrawlOptions`; the command gets None for those that are not given."""
    for name, option in reversed(OPTIONS.items()):
        command = click.option(f"--{name.replace('_', '-')}", default=None, **option["click"])(command)
    return command


@click.command()
@db_option
@config_option
@_crawl_options
@click.option(
    "--ping",
    metavar="URL",
    envvar="OSCE_NEWS_PING",
    show_envvar=True,
    help="Request this address after a success; with /start at the start, and with /STATUS after a failure.",
)
@click.option(
    "--notify",
    metavar="FILE",
    envvar="OSCE_NEWS_NOTIFY",
    show_envvar=True,
    help="Send a notice of a failure to the Apprise addresses in this file, or to one address.",
)
@json_option
@log_options
def crawl(db: Path, ping: str | None, notify: str | None, as_json: bool, **arguments: Any) -> None:
    """Read the newsroom's list into the database.

    A crawl into an empty database reads the whole list, two to three hours at ten seconds per page. Later
    crawls are incremental: they read the newest pages until two in a row have nothing new or changed. With
    --full, a crawl reads everything again, so it also finds items that were back-dated. Then it requests
    the pages of up to 50 items that the list no longer shows, to find out which of them were withdrawn. An
    interrupted full crawl is resumed. Ctrl-C stops after the current page.

    With --articles, the crawl then reads the full texts of new and changed items and of those without a
    text, newest first. Reading all of them takes about four days. You can stop at any time: what was read is
    stored, and the next run continues.

    --source search reads the site's search service: all items with their full texts in about 140 requests.
    Whether the site's terms allow that is for you to decide.

    Options can be kept in a file osce-news.toml next to the database, under their long names.

    Set the environment variable OSCE_NEWS_CONTACT to your e-mail address or web page: it is sent with
    each request, so that the site can reach you.

    --ping and --notify report how an unattended crawl ends. Put passwords into the file of --notify, which
    needs the extra `notify`.

    \b
    Example:
      export OSCE_NEWS_CONTACT=you@example.org
      osce-news crawl --max-pages 2
      osce-news crawl --full
      osce-news crawl --articles --max-articles 300
      osce-news crawl --since 2024-01-01 --db recent.db
      osce-news crawl --archive archive
      osce-news crawl --source search
      osce-news crawl --start-url https://odihr.osce.org/odihr/news --full
    """
    notifications = Notifications(db, ping, notify)
    with notifications.sent():
        options = load_options(db=db, **arguments)
        from osce_news.crawl import process  # imports Scrapy

        with progress_bar("crawl", as_json=as_json, articles=options.articles) as advance:
            result = process.crawl(options, advance)
        if result.run is not None:
            notifications.run = result.summary.run
            print_summary(result.summary, as_json, result.hint)
        if result.interrupted:
            raise KeyboardInterrupt
        if result.error is not None:
            raise result.error
