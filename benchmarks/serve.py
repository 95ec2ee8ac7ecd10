"""How long `osce-news serve` takes to start and to return its pages.

    python -m benchmarks.serve [--items 34000] [--rounds 3]

Starts it in a process of its own, on a database of made-up items with texts, and requests each page. The
start ends when the front page has been received, and includes the imports. Each page of results is requested
once, so that nothing of it is cached.
"""

from __future__ import annotations

import argparse
import itertools
import signal
import statistics
import tempfile
import time
import urllib.request
from collections.abc import Iterator
from pathlib import Path
from urllib.parse import urlencode

from osce_news.publish.web.databases import make_copy
from tests.generated import make_database
from tests.publish.web.serving import serving

WORDS = (
    "", "osce", "the", "trafficking", "police training", "election", '"border guards"', "train*",
    "roma OR sinti", "media NOT freedom", "title:youth", "quicksilver",
)  # fmt: skip
NARROWED: tuple[dict[str, str], ...] = (
    {}, {"office": "odihr"}, {"topic": "elections", "type": "news"}, {"since": "2015", "until": "2020"},
    {"place": "vienna", "order": "date"}, {"page": "3"},
)  # fmt: skip
PAGES = {
    "front page": "",
    "all items as CSV": "items.csv",
    "as of a day": "?as-of=2025-12-01",
    "as of a day, again": "?as-of=2025-12-01&search=police",
    "topics together": "osce-news/topics-together",
    "table of items": "osce-news/newsroom",
    "figure: years": "figures.svg?by=year",
    "figure: years, offices": "figures.svg?by=year&by=office",
    "figure: offices, topics": "figures.svg?by=office&by=topic",
}


def main() -> None:
    """Measure, and print a line for the start, the copy and each page."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--items", type=int, default=34_000)
    parser.add_argument("--rounds", type=int, default=3)
    arguments = parser.parse_args()
    times: dict[str, list[float]] = {name: [] for name in ("copy", "start", "results", *PAGES)}
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        database = folder / "osce-news.db"
        make_database(database, arguments.items, texts=1.0)
        print(f"{arguments.items} items with texts, {database.stat().st_size / 1e6:.0f} MB", end="")
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
                times["results"] += [asked(f"{server.url}?{query}") for query in results()]
                asked(f"{server.url}figures.svg?by=month")  # the first figure imports what draws
                for page, address in PAGES.items():
                    times[page].append(asked(f"{server.url}{address}"))
                server.end(signal.SIGINT)
    print(f" (the copy {size / 1e6:.0f} MB), median of {arguments.rounds} rounds")
    found = times.pop("results")
    print(
        f"{len(found)} pages of results{'':8} p95 {statistics.quantiles(found, n=20)[-1] * 1000:6.0f} ms, ",
        end="",
    )
    print(f"median {statistics.median(found) * 1000:.0f} ms, longest {max(found) * 1000:.0f} ms")
    for page, values in times.items():
        print(f"{page:26} {statistics.median(values):6.2f} s")


def results() -> Iterator[str]:
    """Yield the queries of the pages of results: each word, and each of its filters that finds something."""
    for words, narrowed in itertools.product(WORDS, NARROWED):
        if "page" not in narrowed or words in WORDS[:6]:
            yield urlencode({"search": words, **narrowed} if words else narrowed)


def asked(address: str) -> float:
    """Return how long it takes to receive the whole response."""
    begun = time.perf_counter()
    with urllib.request.urlopen(address, timeout=120) as answer:
        answer.read()
    return time.perf_counter() - begun


if __name__ == "__main__":
    main()
