"""The log, on standard error and with `--log-file` in a file, as text or as JSON; the line of an error."""

from __future__ import annotations

import json
import logging
import sqlite3
import sys
import time
from pathlib import Path
from typing import TextIO

import click

from osce_news.clock import format_utc
from osce_news.crawl import NOTICE
from osce_news.errors import BadInputError, OsceNewsError, unexpected, with_database
from osce_news.urls import without_user

logger = logging.getLogger("osce_news")
DATABASE = "osce_news.db"  # the key of a context's `meta` that holds the database of the command
INTERRUPTED = 130  # the exit status of a command that Ctrl-C or SIGTERM ends
_LINE = "%(asctime)s %(levelname)s %(message)s"


class _Text(logging.Formatter):
    """One line per message, and the traceback; no passwords of addresses, which Scrapy may log."""

    def format(self, record: logging.LogRecord) -> str:
        return without_user(super().format(record))


class _Json(logging.Formatter):
    """One JSON object per line: time, level, logger, message, and where known exit_status and traceback."""

    def format(self, record: logging.LogRecord) -> str:
        line = {
            "time": format_utc(record.created),
            "level": record.levelname,
            "logger": record.name,
            "message": without_user(record.getMessage()),
        }
        if status := getattr(record, "exit_status", None):
            line["exit_status"] = status
        if record.exc_info:
            line["traceback"] = without_user(self.formatException(record.exc_info))
        return json.dumps(line)


class _Stderr(logging.StreamHandler[TextIO]):
    """Writes to the present `sys.stderr`: a progress bar replaces it, to print lines above itself."""

    def emit(self, record: logging.LogRecord) -> None:
        self.stream = sys.stderr
        super().emit(record)


def set_up(verbose: bool, path: Path | None = None, form: str = "text") -> None:
    """Log our own lines, with `verbose` all lines, to standard error and the file. Raises BadInputError."""
    stderr = _Stderr()
    stderr.setFormatter(_Json() if form == "json" else _Text(_LINE, "%H:%M:%S"))
    handlers: list[logging.Handler] = [stderr]
    if path is not None:
        dated = _Text(_LINE, "%Y-%m-%dT%H:%M:%SZ")
        dated.converter = time.gmtime
        handlers.append(_file(path, _Json() if form == "json" else dated))
    for handler in handlers:
        if not verbose:
            # Hides the log of Scrapy and Twisted; their errors reach us as exceptions.
            handler.addFilter(logging.Filter("osce_news"))
    if form == "text":
        stderr.addFilter(lambda record: not hasattr(record, "printed"))
    logging.captureWarnings(True)
    logging.root.handlers = handlers
    logging.root.setLevel(logging.DEBUG if verbose else logging.INFO)


def only_notices() -> None:
    """Log only notices to standard error, unless the log is JSON or verbose: the command says the rest."""
    if not is_verbose() and not is_json():
        logging.root.handlers[0].setLevel(NOTICE)


def is_verbose() -> bool:
    """Whether everything is logged."""
    return logging.root.level <= logging.DEBUG


def is_json() -> bool:
    """Whether the lines on standard error are JSON."""
    return any(isinstance(handler.formatter, _Json) for handler in logging.root.handlers)


def record(text: str, level: int = logging.INFO, *, traceback: bool = False, **facts: object) -> None:
    """Log a line that the command prints itself: to the file, and to standard error if the log is JSON."""
    if logging.root.handlers:  # else this command has no log
        logger.log(level, text, extra={"printed": True, **facts}, exc_info=traceback)


def database() -> Path:
    """Return the database of the command that runs; the default if it has none, or if none runs."""
    context = click.get_current_context(silent=True)
    path: Path = (context.meta if context else {}).get(DATABASE, Path("osce-news.db"))
    return path


def say(text: str) -> None:
    """Print a message on standard error; in a log that is JSON, it is a line of it."""
    text = with_database(text, database())
    if not is_json():
        click.echo(text, err=True)
    record(text, NOTICE)


def line_and_status(error: BaseException) -> tuple[str, int]:
    """Return the line to print for an exception that ends a command, and the exit status."""
    if isinstance(error, KeyboardInterrupt):
        return "interrupted", INTERRUPTED
    if isinstance(error, OsceNewsError):
        return str(error), error.exit_status
    if getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_INTERRUPT:  # not all errors have a code
        return "interrupted", INTERRUPTED
    if isinstance(error, sqlite3.Error):
        from osce_news.storage.database import explained  # takes time

        return f"the database can't be read: {explained(error)}", 1
    if isinstance(error, UnicodeEncodeError):
        return "an argument holds bytes that are not text", 2
    if isinstance(error, OSError):
        return f"{error.filename or 'input or output failed'}: {error.strerror or error}", 1
    return str(unexpected(error)), 1


def _file(path: Path, formatter: logging.Formatter) -> logging.Handler:
    from logging.handlers import WatchedFileHandler  # takes time

    class LogFile(WatchedFileHandler):
        """A file that logrotate may move. If it can't be written, the command continues without it."""

        def handleError(self, record: logging.LogRecord) -> None:  # noqa: N802
            logging.root.removeHandler(self)
            logger.warning("%s: no more lines are written to it: %s", path, sys.exception())

    try:
        handler = LogFile(path, encoding="utf-8", errors="backslashreplace")
    except OSError as error:
        raise BadInputError(f"--log-file: {path}: {error.strerror}") from error
    handler.setFormatter(formatter)
    return handler
