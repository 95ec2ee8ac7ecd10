"""Fills the templates of a crontab, systemd units and a GitHub workflow."""

from __future__ import annotations

import getpass
import json
import re
import shlex
import string
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

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

    @property
    def full_hour(self) -> int:
        """The hour of the full crawl: it takes some two hours, so it is far from the daily one."""
        return (self.hour + 12) % 24

    def crawl(self, *options: str) -> list[str]:
        """Return the words of the crawl's command line."""
        start = ["--start-url", self.start_url] if self.start_url else []
        return [*self.command, "crawl", *options, *start, "--db", str(self.db)]


def cron(plan: Plan) -> str:
    """Return the lines to add to a crontab."""
    mailto, receiver = "# MAILTO=you@example.org", "to the owner of the crontab, or to MAILTO if set"
    if plan.mail:
        mailto, receiver = f'MAILTO="{plan.mail}"', "to MAILTO"
    contact = "# Set this, so that the site can reach you:\n# OSCE_NEWS_CONTACT=you@example.org"
    if plan.contact:
        contact = f'OSCE_NEWS_CONTACT="{plan.contact}"'
    return _fill(
        "cron",
        mailto=mailto,
        receiver=receiver,
        contact=contact,
        hour=plan.hour,
        full_hour=plan.full_hour,
        minute=plan.minute,
        daily=_cron_line(plan.crawl()),
        weekly=_cron_line(plan.crawl("--full")),
    )


def systemd(plan: Plan, *, user: bool) -> str:
    """Return the services and timers for the user's manager or the system's, each below its file name."""
    name = getpass.getuser()
    contact = "# Set this, so that the site can reach you:\n# Environment=OSCE_NEWS_CONTACT=you@example.org"
    if plan.contact:
        contact = f"Environment={_systemd_quote(f'OSCE_NEWS_CONTACT={plan.contact}')}"
    service = _fill(
        "systemd-service",
        contact=contact,
        folder=_systemd_quote(str(plan.db.parent)),
        run_as=_run_as(name, user),
        private_tmp=_private_tmp(plan),
    )
    units = _fill(
        "systemd",
        service=service.rstrip(),
        daily=_systemd_command(plan.crawl()),
        weekly=_systemd_command(plan.crawl("--full")),
        hour=f"{plan.hour:02}",
        full_hour=f"{plan.full_hour:02}",
        minute=f"{plan.minute:02}",
        flag="--user " if user else "",
        mail=plan.mail or (name if user else "root"),
    )
    return "".join(f"{line}\n" for line in _lines_for("user" if user else "system", units.splitlines()))


def github(plan: Plan) -> str:
    """Return the workflow. Only the name of the database counts, because it runs on another machine."""
    contact = "# OSCE_NEWS_CONTACT: you@example.org    (set it, so that the site can reach you)"
    if plan.contact:
        contact = f"OSCE_NEWS_CONTACT: {_yaml(plan.contact)}"
    start = f"--start-url {_without_expression(shlex.quote(plan.start_url))} " if plan.start_url else ""
    return _fill(
        "github",
        hour=plan.hour,
        full_hour=plan.full_hour,
        minute=plan.minute,
        db=_yaml(f"database/{plan.db.name}"),
        contact=contact,
        start=start,
    )


class _Template(string.Template):
    delimiter = "§"  # units are full of dollar signs


def _fill(name: str, **values: object) -> str:
    """Return the template of this name, filled with the values."""
    text = resources.files(__package__).joinpath(f"{name}.txt").read_text(encoding="utf-8")
    return _Template(text).substitute(values)


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
            f"a line of {len(line)} letters is too long for cron: shorten the names of folders"
        )
    return line


def _lines_for(manager: str, lines: Iterable[str]) -> Iterator[str]:
    """Yield the template's lines for this manager, "system" or "user": those with its mark or without one."""
    for line in lines:
        mark, _, rest = line.partition(": ")
        if mark not in ("system", "user"):
            yield line
        elif mark == manager:
            yield rest


def _run_as(name: str, user: bool) -> str:
    if user:
        return "# It runs as you."
    if name == "root":
        return "# Better: an account of its own that owns the database's folder.\n# User=osce-news"
    return f"User={_systemd_quote(name)}"


def _private_tmp(plan: Plan) -> str:
    """Return the line that gives the crawl its own /tmp, unless it needs a file in the shared one."""
    for path in (plan.db, *map(Path, plan.command[:1])):
        if any(path.is_relative_to(folder) for folder in _SHARED_TMP):
            return "# No PrivateTmp=yes: the database or the program is in a temporary folder."
    return "PrivateTmp=yes"


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
