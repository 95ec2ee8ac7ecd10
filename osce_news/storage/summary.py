"""What storing a page, and a whole run, came to."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass
class Summary:
    """What a run did; the keys of `--json`."""

    run: int
    mode: str
    status: str = "running"
    requests: int = 0
    not_modified: int = 0
    pages: int = 0
    seen: int = 0
    new: int = 0
    changed: int = 0
    unchanged: int = 0
    quarantined: int = 0
    withdrawn: int = 0
    restored: int = 0
    articles: int = 0  # pages of items that were asked for
    articles_changed: int = 0  # whose text is another than before
    articles_gone: int = 0  # that are gone, moved or not found
    articles_failed: int = 0  # that could not be had, or not be read
    articles_left: int = 0  # that are due and were not asked for
    unknown_terms: int = 0
    bytes: int = 0
    retries: int = 0
    back_offs: int = 0
    waited_s: float = 0.0
    smallest_gap_s: float | None = None
    continues: int | None = None
    seconds: float = 0.0
    database: str = ""
    message: str | None = None


@dataclass(frozen=True, slots=True)
class Stored:
    """What storing a page came to: how many of its items were new, changed, unchanged, restored."""

    new: int
    changed: int
    unchanged: int
    again: int = 0  # of the unchanged: seen before in this run, for pages overlap
    restored: int = 0
