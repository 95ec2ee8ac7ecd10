"""The test newsroom's list is edited as it should be, and its simulated days are what they claim."""

from __future__ import annotations

import dataclasses
import datetime
import itertools

import pytest

from tests.newsroom import Newsroom, StoryList, make_newer, make_stories
from tests.newsroom.client import LIST, get
from tests.newsroom.days import simulate
from tests.newsroom.operations import Add, Edit, Operation, Rename
from tests.newsroom.stories import NEWEST, Story

DAY = datetime.timedelta(days=1)


@pytest.fixture
def stories() -> StoryList:
    return StoryList(make_stories(60))


def in_order(stories: StoryList) -> bool:
    return all(a.published >= b.published for a, b in itertools.pairwise(stories.stories))


def test_new_stories_come_on_top_and_older_ones_do_not(stories: StoryList) -> None:
    before = stories.stories
    newer = make_newer(before, 3)
    stories.publish(*newer)
    assert stories.stories == [*newer, *before]
    with pytest.raises(ValueError, match="can't stand above"):
        stories.publish(dataclasses.replace(newer[0], node=1, published=before[0].published))
    assert len(before) == 60, "who read the list has it as it was"


def test_a_back_dated_story_stands_at_its_place(stories: StoryList) -> None:
    late = dataclasses.replace(stories.stories[0], node=999_999, published=stories.stories[30].published)
    stories.insert(late)
    place = stories.stories.index(late)
    assert in_order(stories)
    assert stories.stories[place - 1].published > late.published, "the highest node of its day comes first"
    oldest = dataclasses.replace(late, node=1, published=stories.stories[-1].published)
    stories.insert(oldest)
    assert stories.stories[-1] is oldest


def test_an_edit_keeps_the_place_and_the_day(stories: StoryList) -> None:
    old = stories.stories[7]
    new = stories.edit(old.node, title="Other", offices=("OSCE Secretariat",), teaser="")
    assert stories.stories[7] is new is stories.story(old.node)
    assert new == dataclasses.replace(old, title="Other", offices=("OSCE Secretariat",), teaser="")
    with pytest.raises(TypeError, match="published"):
        stories.edit(old.node, published=NEWEST)  # type: ignore[call-arg]
    with pytest.raises(LookupError, match="no story 5"):
        stories.edit(5, title="Other")


def test_a_story_with_another_day_moves_there(stories: StoryList) -> None:
    node = stories.stories[3].node
    day = stories.stories[40].published
    moved = stories.redate(node, day)
    assert (moved.node, moved.published) == (node, day)
    assert in_order(stories)
    assert len(stories.stories) == 60
    assert stories.stories.index(moved) > 30


def test_a_removed_story_comes_back_to_where_it_was(stories: StoryList) -> None:
    before = stories.stories
    for story in (before[0], before[25], before[59]):
        assert stories.remove(story.node) is story
    assert len(stories.stories) == 57
    with pytest.raises(LookupError):
        stories.remove(before[25].node)
    for node in list(stories.removed):
        stories.restore(node)
    assert stories.stories == before
    with pytest.raises(LookupError):
        stories.restore(before[0].node)


def test_the_stories_of_a_day_change_places(stories: StoryList) -> None:
    before = stories.stories
    day = max({s.published for s in before}, key=lambda day: sum(s.published == day for s in before))
    for seed in range(5):
        assert stories.reorder(day, seed) > 2
        assert stories.stories != before
        assert in_order(stories)
        assert sorted(s.node for s in stories.stories) == sorted(s.node for s in before)
        before = stories.stories
    assert stories.reorder(NEWEST + DAY) == 0
    one = before[0]
    pair = StoryList([one, dataclasses.replace(one, node=1)])
    for seed in range(10):
        first = pair.stories[0].node
        assert pair.reorder(one.published, seed) == 2
        assert pair.stories[1].node == first, "a shuffle that changes nothing is no other order"


def test_an_office_gets_a_new_name_everywhere_at_once(stories: StoryList) -> None:
    before = stories.stories
    office = next(story.offices[0] for story in before if story.offices)
    gone = stories.remove(next(story.node for story in before if office in story.offices))
    count = sum(office in story.offices for story in stories.stories)
    assert stories.rename_office(office, "OSCE Office of Tests") == count
    stories.restore(gone.node)
    changed = [(a, b) for a, b in zip(before, stories.stories, strict=True) if a is not b]
    assert len(changed) == count + 1
    assert all("OSCE Office of Tests" in b.offices and office not in b.offices for _, b in changed)
    stories.edit(gone.node, offices=("A", "B"))
    stories.rename_office("A", "B")
    assert stories.story(gone.node).offices == ("B",)


def test_the_same_days_come_for_the_same_arguments() -> None:
    assert simulate(10, seed=3, items=300) == simulate(10, seed=3, items=300)
    assert simulate(10, seed=3, items=300).days != simulate(10, seed=4, items=300).days


@pytest.mark.parametrize("seed", range(4))
def test_thirty_days_bring_everything_that_happens(seed: int) -> None:
    simulation = simulate(seed=seed, items=1000)
    kinds = simulation.kinds()
    rare = {"back-dated": 6, "old edit": 4, "removal": 2, "old removal": 2, "re-dated": 1, "renamed": 1}
    assert {kind: kinds[kind] for kind in (*rare, "restored")} == {**rare, "restored": 1}  # type: ignore[index]
    assert 45 <= kinds["new"] <= 95
    assert 10 <= kinds["edit"] <= 45
    assert kinds["labels"] >= 2
    assert [day.date for day in simulation.days] == [NEWEST + n * DAY for n in range(1, 31)]


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
