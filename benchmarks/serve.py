"""How long `osce-news serve` takes to start, and its pages to come.

    python -m benchmarks.serve [--items 30000] [--rounds 5]

Starts it on a database of made-up items and asks for each page, in a process of its own as a user's
would be. The start is counted until the front page is there; what it must import is in it.
"""

from __future__ import annotations

import argparse
import signal
import statistics
import tempfile
import time
import urllib.request
from pathlib import Path

from osce_news.publish.web.served_copy import make_copy
from tests.generated import fill
from tests.publish.web.serving import serving

PAGES = {
    "front page": "",
    "items with facets": "osce-news/newsroom",
    "items, one office": "osce-news/newsroom?offices__arraycontains=OSCE+Secretariat",
    "search": "osce-news/newsroom?_search=trafficking",
    "full text by period": "osce-news/full-text?words=trafficking",
    "as it stood on a day": "osce-news/as-it-stood.json?day=2025-12-01",
    "topics together": "osce-news/topics-together",
    "figure: years": "figures.svg?by=year",
    "figure: years, offices": "figures.svg?by=year&by=office",
    "figure: offices, topics": "figures.svg?by=office&by=topic",
}


def main() -> None:
    """Measure, and print a line for the start, the copy and each page."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--items", type=int, default=30_000)
    parser.add_argument("--rounds", type=int, default=5)
    arguments = parser.parse_args()
    times: dict[str, list[float]] = {name: [] for name in ("copy", "start", *PAGES)}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        database = folder / "osce-news.db"
        fill(database, arguments.items)
        print(f"{arguments.items} items, {database.stat().st_size / 1e6:.0f} MB", end="")
        for number in range(arguments.rounds):
            place = folder / str(number)
            place.mkdir()
            begun = time.perf_counter()
            copy = place / "osce-news.db"
            make_copy(database, copy)
            times["copy"].append(time.perf_counter() - begun)
            size = copy.stat().st_size
            copy.unlink()
            begun = time.perf_counter()
            with serving(database, place) as server:
                asked(server.url)
                times["start"].append(time.perf_counter() - begun)
                asked(f"{server.url}figures.svg?by=month")  # the first figure imports what draws
                for page, address in PAGES.items():
                    times[page].append(asked(f"{server.url}{address}"))
                server.end(signal.SIGINT)
    print(f" (the copy {size / 1e6:.0f} MB), median of {arguments.rounds} rounds")
    for page, values in times.items():
        print(f"{page:26} {statistics.median(values):6.2f} s")


def asked(address: str) -> float:
    """Return how long it takes until the whole answer is there."""
    begun = time.perf_counter()
    with urllib.request.urlopen(address, timeout=120) as answer:
        answer.read()
    return time.perf_counter() - begun


if __name__ == "__main__":
    main()
