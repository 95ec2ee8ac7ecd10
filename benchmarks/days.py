"""Simulates days of changes of the list, similar to those of the real list, and the same every time."""

from __future__ import annotations

import dataclasses
import datetime
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass
from random import Random

from benchmarks.operations import Add, Day, Edit, Kind, Operation, Redate, Remove, Rename, Restore
from tests.newsroom.editing import Changes, StoryList
from tests.newsroom.labels import TOPIC_NUMBERS
from tests.newsroom.stories import NEWEST, Story, make_stories

# How often a working day and a day of a weekend have 0, 1, 2, … new items: on average 3.0 and 0.3.
_WORKING = (5, 14, 22, 24, 16, 10, 5, 3, 1)
_WEEKEND = (75, 20, 5)
_LABELS_LATER = 0.15  # of the new items with labels: their labels are added the day after
_EDITS_A_DAY = (45, 35, 15, 5)  # of recent items
_RECENT_DAYS = 10
_OLD_DAYS = 60
_MOST_BACK_DATED = 40
# The rare changes within thirty days; each happens at least once, even in fewer days.
_SELDOM: dict[Kind, int] = {
    "back-dated": 6,
    "old edit": 4,
    "removal": 2,
    "old removal": 2,
    "re-dated": 1,
    "renamed": 1,
}
_RENAMES = (("OSCE Chairmanship", "OSCE Chairpersonship"),)  # as it was in 2024


@dataclass(frozen=True, slots=True)
class Simulation:
    """The list on the evening before, and the following days."""

    start: list[Story]
    days: list[Day]

    def kinds(self) -> Counter[Kind]:
        """Return how often each kind of change happens."""
        return Counter(operation.kind for day in self.days for operation in day)


def simulate(days: int = 30, seed: int = 0, items: int = 2000) -> Simulation:
    """Return a list of this number of items and its changes; the same for the same arguments.

    No item is changed twice, except that one of the removed items is restored, so that each change can be
    found by itself. The changes of a day are made before its evening.
    """
    start = make_stories(items, seed)
    editor = _Editor(start, Random(seed))
    plan = _plan(days, editor.rng)
    return Simulation(
        start,
        [editor.day(NEWEST + datetime.timedelta(days=number + 1), plan[number]) for number in range(days)],
    )


def _plan(days: int, rng: Random) -> list[list[Kind]]:
    """Return the rare changes of each day; the first removed item is restored some days later."""
    plan: list[list[Kind]] = [[] for _ in range(days)]
    for kind, often in _SELDOM.items():
        for _ in range(max(1, round(often * days / 30))):
            plan[rng.randrange(days)].append(kind)
    removals = [number for number, kinds in enumerate(plan) if {"removal", "old removal"} & set(kinds)]
    back = removals[0] + rng.randint(3, 9)
    plan[min(back, days - 1)].append("restored")
    return plan


