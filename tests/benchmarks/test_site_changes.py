"""The benchmark of site-wide changes: what counts as refused, right and wrong."""

from __future__ import annotations

import pytest

from benchmarks.site_changes import differences, outcomes
from tests.damage.catalogue import mutations


@pytest.mark.slow
def test_a_site_without_labels_is_refused_and_one_with_other_markup_is_read() -> None:
    names = ("all labels gone, values left", "all classes renamed")
    changes = [one for one in mutations() if one.name in names]
    assert {change.name: outcome for change, outcome, _ in outcomes(changes)} == dict(
        zip(names, ("refused", "right"), strict=True)
    )


def test_other_values_are_wrong_and_missing_ones_are_fewer() -> None:
    rest = ("news", "odihr", None, "A text.", None)
    right = {"1": ("A", "2020-01-01", *rest), "2": ("B", "2020-01-01", *rest)}
    assert differences(right, right) == (0, [])
    assert differences(right | {"1": ("A", None, *rest)}, right) == (1, [])
    assert differences(right | {"1": ("A", "2020-01-02", *rest)}, right) == (0, ["published of 1"])
    assert differences(right | {"3": ("C", "2020-01-01", *rest)}, right) == (0, ["item of 1"])
    assert differences({"9": right["1"], "2": right["2"]}, right) == (0, [])
