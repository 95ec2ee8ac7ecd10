"""The command `schedule`."""

from __future__ import annotations

import getpass
import json
import os
import re
import shlex
import shutil
import string
import sys
from collections.abc import Mapping
from datetime import datetime, timedelta
from importlib import resources
from pathlib import Path
from typing import Any

import click

from osce_news.cli.shared.notifications import Notifications
from osce_news.cli.shared.options import db_option, start_url_option
from osce_news.crawl.config import load_options
from osce_news.errors import BadInputError

# cron only mails to addresses of these characters that begin with a letter or digit.
_ADDRESS = r"[a-zA-Z0-9][\w.+-]*(@[a-zA-Z0-9][\w.-]*)?"
_ADDRESSES = re.compile(f"{_ADDRESS}(,{_ADDRESS})*", re.ASCII)
_CRON_MAX_BYTES = 998  # of a line that every cron accepts
_SHARED_TMP = (Path("/tmp"), Path("/var/tmp"))  # noqa: S108


def _time(ctx: click.Context, param: click.Parameter, value: str) -> datetime:
    try:
        return datetime.strptime(value, "%H:%M")
    except ValueError:
        raise click.BadParameter(f"{value[:60]!r} is not a time of day; write one like 04:17") from None


@click.command()
@click.argument("scheduler", type=click.Choice(("cron", "systemd", "github")))
@db_option
@click.option(
    "--at",
    metavar="HH:MM",
    callback=_time,
    default="04:17",
    help="Time of the daily crawl; on GitHub in UTC.",
)
@click.option(
    "--contact",
    metavar="TEXT",
    envvar="OSCE_NEWS_CONTACT",
    show_envvar=True,
    help="Your e-mail address or web page, so that the site can reach you.",
)
@click.option("--mail", metavar="ADDRESS", help="The address to notify of failed crawls (cron, systemd).")
@click.option("--ping", metavar="URL", help="An address that each crawl requests, as for `crawl`.")
@click.option("--notify", metavar="FILE", help="A file with Apprise addresses to notify of failed crawls.")
@click.option("--user", is_flag=True, help="Make units for your own account instead of the system (systemd).")
@start_url_option
def schedule(
    scheduler: str,
    db: Path,
    at: datetime,
    contact: str | None,
    mail: str | None,
    ping: str | None,
    notify: str | None,
    user: bool,
    start_url: str | None,
) -> None:
    """Print a cron, systemd or GitHub schedule for regular crawls.

    The schedule crawls every day, and reads the whole list on Sundays, half a day after the daily crawl.
    Nothing is installed: the first lines of the text say where it belongs. You are only notified of
    crawls that fail. Lists and other options belong in osce-news.toml next to the database. --ping is for a
    service such as healthchecks.io, which tells you if no crawl has succeeded for too long. The addresses of
    --notify stay in their file, because they hold passwords.

    \b
    Example:
      osce-news schedule cron --contact you@example.org --mail you@example.org
      osce-news schedule systemd --user --ping https://hc-ping.com/ID > units.txt
      osce-news schedule github --contact you@example.org > osce-news.yml
    """
    _refuse_unsuitable(scheduler, mail, ping, notify, user=user)
    load_options(start_url=start_url, db=db)  # raises what each crawl would raise
    Notifications(db, ping, notify)  # likewise
    database, full_at = os.path.abspath(db), at + timedelta(hours=12)
    start = ["--start-url", start_url] if start_url else []
    crawl = [*_program(), "crawl", *start, "--db", database]
    settings = {"CONTACT": contact, "PING": ping, "NOTIFY": notify and os.path.abspath(notify)}
    variables = {f"OSCE_NEWS_{name}": value for name, value in settings.items() if value}
    _refuse_unwritable(crawl, variables)
    values: dict[str, Any] = {
        "at": f"{at:%H:%M}",
        "cron": f"{at.minute} {at.hour} * *",
        "full_at": f"{full_at:%H:%M}",
        "full_cron": f"{full_at.minute} {full_at.hour} * *",
        "contact": contact,
        "mail": mail,
    }
    if scheduler == "cron":
        values |= _cron(crawl, variables, database)
    elif scheduler == "systemd":
        values |= _systemd(crawl, variables, database, user=user)
        values["mail"] = mail or (getpass.getuser() if user else "root")
    else:
        values |= _github(db.name, contact, start_url)
    text = _fill(scheduler, values)
    if scheduler == "cron":
        _refuse_long_line(text)
    click.echo(text, nl=False)


def _refuse_unsuitable(
    scheduler: str, mail: str | None, ping: str | None, notify: str | None, *, user: bool
) -> None:
    """Raise UsageError for an option that this scheduler has no use for, BadInputError for a wrong value."""
    if user and scheduler != "systemd":
        raise click.UsageError("--user works only with systemd")
    if mail and scheduler == "github":
        raise click.UsageError("--mail does not work with github, which notifies its users itself")
    if (ping or notify) and scheduler == "github":
        raise click.UsageError("on GitHub, OSCE_NEWS_PING and OSCE_NEWS_NOTIFY are secrets of the repository")
    if mail and not _ADDRESSES.fullmatch(mail):
        raise BadInputError(f"--mail: not an e-mail address: {mail[:200]!r}")
    if notify is not None and "://" in notify:
        raise BadInputError("--notify: write the address to a file that only you can read, and name the file")


