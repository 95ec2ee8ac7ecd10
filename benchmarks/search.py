"""How long searches take in a database of any size.

    python -m benchmarks.search [--items 30000] [--texts 0.5] [--rounds 20] [--db FILE]

The database is generated (tests/generated.py) unless --db names one; if that does not exist, it is
generated and kept. Each kind of query is run with several words, in turn, so that other work of the machine
affects all of them. The output has the 50th and 95th percentile of wall-clock time and of processor time,
which are nearly the same on an idle machine.
"""

from __future__ import annotations

import argparse
import statistics
import tempfile
import time
from collections.abc import Sequence
from dataclasses import replace
from pathlib import Path

from osce_news.storage import open_for_reading, queries
from osce_news.storage.queries import Query
from osce_news.storage.queries.search import search
from tests.generated import make_database

_NONE = Query()
_RECENT = Query(since="2020-01-01")
KINDS: dict[str, Sequence[tuple[str, Query]]] = {
    "a rare word": [(word, _NONE) for word in ("ombudsperson", "turkmenistan", "moratorium", "quokka")],
    "a word": [(word, _NONE) for word in ("trafficking", "police", "gender", "journalists", "roma")],
    "a very common word": [(word, _NONE) for word in ("osce", "elections", "the", "today")],
    "two words": [(text, _NONE) for text in ("media freedom", "border police", "human trafficking")],
    "a phrase": [(f'"{text}"', _NONE) for text in ("human rights", "rule of law", "field offices")],
    "a prefix": [(text, _NONE) for text in ("traffick*", "elect*", "tra*", "demo*")],
    "AND, OR, NOT": [
        (text, _NONE)
        for text in ("trafficking AND (police OR border)", "elections NOT media", "roma OR sinti OR youth")
    ],
    "in the title": [(f"title:{word}", _NONE) for word in ("trafficking", "elections", "osce")],
    "plain words": [(text, _NONE) for text in ("Chairperson's visit", "C++", "co-operation in Türkiye")],
    "since 2020": [(word, _RECENT) for word in ("trafficking", "elections", "osce", "media freedom")],
    "of an office": [
        (word, Query(offices=["odihr"])) for word in ("trafficking", "elections", "osce", "human rights")
    ],
    "with all filters": [
        (word, Query(offices=["odihr"], topics=["elections"], since="2015-01-01", language="en"))
        for word in ("observation", "osce", "report")
    ],
}


def main() -> None:
    """Measure, and print a line per kind of query."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--items", type=int, default=30_000)
    parser.add_argument("--texts", type=float, default=0.5, help="share of the items that have a full text")
    parser.add_argument("--rounds", type=int, default=20)
    parser.add_argument("--db", type=Path)
    arguments = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        path = arguments.db or Path(folder, "generated.db")
        if not path.exists():
            make_database(path, arguments.items, texts=arguments.texts)
        measure(path, arguments.rounds)


def measure(path: Path, rounds: int) -> None:
    """Run all queries in turn and print how long they took."""
    connection = open_for_reading(path)
    total = queries.count(connection, _NONE)
    texts = connection.execute("SELECT count(*) FROM articles WHERE text IS NOT NULL").fetchone()[0]
    print(f"{total:,} items, {texts:,} of them with their text; {rounds} rounds; milliseconds")
    times: dict[str, list[tuple[float, float]]] = {kind: [] for kind in KINDS}
    for number in range(rounds + 1):
        for kind, asked in KINDS.items():
            for query, filters in asked:
                start = time.perf_counter(), time.process_time()
                search(connection, replace(filters, words=query), 20, ("[", "]"))
                took = (time.perf_counter() - start[0], time.process_time() - start[1])
                if number:  # the first round fills the caches
                    times[kind].append(took)
    connection.close()
    print(f"{'':20} {'p50':>8} {'p95':>8}   {'p50':>8} {'p95':>8}  (processor)")
    times["all of them"] = [one for taken in times.values() for one in taken]
    for kind, taken in times.items():
        wall, processor = ([one[place] * 1000 for one in taken] for place in (0, 1))
        cells = [f(values) for values in (wall, processor) for f in (statistics.median, percentile)]
        print(f"{kind:20} {cells[0]:8.1f} {cells[1]:8.1f}   {cells[2]:8.1f} {cells[3]:8.1f}")


def percentile(values: Sequence[float]) -> float:
    """Return the value that 95 % of the values do not exceed."""
    return statistics.quantiles(values, n=100, method="inclusive")[94]


if __name__ == "__main__":
    main()
