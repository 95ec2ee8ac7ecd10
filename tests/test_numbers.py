"""A mapping of whole numbers, held against a dictionary."""

from __future__ import annotations

import tracemalloc

import pytest
from hypothesis import given
from hypothesis import strategies as st

from osce_news.numbers import NumberMap

_NUMBERS = st.integers(-(2**63), 2**63 - 1)


@given(st.lists(st.tuples(_NUMBERS | st.integers(-5, 5), _NUMBERS)), st.lists(st.integers(-5, 5)))
def test_it_holds_what_a_dictionary_holds(pairs: list[tuple[int, int]], gone: list[int]) -> None:
    numbers, held = NumberMap(), dict(pairs)
    numbers.update(pairs)
    for key in gone:
        assert numbers.pop(key, None) == held.pop(key, None)
    assert dict(numbers) == held
    assert list(numbers) == sorted(held)
    assert len(numbers) == len(held)


def test_what_is_not_in_it_is_a_key_error() -> None:
    with pytest.raises(KeyError):
        NumberMap()[1]


def test_the_keys_of_a_whole_list_take_little_memory() -> None:
    tracemalloc.start()
    try:
        numbers = NumberMap()
        numbers.update({hash(str(number)): number for number in range(300)})
        before = tracemalloc.get_traced_memory()[0]
        for number in range(300, 30_300):
            numbers[hash(str(number))] = number
        grown = tracemalloc.get_traced_memory()[0] - before
    finally:
        tracemalloc.stop()
    assert grown < 30_000 * 20
