"""The benchmark of page sizes tells wrong revisions from right ones, and runs the crawls."""

from __future__ import annotations

import pytest

from benchmarks.days import simulate
from benchmarks.known import Score
from benchmarks.operations import Edit
from benchmarks.page_sizes import crawled, table, wrong_revisions


def test_a_revision_of_a_value_that_the_site_did_not_change_is_wrong() -> None:
    simulation = simulate(5, items=60)
    edit = next(one for day in simulation.days for one in day if isinstance(one, Edit))
    changed = {(edit.node, name) for name in edit.changes}
    score = Score(requests=[5, 2, 3], revised={*changed, (1, "title")}, failures=["day 1: status 4: partial"])
    assert wrong_revisions(simulation, score) == {(1, "title")}
    *_, row = table(simulation, {10: score}).splitlines()
    assert row == f"| 10 | 3 | 2.5 | 0 of {simulation.kinds().total()} | 0 | 1 | 1 | 0 |"


@pytest.mark.slow
@pytest.mark.parametrize("size", [10, 25])
def test_nothing_is_missed_or_wrong_on_lists_of_an_own_page_size(size: int) -> None:
    simulation = simulate(14, seed=0, items=90)  # no item is gone for some days between two full crawls only
    score = crawled(simulation, size)
    assert not score.missed()
    assert (score.wrong, wrong_revisions(simulation, score), score.failures) == (0, set(), [])
