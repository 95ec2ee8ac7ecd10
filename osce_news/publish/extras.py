"""Which packages a part needs that osce-news itself does without."""

from __future__ import annotations

import importlib.util

from osce_news.errors import MissingExtraError


def needs(extra: str, *modules: str) -> None:
    """Raise MissingExtraError, which says what to install, if one of the modules is not there."""
    missing = [name for name in modules if not _is_there(name)]
    if missing:
        raise MissingExtraError(
            f"{', '.join(missing)} not installed: this needs `pip install 'osce-news[{extra}]'`"
        )


def _is_there(module: str) -> bool:
    try:
        return importlib.util.find_spec(module) is not None
    except ValueError:  # None stands in its place in sys.modules: it is not to be had
        return False
