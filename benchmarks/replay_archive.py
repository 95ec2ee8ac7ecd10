"""How fast a recorded crawl is replayed, against lxml and sqlite3 by themselves; prints a Markdown table.

    python -m benchmarks.replay_archive [--pages 600] [--rounds 3]

The archive is written by the writer that crawls use, from pages of 50 results that the test newsroom
renders, gzipped as a server sends them. Each replay is a process of its own with an empty database, as it is
typed; time and memory are those of all its processes. The limit builds a tree of each page with lxml
and inserts the rows that the replay stored with plain sqlite3 into the same schema, a transaction a page.
"""

from __future__ import annotations

import argparse
import gzip
import os
import sqlite3
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from lxml import html

from osce_news.archive import ArchiveWriter, Exchange
from osce_news.archive.notes import PageStored, RunBegins, RunEnds
from osce_news.clock import format_utc
from osce_news.crawl.addresses import with_window
from osce_news.crawl.options import CrawlOptions
from osce_news.crawl.windows import window
from osce_news.storage import open_for_writing
from tests.newsroom import make_stories, render_page

ROWS = 50
START = 1_780_000_000
TABLES = ("items", "item_offices", "item_topics", "item_places", "addresses", "pages")


def main() -> None:
    """Measure, and print a line for each way."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--pages", type=int, default=600)
    parser.add_argument("--rounds", type=int, default=3)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        pages = record(folder / "archive", arguments.pages)
        few = record(folder / "few", arguments.pages // 10)
        times: dict[str, list[float]] = {}
        memory: dict[str, list[float]] = {}
        for number in range(arguments.rounds):
            for jobs in (1, 2):
                db = folder / f"{number}-{jobs}.db"
                seconds, megabytes = replay(folder / "archive", db, jobs)
                times.setdefault(f"`replay --jobs {jobs}`", []).append(seconds)
                memory.setdefault(f"`replay --jobs {jobs}`", []).append(megabytes)
            times.setdefault("limit: lxml trees + sqlite3 rows", []).append(limit(folder, pages, number))
            memory.setdefault("few", []).append(replay(folder / "few", folder / f"{number}-few.db", 1)[1])
    machine = f"{os.cpu_count()} processors"
    print(f"{len(pages)} pages of {ROWS} results, median of {arguments.rounds} rounds, {machine}\n")
    print("| way | pages a second | ms a page | memory of the largest process |\n|---|---|---|---|")
    for way, measured in times.items():
        median = statistics.median(measured)
        held = f"{statistics.median(memory[way]):.0f} MB" if way in memory else ""
        print(f"| {way} | {len(pages) / median:.0f} | {median / len(pages) * 1000:.1f} | {held} |")
    small, large = (statistics.median(memory[way]) for way in ("few", "`replay --jobs 1`"))
    print(f"\nMemory of a replay of {len(few)} pages {small:.0f} MB, of {len(pages)} pages {large:.0f} MB.")


def record(folder: Path, count: int) -> list[bytes]:
    """Write the archive of a full crawl of so many pages, which overlap; return their bodies."""
    options = CrawlOptions.parse(archive=folder)
    begins = RunBegins(
        run=1, mode="full", started=format_utc(START), start_url=options.start_url, list=options.list_name
    )
    bodies = []
    with ArchiveWriter(folder, "1", software="osce-news/benchmark") as archive:
        archive.note(begins)
        for number, (url, body) in enumerate(made_pages(options, count)):
            at = format_utc(START + 10 * number)
            headers = [(b"Content-Type", b"text/html; charset=utf-8"), (b"Content-Encoding", b"gzip")]
            archive.record(Exchange(url=url, status=200, headers=headers, body=gzip.compress(body), when=at))
            archive.note(PageStored(url=url, fetched_at=at))
            bodies.append(body)
        end = RunEnds(
            status="complete", message=None, finished=at, pages=count, files=archive.files, whole=True
        )
        archive.note(end)
    return bodies


def made_pages(options: CrawlOptions, count: int) -> Iterator[tuple[str, bytes]]:
    """Yield address and body of pages that overlap, as a crawl asks for them."""
    stories = make_stories(count * ROWS)
    end = 0
    for _ in range(count):
        asked = window(max(0, end - 1), ROWS)
        shown = stories[asked.start : asked.end]
        text = render_page(shown, page=asked.page, rows=asked.rows, total=len(stories))
        yield with_window(options.start_url, asked), text.encode()
        end = asked.end


def replay(folder: Path, db: Path, jobs: int) -> tuple[float, float]:
    """Replay as the command does; return seconds, and megabytes of the largest of its processes."""
    command = [sys.executable, "-m", "osce_news", "replay", str(folder), "--db", str(db), "--json"]
    start = time.perf_counter()
    process = subprocess.Popen([*command, "--jobs", str(jobs)], stdout=subprocess.DEVNULL)
    _, status, usage = os.wait4(process.pid, 0)
    process.returncode = os.waitstatus_to_exitcode(status)
    assert process.returncode == 0, f"replay ended with {process.returncode}"
    return time.perf_counter() - start, usage.ru_maxrss / 1024


def limit(folder: Path, pages: list[bytes], number: int) -> float:
    """Build the trees and insert the rows of a replay, without any thought; return the seconds."""
    rows = {table: _rows(folder / f"{number}-1.db", table) for table in TABLES}
    shares = {table: -(-len(found) // len(pages)) for table, found in rows.items()}
    start = time.perf_counter()
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
    return time.perf_counter() - start


def _rows(db: Path, table: str) -> list[tuple[object, ...]]:
    connection = sqlite3.connect(db)
    found = connection.execute(f"SELECT * FROM {table}").fetchall()
    connection.close()
    return found


if __name__ == "__main__":
    main()
