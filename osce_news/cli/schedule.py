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
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

import click

from osce_news.cli.options import db_option, traceback_option
from osce_news.crawl.config import load_options
from osce_news.errors import BadInputError

# cron mails only to such names: without other letters, and beginning with a letter or digit.
_ADDRESS = r"[a-zA-Z0-9][\w.+-]*(@[a-zA-Z0-9][\w.-]*)?"
_ADDRESSES = re.compile(f"{_ADDRESS}(,{_ADDRESS})*", re.ASCII)
_CRON_MAX_BYTES = 998  # of a line that every cron accepts
# Prints nothing unless the command fails; then its exit status and its last line on stderr. Like `chronic`.
_CRON_QUIET = (
    "error=$({command} 2>&1 >/dev/null) || {{ status=$?; "
    """printf 'exit status %s: %s\\n' $status "$(printf '%s\\n' "$error" | tail -n 1)"; exit $status; }}"""
)
_SHARED_TMP = (Path("/tmp"), Path("/var/tmp"))  # noqa: S108


@click.command()
@click.argument("scheduler", type=click.Choice(("cron", "systemd", "github")))
@db_option
@click.option("--at", metavar="HH:MM", default="04:17", help="Time of the daily crawl; on GitHub in UTC.")
@click.option(
    "--contact",
    metavar="TEXT",
    envvar="OSCE_NEWS_CONTACT",
    show_envvar=True,
    help="Your e-mail address or web page, so that the site can reach you.",
)
@click.option("--mail", metavar="ADDRESS", help="The address to notify of failed crawls (cron, systemd).")
@click.option("--user", is_flag=True, help="Make units for your own account instead of the system (systemd).")
@click.option("--start-url", metavar="URL", help="The address of any list, as for `crawl`.")
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
    Nothing is installed: the first lines of the text say where it belongs. You are only notified of
    crawls that fail. Lists and other options belong in osce-news.toml beside the database.

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
    load_options(start_url=start_url, db=db)  # raises what each crawl would raise
    hour, minute = _time(at)
    plan = Plan(_program(), Path(os.path.abspath(db)), hour, minute, contact, mail or None, start_url)
    if scheduler == "cron":
        text = cron(plan)
    else:
        text = systemd(plan, user=user) if scheduler == "systemd" else github(plan)
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


@dataclass(frozen=True, slots=True)
class Plan:
    """A daily crawl at `hour`:`minute`, and a full crawl on Sundays twelve hours apart from it.

    `command` holds the words that start osce-news; `db` is absolute. Raises BadInputError for text that no
    template can hold.
    """

    command: tuple[str, ...]
    db: Path
    hour: int
    minute: int
    contact: str | None = None
    mail: str | None = None
    start_url: str | None = None

    def __post_init__(self) -> None:
        for text in (*self.command, str(self.db), self.contact or "", self.start_url or ""):
            if not text.isprintable():
                raise BadInputError(f"a schedule can't hold a line break or control character: {text!r}")
        if '"' in (self.contact or ""):
            raise BadInputError(f"--contact: write it without quotes: {self.contact}")
        if self.mail is not None and not _ADDRESSES.fullmatch(self.mail):
            raise BadInputError(f"--mail: not an e-mail address: {self.mail[:200]!r}")

    def crawl(self, *options: str) -> list[str]:
        """Return the words of the crawl's command line."""
        start = ["--start-url", self.start_url] if self.start_url else []
        return [*self.command, "crawl", *options, *start, "--db", str(self.db)]

    def fill(self, template: str, conditions: Mapping[str, object], **values: object) -> str:
        """Return the text, filled with the values and the times of the crawls.

        A line "?name text" is kept as "text" if the condition is true, a line "?!name text" if it is not.
        """
        full_hour = (self.hour + 12) % 24
        times: dict[str, object] = {
            "at": f"{self.hour:02}:{self.minute:02}",
            "cron": f"{self.minute} {self.hour} * *",
            "full_at": f"{full_hour:02}:{self.minute:02}",
            "full_cron": f"{self.minute} {full_hour} * *",
        }
        marks = {f"?{name}" if value else f"?!{name}" for name, value in conditions.items()}
        lines = []
        for line in template.splitlines(keepends=True):
            mark, _, text = line.partition(" ")
            if mark in marks or not mark.startswith("?"):
                lines.append(text if mark in marks else line)
        return _Template("".join(lines)).substitute(times | values)


