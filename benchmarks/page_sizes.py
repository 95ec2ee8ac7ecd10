"""What four months of crawls find on lists with a fixed page size, and what they get wrong.

    python -m benchmarks.page_sizes [--days 120] [--items 400] [--seed 0] [--page-sizes 10 25 50 100]

`benchmarks.days` makes up the changes of the list; half of each day's changes are made while it is read.
There is an incremental crawl every evening, and a full one every week. Columns: missed changes, out of all;
items withdrawn although they were on the list; revisions of values that had not changed; crawls that ended
partial (exit status 4), and crawls with any other status, which a person would have to look at.
"""

from __future__ import annotations

import argparse
from concurrent.futures import ThreadPoolExecutor
from functools import partial

from benchmarks.crawl_days import WAYS, run
from benchmarks.days import Simulation, simulate
from benchmarks.known import Score
from benchmarks.operations import Edit, Redate, Rename

HEADS = ("page size", "crawls", "requests a day", "missed", "falsely withdrawn", "wrong revisions")
ENDS = ("partial", "stopped")


def main() -> None:
    """Crawl a list of each page size through the same days, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--days", type=int, default=120)
    parser.add_argument("--items", type=int, default=400)
    parser.add_argument("--seed", type=int, default=0)
    parser.add_argument("--page-sizes", type=int, nargs="+", default=[10, 25, 50, 100])
    arguments = parser.parse_args()
    simulation = simulate(arguments.days, arguments.seed, arguments.items)
    with ThreadPoolExecutor(2) as pool:
        scores = list(pool.map(partial(crawled, simulation), arguments.page_sizes))
    print(table(simulation, dict(zip(arguments.page_sizes, scores, strict=True))))
    for size, score in zip(arguments.page_sizes, scores, strict=True):
        for failure in score.failures:
            print(f"- {size}: {failure}")


def crawled(simulation: Simulation, size: int) -> Score:
    """Return the score of osce-news on a list whose pages all have this size."""
    return run(WAYS[0], simulation, moving=True, fixed_rows=size)


def table(simulation: Simulation, scores: dict[int, Score]) -> str:
    """Return the scores in Markdown, one row per page size."""
    rows = [(*HEADS, *ENDS), ("--:",) * (len(HEADS) + len(ENDS))]
    for size, score in scores.items():
        missed, expected = sum(score.missed().values()), sum(simulation.kinds().values())
        later = score.requests[1:]
        partial_runs = sum("status 4:" in failure for failure in score.failures)
        a_day = f"{sum(later) / len(later):.1f}"
        wrong = score.wrong, len(wrong_revisions(simulation, score))
        ends = partial_runs, len(score.failures) - partial_runs
        values = (size, len(score.requests), a_day, f"{missed} of {expected}", *wrong, *ends)
        rows.append(tuple(map(str, values)))
    return "\n".join(f"| {' | '.join(row)} |" for row in rows)


def wrong_revisions(simulation: Simulation, score: Score) -> set[tuple[int, str]]:
    """Return the items and fields that have a revision although the site has not changed them."""
    operations = [operation for day in simulation.days for operation in day]
    changed = {(one.node, name) for one in operations if isinstance(one, Edit) for name in one.changes}
    changed |= {(one.node, "published") for one in operations if isinstance(one, Redate)}
    is_renamed = any(isinstance(one, Rename) for one in operations)
    revised = score.revised - changed
    return {(node, name) for node, name in revised if not (is_renamed and name == "offices")}


if __name__ == "__main__":
    main()
