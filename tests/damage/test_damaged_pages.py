"""Pages are damaged in many ways, and no wrong value is stored unnoticed."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from tests.damage.catalogue import ANSWERS, REGISTERS, mutations, registers_of
from tests.damage.mutation import Register
from tests.damage.outcomes import (
    CAUGHT,
    OUTCOMES,
    SCENARIOS,
    WRONG,
    Databases,
    databases,
    outcomes,
    refused,
    sound_item,
)
from tests.damage.sound import Sound, SoundCards, sound_answers, sound_pages
from tests.damage.values import contents

FIXTURES = sound_pages(long=())
CARDS: list[Sound] = [page for page in sound_pages(long=("strong",)) if isinstance(page, SoundCards)]
SHORT = [page for page in FIXTURES if page.name in ("seed", "markup-drupal7", "markup-table")]
(LONG,) = (page for page in FIXTURES if page.name == "first-page")

# The mutations that get through on a page of fifty, by what the database holds. If it holds items of the
# time, only pages that are consistent in themselves (`contents`) and show the values of other items get
# through.
LEFT_LONG = {
    "empty": {
        "offices moved to the next result",
        "labels moved to the next result",
        "offices shuffled",
        "labels shuffled",
        "types all the same and unknown",
        "offices all the same",
        "teasers all gone",
        "teasers cut",
        "links by names instead of numbers",
    },
    "new": {"links by names instead of numbers"},  # new addresses of new items
    "known": {"entities left out"},
}
# The same for three short pages, of 7 and 10 results, which are too few to compare shares.
LEFT_SHORT = {
    "empty": LEFT_LONG["empty"]
    | {
        "dates moved to the next result",
        "teasers moved to the next result",
        "dates a year earlier",
        "dates a day later",
        "topics all unknown",
    },
    "new": LEFT_LONG["new"]
    | {
        "dates moved to the next result",
        "teasers moved to the next result",
        "dates a year earlier",
        "dates a day later",
        "topics all unknown",
        "types all the same and unknown",
        "teasers all gone",
    },
    "known": {"topics all unknown", "entities left out"},
}
# The same for three pages of fifty cards. Blocks beside a list may have cards too, and teasers of cards may
# be short or missing.
_IN_CARDS = {
    "each third result in a box beside the list",
    "the first half in one layout, the rest in another",
}
LEFT_CARDS = {
    "empty": (LEFT_LONG["empty"] | _IN_CARDS) - {"links by names instead of numbers", "teasers all gone"},
    "new": _IN_CARDS | {"teasers cut"},
    "known": _IN_CARDS | {"teasers cut", "entities left out"},
}
# The same for an answer of the search service. A field that is null in a third of the documents may be one
# that they lack.
_NULL = "null in one of three"
LEFT_ANSWERS = {
    "empty": {
        f"{name} null{how}"
        for name in ("item_type_label", "source_label", "fow_label")
        for how in ("", " in one of three")
    }
    | {
        "preview null", "no labels", "titles cut without dots",
        "full texts with the menu", "decisions as news",
        "offices moved to the next result", "labels moved to the next result",
        "offices shuffled", "labels shuffled", "types all the same and unknown", "offices all the same",
        "teasers all gone", "teasers cut",
    },
    "new": {
        f"source_label {_NULL}", f"fow_label {_NULL}", "titles cut without dots", "full texts with the menu",
        "decisions as news",
    },
    "known": {f"fow_label {_NULL}", "full texts with the menu"},
}  # fmt: skip


@pytest.fixture(scope="module")
def made() -> Iterator[Databases]:
    with databases() as made:
        yield made


def wrong(pages: list[Sound], register: Register, made: Databases) -> dict[str, set[str]]:
    """Return the mutations that let wrong data through on any of the pages, by scenario."""
    found: dict[str, set[str]] = {scenario: set() for scenario in SCENARIOS}
    for page in pages:
        for mutation in register.found:
            for scenario, outcome in outcomes(page, mutation, made).items():
                assert outcome.kind in OUTCOMES
                if outcome.kind == WRONG:
                    found[scenario].add(mutation.name)
    return found


def test_there_are_many_mutations_and_each_has_a_name_of_its_own() -> None:
    names = [one.name for one in mutations()]
    assert len(names) == len(set(names)) > 150
    assert len({register.kind for register in (*REGISTERS, ANSWERS)}) == len(REGISTERS) + 1


@pytest.mark.parametrize("page", FIXTURES, ids=lambda page: page.name)
def test_no_sound_fixture_fails(page: Sound, made: Databases) -> None:
    for scenario in SCENARIOS:
        assert refused(sound_item(page), made.of(scenario, page)) is None


@pytest.mark.slow
@pytest.mark.parametrize("register", REGISTERS, ids=lambda one: one.kind)
@pytest.mark.parametrize(
    ("pages", "left"),
    [([LONG], LEFT_LONG), (SHORT, LEFT_SHORT), (CARDS, LEFT_CARDS)],
    ids=["a page of fifty", "short pages", "pages of cards"],
)
def test_what_gets_through_is_known(
    pages: list[Sound], left: dict[str, set[str]], register: Register, made: Databases
) -> None:
    check(wrong(pages, register, made), register, left)


def check(found: dict[str, set[str]], register: Register, left: dict[str, set[str]]) -> None:
    """Compare with the lists above in both directions, so that a closed gap must be removed from them."""
    names = {one.name for one in register.found}
    for scenario in SCENARIOS:
        if register is not contents or scenario == "known":
            assert found[scenario] == left[scenario] & names, scenario


def test_a_page_that_is_another_one_is_always_caught(made: Databases) -> None:
    (register,) = (one for one in REGISTERS if one.kind == "another page")
    harmless = {"the page's frame twice, the list once", "a list that says it is empty"}
    for mutation in register.found:
        found = outcomes(LONG, mutation, made)
        assert mutation.name in harmless or {one.kind for one in found.values()} == {CAUGHT}, mutation.name


@pytest.mark.slow
def test_what_gets_through_of_an_answer_of_the_search_service_is_known(made: Databases) -> None:
    (answer, _) = sound_answers()
    assert all(refused(sound_item(answer), made.of(scenario, answer)) is None for scenario in SCENARIOS)
    for register in registers_of(answer):
        check(wrong([answer], register, made), register, LEFT_ANSWERS)
