"""Tells what changed between two readings of an item, and what kind of change it is."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable
from dataclasses import dataclass

from osce_news.items import NewsItem, Term
from osce_news.normalize import clean
from osce_news.normalize.vocabulary import fold
from osce_news.storage.merge import same_terms

TEXTS = ("title", "teaser")
LABELS = ("offices", "topics", "content_type", "collections")

_QUOTES = dict.fromkeys(map(ord, "\"'`´‘’‚‛“”„‟«»‹›ʼ′″＂＇"), "'")
_DASHES = dict.fromkeys(map(ord, "-‐‑‒–—―−﹘﹣－"), "-")
_DOUBLED = re.compile(r"(['-])\1+")  # "--" is typed for a dash, two apostrophes for a quotation mark


@dataclass(frozen=True, slots=True)
class Revision:
    """A field's former and later value as printed; `kind` is cosmetic, labels, date or text."""

    field: str
    before: str | None
    after: str | None
    kind: str


def revisions(before: NewsItem, after: NewsItem) -> list[Revision]:
    """Return the fields that are printed otherwise; both readings are normalised.

    White space, quotes and dashes of a text, the case and the order of labels, and another form of
    the same date are cosmetic. An office that is printed by another of its names is no change: the
    site renames an office everywhere at once, on old items too.
    """
    kinds = {
        **{name: text_kind(getattr(before, name), getattr(after, name)) for name in TEXTS},
        "published": _date_kind(before, after),
        "offices": _offices_kind(before, after),
        "topics": "cosmetic" if same_terms(before.topics, after.topics) else "labels",
        "content_type": _label_kind(
            before.content_type or before.content_type_raw, after.content_type or after.content_type_raw
        ),
        "collections": _label_kind(before.collections_raw, after.collections_raw),
    }
    found = []
    for name, kind in kinds.items():
        old, new = getattr(before, f"{name}_raw"), getattr(after, f"{name}_raw")
        if kind and old != new:
            found.append(Revision(name, old, new, kind))
    return found


def text_kind(before: str | None, after: str | None) -> str:
    """Return the kind of a text's change: "cosmetic" if only white space, quotes or dashes differ."""
    return "cosmetic" if _bare(before) == _bare(after) else "text"


def _bare(text: str | None) -> str:
    """Return the text without white space, with one kind of quote and of dash."""
    even = unicodedata.normalize("NFC", clean(text) or "").translate(_QUOTES).translate(_DASHES)
    return _DOUBLED.sub(r"\1", "".join(even.split()))


def _date_kind(before: NewsItem, after: NewsItem) -> str:
    known = before.published or _folded(before.published_raw)
    return "cosmetic" if known == (after.published or _folded(after.published_raw)) else "date"


def _label_kind(before: str | None, after: str | None) -> str:
    return "cosmetic" if _folded(before) == _folded(after) else "labels"


def _folded(text: str | None) -> str:
    return fold(text or "")


def _offices_kind(before: NewsItem, after: NewsItem) -> str | None:
    """Return the kind of change; None if nothing but names of offices changed."""
    if not same_terms(before.offices, after.offices):
        return "labels"
    old, new = _spellings(before.offices), _spellings(after.offices)
    renamed = {key for key in old if set(map(fold, old[key])) != set(map(fold, new[key]))}
    same = all(old[key] == new[key] for key in old.keys() - renamed)
    return None if renamed and same and list(old) == list(new) else "cosmetic"


def _spellings(offices: Iterable[Term]) -> dict[str, list[str]]:
    """Return the offices in printed order, each with the names by which it is printed."""
    found: dict[str, list[str]] = {}
    for term in offices:
        found.setdefault(term.id or fold(term.raw), []).append(term.raw)
    return found
