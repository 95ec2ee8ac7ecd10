"""Prints how many trials of each command passed: the counts of docs/faults.md."""

from __future__ import annotations

import sys
from pathlib import Path
from tempfile import TemporaryDirectory

from tests.faults.trials import KINDS, WRITING, Trials, world

HEADINGS = {"full": "full disk", "error": "disk error", "kill": "kill -9"}


def main(count: int) -> None:
    """Try so many calls of each command, and print a row of the table for it."""
    print(f"| command | writes and syncs | {' | '.join(HEADINGS[kind] for kind in KINDS)} |")
    print(f"|---|--:|{'--:|' * len(KINDS)}")
    with TemporaryDirectory() as temporary:
        origin = Path(temporary, "world")
        origin.mkdir()
        with world(origin) as addresses:
            for name in WRITING:
                place = Path(temporary, "place")
                place.mkdir(exist_ok=True)
                trials = Trials(name, origin, addresses, place)
                tried = min(count, trials.calls)
                held = []
                for kind in KINDS:
                    wrong = trials.of(kind, tried)
                    print(*wrong, sep="\n", end="\n" * bool(wrong), file=sys.stderr)
                    held.append(f"{tried - len(wrong)} of {tried}")
                print(f"| `{name}` | {trials.calls} | {' | '.join(held)} |", flush=True)


if __name__ == "__main__":
    main(int(sys.argv[1]) if len(sys.argv) > 1 else 20)