class _Editor:
    """Makes up the operations of a day, and applies them to a list of its own."""

    def __init__(self, start: list[Story], rng: Random) -> None:
        self.rng = rng
        self.list = StoryList(start)
        self.today = NEWEST
        self._node = max((story.node for story in start), default=600_000)
        self._untouched = {story.node for story in start}
        self._names: dict[str, str] = {}
        self._label_tomorrow: list[Edit] = []
        self._made: list[Operation] = []

    def day(self, date: datetime.date, seldom: list[Kind]) -> Day:
        """Return the operations of this day, which are also applied to this list."""
        self.today, self._made = date, []
        due, self._label_tomorrow = self._label_tomorrow, []
        for edit in due:
            self._do(dataclasses.replace(edit, changes=self._newly_named(edit.changes)))
        weights = _WORKING if date.weekday() < 5 else _WEEKEND
        for _ in range(self._some(weights)):
            self._publish()
        for _ in range(self._some(_EDITS_A_DAY)):
            self._edit("edit", recent=True)
        for kind in seldom:
            _SELDOM_WAYS[kind](self)
        return Day(date, tuple(self._made))

    def _some(self, weights: tuple[int, ...]) -> int:
        return self.rng.choices(range(len(weights)), weights)[0]

    def _do(self, operation: Operation) -> None:
        operation.apply(self.list)
        self._untouched.discard(operation.node)
        self._made.append(operation)

    def _made_up(self, published: datetime.date) -> Story:
        self._node += self.rng.randint(1, 18)
        (story,) = make_stories(1, self.rng.randrange(2**32), newest=published, first_node=self._node)
        return dataclasses.replace(story, **self._newly_named(Changes(offices=story.offices)))

    def _newly_named(self, changes: Changes) -> Changes:
        """Return the changes with the present names of offices."""
        offices = dict.fromkeys(self._names.get(office, office) for office in changes["offices"])
        return {**changes, "offices": tuple(offices)}

    def _publish(self) -> None:
        story = self._made_up(self.today)
        if (story.offices or story.topics) and self.rng.random() < _LABELS_LATER:
            labels = Changes(offices=story.offices, topics=story.topics, content_type=story.content_type)
            self._label_tomorrow.append(Edit("labels", story.node, labels))
            story = dataclasses.replace(story, offices=(), topics=(), content_type=None)
            self._do(Add("new", story.node, story))
        else:
            self._do(Add("new", story.node, story))
            self._untouched.add(story.node)

    def back_date(self) -> None:
        """Add a new item with an earlier day, deep in the list."""
        day = self.today - datetime.timedelta(days=self.rng.randint(1, _MOST_BACK_DATED))
        story = self._made_up(day)
        self._do(Add("back-dated", story.node, story))

    def _pick(self, *, recent: bool) -> Story | None:
        """Return an unchanged story that is not of today; None if there is none."""
        young = self.today - datetime.timedelta(days=_RECENT_DAYS)
        old = self.today - datetime.timedelta(days=_OLD_DAYS)
        found = [
            story
            for story in self.list.stories
            if story.node in self._untouched
            and (young <= story.published < self.today if recent else story.published < old)
        ]
        return self.rng.choice(found) if found else None

    def _edit(self, kind: Kind, *, recent: bool) -> None:
        if story := self._pick(recent=recent):
            self._do(Edit(kind, story.node, self._changes(story)))

    def _changes(self, story: Story) -> Changes:
        what = self.rng.random()
        if what < 0.4:
            return Changes(title=f"{story.title} (corrected)")
        if what < 0.7:
            return Changes(teaser=f"{(story.teaser or story.title).rstrip('.: ')}, the organizers said...")
        further = [topic for topic in TOPIC_NUMBERS if topic not in story.topics]
        return Changes(topics=(*story.topics, self.rng.choice(further)))

    def edit_old(self) -> None:
        """Edit an item deep in the list."""
        self._edit("old edit", recent=False)

    def remove(self) -> None:
        """Remove a recent item."""
        if story := self._pick(recent=True):
            self._do(Remove("removal", story.node))

    def remove_old(self) -> None:
        """Remove an old item."""
        if story := self._pick(recent=False):
            self._do(Remove("old removal", story.node))

    def restore(self) -> None:
        """Restore the item that was removed first."""
        if self.list.removed:
            self._do(Restore("restored", next(iter(self.list.removed))))

    def redate(self) -> None:
        """Give a recent item an earlier day."""
        if story := self._pick(recent=True):
            earlier = datetime.timedelta(days=self.rng.randint(2, 9))
            self._do(Redate("re-dated", story.node, story.published - earlier))

    def rename(self) -> None:
        """Rename an office everywhere."""
        before, after = self.rng.choice(_RENAMES)
        self._names[before] = after
        self._do(Rename("renamed", 0, before, after))


_SELDOM_WAYS: dict[Kind, Callable[[_Editor], None]] = {
    "back-dated": _Editor.back_date,
    "old edit": _Editor.edit_old,
    "removal": _Editor.remove,
    "old removal": _Editor.remove_old,
    "restored": _Editor.restore,
    "re-dated": _Editor.redate,
    "renamed": _Editor.rename,
}