def _refuse_unwritable(crawl: list[str], variables: Mapping[str, str]) -> None:
    """Raise BadInputError for a text that can't be written in every schedule."""
    for text in (*crawl, *variables.values()):
        if not text.isprintable():
            raise BadInputError(f"a schedule can't hold a line break or control character: {text!r}")
    for text in variables.values():
        if '"' in text:
            raise BadInputError(f"a schedule can't hold a quote in a variable: {text}")


def _refuse_long_line(crontab: str) -> None:
    """Raise BadInputError for a line that some cron would cut."""
    longest = max(crontab.splitlines(), key=lambda line: len(line.encode()))
    if len(longest.encode()) > _CRON_MAX_BYTES:
        message = f"a line of {len(longest)} characters is too long for cron: use shorter folder names"
        raise BadInputError(message)


def _program() -> tuple[str, ...]:
    """Return the command that starts this osce-news, independent of the PATH of the scheduler."""
    if Path(sys.argv[0]).name == "osce-news" and (script := shutil.which(sys.argv[0])):
        return (os.path.abspath(script),)
    return (sys.executable, "-m", "osce_news")


class _Template(string.Template):
    delimiter = "§"  # units are full of dollar signs


def _fill(name: str, values: Mapping[str, object]) -> str:
    """Return the text of a template, filled with the values.

    A line "?name text" is kept as "text" if there is such a value, a line "?!name text" if there is none.
    """
    folder = resources.files(__package__).joinpath("schedules")
    template = folder.joinpath(f"{name}.txt").read_text("utf-8")
    template = template.replace("§service\n", folder.joinpath("systemd-service.txt").read_text("utf-8"))
    kept = []
    for line in template.splitlines(keepends=True):
        mark, _, text = line.partition(" ")
        if not mark.startswith("?"):
            kept.append(line)
        elif bool(values.get(mark.strip("?!"))) != mark.startswith("?!"):
            kept.append(text)
    return _Template("".join(kept)).substitute(values)


def _cron(crawl: list[str], variables: Mapping[str, str], db: str) -> dict[str, object]:
    """Return the values of the crontab."""
    return {
        "variables": "\n".join(f'{name}="{value}"' for name, value in variables.items()),
        "crawl": _cron_command(crawl),
        "status": _cron_command([*_program(), "status", "--db", db]),
    }


def _cron_command(words: list[str]) -> str:
    r"""Return the command for a crontab, where an unescaped % would end it.

    cron removes the backslash of \% but no other, so \\% would end the line too:

    >>> print(_cron_command(["100%", "\\%"]))
    100\% '\''\%'
    """
    return " ".join(shlex.quote(word).replace("\\%", "\\''%") for word in words).replace("%", "\\%")


def _systemd(crawl: list[str], variables: Mapping[str, str], db: str, *, user: bool) -> dict[str, object]:
    """Return the values of the units for the user's manager or the system's."""
    account = getpass.getuser()
    # With a /tmp of its own, a crawl would not see a database or program in the shared one.
    files = map(Path, (db, crawl[0], variables.get("OSCE_NEWS_NOTIFY", "/")))
    shared_tmp = any(path.is_relative_to(folder) for path in files for folder in _SHARED_TMP)
    settings = (f"{name}={value}" for name, value in variables.items())
    return {
        "user": user,
        "flag": "--user " if user else "",
        "root": not user and account == "root",
        "account": None if user or account == "root" else _systemd_quote(account),
        "shared_tmp": not user and shared_tmp,
        "own_tmp": not user and not shared_tmp,
        "variables": "\n".join(f"Environment={_systemd_quote(setting)}" for setting in settings),
        "folder": _systemd_quote(str(Path(db).parent)),
        "crawl": _systemd_command(crawl),
    }


def _systemd_command(words: list[str]) -> str:
    """Return the command line of ExecStart=, where $ in an argument begins a variable.

    systemd refuses a program with a quote or a backslash in its path, but takes it as an argument:

    >>> print(_systemd_command(["/home/o'neil/osce-news", "crawl"]))
    /usr/bin/env "/home/o'neil/osce-news" crawl
    """
    starter = ["/usr/bin/env"] if set(words[0]) & set("'\"\\") else []
    program, *arguments = map(_systemd_quote, [*starter, *words])
    return " ".join([program, *(argument.replace("$", "$$") for argument in arguments)])


def _systemd_quote(word: str) -> str:
    r"""Return the word quoted for systemd, where % begins a specifier and \ an escape.

    >>> print(_systemd_quote("--full"), _systemd_quote("/home/me/100% mine"))
    --full "/home/me/100%% mine"
    """
    word = word.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%")
    return word if re.fullmatch(r"[\w./:=@+,%-]+", word) else f'"{word}"'


def _github(name: str, contact: str | None, start_url: str | None) -> dict[str, object]:
    """Return the values of the workflow; of the database, only the name counts on that machine."""
    return {
        "contact": contact and _yaml(contact),
        "db": _yaml(f"database/{name}"),
        "start": f"--start-url {_without_expression(shlex.quote(start_url))} " if start_url else "",
    }


def _yaml(value: str) -> str:
    """Return the value as a YAML string; YAML reads those of JSON."""
    return _without_expression(json.dumps(value, ensure_ascii=False))


def _without_expression(value: str) -> str:
    """Return the value so that GitHub finds no expression in it."""
    return value.replace("${{", "${{ '${{' }}")
