"""The list of stories, as an editor changes it; other threads may read it meanwhile."""

from __future__ import annotations

import bisect
import dataclasses
import datetime
import itertools
import threading
from collections.abc import Iterable
from typing import TypedDict, Unpack

from tests.newsroom.stories import Story


class Changes(TypedDict, total=False):
    """The values that `edit` can change; `redate` changes the day, and nodes never change."""

    path: str
    title: str
    content_type: str | None
    offices: tuple[str, ...]
    topics: tuple[str, ...]
    collections: str | None
    teaser: str
    emphasis: str


class StoryList:
    """The stories, newest first, and on one day the highest node first.

    Every edit replaces the list by a new one, so a reader that takes `stories` once has a list that does not
    change.
    """

    def __init__(self, stories: Iterable[Story] = ()) -> None:
        self.stories = list(stories)
        self.removed: dict[int, Story] = {}
        """The removed stories, which can be restored, by node."""
        self._editing = threading.RLock()

    def story(self, node: int) -> Story:
        """Return the story as it is now; raises LookupError if it is not on the list."""
        return _find(self.stories, node)[1]

    def publish(self, *stories: Story) -> None:
        """Add stories, newest first, on top of the list; raises ValueError if one is too old."""
        with self._editing:
            above = [*stories, *self.stories[:1]]
            for newer, older in itertools.pairwise(above):
                if newer.published < older.published:
                    raise ValueError(f"{newer.node} of {newer.published} can't stand above {older.published}")
            self.stories = [*stories, *self.stories]

    def insert(self, *stories: Story) -> None:
        """Add stories, each at its place by date; back-dated ones go deep into the list."""
        with self._editing:
            changed = list(self.stories)
            for story in stories:
                changed.insert(_place(changed, story), story)
            self.stories = changed

    def edit(self, node: int, **changes: Unpack[Changes]) -> Story:
        """Change values of a story and return it; raises LookupError, or TypeError for other values."""
        if unknown := changes.keys() - Changes.__annotations__.keys():
            raise TypeError(f"edit can't change {', '.join(sorted(unknown))}")
        with self._editing:
            place, old = _find(self.stories, node)
            new = dataclasses.replace(old, **changes)
            self.stories = [*self.stories[:place], new, *self.stories[place + 1 :]]
            return new

    def redate(self, node: int, day: datetime.date) -> Story:
        """Move a story to another day and return it; raises LookupError."""
        with self._editing:
            place, old = _find(self.stories, node)
            new = dataclasses.replace(old, published=day)
            rest = [*self.stories[:place], *self.stories[place + 1 :]]
            rest.insert(_place(rest, new), new)
            self.stories = rest
            return new

    def remove(self, node: int) -> Story:
        """Remove a story from the list and return it; raises LookupError."""
        with self._editing:
            place, old = _find(self.stories, node)
            self.removed[node] = old
            self.stories = [*self.stories[:place], *self.stories[place + 1 :]]
            return old

    def restore(self, node: int) -> Story:
        """Put a removed story back and return it; raises LookupError if it was not removed."""
        with self._editing:
            story = self.removed.pop(node)
            self.insert(story)
            return story

    def rename_office(self, before: str, after: str) -> int:
        """Rename an office in all stories, also in removed ones; return how many print it."""

        def renamed(story: Story) -> Story:
            # Unchanged stories stay the same objects, so that their pages need not be rendered again.
            if before not in story.offices:
                return story
            offices = dict.fromkeys(after if office == before else office for office in story.offices)
            return dataclasses.replace(story, offices=tuple(offices))

        with self._editing:
            found = sum(before in story.offices for story in self.stories)
            self.stories = [renamed(story) for story in self.stories]
            self.removed = {node: renamed(story) for node, story in self.removed.items()}
            return found


def _find(stories: list[Story], node: int) -> tuple[int, Story]:
    """Return the index of a story and the story; the first one if the node is on the list twice."""
    for place, story in enumerate(stories):
        if story.node == node:
            return place, story
    raise LookupError(f"no story {node} on the list")


def _place(stories: list[Story], story: Story) -> int:
    """Return the index for a story: in its day, above the first one with a lower node."""

    def age(one: Story) -> int:
        return -one.published.toordinal()

    first = bisect.bisect_left(stories, age(story), key=age)
    end = bisect.bisect_right(stories, age(story), lo=first, key=age)
    return next((i for i in range(first, end) if stories[i].node < story.node), end)
