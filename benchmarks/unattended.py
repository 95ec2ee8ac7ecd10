"""Whether crawls survive kills, how polite they are by the server's clock, and how much memory they use.

    python -m benchmarks.unattended [--kills 100] [--seed 0] [--pages 600] [--processes N]

Prints three tables. Kills: crawls of a made-up newsroom are killed with SIGKILL at random moments, up to
seven in a row before one may reach its end. A kill is survived if `osce-news verify` finds nothing wrong
afterwards, and if the rows at the end are those of undisturbed crawls, except for times. Gaps: the shortest
time between two requests as the server saw them, compared with the crawl-delay of its robots.txt and with
what `runs` shows. Memory: the largest resident set of a crawl of `--pages` pages of results, compared
with one of a tenth of them.
"""

from __future__ import annotations

import argparse
import itertools
import multiprocessing
import os
import tempfile
from concurrent.futures import ProcessPoolExecutor, ThreadPoolExecutor
from pathlib import Path
from typing import NamedTuple

from benchmarks.kills import Chain, kill_often
from tests.crawl.over_http.crawling import start
from tests.newsroom import Newsroom, make_stories
from tests.processes import Ended

DELAYS = (0.2, 0.5, 1.0)  # seconds
GAPS = 12  # pages of each crawl whose gaps are measured
ROWS = 50

# At its end the command prints the most memory that it has used, in KiB on Linux.
_TELL_MEMORY = """
import resource, sys
end = sys.exit
def told(status):
    print("most memory:", resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, file=sys.stderr)
    end(status)
sys.exit = told
"""


class Gap(NamedTuple):
    """The shortest time between two requests of a crawl, in seconds."""

    asked: float
    seen: float
    claimed: float


class Memory(NamedTuple):
    """How much a crawl read, and the most memory that it used."""

    pages: int
    items: int
    mib: float


def main() -> None:
    """Measure, and print the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--kills", type=int, default=100)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--pages", type=int, default=600)
    parser.add_argument("--processes", type=int, default=os.cpu_count() or 1)
    arguments = parser.parse_args()
    chains = kill(arguments.kills, arguments.seed, arguments.processes)
    print(f"{kills_table(chains)}\n")
    for problem in (problem for chain in chains for problem in chain.broken):
        print(f"- {problem}")
    with ThreadPoolExecutor() as pool:
        gaps = list(pool.map(smallest_gap, DELAYS))
    print(f"{gaps_table(gaps)}\n")
    print(memory_table([memory(max(1, arguments.pages // 10)), memory(arguments.pages)]))


def kill(kills: int, seed: int, processes: int) -> list[Chain]:
    """Kill this number of crawls, in several processes at a time."""
    shares = [kills // processes + (number < kills % processes) for number in range(processes)]
    seeds = [seed + 1000 * number + number % 2 for number in range(processes)]
    context = multiprocessing.get_context("spawn")
    with ProcessPoolExecutor(processes, mp_context=context) as pool:
        return list(itertools.chain.from_iterable(pool.map(_kill, shares, seeds)))


def _kill(kills: int, seed: int) -> list[Chain]:
    with tempfile.TemporaryDirectory() as folder:
        return kill_often(Path(folder), kills, seed)


def smallest_gap(delay: float) -> Gap:
    """Return the smallest gap in a crawl of a site with this crawl-delay."""
    robots = f"User-agent: *\nCrawl-delay: {delay:g}\n"
    with Newsroom(make_stories(GAPS * ROWS), robots=robots) as newsroom:
        done = crawl(newsroom, "--max-pages", str(GAPS))
        times = sorted(entry.time for entry in newsroom.log)
    seen = min(later - earlier for earlier, later in itertools.pairwise(times))
    return Gap(delay, seen, done.summary["smallest_gap_s"])


def memory(pages: int) -> Memory:
    """Return the memory of a crawl of this number of full pages."""
    with Newsroom(make_stories(pages * ROWS), robots="User-agent: *\nAllow: /\n") as newsroom:
        done = crawl(newsroom, before=_TELL_MEMORY)
    kib = next(int(line.split()[-1]) for line in done.errors.splitlines() if line.startswith("most memory"))
    return Memory(done.summary["pages"], done.summary["new"], kib / 1024)


def crawl(newsroom: Newsroom, *options: str, before: str = "") -> Ended:
    """Crawl into a database of its own, and return the ended process; it must succeed."""
    with tempfile.TemporaryDirectory() as folder:
        db = Path(folder, "osce-news.db")
        with start(newsroom, db, "--rows", str(ROWS), *options, before=before) as command:
            done = command.wait(1800)
    assert done.status == 0, done.errors
    return done


def kills_table(chains: list[Chain]) -> str:
    """Return how many kills each kind of crawl survived, in Markdown.

    >>> print(kills_table([Chain("full", kills=3), Chain("full", kills=2, broken=["a"])]))
    | crawls killed at random moments | kills | survived | compared at the end | the same |
    | --- | --: | --: | --: | --: |
    | full | 5 | 3 of 5 | 2 | 1 of 2 |
    """
    heads = ["crawls killed at random moments", "kills", "survived", "compared at the end", "the same"]
    rows = [heads, ["---", *["--:"] * (len(heads) - 1)]]
    for kind in sorted({chain.kind for chain in chains}):
        of_kind = [chain for chain in chains if chain.kind == kind]
        kills = sum(chain.kills for chain in of_kind)
        whole = [chain for chain in of_kind if not chain.broken]
        survived = sum(chain.kills for chain in whole)
        same = f"{len(whole)} of {len(of_kind)}"
        rows.append([kind, str(kills), f"{survived} of {kills}", str(len(of_kind)), same])
    return _table(rows)


def gaps_table(gaps: list[Gap]) -> str:
    """Return the gaps in Markdown.

    >>> print(gaps_table([Gap(0.2, 0.2004, 0.201)]))
    | crawl-delay | smallest gap seen by the server | shown by `runs` |
    | --: | --: | --: |
    | 0.2 s | 0.200 s | 0.201 s |
    """
    rows = [["crawl-delay", "smallest gap seen by the server", "shown by `runs`"], ["--:"] * 3]
    rows += [[f"{gap.asked:g} s", f"{gap.seen:.3f} s", f"{gap.claimed:.3f} s"] for gap in gaps]
    return _table(rows)


def memory_table(measured: list[Memory]) -> str:
    """Return the memory in Markdown, compared with that of the first.

    >>> print(memory_table([Memory(72, 3000, 100.0), Memory(720, 30000, 108.0)]))
    | pages read | items | most memory | compared with the first |
    | --: | --: | --: | --: |
    | 72 | 3000 | 100 MiB | 1.00 |
    | 720 | 30000 | 108 MiB | 1.08 |
    """
    rows = [["pages read", "items", "most memory", "compared with the first"], ["--:"] * 4]
    for one in measured:
        ratio = f"{one.mib / measured[0].mib:.2f}"
        rows.append([str(one.pages), str(one.items), f"{one.mib:.0f} MiB", ratio])
    return _table(rows)


def _table(rows: list[list[str]]) -> str:
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


if __name__ == "__main__":
    main()
