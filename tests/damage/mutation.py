"""A way of damaging a page, and the register of those of a kind."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from tests.damage.sound import Sound

# Returns the damaged page, or None if the page can't be damaged in this way.
Damage = Callable[[Sound], str | None]


@dataclass(frozen=True, slots=True)
class Mutation:
    """A way of damaging a page; `fewer` if results are missing and nothing on the page shows that."""

    name: str
    kind: str
    apply: Damage
    fewer: bool = False


@dataclass
class Register:
    """The mutations of one kind, in the order in which they were registered."""

    kind: str
    found: list[Mutation] = field(default_factory=list)

    def add(self, name: str, apply: Damage, *, fewer: bool = False) -> None:
        """Register a way of damaging a page."""
        self.found.append(Mutation(name, self.kind, apply, fewer))

    def __call__(self, name: str) -> Callable[[Damage], Damage]:
        """Return a decorator that registers a function under this name."""

        def register(apply: Damage) -> Damage:
            self.add(name, apply)
            return apply

        return register
