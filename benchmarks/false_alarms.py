"""How many pages of an undamaged list are held, as in docs/measurements.md.

    python -m benchmarks.false_alarms [--seeds 1 2 3] [--rows 10] [--calm] [--each]

In a made-up list of 28,000 items, offices publish texts that they wrote weeks ago, forget labels and teasers,
write last year's date in January, add old items to the site, and garble letters. The list is read as by a
first crawl, then edited in bulk and read again, up to the checks. `--calm` makes a list without these things.
"""

from __future__ import annotations

import argparse
import datetime
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import replace
from pathlib import Path
from random import Random
from typing import NamedTuple

from osce_news.checks.neighbours import read_neighbours
from osce_news.checks.page_checks import findings
from osce_news.storage import Writer
from tests.generated import LIST, page
from tests.newsroom import Story, make_stories
from tests.newsroom.dates import print_day

_ITEMS, _YEARS = 28_000, 29
_AT = "2025-12-01T02:00:00Z"
_WORDS = "An event with judges, police officers and students on how they can work together was held"


class Held(NamedTuple):
    """A page that was held in the first or the second crawl, and the rules that it broke."""

    crawl: int
    number: int
    rules: Sequence[str]


def main() -> None:
    """Read a list of each seed twice, and print how many pages were held, and by which rules."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--seeds", type=int, nargs="+", default=list(range(1, 11)))
    parser.add_argument("--rows", type=int, default=50, help="results per page")
    parser.add_argument("--calm", action="store_true", help="a list without slips and late texts")
    parser.add_argument("--each", action="store_true", help="also print each held page")
    given = parser.parse_args()
    start, rules = time.perf_counter(), Counter[str]()
    print("| seed | pages | held in the first crawl | held in the second |\n|--:|--:|--:|--:|")
    for seed in given.seeds:
        held = list(crawled_twice(seed, calm=given.calm, rows=given.rows))
        first, second = (sum(one.crawl == crawl for one in held) for crawl in (1, 2))
        print(f"| {seed} | {_ITEMS // given.rows} | {first} | {second} |", flush=True)
        rules.update(rule for one in held for rule in one.rules)
        for one in held if given.each else ():
            print(f"- crawl {one.crawl}, page {one.number}: {', '.join(one.rules)}")
    print("\nRules that held a page: " + (", ".join(f"{name} ({n})" for name, n in rules.items()) or "none"))
    print(f"({time.perf_counter() - start:.0f} s)")


def crawled_twice(seed: int, *, calm: bool, items: int = _ITEMS, rows: int = 50) -> Iterator[Held]:
    """Read the list of a seed as by two full crawls, with bulk edits between them; yield the held pages."""
    rng = Random(seed)
    stories = make_stories(items, seed)
    if not calm:
        stories = _lived_in(rng, stories)
    with tempfile.TemporaryDirectory() as folder, Writer(Path(folder, "osce-news.db")) as writer:
        writer.connection.execute("PRAGMA synchronous = OFF")
        yield from _crawled(writer, 1, stories, rows)
        yield from _crawled(writer, 2, stories if calm else _edited(rng, stories), rows)


def _crawled(writer: Writer, crawl: int, stories: Sequence[Story], rows: int) -> Iterator[Held]:
    writer.begin("full", LIST)
    for number, start in enumerate(range(0, len(stories), rows)):
        url = f"{LIST}?page={number}&rows={rows}&solrsort=ds_date+desc"
        listing = page(stories[start : start + rows], _AT, url)
        found = findings(listing, read_neighbours(writer.connection, listing), newest_first=True)
        if rules := sorted({finding.rule for finding in found if finding is not None}):
            yield Held(crawl, number, rules)
        else:
            writer.store(listing)
    writer.finish("complete")


def _lived_in(rng: Random, stories: list[Story]) -> list[Story]:
    """Return the stories with the slips and late texts of offices, newest first."""
    stories = list(stories)
    for first, size in _runs(rng, stories, 0.7 * _YEARS, 4, 20):
        day, offices = stories[first].published, _offices(rng, stories)
        for place in range(first, first + size):
            written = day - datetime.timedelta(days=rng.randint(1, 12))
            stories[place] = _dated(stories[place], day, written, offices)
    for place, story in enumerate(stories):
        if story.published.month == 1 and story.published.day < 26 and rng.random() < 0.02:
            written = story.published.replace(year=story.published.year - 1)
            stories[place] = _dated(story, story.published, written, story.offices)
    for first, size in _runs(rng, stories, 2 * _YEARS, 6, 30):
        for place in range(first, first + size):
            stories[place] = replace(stories[place], content_type=None, offices=(), topics=())
    for first, size in _runs(rng, stories, 0.5 * _YEARS, 5, 15):
        for place in range(first, first + size):
            stories[place] = replace(stories[place], teaser="")
    for place in rng.sample(range(len(stories) // 2, len(stories)), len(stories) // 200):
        more = rng.choice((", Pri?tina", ", PriÅ¡tina", " &amp; more"))
        stories[place] = replace(stories[place], title=stories[place].title + more)
    for first, size in _runs(rng, stories[len(stories) // 2 :], 3, 50, 300):
        _number_anew(rng, stories, first + len(stories) // 2, size)
    return sorted(stories, key=lambda story: story.published, reverse=True)


def _edited(rng: Random, stories: Sequence[Story]) -> list[Story]:
    """Return the stories; many have one topic more or less, or another teaser."""
    stories = list(stories)
    for first, size in _runs(rng, stories, 3, 150, 600):
        for place in range(first, first + size):
            stories[place] = replace(stories[place], topics=(*stories[place].topics, "Youth"))
    for first, size in _runs(rng, stories, 3, 50, 200):
        for place in range(first, first + size):
            teaser = f"{stories[place].teaser} The text was revised in {place}."
            stories[place] = replace(stories[place], teaser=teaser)
    gone = "Policing"
    return [
        replace(story, topics=tuple(topic for topic in story.topics if topic != gone)) for story in stories
    ]


def _runs(
    rng: Random, stories: Sequence[Story], often: float, low: int, high: int
) -> Iterator[tuple[int, int]]:
    """Yield the beginnings and lengths of runs of stories."""
    for _ in range(round(often * len(stories) / _ITEMS)):
        size = rng.randint(low, high)
        yield rng.randrange(len(stories) - size), size


def _offices(rng: Random, stories: Sequence[Story]) -> tuple[str, ...]:
    return rng.choice([story.offices for story in rng.sample(stories, 20) if story.offices])[:1]


def _dated(story: Story, day: datetime.date, written: datetime.date, offices: tuple[str, ...]) -> Story:
    teaser = f"VIENNA, {print_day(written)} - {_WORDS} in town {story.node} today."
    path = f"/node/{story.node}"
    return replace(story, published=day, teaser=teaser, offices=offices, path=path)


def _number_anew(rng: Random, stories: list[Story], first: int, size: int) -> None:
    """Give most of these stories later numbers, in any order."""
    places = [place for place in range(first, first + size) if rng.random() < 0.7]
    taken, number = {story.node for story in stories}, stories[first].node + 60_000
    free = [node for node in range(number, number + 2 * size) if node not in taken]
    for place, node in zip(places, rng.sample(free, len(places)), strict=True):
        stories[place] = replace(stories[place], node=node, path=f"/node/{node}")


if __name__ == "__main__":
    main()
