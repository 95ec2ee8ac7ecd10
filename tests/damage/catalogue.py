"""All ways of damaging a page, each with a name, a kind and the damaged page."""

from __future__ import annotations

from collections.abc import Sequence

from tests.damage import answers, labels, other, structure, text, values
from tests.damage.mutation import Mutation, Register
from tests.damage.sound import Sound, SoundAnswer

REGISTERS = (
    structure.markup, labels.labels, values.values, values.links, structure.structure, text.text, other.other,
    values.contents,
)  # fmt: skip
ANSWERS = answers.answers
# Those that change the stories on a page, or text of any form.
_OF_ANSWERS = (values.values, values.contents, text.text, other.other, ANSWERS)


def mutations() -> list[Mutation]:
    """Return all mutations; within a kind, names are unique."""
    return [one for register in (*REGISTERS, ANSWERS) for one in register.found]


def registers_of(page: Sound) -> Sequence[Register]:
    """Return the ways in which a page of this form can be damaged."""
    return _OF_ANSWERS if isinstance(page, SoundAnswer) else REGISTERS
