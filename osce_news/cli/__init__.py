"""The command line `osce-news`: `main` runs it, `commands` lists the commands, each in a file of its name."""

import os
import signal
import sys

# Both `osce-news` and `python -m osce_news` import this module first, and an older Python can parse it.
if sys.version_info < (3, 11):  # noqa: UP036
    sys.exit(f"osce-news: needs Python 3.11 or later, and this is {sys.version.split()[0]}")


def main() -> None:
    """Run the command line; Ctrl-C ends it without a traceback even while its modules are imported."""
    for number in (signal.SIGINT, signal.SIGTERM):
        if signal.getsignal(number) is not signal.SIG_IGN:
            signal.signal(number, _leave)
    from osce_news.cli.main import main as run

    run()


def _leave(*_: object) -> None:
    os.write(2, b"osce-news: interrupted\n")
    os._exit(130)


__all__ = ["main"]
