"""Vocabulary files that are edited for one test."""

from __future__ import annotations

import sys
from collections.abc import Callable, Iterator

import pytest

from osce_news.normalize import vocabulary

Edit = Callable[[str, str, str], None]


@pytest.fixture
def edit(monkeypatch: pytest.MonkeyPatch) -> Iterator[Edit]:
    """Return a function that replaces a text in a vocabulary file, as long as the test runs."""
    source = vocabulary._source
    edited: dict[str, bytes] = {}

    def replaced(name: str, before: str, after: str) -> None:
        text = edited.get(name, source(name)).decode()
        assert before in text
        edited[name] = text.replace(before, after, 1).encode()
        _forget()

    monkeypatch.setattr(vocabulary, "_source", lambda name: edited.get(name) or source(name))
    yield replaced
    monkeypatch.undo()
    _forget()


def _forget() -> None:
    """Clear what was read from the files, and what was made of it."""
    for name in [name for name in sys.modules if name.startswith(("osce_news.normalize", "osce_news.pages"))]:
        for value in vars(sys.modules[name]).values():
            if hasattr(value, "cache_clear"):
                value.cache_clear()
