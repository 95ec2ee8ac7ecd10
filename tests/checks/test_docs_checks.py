"""docs/checks.md shows the limits as they are."""

from __future__ import annotations

from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest

from osce_news.checks import limits
from osce_news.checks.__main__ import tables
from osce_news.checks.rules import Rule

DOCS = Path(__file__).resolve().parents[2] / "docs" / "checks.md"
RULES: list[Rule[Any]] = [*limits.PAGE_RULES, *limits.ITEM_RULES]


def test_the_page_shows_the_tables_as_the_code_prints_them() -> None:
    said = "run `python -m osce_news.checks`, and put its tables into docs/checks.md"
    assert tables() in DOCS.read_text(encoding="utf-8"), said


def test_every_limit_is_in_the_tables() -> None:
    numbers = int | float | Fraction
    single = [name for name, value in vars(limits).items() if name.isupper() and isinstance(value, numbers)]
    assert len(single) > 20
    shown = tables()
    fractions = {"HALF", "QUARTER", "FIFTH", "TENTH", "FIFTIETH"}
    assert {name for name in single if f"| `{name}` |" not in shown} == fractions


@pytest.mark.parametrize("rule", RULES, ids=lambda rule: rule.name)
def test_one_record_alone_breaks_no_rule(rule: Rule[Any]) -> None:
    assert rule.min_wrong > 1
    assert not any(rule.exceeded(1, of) for of in range(1, 51))


def test_rules_have_names_of_their_own_and_a_reason() -> None:
    names = [rule.name for rule in RULES] + [usual.name for usual in limits.SHARE_RULES]
    assert len(names) == len(set(names)) > 30
    assert all(rule.reason.endswith(".") for rule in RULES)
