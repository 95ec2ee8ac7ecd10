"""Ways in which a sound page may come damaged: each one a name, a kind, and the page afterwards."""

from __future__ import annotations

from collections.abc import Sequence

from tests.newsroom import (
    damage_answers,
    damage_labels,
    damage_other,
    damage_structure,
    damage_text,
    damage_values,
)
from tests.newsroom.answers import SoundAnswer
from tests.newsroom.mutation import Mutation, Register
from tests.newsroom.sound import Sound

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
ANSWERS = damage_answers.answers
# Those that change the stories on a page, or text of any form.
_OF_ANSWERS = (damage_values.values, damage_values.contents, damage_text.text, damage_other.other, ANSWERS)


def mutations() -> list[Mutation]:
    """Return all of them; no name twice in a kind."""
    return [one for register in (*REGISTERS, ANSWERS) for one in register.found]


def registers_of(page: Sound) -> Sequence[Register]:
    """Return the ways in which a page of this form can be damaged."""
    return _OF_ANSWERS if isinstance(page, SoundAnswer) else REGISTERS
