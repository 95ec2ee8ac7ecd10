"""Rendered pages, kept for as long as what they show does not change."""

from __future__ import annotations

import threading
from collections import OrderedDict
from collections.abc import Callable, Hashable, Sequence

from tests.newsroom.stories import Story

MOST_BYTES = 64 * 2**20  # some 1,200 pages of 50 stories


class PageCache:
    """Bodies by what was asked for; the least recently used go when there is too much of them."""

    def __init__(self, most_bytes: int = MOST_BYTES) -> None:
        self.most_bytes = most_bytes
        self.size = 0
        self.rendered = 0
        """How many pages were made, because they were not there or no longer right."""
        self._kept: OrderedDict[Hashable, tuple[Sequence[Story], int, bytes]] = OrderedDict()
        self._lock = threading.Lock()

    def body(self, key: Hashable, shown: Sequence[Story], pages: int, render: Callable[[], str]) -> bytes:
        """The page's body: as kept, if it showed these stories on so many pages, else rendered anew."""
        with self._lock:
            kept = self._kept.get(key)
            # Comparing lists of the same objects costs next to nothing, and sees every way of editing.
            if kept is not None and kept[1] == pages and kept[0] == shown:
                self._kept.move_to_end(key)
                return kept[2]
        body = render().encode()
        with self._lock:
            self.rendered += 1
            self._forget(key)
            self._kept[key] = (shown, pages, body)
            self.size += len(body)
            while self.size > self.most_bytes:
                self._forget(next(iter(self._kept)))
        return body

    def _forget(self, key: Hashable) -> None:
        old = self._kept.pop(key, None)
        self.size -= len(old[2]) if old else 0
