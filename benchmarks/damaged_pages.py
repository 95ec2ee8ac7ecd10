"""How many damaged pages are caught, and what gets through, as in docs/measurements.md.

    python -m benchmarks.damaged_pages [--each] [--rules]

Each undamaged page (the fixtures, and fifty results in each markup of the test newsroom) is damaged in each
of the ways in tests/damage/ and read as in a crawl, up to the checks. `--each` also prints a line for each
way that let wrong data through, `--rules` what each rule caught.
"""

from __future__ import annotations

import argparse
import time
from collections import Counter, defaultdict
from collections.abc import Iterator, Mapping, Sequence
from typing import NamedTuple

from tests.damage.catalogue import ANSWERS, REGISTERS, registers_of
from tests.damage.outcomes import (
    OUTCOMES,
    SCENARIOS,
    WRONG,
    Outcome,
    databases,
    outcomes,
    refused,
    sound_item,
    tally,
)
from tests.damage.sound import Sound, SoundAnswer, sound_answers, sound_pages

_HEADS = {
    "empty": "empty database",
    "new": "other items stored",
    "known": "the page's items stored too",
}


class Found(NamedTuple):
    """The outcome of one damaged page."""

    kind: str
    mutation: str
    page: str
    by_scenario: Mapping[str, Outcome]


def main() -> None:
    """Damage all pages, and print the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawTextHelpFormatter)
    parser.add_argument("--each", action="store_true", help="also print what let wrong data through")
    parser.add_argument("--rules", action="store_true", help="also print what each rule caught")
    arguments = parser.parse_args()
    start = time.perf_counter()
    pages = (*sound_pages(), *sound_answers())
    found, alarms = list(_found(pages)), list(_false_alarms(pages))
    print(f"{len(found):,} damaged pages, made of {len(pages)} undamaged ones in {_ways(found)} ways.\n")
    print(f"Pages {' / '.join(OUTCOMES)}, by what the database holds:\n")
    print("\n".join(_table(found)))
    print(f"\nFalse alarms: {len(alarms)} of {len(pages) * len(SCENARIOS)} readings of undamaged pages.")
    for line in alarms:
        print(f"- {line}")
    if arguments.each:
        print("\n".join(_each(found)))
    if arguments.rules:
        print("\n".join(_rules(found)))
    print(f"\n({time.perf_counter() - start:.0f} s)")


def _found(pages: Sequence[Sound]) -> Iterator[Found]:
    with databases() as made:
        for page in pages:
            for register in registers_of(page):
                kind = ANSWERS.kind if isinstance(page, SoundAnswer) else register.kind
                for mutation in register.found:
                    if by_scenario := outcomes(page, mutation, made):
                        yield Found(kind, mutation.name, page.name, by_scenario)


def _false_alarms(pages: Sequence[Sound]) -> Iterator[str]:
    with databases() as made:
        for page in pages:
            for scenario in SCENARIOS:
                if outcome := refused(sound_item(page), made.of(scenario, page)):
                    yield f"{page.name} ({_HEADS[scenario]}): {outcome.why}"


def _ways(found: Sequence[Found]) -> int:
    return len({one.mutation for one in found})


def _table(found: Sequence[Found]) -> Iterator[str]:
    yield f"| kind of damage | ways | pages | {' | '.join(_HEADS.values())} |"
    yield "|---|--:|--:|" + "--:|" * len(_HEADS)
    for register in (*REGISTERS, ANSWERS):
        yield _row(register.kind, [one for one in found if one.kind == register.kind])
    yield _row("**all**", found)


def _row(name: str, of: Sequence[Found]) -> str:
    counts = [tally([one.by_scenario[scenario] for one in of]) for scenario in SCENARIOS]
    cells = [" / ".join(f"{count[kind]:,}" for kind in OUTCOMES) for count in counts]
    return f"| {name} | {_ways(of)} | {len(of):,} | {' | '.join(cells)} |"


def _rules(found: Sequence[Found]) -> Iterator[str]:
    """Yield a table of the rules: how many wrong readings each caught, and how many it alone caught."""
    broken = [outcome.rules for one in found for outcome in one.by_scenario.values() if outcome.rules]
    caught = Counter(rule for rules in broken for rule in rules)
    alone = Counter(next(iter(rules)) for rules in broken if len(rules) == 1)
    yield "\n| rule | wrong readings caught | by this rule alone |\n|---|--:|--:|"
    for rule, count in caught.most_common():
        yield f"| {rule} | {count:,} | {alone[rule]:,} |"


def _each(found: Sequence[Found]) -> Iterator[str]:
    for scenario in SCENARIOS:
        yield f"\n{_HEADS[scenario]}:"
        through: dict[str, list[str]] = defaultdict(list)
        for one in found:
            if one.by_scenario[scenario].kind == WRONG:
                through[f"{one.kind}: {one.mutation}"].append(one.page)
        for name, pages in through.items():
            yield f"- {name}: {len(pages)} pages, such as {pages[-1]}"


if __name__ == "__main__":
    main()