class _Template(string.Template):
    delimiter = "§"  # units are full of dollar signs


def _template(name: str) -> str:
    return resources.files(__package__).joinpath("schedules", f"{name}.txt").read_text("utf-8")


def cron(plan: Plan) -> str:
    """Return the lines to add to a crontab."""
    daily, weekly = _cron_line(plan.crawl()), _cron_line(plan.crawl("--full"))
    given = {"mail": plan.mail, "contact": plan.contact}
    return plan.fill(_template("cron"), given, **given, daily=daily, weekly=weekly)


def systemd(plan: Plan, *, user: bool) -> str:
    """Return the services and timers for the user's manager or the system's, each below its file name."""
    account = getpass.getuser()
    # With a /tmp of its own, a crawl would not see a database or program in the shared one.
    files = (plan.db, *map(Path, plan.command[:1]))
    shared_tmp = any(path.is_relative_to(folder) for path in files for folder in _SHARED_TMP)
    conditions = {
        "user": user,
        "contact": plan.contact,
        "root": not user and account == "root",
        "account": not user and account != "root",
        "shared_tmp": not user and shared_tmp,
        "own_tmp": not user and not shared_tmp,
    }
    return plan.fill(
        _template("systemd").replace("§service\n", _template("systemd-service")),
        conditions,
        contact=_systemd_quote(f"OSCE_NEWS_CONTACT={plan.contact}"),
        folder=_systemd_quote(str(plan.db.parent)),
        account=_systemd_quote(account),
        daily=_systemd_command(plan.crawl()),
        weekly=_systemd_command(plan.crawl("--full")),
        flag="--user " if user else "",
        mail=plan.mail or (account if user else "root"),
    )


def github(plan: Plan) -> str:
    """Return the workflow. Only the name of the database counts, because it runs on another machine."""
    start = f"--start-url {_without_expression(shlex.quote(plan.start_url))} " if plan.start_url else ""
    contact, db = _yaml(plan.contact or ""), _yaml(f"database/{plan.db.name}")
    return plan.fill(_template("github"), {"contact": plan.contact}, db=db, contact=contact, start=start)


def _cron_line(words: list[str]) -> str:
    r"""Return the command line for a crontab, where an unescaped % would end it.

    cron removes the backslash of \% but no other, so \\% would end the line too:

    >>> print(_cron_line(["100%"]).partition(" ")[0])
    error=$(100\%
    """
    quoted = [shlex.quote(word).replace("\\%", "\\''%") for word in words]
    line = _CRON_QUIET.format(command=" ".join(quoted)).replace("%", "\\%")
    if len(line.encode()) > _CRON_MAX_BYTES:
        raise BadInputError(
            f"a line of {len(line)} characters is too long for cron: use shorter folder names"
        )
    return line


def _systemd_command(words: list[str]) -> str:
    """Return the command line of ExecStart=, where $ in an argument begins a variable."""
    program, *arguments = map(_systemd_quote, words)
    return " ".join([program, *(argument.replace("$", "$$") for argument in arguments)])


def _systemd_quote(word: str) -> str:
    r"""Return the word quoted for systemd, where % begins a specifier and \ an escape.

    >>> print(_systemd_quote("--full"), _systemd_quote("/home/me/100% mine"))
    --full "/home/me/100%% mine"
    """
    word = word.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%")
    return word if re.fullmatch(r"[\w./:=@+,%-]+", word) else f'"{word}"'


def _yaml(value: str) -> str:
    """Return the value as a YAML string; YAML reads those of JSON."""
    return _without_expression(json.dumps(value, ensure_ascii=False))


def _without_expression(value: str) -> str:
    """Return the value so that GitHub finds no expression in it."""
    return value.replace("${{", "${{ '${{' }}")
