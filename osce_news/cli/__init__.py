"""The command line `osce-news`."""

import sys

# Here, because both `osce-news` and `python -m osce_news` import this first; an older Python can read it.
if sys.version_info < (3, 11):  # noqa: UP036
    sys.exit(f"osce-news: needs Python 3.11 or later, and this is {sys.version.split()[0]}")

from osce_news.cli.main import main

__all__ = ["main"]
