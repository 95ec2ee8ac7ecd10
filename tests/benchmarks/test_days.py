"""The simulated days can be applied to the list of the test newsroom, and are what they claim."""

from __future__ import annotations

import datetime
import itertools

import pytest

from benchmarks.days import simulate
from benchmarks.operations import Add, Edit, Operation, Rename
from tests.newsroom import Newsroom, StoryList
from tests.newsroom.client import LIST, get
from tests.newsroom.stories import Story


def in_order(stories: StoryList) -> bool:
    return all(a.published >= b.published for a, b in itertools.pairwise(stories.stories))


@pytest.mark.parametrize("seed", range(4))
def test_the_days_can_be_applied_and_say_what_they_do(seed: int) -> None:
    simulation = simulate(seed=seed, items=1000)
    stories = StoryList(simulation.start)
    touched: list[int] = []
    for day in simulation.days:
        for operation in day:
            before = stories.stories
            operation.apply(stories)
            assert stories.stories != before, operation
            check(operation, day.date, before)
            if operation.kind not in ("new", "restored", "renamed"):
                touched.append(operation.node)
        assert in_order(stories)
    assert len(touched) == len(set(touched)), "no item is changed twice"
    assert len({story.node for story in stories.stories}) == len(stories.stories)
    assert not any("OSCE Chairmanship" in story.offices for story in stories.stories)


def check(operation: Operation, today: datetime.date, before: list[Story]) -> None:
    """The operation is of its kind: new items of today, recent ones young, old ones old."""
    days = {story.node: story.published for story in before}
    if isinstance(operation, Add):
        age = (today - operation.story.published).days
        assert operation.node == operation.story.node > max(days)
        assert age == 0 if operation.kind == "new" else 1 <= age <= 40
    elif operation.kind in ("edit", "removal", "re-dated", "labels"):
        assert 1 <= (today - days[operation.node]).days <= 10
    elif operation.kind in ("old edit", "old removal"):
        assert (today - days[operation.node]).days > 60
    elif isinstance(operation, Rename):
        assert sum(operation.before in story.offices for story in before) > 10
    assert isinstance(operation, Edit) == (operation.kind in ("edit", "labels", "old edit"))


def test_days_are_applied_to_a_newsroom_as_to_a_list() -> None:
    simulation = simulate(5, items=200)
    alone = StoryList(simulation.start)
    with Newsroom(simulation.start) as newsroom:
        for day in simulation.days:
            day.apply(alone)
            day.apply(newsroom)
            shown = get(newsroom.url, f"{LIST}?rows=50").nodes
            assert shown == [story.node for story in alone.stories[:50]]
    assert newsroom.stories == alone.stories
