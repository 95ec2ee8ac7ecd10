"""How commands and runs end: the line and exit status of an exception, runs whose process has died."""

from __future__ import annotations

import os
import sqlite3
from typing import Any

import click

from osce_news.errors import OsceNewsError, unexpected
from osce_news.storage.database import explained

INTERRUPTED = 130  # the exit status


def line_and_status(error: BaseException) -> tuple[str, int]:
    """Return the line to print for an exception that ends a command, and the exit status."""
    if isinstance(error, KeyboardInterrupt | click.Abort):
        return "interrupted", INTERRUPTED
    if isinstance(error, OsceNewsError):
        return str(error), error.exit_status
    if getattr(error, "sqlite_errorcode", None) == sqlite3.SQLITE_INTERRUPT:  # not all errors have a code
        return "interrupted", INTERRUPTED
    if isinstance(error, sqlite3.Error):
        return f"the database can't be read: {explained(error)}", 1
    if isinstance(error, UnicodeEncodeError):
        return "an argument holds bytes that are not text", 2
    if isinstance(error, OSError):
        return f"{error.filename or 'input or output failed'}: {error.strerror or error}", 1
    return str(unexpected(error)), 1


def with_death(run: dict[str, Any]) -> dict[str, Any]:
    """Return the run, with the status "died" if it is marked as running but its process has ended."""
    if run["status"] == "running" and not _may_live(run["process"]):
        message = f"perhaps died: process {run['process']} is not on this machine; the next run will note it"
        return run | {"status": "died", "message": message}
    return run


def _may_live(process: int | None) -> bool:
    """Whether a process of this number may exist, found without touching it or the database's lock.

    Only the lock would say for certain. But testing it means taking it, and a crawl that starts at that
    moment would be refused.
    """
    if process == os.getpid():  # in containers, each command has the number 1
        return False
    if process is None or os.name != "posix":  # elsewhere this signal would end the process
        return True
    try:
        os.kill(process, 0)
    except ProcessLookupError:
        return False
    except OSError:  # it belongs to another user
        return True
    return True
