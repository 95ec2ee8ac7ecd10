"""The entry point: runs a command and turns errors into one line and an exit status."""

from __future__ import annotations

import io
import logging
import os
import signal
import sys
import traceback
from contextlib import suppress
from typing import NoReturn

import click
import click.shell_completion

from osce_news import __version__
from osce_news.cli.commands import LazyGroup
from osce_news.cli.shared import log
from osce_news.cli.shared.log import INTERRUPTED, line_and_status
from osce_news.cli.shared.pipe import as_far_as_read
from osce_news.errors import with_database
from osce_news.urls import without_user

# What a person should know after an interruption, by command.
_AFTER_INTERRUPTION = {
    "crawl": "; what was read is stored",
    **dict.fromkeys(("replay", "backfill", "parse", "merge"), "; run the command again to continue"),
}
# What click does not suggest: it suggests --format or --topic for the first two, and nothing for -n.
_OTHER_NAMES = {"--from": "--since", "--to": "--until", "-n": "--limit"}
_COMPLETE = "_OSCE_NEWS_COMPLETE"  # the variable that a shell sets to ask for its completion


@click.group(
    cls=LazyGroup,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100, "show_default": True},
)
@click.version_option(__version__, prog_name="osce-news")
def cli() -> None:
    """Turn the newsroom of the OSCE into a SQLite file that researchers can trust.

    `osce-news COMMAND --help` describes a command and its options, with examples.

    \b
    Example:
      osce-news replay fixtures/listing/seed    store saved pages, offline
      osce-news crawl --max-pages 2             store two pages of the live site
      osce-news search trafficking              search what is stored
    """


def main() -> NoReturn:
    """Run the command line and exit with its status; an error is one line on stderr."""
    for number in (signal.SIGINT, signal.SIGTERM):  # SIGTERM acts like Ctrl-C
        if signal.getsignal(number) is not signal.SIG_IGN:  # a shell's job in the background ignores Ctrl-C
            signal.signal(number, signal.default_int_handler)
    if hasattr(signal, "SIGHUP") and signal.getsignal(signal.SIGHUP) == signal.SIG_DFL:  # not under nohup
        # The terminal was closed. Scrapy and uvicorn set what SIGTERM does, and don't know this signal.
        signal.signal(signal.SIGHUP, lambda *_: signal.raise_signal(signal.SIGTERM))
    for name in ("stdout", "stderr"):
        stream = getattr(sys, name) or open(os.devnull, "w", encoding="utf-8")  # noqa: SIM115
        setattr(sys, name, stream)
        if isinstance(stream, io.TextIOWrapper):
            # File names may hold bytes that are not text, and some terminals can't show all letters.
            utf8 = stream.encoding.lower().replace("-", "") == "utf8"
            stream.reconfigure(errors="surrogateescape" if utf8 else "backslashreplace")
    sys.unraisablehook = _log_unraisable
    try:
        status = _run()
    except KeyboardInterrupt:  # a second one, while the first was being reported
        status = INTERRUPTED
    # The status is decided. At its end Python resets the handlers, but not what is ignored.
    for name in ("SIGINT", "SIGTERM", "SIGHUP"):
        if hasattr(signal, name):
            signal.signal(getattr(signal, name), signal.SIG_IGN)
    sys.exit(status)


def _log_unraisable(ignored: sys.UnraisableHookArgs) -> None:
    """Log an exception that can't be raised, such as one in `__del__`; Python would print a traceback."""
    error = ignored.exc_value
    logging.getLogger(__name__).debug("ignored: %s: %r", ignored.err_msg, error, exc_info=error)


def _run() -> int:
    database = log.database()
    try:
        if instruction := os.environ.get(_COMPLETE):
            return click.shell_completion.shell_complete(cli, {}, "osce-news", _COMPLETE, instruction)
        # Not cli(), which handles a closed pipe, Ctrl-C and completion in its own way.
        with as_far_as_read(), cli.make_context("osce-news", sys.argv[1:]) as context:
            try:
                cli.invoke(context)
            finally:
                database = log.database()
        return 0
    except click.exceptions.NoArgsIsHelpError as error:
        click.echo(error.format_message(), err=True)
        return error.exit_code
    except click.UsageError as error:
        command = error.ctx.command_path if error.ctx else "osce-news"
        return _fail(f"{_usage(error)} (see `{command} --help`)", 2)
    except click.exceptions.Exit as error:
        return error.exit_code
    except KeyboardInterrupt:
        return _fail(f"interrupted{_AFTER_INTERRUPTION.get(''.join(sys.argv[1:2]), '')}", INTERRUPTED)
    except Exception as error:
        verbose = any(argument in ("-v", "--verbose") for argument in sys.argv[1:])
        line, status = line_and_status(error)
        return _fail(with_database(line, database), status, show_traceback=verbose)


def _usage(error: click.UsageError) -> str:
    """Return what is wrong with the arguments and, where known, what may have been meant."""
    options = {name for param in error.ctx.command.params for name in param.opts} if error.ctx else set()
    if isinstance(error, click.NoSuchOption) and (meant := _OTHER_NAMES.get(error.option_name)) in options:
        return f"{error.message} Did you mean {meant!r}?"
    message = error.format_message()
    if isinstance(error, click.BadParameter) and error.param and error.message:  # as our own errors say it
        is_option = isinstance(error.param, click.Option)
        name = error.param.opts[0] if is_option else error.param.human_readable_name.strip("[].")
        message = f"{name}: {error.message}"
    message = " ".join(message.split()).rstrip(".")
    if "unexpected extra argument" in message:
        if "--db" in options and ".db" in message:
            return f"{message}; name the database with --db"
        if "--search" in options:
            return f"{message}; words go after --search, several words in quotes"
    return message


def _fail(text: str, status: int, *, show_traceback: bool = False) -> int:
    """Print one line, without control characters that a page or a name may hold; return the status."""
    from osce_news.normalize.text import printable  # takes time

    text = without_user(text)
    if not log.is_json():
        with suppress(BrokenPipeError):  # nobody reads the pipe any more; the exit status is enough
            if show_traceback:
                sys.stderr.write(without_user(traceback.format_exc()))
            print(f"osce-news: {printable(text)}", file=sys.stderr)
    log.record(printable(text), logging.ERROR, traceback=show_traceback, exit_status=status)
    return status
