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

from osce_news.cli.shared.notifications import Notifications
from osce_news.cli.shared.options import db_option, start_url_option
from osce_news.crawl.config import load_options
from osce_news.errors import BadInputError

# cron only mails to addresses of these characters that begin with a letter or digit.
_ADDRESS = r"[a-zA-Z0-9][\w.+-]*(@[a-zA-Z0-9][\w.-]*)?"
_ADDRESSES = re.compile(f"{_ADDRESS}(,{_ADDRESS})*", re.ASCII)
_CRON_MAX_BYTES = 998  # of a line that every cron accepts
# Prints nothing unless the command fails; then its exit status, its last line on stderr, and `status`.
_CRON_QUIET = (
    "error=$({command} 2>&1 >/dev/null) || {{ status=$?; "
    """printf 'exit status %s: %s\\n' $status "$(printf '%s\\n' "$error" | tail -n 1)"; """
    "{status}; exit $status; }}"
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
@click.option("--ping", metavar="URL", help="An address that each crawl requests, as for `crawl`.")
@click.option("--notify", metavar="FILE", help="A file with Apprise addresses to notify of failed crawls.")
@click.option("--user", is_flag=True, help="Make units for your own account instead of the system (systemd).")
@start_url_option
def schedule(
    scheduler: str,
    db: Path,
    at: str,
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
      osce-news schedule cron --db ~/osce-news.db --contact you@example.org --mail you@example.org
      osce-news schedule systemd --user --at 05:40 --ping https://hc-ping.com/YOUR-ID > units.txt
      osce-news schedule github --contact you@example.org > osce-news.yml
    """
    if user and scheduler != "systemd":
        raise click.UsageError("--user works only with systemd")
    if mail and scheduler == "github":
        raise click.UsageError("--mail does not work with github, which notifies its users itself")
    if (ping or notify) and scheduler == "github":
        raise click.UsageError("on GitHub, OSCE_NEWS_PING and OSCE_NEWS_NOTIFY are secrets of the repository")
    load_options(start_url=start_url, db=db)  # raises what each crawl would raise
    if notify is not None and "://" in notify:
        raise BadInputError("--notify: write the address to a file that only you can read, and name the file")
    Notifications(db, ping, notify)  # likewise
    hour, minute = _time(at)
    file = Path(os.path.abspath(notify)) if notify else None
    database = Path(os.path.abspath(db))
    plan = Plan(_program(), database, hour, minute, contact, mail or None, start_url, ping, file)
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
    ping: str | None = None
    notify: Path | None = None

    def __post_init__(self) -> None:
        variables = self.variables().values()
        for text in (*self.command, str(self.db), *variables, self.start_url or ""):
            if not text.isprintable():
                raise BadInputError(f"a schedule can't hold a line break or control character: {text!r}")
        for text in variables:
            if '"' in text:
                raise BadInputError(f"a schedule can't hold a quote in a variable: {text}")
        if self.mail is not None and not _ADDRESSES.fullmatch(self.mail):
            raise BadInputError(f"--mail: not an e-mail address: {self.mail[:200]!r}")

    def variables(self) -> dict[str, str]:
        """Return the variables that are set in the environment of the crawls."""
        values = {"CONTACT": self.contact, "PING": self.ping, "NOTIFY": self.notify}
        return {f"OSCE_NEWS_{name}": str(value) for name, value in values.items() if value}

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
    status = [*plan.command, "status", "--db", str(plan.db)]
    daily, weekly = _cron_line(plan.crawl(), status), _cron_line(plan.crawl("--full"), status)
    variables = "\n".join(f'{name}="{value}"' for name, value in plan.variables().items())
    given = {"mail": plan.mail, "contact": plan.contact, "variables": variables}
    return plan.fill(
        _template("cron"), given, mail=plan.mail, variables=variables, daily=daily, weekly=weekly
    )


def systemd(plan: Plan, *, user: bool) -> str:
    """Return the services and timers for the user's manager or the system's, each below its file name."""
    account = getpass.getuser()
    # With a /tmp of its own, a crawl would not see a database or program in the shared one.
    files = (plan.db, *map(Path, plan.command[:1]), *([plan.notify] if plan.notify else []))
    shared_tmp = any(path.is_relative_to(folder) for path in files for folder in _SHARED_TMP)
    conditions = {
        "user": user,
        "contact": plan.contact,
        "root": not user and account == "root",
        "account": not user and account != "root",
        "shared_tmp": not user and shared_tmp,
        "own_tmp": not user and not shared_tmp,
    }
    variables = [_systemd_quote(f"{name}={value}") for name, value in plan.variables().items()]
    return plan.fill(
        _template("systemd").replace("§service\n", _template("systemd-service")),
        conditions | {"variables": variables},
        variables="\n".join(f"Environment={variable}" for variable in variables),
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


def _cron_line(words: list[str], then: list[str]) -> str:
    r"""Return the command line for a crontab, where an unescaped % would end it.

    cron removes the backslash of \% but no other, so \\% would end the line too:

    >>> print(_cron_line(["100%"], []).partition(" ")[0])
    error=$(100\%
    """
    quoted, status = (
        " ".join(shlex.quote(word).replace("\\%", "\\''%") for word in part) for part in (words, then)
    )
    line = _CRON_QUIET.format(command=quoted, status=status).replace("%", "\\%")
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
