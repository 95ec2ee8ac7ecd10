"""The entry point: the group of commands, and how errors end it in one line."""

from __future__ import annotations

import os
import signal
import sqlite3
import sys
import traceback
from typing import NoReturn

import click

from osce_news import __version__
from osce_news.cli.feeding import crawl, expect, renormalize, replay
from osce_news.cli.looking import list_, search, show, stats, verify, vocabulary
from osce_news.errors import OsceNewsError, StorageError


class _InOrder(click.Group):
    def list_commands(self, ctx: click.Context) -> list[str]:
        return list(self.commands)  # as registered: first what fills the database, then what reads it


@click.group(cls=_InOrder, context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100})
@click.version_option(__version__, prog_name="osce-news")
def cli() -> None:
    """The newsroom of the OSCE as a SQLite file that researchers can trust.

    \b
    Example:
      osce-news replay fixtures/listing/seed    saved pages into osce-news.db, no network
      osce-news crawl --max-pages 2             the first two pages of the live newsroom
      osce-news search trafficking              what was found
    """


for command in (crawl, replay, list_, search, show, stats, vocabulary, verify, renormalize, expect):
    cli.add_command(command)


def main() -> NoReturn:
    """Run the command line and exit with its status; an error is one line on stderr."""
    signal.signal(signal.SIGTERM, signal.default_int_handler)  # ends as Ctrl-C does
    sys.exit(_run())


def _run() -> int:
    verbose = any(argument in ("-v", "--verbose") for argument in sys.argv[1:])
    try:
        return int(cli(standalone_mode=False) or 0)
    except click.UsageError as error:
        where = error.ctx.command_path if error.ctx else "osce-news"
        return _say(f"{' '.join(error.format_message().split())} (see `{where} --help`)", 2)
    except click.exceptions.Exit as error:
        return error.exit_code
    except (KeyboardInterrupt, click.Abort):
        return _say("interrupted; what was read is stored", 130)
    except BrokenPipeError:  # `osce-news list | head`
        os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
        return 0
    except Exception as error:
        if verbose:
            traceback.print_exc()
        if isinstance(error, sqlite3.Error):
            error = StorageError(f"the database can't be read: {error} (run `osce-news verify`)")
        if isinstance(error, OSError):
            name = f"{error.filename}: " if error.filename else ""
            return _say(f"{name}{error.strerror or error}", 1)
        if isinstance(error, OsceNewsError):
            return _say(str(error), error.exit_status)
        return _say(f"{type(error).__name__}: {error} (this is a fault of osce-news; -v shows where)", 1)


def _say(text: str, status: int) -> int:
    """Print one line, without control characters that a page or a name may hold."""
    line = "".join(letter if letter.isprintable() else " " for letter in text)
    print(f"osce-news: {line}", file=sys.stderr)
    return status
