"""Ways in which a sound page may come damaged: each one a name, a kind, and the page afterwards."""

from __future__ import annotations

from tests.newsroom import damage_labels, damage_other, damage_structure, damage_text, damage_values
from tests.newsroom.mutation import Mutation

REGISTERS = (
    damage_structure.markup,
    damage_labels.labels,
    damage_values.values,
    damage_values.links,
    damage_structure.structure,
    damage_text.text,
    damage_other.other,
    damage_values.contents,
)


def mutations() -> list[Mutation]:
    """Return all of them; no name twice in a kind."""
    return [one for register in REGISTERS for one in register.found]
