"""What an exception means for the user: one line, and an exit status."""

from __future__ import annotations

import sqlite3

import click

from osce_news.errors import OsceNewsError, unexpected

INTERRUPTED = 130


def line_and_status(error: BaseException) -> tuple[str, int]:
    """Return the line to print for an exception that ends a command, and the exit status."""
    if isinstance(error, KeyboardInterrupt | click.Abort):
        return "interrupted", INTERRUPTED
    if isinstance(error, OsceNewsError):
        return str(error), error.exit_status
    if isinstance(error, sqlite3.Error):
        return f"the database can't be read: {error}", 1
    if isinstance(error, UnicodeEncodeError):
        return "an argument holds bytes that are not text", 2
    if isinstance(error, OSError):
        return f"{error.filename or 'input or output failed'}: {error.strerror or error}", 1
    return str(unexpected(error)), 1
