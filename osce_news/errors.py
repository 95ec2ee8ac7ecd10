"""All errors, with their exit statuses, and what the user should do.

docs/exit-status.md describes the exit statuses.
"""

from __future__ import annotations

import importlib.util
import re
import shlex
import sys
from contextlib import suppress
from pathlib import Path

# A command in a message, unless it names the database already or does not need it.
_COMMAND = re.compile(r"`osce-news ((?!parse|vocabulary)(?:(?!--db|--help)[^`])+)`")


class OsceNewsError(Exception):
    """Base class of the errors that end a command with a one-line message."""

    exit_status = 1


class StorageError(OsceNewsError):
    """The database could not be read or written. Free some disk space or correct the permissions."""


class NetworkError(OsceNewsError):
    """The site could not be reached. Check the connection and run the command again."""


class UnavailableError(NetworkError):
    """The site is down, or asks for a long wait. Run the command again later."""


class BadInputError(OsceNewsError):
    """An option, address, file or name is wrong. Correct it and run the command again."""

    exit_status = 2


class MissingExtraError(OsceNewsError):
    """A package that this command needs is not installed. Type the command in the message."""


class NotOurDatabaseError(BadInputError):
    """The file is not a database of osce-news. Name another file; this one was not changed."""


class NewerDatabaseError(BadInputError):
    """A newer version of osce-news made the database. Upgrade osce-news; the file was not changed."""


class LayoutError(OsceNewsError):
    """The page was not understood, so nothing from it was stored.

    Compare the kept page with the selector in the message. If the site has changed its pages, a page object
    in `osce_news/pages/` needs a new layout and a fixture.
    """

    exit_status = 3
    what = "page not understood"

    def __init__(self, selector: str, *, expected: str, got: str) -> None:
        self.selector = selector
        self.expected = expected
        self.got = got
        super().__init__(f"{self.what}: {selector}: expected {expected}, got {got}")


class DoubtfulPageError(LayoutError):
    """The page was read, but it failed a check: it is held, and nothing from it was stored.

    `osce-news held` shows what was expected and what is there. Store the page or discard it.
    """

    what = "doubtful page"


class PartialError(OsceNewsError):
    """Some pages could not be read. What was read is stored. Run the command again once the cause is gone."""

    exit_status = 4


class LockedError(OsceNewsError):
    """Another process is writing to this database. Wait for it to end, or stop it."""

    exit_status = 5


class RefusedError(OsceNewsError):
    """The site refused to answer. Do not retry at once: wait, or write to the site's owner."""

    exit_status = 6


class ChallengePageError(RefusedError):
    """The site sent a challenge page instead of the list, so nothing was read."""


class StaleError(OsceNewsError):
    """The last complete crawl is too old, or there is none. `osce-news runs` shows how each ended."""

    exit_status = 7


def command_line(command: str, db: Path | str) -> str:
    """Return a command as it is typed: with the database, unless that is the default.

    >>> command_line("held 1", "osce-news.db"), command_line("held", "my news.db")
    ('osce-news held 1', "osce-news held --db 'my news.db'")
    """
    option = "" if str(db) == "osce-news.db" else f" --db {shlex.quote(str(db))}"
    return f"osce-news {command}{option}"


def with_database(text: str, db: Path | str) -> str:
    """Return a message whose commands, which are in backticks, name the database as `command_line` does.

    Code that does not know the database writes the commands without it.

    >>> with_database("`osce-news held` shows it, `osce-news held --help` explains it", "news.db")
    '`osce-news held --db news.db` shows it, `osce-news held --help` explains it'
    """
    return _COMMAND.sub(lambda found: f"`{command_line(found[1], db)}`", text)


def require_extra(extra: str, *modules: str) -> None:
    """Raise MissingExtraError, which says what to install, if one of the extra's modules is missing.

    The command in the message installs into the running environment; environments made by uv have no pip.
    It asks for the versions that the extra asks for.
    """
    if missing := [name for name in modules if not _is_installed(name)]:
        python = shlex.quote(sys.executable)
        pip = f"{python} -m pip install" if _is_installed("pip") else f"uv pip install --python {python}"
        packages = shlex.join(_requirement(name) for name in missing)
        raise MissingExtraError(
            f"{', '.join(missing)} not installed: the extra {extra} has it; next: {pip} {packages}"
        )


def _requirement(module: str) -> str:
    """Return package and versions that our extras ask for, such as "datasette<1,>=0.65.5".

    If osce-news itself is not installed, this is only the package's name.
    """
    from importlib import metadata  # slow to import

    package = {"vl_convert": "vl-convert-python"}.get(module, module)
    with suppress(metadata.PackageNotFoundError):
        for line in metadata.requires("osce-news") or ():
            if re.match(rf"{package}(?![\w-])", line):
                return line.partition(";")[0].strip()
    return package


def _is_installed(module: str) -> bool:
    try:
        return importlib.util.find_spec(module) is not None
    except ValueError:  # sys.modules has None for it: its import is blocked
        return False


def unexpected(error: BaseException | None) -> OsceNewsError:
    """Return the error to report for an exception that no code expects."""
    if isinstance(error, MemoryError):
        return OsceNewsError("memory ran out: close other programs, or give the machine more")
    if isinstance(error, ImportError):
        return OsceNewsError(f"a package can't be loaded, or there is no memory for it: {error}")
    hint = "a bug in osce-news, unless `osce-news verify` finds the database damaged; -v shows where"
    return OsceNewsError(f"{type(error).__name__}: {error} ({hint})")
