"""Reports how an unattended crawl ends: by a ping, and a failure also by a service that Apprise knows."""

from __future__ import annotations

import inspect
import logging
import os
import socket
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from osce_news import __version__
from osce_news.cli.shared.log import INTERRUPTED, line_and_status
from osce_news.errors import BadInputError, OsceNewsError, command_line, require_extra, with_database
from osce_news.normalize import is_web_address
from osce_news.urls import without_user

logger = logging.getLogger(__name__)
_PAUSES_S = (0, 1, 4)  # before each attempt of a ping
_TIMEOUT_S = 8  # of an attempt


class Notifications:
    """Where a crawl is reported: `ping` and `notify` are as of the command line.

    `run` is the number of the run, once it is known. Raises BadInputError, which shows none of the addresses,
    and MissingExtraError if Apprise is not installed.
    """

    def __init__(self, db: Path, ping: str | None, notify: str | None) -> None:
        self.db = db
        self.run: int | None = None
        if ping and not (is_web_address(ping) and ping.isprintable() and "@" not in urlsplit(ping).netloc):
            raise BadInputError("--ping: not an address that begins with https:// and has no password")
        self._ping_address = ping
        self._services = _services(notify) if notify else None

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
        if problem := _ask(url):
            # Without the address: anyone who knows it can send pings.
            logger.warning("the ping address at %s does not answer: %s", parts.hostname, problem)

    def _notify(self, title: str, body: str) -> None:
        if self._services is not None:
            sent = False
            with _no_log(), suppress(Exception):
                sent = self._services.notify(body, title, "failure")
            if not sent:
                logger.warning("the notice of --notify could not be sent")


@contextmanager
def _no_log() -> Iterator[None]:
    """Log nothing in the block: Apprise and urllib3 log addresses, which hold passwords."""
    logging.disable()
    try:
        yield
    finally:
        logging.disable(logging.NOTSET)


def _advice(kind: type[BaseException]) -> str:
    """Return what to do about an error, which the docstring of each of ours says."""
    ours = issubclass(kind, OsceNewsError) and kind is not OsceNewsError
    return " ".join((inspect.getdoc(kind) or "").split()) if ours else "Run the command again with -v."


def _services(text: str) -> Any:
    """Return the `apprise.Apprise` of the given address, or of those in a file."""
    require_extra("notify", "apprise")
    import apprise  # takes time

    addresses = [text] if "://" in text else _read(Path(text))
    services = apprise.Apprise()
    with _no_log():
        known = services.add(addresses)
    if not (known and services):
        raise BadInputError("--notify: Apprise does not know this address, or one of these")
    return services


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
    """Request the address, several times if need be; return what is wrong, "" if it answered."""
    from urllib.error import HTTPError, URLError
    from urllib.request import Request, urlopen

    request, problem = Request(url, headers={"User-Agent": f"osce-news/{__version__}"}), ""  # noqa: S310
    for pause in _PAUSES_S:
        time.sleep(pause)
        try:
            with urlopen(request, timeout=_TIMEOUT_S):  # noqa: S310
                return ""
        except HTTPError as error:
            problem = f"status {error.code}"
        except URLError as error:
            problem = str(error.reason)
        except Exception as error:
            problem = type(error).__name__
    return problem
