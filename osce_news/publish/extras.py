"""Checks that the packages of an optional extra are installed."""

from __future__ import annotations

import importlib.util

from osce_news.errors import MissingExtraError


def require_extra(extra: str, *modules: str) -> None:
    """Raise MissingExtraError, which says what to install, if one of the modules is missing."""
    missing = [name for name in modules if not _is_installed(name)]
    if missing:
        raise MissingExtraError(
            f"{', '.join(missing)} not installed: this needs `pip install 'osce-news[{extra}]'`"
        )


def _is_installed(module: str) -> bool:
    try:
        return importlib.util.find_spec(module) is not None
    except ValueError:  # sys.modules has None for it: its import is blocked
        return False
