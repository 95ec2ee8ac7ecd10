"""Serve a made-up newsroom on this machine, to try crawls on."""

from __future__ import annotations

import argparse
import time
from contextlib import suppress

from benchmarks.days import simulate
from tests.newsroom.server import Newsroom


def main() -> None:
    """Print a command that crawls the newsroom, then each request and what changes, until Ctrl-C."""
    parser = argparse.ArgumentParser(prog="python -m tests.newsroom", description=__doc__)
    parser.add_argument("--items", type=int, default=300, help="how many (default: 300)")
    parser.add_argument(
        "--day",
        type=float,
        default=float("inf"),
        metavar="SECONDS",
        help="how long a day with new, edited and removed items lasts, for 30 days (default: no changes)",
    )
    options = parser.parse_args()
    simulation = simulate(items=options.items)
    with Newsroom(simulation.start) as newsroom, suppress(KeyboardInterrupt):
        print(
            f"osce-news crawl --db trial.db --delay 0.1 --start-url {newsroom.url}/press-releases", flush=True
        )
        shown, days, evening = 0, iter(simulation.days), time.monotonic() + options.day
        while True:
            time.sleep(0.1)
            for entry in newsroom.log[shown:]:
                print(entry.status, entry.path, flush=True)
                shown += 1
            if time.monotonic() > evening:
                evening += options.day
                for operation in next(days, ()):
                    operation.apply(newsroom)
                    print(operation.kind, operation.node, flush=True)


if __name__ == "__main__":
    main()
