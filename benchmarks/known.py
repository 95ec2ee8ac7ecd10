"""What a crawler knows about a list, compared with what happened to the list."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from typing import NamedTuple

from benchmarks.operations import Add, Edit, Kind, Operation, Redate, Remove, Rename, Restore
from tests.newsroom import Story

GROUPS: dict[Kind, str] = {
    "new": "new",
    "back-dated": "back-dated",
    "edit": "edits",
    "labels": "edits",
    "re-dated": "edits",
    "old edit": "old edits",
    "removal": "removals",
    "old removal": "removals",
    "restored": "removals",
}
"""The column in which a kind of change is counted; a new name of an office shows among the outdated."""


class Values(NamedTuple):
    """An item's values as printed; an empty string for a value that is not printed."""

    title: str
    published: str
    content_type: str
    offices: str
    topics: str
    teaser: str


def values_of(story: Story) -> Values:
    """Return what the list prints of a story."""
    return Values(
        title=story.title,
        published=story.published.isoformat(),
        content_type=story.content_type or "",
        offices=", ".join(story.offices),
        topics=", ".join(story.topics),
        teaser=story.teaser,
    )


@dataclass
class Known:
    """What a crawler has stored after a crawl, by node."""

    items: Mapping[int, Values]
    withdrawn: set[int] = field(default_factory=set)
    revised: set[tuple[int, str]] = field(default_factory=set)  # fields with a recorded change
    duplicates: int = 0


@dataclass
class _Awaited:
    """A change of the list that should be found."""

    operation: Operation
    day: int
    stored_before: bool
    found: int | None = None  # the day on which it was


@dataclass
class Score:
    """What a strategy has requested and found, day by day."""

    requests: list[int] = field(default_factory=list)  # by day, beginning with the first crawl
    failures: list[str] = field(default_factory=list)
    duplicates: int = 0
    revised: set[tuple[int, str]] = field(default_factory=set)  # as in Known, at the end
    outdated: int = 0  # items whose stored values differ at the end from what the list prints
    _awaited: list[_Awaited] = field(default_factory=list)
    _noticed: set[int] = field(default_factory=set)  # ever marked as withdrawn
    _withdrawn: set[int] = field(default_factory=set)  # after the crawl before
    _wrong: set[int] = field(default_factory=set)

    def expect(self, operations: Iterable[Operation], day: int, stored: Mapping[int, Values]) -> None:
        """Add changes that should be found, on this day or later."""
        self._awaited += [_Awaited(one, day, one.node in stored) for one in operations if one.kind in GROUPS]

    def look(self, known: Known, day: int, before: list[Story], after: list[Story]) -> None:
        """Compare what is known with the list as it was before and after the crawl of the day."""
        for one in self._awaited:
            if one.found is None and self._is_found(one, known):
                one.found = day
        self._noticed |= known.withdrawn
        self.revised = known.revised
        # Only what this crawl withdrew: a restored item that was not noticed is late, not wrong.
        withdrawn = known.withdrawn - self._withdrawn
        self._wrong |= withdrawn & {s.node for s in before} & {s.node for s in after}
        self._withdrawn = set(known.withdrawn)
        self.duplicates = max(self.duplicates, known.duplicates)
        self.outdated = sum(known.items.get(story.node) != values_of(story) for story in after)

    @property
    def wrong(self) -> int:
        """How many items a crawl marked as withdrawn although they were on the list during the crawl."""
        return len(self._wrong)

    def found(self, group: str) -> tuple[int, int]:
        """Return how many changes of the group were found, and how many there were."""
        of = [one for one in self._awaited if GROUPS[one.operation.kind] == group]
        return sum(one.found is not None for one in of), len(of)

    def days_late(self, group: str) -> float | None:
        """Return how many days late the changes of the group were found on average; None if none was."""
        late = [
            one.found - one.day
            for one in self._awaited
            if one.found is not None and GROUPS[one.operation.kind] == group
        ]
        return sum(late) / len(late) if late else None

    def missed(self) -> Counter[Kind]:
        """Return how many changes of each kind were never found."""
        return Counter(one.operation.kind for one in self._awaited if one.found is None)

    def _is_found(self, one: _Awaited, known: Known) -> bool:
        node, stored = one.operation.node, known.items.get(one.operation.node)
        match one.operation:
            case Add():
                return stored is not None
            case Edit(changes=changes):
                texts = {name: _printed(value) for name, value in changes.items()}
                return all(_shows(one, known, name, text) for name, text in texts.items() if text is not None)
            case Redate(day=day):
                return _shows(one, known, "published", day.isoformat())
            case Remove():
                return node in known.withdrawn
            case Restore():
                return node in self._noticed and node not in known.withdrawn
            case Rename():
                return True
        raise AssertionError(one)


def _printed(value: object) -> str | None:
    """Return a field's value as printed; None for one that prints nothing."""
    return (", ".join(value) if isinstance(value, tuple) else str(value or "")) or None


def _shows(one: _Awaited, known: Known, name: str, text: str) -> bool:
    """Whether the value is stored, with a record of the change if another value was stored before."""
    node = one.operation.node
    stored = known.items.get(node)
    return (
        stored is not None
        and getattr(stored, name) == text
        and (not one.stored_before or (node, name) in known.revised)
    )
