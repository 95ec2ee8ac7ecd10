"""The measurement of false alarms, on a part of a list."""

from __future__ import annotations

import pytest

from benchmarks.false_alarms import crawled_twice
from tests.helpers import slow


@pytest.mark.parametrize(("calm", "rows"), [(True, 50), *slow((False, 50), (False, 10))])
def test_no_page_of_a_sound_list_is_held(calm: bool, rows: int) -> None:
    assert list(crawled_twice(1, calm=calm, items=1_500, rows=rows)) == []
