"""The list of stories as an editor works on it; safe beside threads that read it."""

from __future__ import annotations

import bisect
import dataclasses
import datetime
import itertools
import threading
from collections.abc import Iterable
from random import Random
from typing import TypedDict, Unpack

from tests.newsroom.stories import Story


class Changes(TypedDict, total=False):
    """What `edit` may change; for the day there is `redate`, and a node is for ever."""

    path: str
    title: str
    content_type: str | None
    offices: tuple[str, ...]
    topics: tuple[str, ...]
    collections: str | None
    teaser: str
    emphasis: str


class StoryList:
    """Stories, newest day first; below each other on one day, the highest node first unless reordered.

    Every edit puts a new list in the place of the old one. Who reads takes `stories` once and then has
    a list that nobody changes.
    """

    def __init__(self, stories: Iterable[Story] = ()) -> None:
        self.stories = list(stories)
        self.removed: dict[int, Story] = {}
        """What was removed and can be restored, by node."""
        self._editing = threading.RLock()

    def story(self, node: int) -> Story:
        """The story as it stands now; raises LookupError if it is not on the list."""
        return _find(self.stories, node)[1]

    def publish(self, *stories: Story) -> None:
        """New stories on top of the list, given newest first; raises ValueError if one is too old for it."""
        with self._editing:
            above = [*stories, *self.stories[:1]]
            for newer, older in itertools.pairwise(above):
                if newer.published < older.published:
                    raise ValueError(f"{newer.node} of {newer.published} can't stand above {older.published}")
            self.stories = [*stories, *self.stories]

    def insert(self, *stories: Story) -> None:
        """Further stories, each at its place by date: back-dated ones stand deep in the list."""
        with self._editing:
            changed = list(self.stories)
            for story in stories:
                changed.insert(_place(changed, story), story)
            self.stories = changed

    def edit(self, node: int, **changes: Unpack[Changes]) -> Story:
        """The story, now with these values, in its old place; raises LookupError, TypeError for others."""
        if unknown := changes.keys() - Changes.__annotations__.keys():
            raise TypeError(f"edit can't change {', '.join(sorted(unknown))}")
        with self._editing:
            place, old = _find(self.stories, node)
            new = dataclasses.replace(old, **changes)
            self.stories = [*self.stories[:place], new, *self.stories[place + 1 :]]
            return new

    def redate(self, node: int, day: datetime.date) -> Story:
        """The story, now of that day and moved to its place there; raises LookupError."""
        with self._editing:
            place, old = _find(self.stories, node)
            new = dataclasses.replace(old, published=day)
            rest = [*self.stories[:place], *self.stories[place + 1 :]]
            rest.insert(_place(rest, new), new)
            self.stories = rest
            return new

    def remove(self, node: int) -> Story:
        """The story, no longer on the list; raises LookupError."""
        with self._editing:
            place, old = _find(self.stories, node)
            self.removed[node] = old
            self.stories = [*self.stories[:place], *self.stories[place + 1 :]]
            return old

    def restore(self, node: int) -> Story:
        """The removed story, back in its place; raises LookupError if it was not removed."""
        with self._editing:
            story = self.removed.pop(node)
            self.insert(story)
            return story

    def reorder(self, day: datetime.date, seed: int = 0) -> int:
        """How many stories that day has; they now stand in another order, if there are two or more."""
        with self._editing:
            of_day = [story for story in self.stories if story.published == day]
            shuffled = list(of_day)
            Random(seed).shuffle(shuffled)
            if shuffled == of_day:
                shuffled = shuffled[1:] + shuffled[:1]
            others = iter(shuffled)
            self.stories = [next(others) if s.published == day else s for s in self.stories]
            return len(of_day)

    def rename_office(self, before: str, after: str) -> int:
        """How many stories print the office; all of them now print its new name, so would removed ones."""

        def renamed(story: Story) -> Story:
            # What is untouched stays the same object, so that pages of it need no new rendering.
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
    """The place and the story; the first, should the node stand there twice."""
    for place, story in enumerate(stories):
        if story.node == node:
            return place, story
    raise LookupError(f"no story {node} on the list")


def _place(stories: list[Story], story: Story) -> int:
    """Where the story belongs: in its day, above the first with a lower node."""

    def age(one: Story) -> int:
        return -one.published.toordinal()

    first = bisect.bisect_left(stories, age(story), key=age)
    end = bisect.bisect_right(stories, age(story), lo=first, key=age)
    return next((i for i in range(first, end) if stories[i].node < story.node), end)
