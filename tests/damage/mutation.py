"""One way of damaging a page, and the register that holds those of a kind."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, field

from tests.damage.sound import Sound

# The damaged page, or None where the damage can't be done to that page.
Damage = Callable[[Sound], str | None]


@dataclass(frozen=True, slots=True)
class Mutation:
    """One way of damaging a page; `fewer` if results are gone from it that nothing on it speaks of."""

    name: str
    kind: str
    apply: Damage
    fewer: bool = False


@dataclass
class Register:
    """The mutations of one kind, in the order in which they are written down."""

    kind: str
    found: list[Mutation] = field(default_factory=list)

    def add(self, name: str, apply: Damage, *, fewer: bool = False) -> None:
        """Register a way of damaging a page."""
        self.found.append(Mutation(name, self.kind, apply, fewer))

    def __call__(self, name: str) -> Callable[[Damage], Damage]:
        """Register the function below under this name."""

        def register(apply: Damage) -> Damage:
            self.add(name, apply)
            return apply

        return register
