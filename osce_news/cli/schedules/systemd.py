"""The units of systemd: two services, their timers, and what tells of a failure."""

from __future__ import annotations

import getpass
import re
from collections.abc import Iterable, Iterator
from pathlib import Path

from osce_news.cli.schedules.plan import Plan, fill

_TEMPORARY = (Path("/tmp"), Path("/var/tmp"))  # noqa: S108


def systemd(plan: Plan, *, user: bool) -> str:
    """Return all units, each below a comment with its name; of the user's manager or the system's."""
    name = getpass.getuser()
    contact = "# Set this, so that the site can reach you:\n# Environment=OSCE_NEWS_CONTACT=you@example.org"
    if plan.contact:
        contact = f"Environment={_quote(f'OSCE_NEWS_CONTACT={plan.contact}')}"
    service = fill(
        "systemd-service",
        contact=contact,
        folder=_quote(str(plan.db.parent)),
        run_as=_run_as(name, user),
        private_tmp=_private_tmp(plan),
    )
    units = fill(
        "systemd",
        service=service.rstrip(),
        daily=_command(plan.crawl()),
        weekly=_command(plan.crawl("--full")),
        hour=f"{plan.hour:02}",
        full_hour=f"{plan.full_hour:02}",
        minute=f"{plan.minute:02}",
        flag="--user " if user else "",
        mail=plan.mail or (name if user else "root"),
    )
    return "".join(f"{line}\n" for line in _of(units.splitlines(), "user" if user else "system"))


def _of(lines: Iterable[str], manager: str) -> Iterator[str]:
    """Yield the lines for this manager: those of the template that are marked for it, or not marked."""
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
        return "# Better an account of its own, that owns the database's folder:\n# User=osce-news"
    return f"User={_quote(name)}"


def _private_tmp(plan: Plan) -> str:
    """Return the line that gives the crawl a /tmp of its own, unless it has something in the shared one."""
    for path in (plan.db, *map(Path, plan.command[:1])):
        if any(path.is_relative_to(folder) for folder in _TEMPORARY):
            return "# No PrivateTmp=yes, for the database or the program lies in a temporary folder."
    return "PrivateTmp=yes"


def _command(words: list[str]) -> str:
    """Return the command line of ExecStart=, where in arguments $ stands for a variable."""
    program, *arguments = map(_quote, words)
    return " ".join([program, *(argument.replace("$", "$$") for argument in arguments)])


def _quote(word: str) -> str:
    r"""Return the word as systemd reads it back: % stands for a specifier, \ for an escape.

    >>> print(_quote("--full"), _quote("/home/me/100% mine"))
    --full "/home/me/100%% mine"
    """
    word = word.replace("\\", "\\\\").replace('"', '\\"').replace("%", "%%")
    return word if re.fullmatch(r"[\w./:=@+,%-]+", word) else f'"{word}"'
