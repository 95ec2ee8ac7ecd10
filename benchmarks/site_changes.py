"""What becomes of the database when the whole site changes, as in docs/measurements.md.

    python -m benchmarks.site_changes [--each] [--kinds labels values ...]

A made-up newsroom is crawled; then three new items appear, and all pages of the list change in one of the
ways in tests/damage/. A full crawl follows on a copy of the database, and its items are compared
with those that a crawl of the unchanged pages stores. `--each` also prints a line for each change that let
wrong data through.
"""

from __future__ import annotations

import argparse
import shutil
import sqlite3
import tempfile
import time
from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from contextlib import closing
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from tests.crawl.over_http.crawling import LIST, ROBOTS, crawl
from tests.damage.catalogue import REGISTERS
from tests.damage.mutation import Mutation
from tests.damage.sound import Sound
from tests.newsroom import Newsroom, Reply, make_newer, make_stories

# Refused: the run ended with exit status 3. Held: pages are in the table `held`. Fewer: values are NULL,
# items are missing, or the run is partial.
OUTCOMES = ("refused", "held", "right", "fewer", "wrong")
ITEMS, ROWS = 1_000, 50
_FULL = ("--full", "--rows", str(ROWS))
_COLUMNS = ("title", "published", "content_type", "offices", "topics", "teaser", "withdrawn")

Items = Mapping[str, tuple[object, ...]]


class ChangedNewsroom(Newsroom):
    """A newsroom whose pages of the list are all changed in one way."""

    change: Mutation | None = None

    def answer(self, target: str) -> Reply:
        """Return the changed page; the usual reply for other addresses, and if the change can't be made."""
        reply = super().answer(target)
        parts = urlsplit(target)
        if self.change is None or parts.path != LIST:
            return reply
        asked = {name: values[0] for name, values in parse_qs(parts.query).items()}
        rows = min(int(asked.get("rows", 10)), ROWS)
        start = int(asked.get("page", 0)) * rows
        page = Sound(
            target,
            reply.body.decode(),
            f"{self.url}{target}",
            "2026-01-01T00:00:00Z",
            tuple(self.stories[start : start + rows]),
        )
        changed = self.change.apply(page) if page.stories else None
        return reply if changed is None else Reply(body=changed.encode())


def main() -> None:
    """Change the site in each way, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--each", action="store_true", help="also print what let wrong data through")
    parser.add_argument("--kinds", nargs="+", help="only these kinds of change")
    given = parser.parse_args()
    start = time.perf_counter()
    of_lists = [one for register in REGISTERS for one in register.found]
    changes = [one for one in of_lists if not given.kinds or one.kind in given.kinds]
    found = outcomes(changes)
    print(f"Changes {' / '.join(OUTCOMES)}:\n\n| kind of change | ways | outcome |\n|---|--:|--:|")
    kinds = defaultdict[str, Counter[str]](Counter)
    for change, outcome, _ in found:
        kinds[change.kind][outcome] += 1
        kinds["**all**"][outcome] += 1
    all_kinds = kinds.pop("**all**")
    for kind, counts in (*kinds.items(), ("**all**", all_kinds)):
        numbers = " / ".join(str(counts[outcome]) for outcome in OUTCOMES)
        print(f"| {kind} | {counts.total()} | {numbers} |")
    for change, outcome, why in found if given.each else ():
        if outcome == "wrong":
            print(f"- {change.kind}: {change.name}: {why}")
    print(f"\n({time.perf_counter() - start:.0f} s)")


def outcomes(changes: Sequence[Mutation]) -> list[tuple[Mutation, str, str]]:
    """Return the outcome of each change, and the values that are wrong."""
    stories = make_stories(ITEMS)
    found = []
    with tempfile.TemporaryDirectory() as name, ChangedNewsroom(stories, robots=ROBOTS) as site:
        folder = Path(name)
        crawl(site, folder / "before.db", *_FULL)
        site.publish(*make_newer(stories, 3))
        right = Path(shutil.copy(folder / "before.db", folder / "right.db"))
        crawl(site, right, *_FULL)
        for number, site.change in enumerate(changes):
            db = Path(shutil.copy(folder / "before.db", folder / f"{number}.db"))
            run = crawl(site, db, *_FULL)
            fewer, wrong = differences(items(db), items(right))
            if wrong:
                outcome = "wrong"
            elif run.status == 3:
                outcome = "refused"
            elif run.status == 4 and run.summary["held"]:
                outcome = "held"
            else:
                outcome = "fewer" if fewer or run.status else "right"
            found.append((site.change, outcome, "; ".join(wrong)))
            db.unlink()
    return found


def items(db: Path) -> Items:
    """Return the values of all items by identifier."""
    with closing(sqlite3.connect(db)) as connection:
        rows = connection.execute(f"SELECT id, {', '.join(_COLUMNS)} FROM newsroom").fetchall()
    return {row[0]: row[1:] for row in rows}


def differences(found: Items, right: Items) -> tuple[int, list[str]]:
    """Return how many values and items are missing, and the wrong ones by column.

    If an item has another identifier because its address has no number, it is found by title and date.
    """
    fewer, wrong = 0, Counter[str]()
    titles = {values[:2]: values for values in found.values()}
    for identifier, expected in right.items():
        values = found.get(identifier) or titles.get(expected[:2]) or (None,) * len(expected)
        for column, value, other in zip(_COLUMNS, values, expected, strict=True):
            if value != other:
                fewer += value is None
                wrong[column] += value is not None
    known = {values[:2] for values in right.values()}
    wrong["item"] = sum(key not in right and values[:2] not in known for key, values in found.items())
    return fewer, [f"{column} of {count}" for column, count in wrong.items() if count]


if __name__ == "__main__":
    main()
