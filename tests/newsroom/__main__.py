"""Serve a made-up newsroom on this machine, to try crawls on."""

from __future__ import annotations

import argparse
import time
from contextlib import suppress

from tests.newsroom.server import Newsroom
from tests.newsroom.stories import make_stories


def main() -> None:
    """Print a command that crawls the newsroom, then each request, until Ctrl-C."""
    parser = argparse.ArgumentParser(prog="python -m tests.newsroom", description=__doc__)
    parser.add_argument("--items", type=int, default=300, help="how many (default: 300)")
    options = parser.parse_args()
    with Newsroom(make_stories(options.items)) as newsroom, suppress(KeyboardInterrupt):
        print(
            f"osce-news crawl --db trial.db --delay 0.1 --start-url {newsroom.url}/press-releases", flush=True
        )
        shown = 0
        while True:
            time.sleep(0.1)
            for entry in newsroom.log[shown:]:
                print(entry.status, entry.path, flush=True)
                shown += 1


if __name__ == "__main__":
    main()
