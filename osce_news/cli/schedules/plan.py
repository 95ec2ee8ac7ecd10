"""What is to be scheduled, the same for every scheduler."""

from __future__ import annotations

import re
import string
from dataclasses import dataclass
from importlib import resources
from pathlib import Path

from osce_news.errors import BadInputError

# cron mails to no name with other letters, nor to one that begins with another.
_ADDRESS = r"[a-zA-Z0-9][\w.+-]*(@[a-zA-Z0-9][\w.-]*)?"
_ADDRESSES = re.compile(f"{_ADDRESS}(,{_ADDRESS})*", re.ASCII)


@dataclass(frozen=True, slots=True)
class Plan:
    """A crawl every day at `hour`:`minute`, and one of the whole list on Sundays, twelve hours apart.

    `command` holds the words that start osce-news, `db` is absolute. Raises BadInputError for a
    text that no unit can hold.
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
                raise BadInputError(f"no unit can hold a line break or control character: {text!r}")
        if '"' in (self.contact or ""):
            raise BadInputError(f"--contact: write it without quotes: {self.contact}")
        if self.mail is not None and not _ADDRESSES.fullmatch(self.mail):
            raise BadInputError(f"--mail: no address of e-mail: {self.mail[:200]!r}")

    @property
    def full_hour(self) -> int:
        """The hour of the full crawl, which takes some two hours: as far as can be from the daily one."""
        return (self.hour + 12) % 24

    def crawl(self, *options: str) -> list[str]:
        """Return the words of the crawl's command line."""
        start = ["--start-url", self.start_url] if self.start_url else []
        return [*self.command, "crawl", *options, *start, "--db", str(self.db)]


class _Template(string.Template):
    delimiter = "§"  # for units are full of dollar signs


def fill(name: str, **values: object) -> str:
    """Return the template of that name with its values put in."""
    text = resources.files(__package__).joinpath(f"{name}.txt").read_text(encoding="utf-8")
    return _Template(text).substitute(values)
