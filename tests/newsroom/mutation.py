"""One way of damaging a page, and the register that holds those of a kind."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from tests.newsroom.sound import Sound

# The damaged page, or None where the damage can't be done to that page.
Damage = Callable[[Sound], str | None]


@dataclass(frozen=True, slots=True)
class Mutation:
    """One way of damaging a page; `fewer` if results are gone from it that nothing on it speaks of."""

    name: str
    kind: str
    apply: Damage
    fewer: bool = False


class Register:
    """The mutations of one kind, in the order in which they are written down."""

    def __init__(self, kind: str) -> None:
        self.kind = kind
        self.found: list[Mutation] = []

    def __call__(self, name: str, *, fewer: bool = False) -> Callable[[Damage], Damage]:
        """Register the function below under this name."""

        def register(apply: Damage) -> Damage:
            self.add(name, apply, fewer=fewer)
            return apply

        return register

    def add(self, name: str, apply: Damage, *, fewer: bool = False) -> None:
        """Register a function that is made of others."""
        self.found.append(Mutation(name, self.kind, apply, fewer))
