"""The command `schedule`."""

from __future__ import annotations

import os
import re
import shutil
import sys
from pathlib import Path

import click

from osce_news.cli import schedules
from osce_news.cli.options import db_option, traceback_option
from osce_news.crawl.options import CrawlOptions


@click.command()
@click.argument("scheduler", type=click.Choice(("cron", "systemd", "github")))
@db_option
@click.option(
    "--at",
    metavar="HH:MM",
    default="04:17",
    show_default=True,
    help="Time of the daily crawl; on GitHub in UTC.",
)
@click.option(
    "--contact",
    metavar="TEXT",
    envvar="OSCE_NEWS_CONTACT",
    show_envvar=True,
    help="Your e-mail address or web page, so that the site can reach you.",
)
@click.option("--mail", metavar="ADDRESS", help="Who is notified of a failed crawl (cron, systemd).")
@click.option("--user", is_flag=True, help="Make units for your own account instead of the system (systemd).")
@click.option("--start-url", metavar="URL", help="Any listing address, as for `crawl`.")
@traceback_option
def schedule(
    scheduler: str,
    db: Path,
    at: str,
    contact: str | None,
    mail: str | None,
    user: bool,
    start_url: str | None,
) -> None:
    """Print a cron, systemd or GitHub schedule for regular crawls.

    The schedule crawls every day, and reads the whole list on Sundays, half a day after the daily crawl.
    Nothing is installed: the printed text says at its top where it belongs. You are notified of crawls
    that fail, not of those that succeed.

    \b
    Example:
      osce-news schedule cron --db ~/osce-news.db --contact you@example.org --mail you@example.org
      osce-news schedule systemd --user --at 05:40 > units.txt
      osce-news schedule github --contact you@example.org > osce-news.yml
    """
    if user and scheduler != "systemd":
        raise click.UsageError("--user works only with systemd")
    if mail and scheduler == "github":
        raise click.UsageError("--mail does not work with github, which notifies its users itself")
    CrawlOptions.parse(start_url=start_url, db=db)  # raises what each crawl would raise
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
    """Return the command that starts this osce-news, whatever the PATH of the scheduler."""
    if Path(sys.argv[0]).name == "osce-news" and (script := shutil.which(sys.argv[0])):
        return (os.path.abspath(script),)
    return (sys.executable, "-m", "osce_news")


def _time(text: str) -> tuple[int, int]:
    found = re.fullmatch(r"([01]?\d|2[0-3]):([0-5]\d)", text)
    if found is None:
        raise click.UsageError(f"--at: {text[:60]!r} is not a time of day; write one like 04:17")
    return int(found[1]), int(found[2])
