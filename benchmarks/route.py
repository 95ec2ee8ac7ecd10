"""How many files, functions and packages a page passes through, and how often the package changes.

    python -m benchmarks.route

Crawls, replays, lists and exports a small newsroom and prints a table. A list page's route goes from the
end of its download to the next request. The clock and `normalize` are left out, because they are called once
per value. Modules outside packages count as files only.
"""

from __future__ import annotations

import json
import subprocess
import sys
import tempfile
from itertools import groupby, pairwise
from pathlib import Path
from types import FrameType
from typing import NamedTuple

from tests.newsroom import Newsroom, make_stories

ROOT = Path(__file__).resolve().parent.parent
PACKAGE = f"{ROOT / 'osce_news'}/"
LEFT_OUT = (f"{PACKAGE}clock.py", f"{PACKAGE}normalize/")
ROWS, STORIES, PAGE = 10, 45, 2  # the number of the page that is traced, counted from 0
LISTING_PAGE = "one list page"
TRACE = "import sys; from benchmarks.route import trace; trace(sys.argv[1:])"
Call = tuple[str, str]  # the file within the package, and the function


class Route(NamedTuple):
    """What some calls pass through; the packages in order, without immediate repeats."""

    files: int
    functions: int
    packages: tuple[str, ...]


def route(calls: list[Call]) -> Route:
    """Return what these calls pass through.

    >>> route([("cli/main.py", "main"), ("crawl/run.py", "run"), ("urls.py", "host"), ("crawl/run.py", "go")])
    Route(files=3, functions=4, packages=('cli', 'crawl'))
    """
    packages = (name.split("/")[0] for name, _ in calls if "/" in name)
    return Route(len({name for name, _ in calls}), len(set(calls)), tuple(k for k, _ in groupby(packages)))


def trace(arguments: list[str]) -> None:
    """Run the command and write its calls to `calls.json`, with marks for Scrapy's downloads."""
    calls: list[Call] = []

    def note(frame: FrameType, event: str, _: object) -> None:
        path, function = frame.f_code.co_filename, frame.f_code.co_qualname
        counted = path.startswith(PACKAGE) and not path.startswith(LEFT_OUT)
        if event == "call" and counted and function != "<module>":
            calls.append((path.removeprefix(PACKAGE), function))

    if arguments[0] == "crawl":
        _mark_downloads(calls)
    from osce_news.cli import main

    sys.argv = ["osce-news", *arguments]
    sys.setprofile(note)
    try:
        main()
    finally:
        sys.setprofile(None)
        Path("calls.json").write_text(json.dumps(calls), encoding="utf-8")


def _mark_downloads(calls: list[Call]) -> None:
    """Add a call without a file when a response was downloaded, and when a request is about to be sent."""
    from scrapy import signals
    from scrapy.signalmanager import SignalManager

    send = SignalManager.send_catch_log

    def marked(self: SignalManager, signal: object, **more: object) -> object:
        if signal in (signals.response_downloaded, signals.request_reached_downloader):
            calls.append(("", str(more.get("response"))))  # such as "<200 http://...>", or "None"
        return send(self, signal, **more)

    SignalManager.send_catch_log = marked  # type: ignore[method-assign,assignment]


def measure(folder: Path) -> dict[str, Route]:
    """Return the routes of one list page and of whole commands, which work in this folder."""

    def calls(*arguments: str) -> list[Call]:
        env = {"PYTHONPATH": str(ROOT), "OSCE_NEWS_CONTACT": "someone@example.org"}
        subprocess.run(
            [sys.executable, "-c", TRACE, *arguments], cwd=folder, env=env, check=True, capture_output=True
        )
        return [(name, function) for name, function in json.loads((folder / "calls.json").read_bytes())]

    with Newsroom(make_stories(STORIES), robots="User-agent: *\n") as server:
        place = ["--start-url", f"{server.url}/press-releases", "--archive", "archive"]
        crawl = calls("crawl", *place, "--rows", f"{ROWS}", "--delay", "0")
    marks = [i for i, (name, _) in enumerate(crawl) if not name]
    begin, end = next(two for two in pairwise(marks) if f"page={PAGE}&" in crawl[two[0]][1])
    routes = {LISTING_PAGE: crawl[begin + 1 : end], "crawl": [call for call in crawl if call[0]]}
    for command in ("replay archive --db replayed.db", "list", "export items.csv"):
        routes[command.split()[0]] = calls(*command.split())
    return {what: route(passed) for what, passed in routes.items()}


def main() -> None:
    """Print the table, and the packages that a list page passes through."""
    with tempfile.TemporaryDirectory() as name:
        routes = measure(Path(name))
    print("| | files | functions | packages | changes of package |\n|---|---|---|---|---|")
    for what, (files, functions, order) in routes.items():
        print(f"| {what} | {files} | {functions} | {len(set(order))} | {len(order) - 1} |")
    print(f"| aims for {LISTING_PAGE} | 30 | | | 15 |\n\n{' > '.join(routes[LISTING_PAGE].packages)}")


if __name__ == "__main__":
    main()
