"""Reports how an unattended crawl ends: by a ping, and a failure also by a service that Apprise knows."""

from __future__ import annotations

import inspect
import json
import logging
import os
import socket
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from threading import Thread
from urllib.parse import urlsplit

from osce_news import __version__
from osce_news.cli.shared.log import INTERRUPTED, line_and_status
from osce_news.errors import BadInputError, OsceNewsError, command_line, require_extra, with_database
from osce_news.normalize import is_web_address
from osce_news.urls import without_user

logger = logging.getLogger(__name__)
_PATIENCE_S = 30  # for a ping with its retries
_NOTICE_S = 60
# Apprise runs in a process of its own, so that it can be stopped, and so that the addresses in its log do not
# get into ours. Without a title, it only checks the addresses.
_APPRISE = """
import json, sys, apprise
given = json.load(sys.stdin)
services = apprise.Apprise()
ok = services.add(given.pop("addresses")) and len(services) > 0
sys.exit(not (ok and ("title" not in given or services.notify(**given, notify_type="failure"))))
"""


class Notifications:
    """Where a crawl is reported: `ping` and `notify` are as on the command line.

    `run` is the number of the run, once it is known. Raises BadInputError, which shows none of the addresses,
    and MissingExtraError if Apprise is not installed.
    """

    def __init__(self, db: Path, ping: str | None, notify: str | None) -> None:
        self.db = db
        self.run: int | None = None
        if ping and not (is_web_address(ping) and ping.isprintable() and "@" not in urlsplit(ping).netloc):
            raise BadInputError("--ping: not an address that begins with https:// and has no password")
        self._ping_address = ping
        self._services = _services(notify) if notify else []

    @contextmanager
    def sent(self) -> Iterator[None]:
        """Report the start of the block, its end, and the exception that ends it. No report raises."""
        self._ping("/start")
        try:
            yield
        except BaseException as error:
            message, status = line_and_status(error)
            self._ping(f"/{status}")
            if status != INTERRUPTED:
                title = f"osce-news: the crawl on {socket.gethostname()} ended with exit status {status}"
                self._notify(title, self._notice(without_user(message), error))
            raise
        self._ping("")

    def _notice(self, message: str, error: BaseException) -> str:
        db = os.path.abspath(self.db)
        lines = [message, "", f"database: {db}", f"host: {socket.gethostname()}"]
        if self.run is not None:
            lines.append(f"run: {self.run} ({command_line(f'runs {self.run}', db)})")
        lines.append(f"what to do: {_advice(type(error))}")
        return with_database("\n".join(lines), db)

    def _ping(self, suffix: str) -> None:
        """Request the ping address with this suffix of its path; log a warning if there is no answer."""
        if not self._ping_address:
            return
        parts = urlsplit(self._ping_address)
        url = parts._replace(path=parts.path.rstrip("/") + suffix).geturl()
        answers: list[str] = []
        asking = Thread(target=lambda: answers.append(_ask(url)), daemon=True)
        asking.start()
        asking.join(_PATIENCE_S)
        if problem := answers[0] if answers else f"no response within {_PATIENCE_S} s":
            # Without the address: anyone who knows it can send pings.
            logger.warning("the ping address at %s does not answer: %s", parts.hostname, problem)

    def _notify(self, title: str, body: str) -> None:
        if self._services and not _apprise(self._services, title=title, body=body):
            logger.warning("the notice of --notify could not be sent")


def _advice(kind: type[BaseException]) -> str:
    """Return what to do about an error, as the docstring of its class says."""
    ours = issubclass(kind, OsceNewsError) and kind is not OsceNewsError
    return " ".join((inspect.getdoc(kind) or "").split()) if ours else "Run the command again with -v."


def _services(text: str) -> list[str]:
    """Return the Apprise addresses in a file, or the given address."""
    require_extra("notify", "apprise")
    addresses = [text] if "://" in text else _read(Path(text))
    if not _apprise(addresses):
        raise BadInputError("--notify: Apprise does not know this address, or one of these")
    return addresses


def _read(path: Path) -> list[str]:
    """Return the lines of a file that are neither empty nor a comment."""
    try:
        lines = path.read_text("utf-8").splitlines()
        mode = path.stat().st_mode
    except (OSError, ValueError) as error:  # the name may be a mistyped address
        why = getattr(error, "strerror", None) or "not a text"
        raise BadInputError(f"--notify: neither an address nor a file with addresses ({why})") from None
    if os.name == "posix" and mode & 0o007:
        logger.warning("everybody can read the file of --notify, with its passwords: use chmod 600")
    return [line.strip() for line in lines if line.strip() and not line.startswith("#")]


def _ask(url: str) -> str:
    """Request the address, three times if need be; return what is wrong, "" if it answered."""
    from urllib.error import HTTPError, URLError
    from urllib.request import Request, urlopen

    problem = ""
    for pause in (0, 1, 4):
        time.sleep(pause)
        try:
            with urlopen(Request(url, headers={"User-Agent": f"osce-news/{__version__}"}), timeout=10):  # noqa: S310
                return ""
        except HTTPError as error:
            problem = f"status {error.code}"
        except URLError as error:
            problem = str(error.reason)
        except Exception as error:
            problem = type(error).__name__
    return problem


def _apprise(addresses: list[str], **notice: str) -> bool:
    """Whether Apprise knows all of the addresses, and has sent the notice, if there is one."""
    command = [sys.executable, "-P", "-c", _APPRISE]
    given = json.dumps({"addresses": addresses, **notice}).encode()
    try:
        done = subprocess.run(command, input=given, capture_output=True, timeout=_NOTICE_S)  # noqa: S603
    except (OSError, subprocess.TimeoutExpired):
        return False
    return done.returncode == 0
