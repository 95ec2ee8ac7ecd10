"""The names of lists in the column `list` of runs: the list's address, then the run's limits in brackets."""

from __future__ import annotations

from collections.abc import Mapping

_BRACKET = " ("


def list_name(address: str, limits: Mapping[str, object]) -> str:
    """Return the name of a list as a run with these limits reads it; limits that are not set don't count.

    >>> list_name("https://www.osce.org/press-releases", {"since": "2024-01-01", "until": None})
    'https://www.osce.org/press-releases (since 2024-01-01)'
    """
    named = ", ".join(f"{name} {value}" for name, value in limits.items() if value)
    return f"{address}{_BRACKET}{named})" if named else address


def has_limits(name: str) -> bool:
    """Whether the name is that of a list with limits."""
    return _BRACKET in name


def is_limited_sql(name: str, whole: str) -> str:
    """Return the SQL condition that a name is that of the list `whole` with limits."""
    return f"substr({name}, 1, length({whole}) + {len(_BRACKET)}) = {whole} || '{_BRACKET}'"
