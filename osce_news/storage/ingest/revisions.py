"""Compares two readings of an item: which fields changed, and what kind of change it is."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from osce_news.items import REVISED_FIELDS, NewsItem, Term
from osce_news.normalize import plain_text
from osce_news.normalize.vocabulary import fold

LABELS = tuple(name for name, kind in REVISED_FIELDS.items() if kind == "labels")

_QUOTES = dict.fromkeys(map(ord, "\"'`´‘’‚‛“”„‟«»‹›ʼ′″＂＇"), "'")
_DASHES = dict.fromkeys(map(ord, "-‐‑‒–—―−﹘﹣－"), "-")
_DOUBLED = re.compile(r"(['-])\1+")  # "--" is typed for a dash, two apostrophes for a quotation mark


@dataclass(frozen=True, slots=True)
class Revision:
    """A field's printed values before and after a change; `kind` is cosmetic, labels, date or text."""

    field: str
    before: str | None
    after: str | None
    kind: str


def revisions(before: NewsItem, after: NewsItem) -> list[Revision]:
    """Return the fields whose printed value has changed; both readings are normalised.

    Differences in white space, quotes and dashes of a text, in the case and order of labels, and in the form
    of a date are cosmetic. An office that is printed under another of its names has not changed: the site
    renames an office everywhere at once, on old items too.
    """
    changes = []
    for name, kind in REVISED_FIELDS.items():
        old, new = getattr(before, f"{name}_raw"), getattr(after, f"{name}_raw")
        if old != new and (change := _kind(name, kind, before, after)):
            changes.append(Revision(name, old, new, change))
    return changes


def term_keys(terms: Iterable[Term]) -> set[tuple[str, str | None]]:
    """Return the entry, or the printed name if it is unknown, and the status of each term."""
    return {(term.id or fold(term.raw), term.status) for term in terms}


def _kind(name: str, kind: str, before: NewsItem, after: NewsItem) -> str | None:
    """Return the kind of a change, "cosmetic" or the field's own; None if nothing changed."""
    if name == "offices":
        return _offices_kind(before, after)
    if name == "topics":
        same = term_keys(before.topics) == term_keys(after.topics)
    elif kind == "text":
        return text_kind(getattr(before, f"{name}_raw"), getattr(after, f"{name}_raw"))
    else:
        same = _meaning(before, name) == _meaning(after, name)
    return "cosmetic" if same else kind


def _meaning(item: NewsItem, name: str) -> str:
    """Return the normalised value of a field, else its printed value, both case-folded."""
    return fold(getattr(item, name, None) or getattr(item, f"{name}_raw") or "")


def text_kind(before: str | None, after: str | None) -> str:
    """Return "cosmetic" if two texts differ only in white space, quotes or dashes, else "text"."""
    return "cosmetic" if _without_typography(before) == _without_typography(after) else "text"


def _without_typography(text: str | None) -> str:
    """Return the text without markup and white space, and with one kind of quote and dash."""
    uniform = unicodedata.normalize("NFC", plain_text(text) or "").translate(_QUOTES).translate(_DASHES)
    return _DOUBLED.sub(r"\1", "".join(uniform.split()))


def _offices_kind(before: NewsItem, after: NewsItem) -> str | None:
    """Return the kind of a change of offices; None if only the names of the same offices changed."""
    if term_keys(before.offices) != term_keys(after.offices):
        return "labels"
    old, new = _spellings(before.offices), _spellings(after.offices)
    renamed = {key for key in old if set(map(fold, old[key])) != set(map(fold, new[key]))}
    same = all(old[key] == new[key] for key in old.keys() - renamed)
    return None if renamed and same and list(old) == list(new) else "cosmetic"


def _spellings(offices: Iterable[Term]) -> dict[str, list[str]]:
    """Return the offices in printed order, each with the names under which it is printed."""
    names: dict[str, list[str]] = {}
    for term in offices:
        names.setdefault(term.id or fold(term.raw), []).append(term.raw)
    return names
