"""Full disks, errors of the disk and kills at any write and sync of each command that writes."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.faults.trials import KINDS, WRITING, Trials, library, world

TRIALS = 3  # of each kind


@pytest.fixture(scope="module")
def origin(tmp_path_factory: pytest.TempPathFactory) -> Iterator[tuple[Path, dict[str, str]]]:
    library()
    folder = tmp_path_factory.mktemp("world")
    with world(folder) as addresses:
        yield folder, addresses


@pytest.mark.parametrize("name", WRITING)
def test_whichever_write_fails_nothing_is_lost_and_the_next_run_makes_it_whole(
    name: str, origin: tuple[Path, dict[str, str]], tmp_path: Path
) -> None:
    trials = Trials(name, *origin, tmp_path)
    wrong = [each for kind in KINDS for each in trials.of(kind, TRIALS)]
    count = len(KINDS) * TRIALS
    print(f"{name}: held {count - len(wrong)} of {count}")
    assert wrong == []
