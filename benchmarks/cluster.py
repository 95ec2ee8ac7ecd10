"""What parsing on a Dask cluster on this machine costs, compared with `replay`.

    python -m benchmarks.cluster [--pages 600] [--rounds 3]

Makes WARC files of generated list pages, then reads them into an empty database with `replay`, and with
`parse` on two Dask workers followed by `merge`. Rounds are interleaved.
"""

from __future__ import annotations

import argparse
import os
import statistics
import tempfile
from collections.abc import Callable
from pathlib import Path
from typing import NamedTuple

from osce_news.archive.cluster import merge, parse_files
from osce_news.archive.http_messages import Exchange
from osce_news.archive.replay import replay
from osce_news.archive.warc_writer import ArchiveWriter
from tests.newsroom import make_stories, render_page

ROWS = 50
FILES = 4
HTML = [("Content-Type", "text/html; charset=utf-8")]


def main() -> None:
    """Measure, and print a line per way."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--pages", type=int, default=600)
    parser.add_argument("--rounds", type=int, default=3)
    arguments = parser.parse_args()
    times: dict[str, list[RequestStats]] = {}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        make_files(folder / "warcs", arguments.pages)
        for number in range(arguments.rounds):
            for way, cost in one_round(folder / "warcs", folder / str(number)).items():
                times.setdefault(way, []).append(cost)
    print(f"{arguments.pages} pages of {ROWS} results in {FILES} files, median of {arguments.rounds} rounds")
    for way, costs in times.items():
        seconds = statistics.median(one.seconds for one in costs)
        processor = statistics.median(one.processor for one in costs)
        print(f"{way:32} {seconds:6.1f} s   of processor {processor:6.1f} s")


class RequestStats(NamedTuple):
    """The cost of a run: wall-clock seconds, and processor seconds of all processes."""

    seconds: float
    processor: float


def one_round(warcs: Path, folder: Path) -> dict[str, RequestStats]:
    """Return the cost of each way."""
    folder.mkdir()
    taken = {"replay": cost_of(lambda: replay([warcs], folder / "replayed.db"))}
    errors: list[Exception] = []
    taken["parse"] = cost_of(
        lambda: errors.extend(parse_files([warcs], folder / "parsed", part_bytes=1024**2).errors)
    )
    assert not errors, errors
    taken["merge"] = cost_of(lambda: merge(folder / "parsed", folder / "merged.db"))
    return taken


def cost_of(run: Callable[[], object]) -> RequestStats:
    """Return the cost of a call that waits for its processes to end."""
    before = os.times()
    run()
    after = os.times()
    return RequestStats(after.elapsed - before.elapsed, sum(after[:4]) - sum(before[:4]))


def make_files(folder: Path, count: int) -> None:
    """Write WARC files with this number of list pages."""
    stories = make_stories(count * ROWS)
    for file in range(FILES):
        with ArchiveWriter(folder, str(file)) as writer:
            for number in range(file, count, FILES):
                part = stories[number * ROWS : (number + 1) * ROWS]
                html = render_page(part, page=number, rows=ROWS, total=len(stories), markup="drupal7")
                url = f"https://www.osce.org/press-releases?page={number}&rows={ROWS}"
                when = f"2026-01-01T{number // 60 % 24:02}:{number % 60:02}:00Z"
                writer.record(Exchange(url=url, status=200, when=when, headers=HTML, body=html.encode()))


if __name__ == "__main__":
    main()
