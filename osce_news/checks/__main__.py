"""Print the limits as the tables of docs/checks.md: `python -m osce_news.checks`."""

from __future__ import annotations

import inspect
import re
import sys
from collections.abc import Iterator, Sequence
from typing import Any

from osce_news.checks import limits
from osce_news.checks.rules import Rule

_LIMIT = re.compile(r"^([A-Z_]+) = \S.*?  # (.+)$", re.M)


def tables() -> str:
    """Return all limits as Markdown."""
    return "\n".join(_lines())


def _lines() -> Iterator[str]:
    yield "### The results of a page on their own\n"
    yield from _rules(limits.PAGE_RULES)
    yield "\n### Items of a page that are already stored\n"
    yield from _rules(limits.ITEM_RULES)
    yield "\n### What stored items from the same time show\n"
    yield "| shown by stored items | label | too few | enough results | reason |\n|---|---|--:|--:|---|"
    for rule in (*limits.SHARE_RULES, limits.OFFICE_OF_ADDRESS, limits.OTHER_TYPES):
        few = f"less than {rule.min_ratio:.0%} of the expected number"
        yield f"| {rule.name} | {rule.label} | {few} | {rule.min_results} | {rule.reason} |"
    yield "\n### Single limits\n"
    yield "| limit | value | meaning |\n|---|--:|---|"
    for name, meaning in _LIMIT.findall(inspect.getsource(limits)):
        yield f"| `{name}` | {getattr(limits, name)} | {meaning} |"


def _rules(rules: Sequence[Rule[Any]]) -> Iterator[str]:
    yield "| rule | label | expected | counted | too many | unless | reason |"
    yield "|---|---|---|---|---|---|---|"
    for rule in rules:
        label = rule.label or "the words found"
        limit = f"{rule.min_wrong} or more, and more than {rule.max_share}"
        usual = f"more than {rule.usual} of stored items do" if rule.usual else ""
        cells = (rule.name, label, rule.expected, rule.wrong_records, limit, usual, rule.reason)
        yield f"| {' | '.join(cells)} |"


if __name__ == "__main__":
    sys.stdout.write(f"{tables()}\n")
