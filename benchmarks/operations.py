"""Single changes of the list, as values."""

from __future__ import annotations

import datetime
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Literal

from tests.newsroom.editing import Changes, StoryList
from tests.newsroom.stories import Story

Kind = Literal[
    "new",
    "back-dated",
    "edit",
    "labels",
    "old edit",
    "removal",
    "old removal",
    "restored",
    "re-dated",
    "renamed",
]
"""`edit`, `labels` (added later) and `removal` are of recent items, those with `old` are not."""


@dataclass(frozen=True, slots=True)
class Operation:
    """A change of the list; `node` is that of the story, or 0 for the new name of an office."""

    kind: Kind
    node: int

    def apply(self, stories: StoryList) -> None:
        """Make the change; raises LookupError if the story is not there."""
        raise NotImplementedError


@dataclass(frozen=True, slots=True)
class Add(Operation):
    """Adds a story at its place by date."""

    story: Story

    def apply(self, stories: StoryList) -> None:
        stories.insert(self.story)


@dataclass(frozen=True, slots=True)
class Edit(Operation):
    """Changes values of a story other than its day."""

    changes: Changes

    def apply(self, stories: StoryList) -> None:
        stories.edit(self.node, **self.changes)


@dataclass(frozen=True, slots=True)
class Redate(Operation):
    """Gives a story another day, and moves it there."""

    day: datetime.date

    def apply(self, stories: StoryList) -> None:
        stories.redate(self.node, self.day)


@dataclass(frozen=True, slots=True)
class Remove(Operation):
    """Removes a story from the list."""

    def apply(self, stories: StoryList) -> None:
        stories.remove(self.node)


@dataclass(frozen=True, slots=True)
class Restore(Operation):
    """Restores a removed story."""

    def apply(self, stories: StoryList) -> None:
        stories.restore(self.node)


@dataclass(frozen=True, slots=True)
class Rename(Operation):
    """Renames an office in every story at once."""

    before: str
    after: str

    def apply(self, stories: StoryList) -> None:
        stories.rename_office(self.before, self.after)


@dataclass(frozen=True, slots=True)
class Day:
    """The changes of the list on one day, in order."""

    date: datetime.date
    operations: tuple[Operation, ...]

    def __iter__(self) -> Iterator[Operation]:
        return iter(self.operations)

    def apply(self, stories: StoryList) -> None:
        """Make all changes of the day, on a newsroom that is being served or on a list."""
        for operation in self.operations:
            operation.apply(stories)
