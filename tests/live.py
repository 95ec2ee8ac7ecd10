"""The commands that ask the live site, run up to the moment at which they would."""

from __future__ import annotations

import shlex

import pytest

from osce_news.cli.main import cli
from osce_news.crawl import process
from osce_news.crawl.options import CrawlOptions
from osce_news.errors import NetworkError

LIVE = ("osce-news crawl", "osce-news check", "osce-news fixture https:")


def understood(line: str, monkeypatch: pytest.MonkeyPatch) -> CrawlOptions:
    """Return with what options a command line would begin to ask the site."""
    started: list[CrawlOptions] = []

    def begin(options: CrawlOptions, *_: object) -> None:
        started.append(options)
        raise NetworkError("nothing is asked for in a test")

    for name in ("crawl", "check", "fetch"):
        monkeypatch.setattr(process, name, begin)
    with pytest.raises(NetworkError):
        cli.main(shlex.split(line)[1:], standalone_mode=False)
    (options,) = started
    return options
