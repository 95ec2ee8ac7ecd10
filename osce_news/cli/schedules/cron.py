"""The lines of a crontab."""

from __future__ import annotations

import shlex

from osce_news.cli.schedules.plan import Plan, fill
from osce_news.errors import BadInputError

# What `chronic` does, in plain sh: silence, but for the last line on standard error of what failed.
_QUIETLY = (
    "error=$({command} 2>&1 >/dev/null) || {{ status=$?; "
    """printf 'exit status %s: %s\\n' $status "$(printf '%s\\n' "$error" | tail -n 1)"; exit $status; }}"""
)

_MOST = 998  # bytes of a command that every cron takes


def cron(plan: Plan) -> str:
    """Return the lines to add to a crontab."""
    mailto, receiver = "# MAILTO=you@example.org", "to the owner of the crontab, or to MAILTO if set"
    if plan.mail:
        mailto, receiver = f'MAILTO="{plan.mail}"', "to MAILTO"
    contact = "# Set this, so that the site can reach you:\n# OSCE_NEWS_CONTACT=you@example.org"
    if plan.contact:
        contact = f'OSCE_NEWS_CONTACT="{plan.contact}"'
    return fill(
        "cron",
        mailto=mailto,
        receiver=receiver,
        contact=contact,
        hour=plan.hour,
        full_hour=plan.full_hour,
        minute=plan.minute,
        daily=_line(plan.crawl()),
        weekly=_line(plan.crawl("--full")),
    )


def _line(words: list[str]) -> str:
    r"""Return the command line as a crontab has it: a bare % would end it, so each is escaped.

    cron takes the backslash of \% away but looks at no other, so that \\% would end it too:

    >>> print(_line(["100%"]).partition(" ")[0])
    error=$(100\%
    """
    quoted = [shlex.quote(word).replace("\\%", "\\''%") for word in words]
    line = _QUIETLY.format(command=" ".join(quoted)).replace("%", "\\%")
    if len(line.encode()) > _MOST:
        raise BadInputError(
            f"a line of {len(line)} letters is too long for cron: shorten the names of folders"
        )
    return line
