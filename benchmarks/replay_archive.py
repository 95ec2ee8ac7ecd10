"""How fast a recorded crawl is replayed, compared with lxml and sqlite3 alone; prints a Markdown table.

    python -m benchmarks.replay_archive [--pages 600] [--rounds 3]

The archive is written by the writer that crawls use, from pages of 50 results that the test newsroom renders,
gzipped as a server sends them. Each replay is a new process with an empty database; time and memory are those
of all its processes. For the limit, lxml builds a tree of each page, and sqlite3 inserts the rows that the
replay stored into the same schema, one transaction per page.
"""

from __future__ import annotations

import argparse
import gzip
import json
import os
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path
from typing import NamedTuple

from lxml import html

from osce_news.archive.exchange import Exchange
from osce_news.archive.writer import ArchiveWriter
from osce_news.clock import format_utc
from osce_news.crawl.list_rules import window_at
from osce_news.crawl.options import CrawlOptions
from osce_news.events import PageStored, RunFinished, RunStarted
from osce_news.storage import open_for_writing
from osce_news.urls import with_page
from tests.newsroom import make_stories, render_page

ROWS = 50
LIMIT, FEW, ONE = "limit: lxml trees + sqlite3 rows", "few", "`replay`"
START = 1_780_000_000
TABLES = ("items", "item_offices", "item_topics", "item_places", "addresses", "pages")


def main() -> None:
    """Measure, and print a line per way."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--pages", type=int, default=600)
    parser.add_argument("--rounds", type=int, default=3)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        pages = record(folder / "archive", arguments.pages)
        few = record(folder / "few", arguments.pages // 10)
        costs: dict[str, list[RequestStats]] = {}
        for number in range(arguments.rounds):
            costs.setdefault(ONE, []).append(replay(folder / "archive", folder / f"{number}.db"))
            costs.setdefault(LIMIT, []).append(limit(folder, pages, number))
            costs.setdefault(FEW, []).append(replay(folder / "few", folder / f"{number}-few.db"))
    machine = f"{os.cpu_count()} processors"
    print(f"{len(pages)} pages of {ROWS} results, median of {arguments.rounds} rounds, {machine}\n")
    print(
        "| way | pages a second | processor time a page | memory of the largest process |\n|---|---|---|---|"
    )
    for way, found in costs.items():
        clock, cpu, megabytes = (statistics.median(values) for values in zip(*found, strict=True))
        if way != FEW:
            held = f"{megabytes:.0f} MB" if megabytes else ""
            print(f"| {way} | {len(pages) / clock:.0f} | {cpu / len(pages) * 1000:.1f} ms | {held} |")
    small, large = (statistics.median(one.megabytes for one in costs[way]) for way in (FEW, ONE))
    print(f"\nMemory of a replay of {len(few)} pages {small:.0f} MB, of {len(pages)} pages {large:.0f} MB.")


def record(folder: Path, count: int) -> list[bytes]:
    """Write the archive of a full crawl of this number of overlapping pages; return their bodies."""
    options = CrawlOptions.parse(archive=folder)
    begins = RunStarted(
        run=1, mode="full", started=format_utc(START), start_url=options.start_url, list=options.list_name
    )
    bodies = []
    with ArchiveWriter(folder, "1") as archive:
        archive.record_event(begins)
        for number, (url, body) in enumerate(made_pages(options, count)):
            at = format_utc(START + 10 * number)
            headers = [("Content-Type", "text/html; charset=utf-8"), ("Content-Encoding", "gzip")]
            archive.record(Exchange(url=url, status=200, headers=headers, body=gzip.compress(body), when=at))
            archive.record_event(PageStored(url=url, fetched_at=at))
            bodies.append(body)
        end = RunFinished(
            status="complete", message=None, finished=at, pages=count, files=archive.files, whole=True
        )
        archive.record_event(end)
    return bodies


def made_pages(options: CrawlOptions, count: int) -> Iterator[tuple[str, bytes]]:
    """Yield the address and body of overlapping pages, as a crawl requests them."""
    stories = make_stories(count * ROWS)
    end = 0
    for _ in range(count):
        asked = window_at(max(0, end - 1), ROWS)
        shown = stories[asked.start : asked.end]
        text = render_page(shown, page=asked.page, rows=asked.rows, total=len(stories))
        yield with_page(options.start_url, asked.page, asked.rows), text.encode()
        end = asked.end


# Measures the largest of its child processes, and their time. It is a small process of its own, because a
# child begins with the memory peak of the process that made it.
_ASK = """
import json, resource, subprocess, sys, time
start = time.perf_counter()
status = subprocess.run(sys.argv[1:], stdout=subprocess.DEVNULL).returncode
used = resource.getrusage(resource.RUSAGE_CHILDREN)
print(json.dumps([status, time.perf_counter() - start, used.ru_utime + used.ru_stime, used.ru_maxrss / 1024]))
"""


class RequestStats(NamedTuple):
    """The cost of a way: wall-clock and processor seconds, and megabytes of the largest process."""

    clock_s: float
    cpu_s: float
    megabytes: float


def replay(folder: Path, db: Path) -> RequestStats:
    """Replay as the command does, and return the cost."""
    command = [sys.executable, "-m", "osce_news", "replay", str(folder), "--db", str(db), "--json"]
    asked = [sys.executable, "-c", _ASK, *command]
    status, *cost = json.loads(subprocess.run(asked, capture_output=True, check=True).stdout)
    assert status == 0, f"replay ended with {status}"
    return RequestStats(*cost)


def limit(folder: Path, pages: list[bytes], number: int) -> RequestStats:
    """Build the trees and insert the rows of a replay, and nothing else; return the cost."""
    rows = {table: _rows(folder / f"{number}.db", table) for table in TABLES}
    shares = {table: -(-len(found) // len(pages)) for table, found in rows.items()}
    start, used = time.perf_counter(), time.process_time()
    connection = open_for_writing(folder / f"{number}-limit.db")
    connection.execute("PRAGMA foreign_keys = OFF")
    for place, body in enumerate(pages):
        html.document_fromstring(body.decode())
        connection.execute("BEGIN IMMEDIATE")
        for table, found in rows.items():
            part = found[place * shares[table] : (place + 1) * shares[table]]
            if part:
                marks = ", ".join("?" * len(part[0]))
                connection.executemany(f"INSERT INTO {table} VALUES ({marks})", part)
        connection.execute("COMMIT")
    connection.close()
    return RequestStats(time.perf_counter() - start, time.process_time() - used, 0)


def _rows(db: Path, table: str) -> list[tuple[object, ...]]:
    connection = sqlite3.connect(db)
    found = connection.execute(f"SELECT * FROM {table}").fetchall()
    connection.close()
    return found


if __name__ == "__main__":
    main()
