"""The command line `osce-news`."""

from osce_news.cli.main import main

__all__ = ["main"]
