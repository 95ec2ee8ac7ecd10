"""What it costs to follow the list for a month, and what is found, compared with other ways to crawl.

    python -m benchmarks.crawl_days [--days 30] [--items 2000] [--seed 0] [--moving]

`benchmarks.days` makes up the changes of the list. The first crawl reads the whole list; then there is
one crawl every evening. After the last day with changes, the crawls continue until a seventh day, so that
they end with a weekly full crawl. With `--moving`, half of each day's changes are made while the list is
read, between its first page and its second.

Columns: requests of the first crawl; average requests on a later day, including robots.txt; for each kind
of change, how many were found, and how many days later on average, if not on the same day; wrong: items
that a crawl marked as withdrawn although they were on the list; duplicates: items stored twice; outdated:
items whose stored values differ at the end from what the list prints. An edit counts as found when the new
value is stored with a record of the change, a removal when the item is marked as withdrawn. One removed
item is restored.
"""

from __future__ import annotations

import argparse
import itertools
import tempfile
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from typing import NamedTuple

from benchmarks.days import Simulation, simulate
from benchmarks.known import Score
from benchmarks.operations import Operation
from benchmarks.strategies import (
    DeltaFetchItems,
    DeltaFetchListing,
    FullCrawl,
    OsceNews,
    StopAtKnown,
    Strategy,
)
from tests.newsroom import Newsroom, StoryList

WEEK = 7
ROBOTS = "User-agent: *\nDisallow: /admin/\n"
FOUND = ("new", "back-dated", "edits", "old edits", "removals")


class Way(NamedTuple):
    """A row of the table: its name, and a function that makes its strategy."""

    name: str
    make: Callable[[Newsroom, Path], Strategy]


WAYS = (
    Way("osce-news: incremental daily, full weekly", lambda site, db: OsceNews(site, db, WEEK)),
    Way("full crawl daily", lambda site, db: FullCrawl(site)),
    Way("stop at five known items", lambda site, db: StopAtKnown(site)),
    Way("scrapy-deltafetch, item pages", lambda site, db: DeltaFetchItems(site)),
    Way("scrapy-deltafetch, list pages", lambda site, db: DeltaFetchListing(site)),
)


def main() -> None:
    """Run each way through the same days, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--days", type=int, default=30)
    parser.add_argument("--items", type=int, default=2000)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--moving", action="store_true", help="change the list while it is read")
    arguments = parser.parse_args()
    simulation = simulate(arguments.days, arguments.seed, arguments.items)
    changes = ", ".join(f"{count} {kind}" for kind, count in sorted(simulation.kinds().items()))
    print(f"{arguments.items} items; {arguments.days} days with {changes}\n")
    scores = {way.name: run(way, simulation, moving=arguments.moving) for way in WAYS}
    print(f"{table(scores)}\n")
    for name, score in scores.items():
        if missed := score.missed():
            print(f"- {name}: never found {', '.join(f'{n} {kind}' for kind, n in missed.items())}")
        for failure in score.failures:
            print(f"- {name}: {failure}")


def run(way: Way, simulation: Simulation, *, moving: bool = False, fixed_rows: int | None = None) -> Score:
    """Return the score of a way after the first crawl, the days, and the rest of the last week.

    `fixed_rows` is the size of the list's pages, whatever size is requested.
    """
    score = Score()
    with (
        tempfile.TemporaryDirectory() as folder,
        Newsroom(simulation.start, robots=ROBOTS, fixed_rows=fixed_rows) as site,
    ):
        strategy = way.make(site, Path(folder) / "osce-news.db")
        score.requests.append(strategy.crawl(0, int))
        score.look(strategy.known(), 0, site.stories, site.stories)
        # What was added while the last page was read can only be found on a later day.
        quiet = -len(simulation.days) % WEEK or (WEEK if moving else 0)
        for number, day in enumerate([*simulation.days, *itertools.repeat(None, quiet)], start=1):
            operations = list(day) if day else []
            half = len(operations) // 2 if moving else len(operations)
            score.expect(operations, number, strategy.known().items)
            apply(operations[:half], site)
            with moved(operations[half:], site) as move:
                before = site.stories
                score.requests.append(strategy.crawl(number, move))
            score.look(strategy.known(), number, before, site.stories)
        if isinstance(strategy, OsceNews):
            score.failures = strategy.failures
    return score


def apply(operations: list[Operation], site: StoryList) -> None:
    """Make the changes."""
    for operation in operations:
        operation.apply(site)


@contextmanager
def moved(operations: list[Operation], site: StoryList) -> Iterator[Callable[[], None]]:
    """Yield a function that makes the changes; if it is not called, they are made at the end."""
    left = list(operations)

    def move() -> None:
        apply(left, site)
        left.clear()

    yield move
    move()


def table(scores: dict[str, Score]) -> str:
    """Return the scores in Markdown, one row per way."""
    heads = ["", "first", "requests a day", *FOUND, "wrong", "duplicates", "outdated"]
    rows = [heads, ["---", *["--:"] * (len(heads) - 1)]]
    for name, score in scores.items():
        later = score.requests[1:]
        rows.append(
            [
                name,
                str(score.requests[0]),
                f"{sum(later) / len(later):.1f}" if later else "",
                *(cell(score, group) for group in FOUND),
                str(score.wrong),
                str(score.duplicates),
                str(score.outdated),
            ]
        )
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def cell(score: Score, group: str) -> str:
    """Return how many changes of the group were found, and how late on average, if not on the same day.

    >>> cell(Score(), "new")
    '0 of 0'
    """
    found, of = score.found(group)
    late = score.days_late(group)
    return f"{found} of {of}" + (f", {late:.1f} d late" if late else "")


if __name__ == "__main__":
    main()
