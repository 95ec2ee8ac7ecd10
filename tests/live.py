"""The commands that would request the live site, run up to the first request."""

from __future__ import annotations

import logging
import shlex

import pytest

from osce_news.cli.main import cli
from osce_news.crawl import process
from osce_news.crawl.backfill import BackfillOptions
from osce_news.crawl.options import CrawlOptions
from osce_news.errors import NetworkError

LIVE = ("osce-news crawl", "osce-news check", "osce-news backfill", "osce-news fixture https:")


def understood(line: str, monkeypatch: pytest.MonkeyPatch) -> CrawlOptions | BackfillOptions:
    """Return the options with which a command line would begin its requests."""
    started: list[CrawlOptions | BackfillOptions] = []

    def begin(options: CrawlOptions | BackfillOptions, *_: object) -> None:
        started.append(options)
        raise NetworkError("nothing is asked for in a test")

    for name in ("crawl", "check", "fetch", "backfill"):
        monkeypatch.setattr(process, name, begin)
    level, handlers = logging.root.level, logging.root.handlers
    try:
        with pytest.raises(NetworkError):
            cli.main(shlex.split(line)[1:], standalone_mode=False)
    finally:  # the command sets up the logging of its process, which here is that of other tests too
        logging.root.handlers = handlers
        logging.root.setLevel(level)
    (options,) = started
    return options
