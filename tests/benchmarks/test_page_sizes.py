"""The benchmark of page sizes distinguishes wrong revisions from right ones."""

from __future__ import annotations

from benchmarks.days import simulate
from benchmarks.known import Score
from benchmarks.operations import Edit
from benchmarks.page_sizes import table, wrong_revisions


def test_a_revision_of_a_value_that_the_site_did_not_change_is_wrong() -> None:
    simulation = simulate(5, items=60)
    edit = next(one for day in simulation.days for one in day if isinstance(one, Edit))
    changed = {(edit.node, name) for name in edit.changes}
    score = Score(requests=[5, 2, 3], revised={*changed, (1, "title")}, failures=["day 1: status 4: partial"])
    assert wrong_revisions(simulation, score) == {(1, "title")}
    *_, row = table(simulation, {10: score}).splitlines()
    assert row == f"| 10 | 3 | 2.5 | 0 of {simulation.kinds().total()} | 0 | 1 | 1 | 0 |"
