"""The command that prints what makes a scheduler crawl."""

from __future__ import annotations

import os
import re
import shutil
import sys
from pathlib import Path

import click

from osce_news.cli.options import db_option, verbose_option


@click.command()
@click.argument("scheduler", type=click.Choice(("cron", "systemd", "github")))
@db_option
@click.option(
    "--at", metavar="HH:MM", default="04:17", show_default=True, help="When to crawl; on GitHub in UTC."
)
@click.option(
    "--contact",
    metavar="TEXT",
    envvar="OSCE_NEWS_CONTACT",
    show_envvar=True,
    help="Your e-mail or page, so that the site can reach you.",
)
@click.option("--mail", metavar="ADDRESS", help="Who is told of a failed crawl (cron, systemd).")
@click.option("--user", is_flag=True, help="Units for your own account, not for the system (systemd).")
@click.option("--start-url", metavar="URL", help="Any listing address, as of crawl.")
@verbose_option
def schedule(
    scheduler: str,
    db: Path,
    at: str,
    contact: str | None,
    mail: str | None,
    user: bool,
    start_url: str | None,
    verbose: bool,
) -> None:
    """Print what makes cron, systemd or GitHub crawl every day, and read the whole list on Sundays.

    Nothing is installed: the text says at its top where it belongs. The full crawl of Sunday is half
    a day from the daily one. A crawl that failed is told to somebody, one that went well is not.

    \b
    Example:
      osce-news schedule cron --db ~/osce-news.db --contact you@example.org --mail you@example.org
      osce-news schedule systemd --user --at 05:40 > units.txt
      osce-news schedule github --contact you@example.org > osce-news.yml
    """
    if user and scheduler != "systemd":
        raise click.UsageError("--user is of use with systemd only")
    if mail and scheduler == "github":
        raise click.UsageError("--mail is of no use with github, which mails to its users by itself")
    from osce_news.cli import schedules
    from osce_news.crawl.options import CrawlOptions

    CrawlOptions.parse(start_url=start_url, db=db)  # raises what every crawl would
    hour, minute = _time(at)
    plan = schedules.Plan(
        _program(), Path(os.path.abspath(db)), hour, minute, contact, mail or None, start_url
    )
    if scheduler == "cron":
        text = schedules.cron(plan)
    elif scheduler == "systemd":
        text = schedules.systemd(plan, user=user)
    else:
        text = schedules.github(plan)
    click.echo(text, nl=False)


def _program() -> tuple[str, ...]:
    """Return the words that start this very osce-news, whatever the PATH of the scheduler."""
    if Path(sys.argv[0]).name == "osce-news" and (script := shutil.which(sys.argv[0])):
        return (os.path.abspath(script),)
    return (sys.executable, "-m", "osce_news")


def _time(text: str) -> tuple[int, int]:
    found = re.fullmatch(r"([01]?\d|2[0-3]):([0-5]\d)", text)
    if found is None:
        raise click.UsageError(f"--at: {text[:60]!r} is no time of the day; write one like 04:17")
    return int(found[1]), int(found[2])
