"""Reads the vocabulary files and derives the inverse maps from them."""

from __future__ import annotations

import difflib
import hashlib
import re
import tomllib
import unicodedata
from dataclasses import dataclass
from functools import cache, lru_cache
from importlib import resources
from typing import Any

_DASHES = re.compile(r"[‐‑‒–—−]")  # hyphens and dashes that are typed for "-"
_EVENED = str.maketrans({"’": "'", "‘": "'", "ʼ": "'", "`": "'", "“": '"', "”": '"', "ı": "i"})
# й is a letter of its own and not an и with a mark, so its breve is kept.
_MARKS = re.compile("(?<!и)\u0306|[\u0300-\u0305\u0307-\u036f]")
_FILES = ("content_types", "countries", "labels", "offices", "places", "topics")


@dataclass(frozen=True, slots=True)
class Entry:
    """One thing the newsroom names: an office, a topic, a content type, a place or a country."""

    id: str
    label: str
    aliases: tuple[str, ...] = ()
    parent: str | None = None
    kind: str | None = None
    country: str | None = None
    first_year: int | None = None
    last_year: int | None = None


class Vocabulary:
    """All entries of one kind, with the map from every name to its entry."""

    def __init__(self, name: str, entries: list[Entry]) -> None:
        """Raise ValueError if two entries share a name, or a parent is not there."""
        self.name = name
        self.entries = {entry.id: entry for entry in entries}
        self._by_name: dict[str, Entry] = {}
        for entry in entries:
            for alias in (entry.label, *entry.aliases):
                other = self._by_name.setdefault(fold(alias), entry)
                if other is not entry:
                    raise ValueError(f"{name}: {alias!r} names both {other.id} and {entry.id}")
            if entry.parent is not None and entry.parent not in self.entries:
                raise ValueError(f"{name}: {entry.id}: no entry {entry.parent!r} for its parent")

    def find(self, printed: str) -> Entry | None:
        """Return the entry that bears this name (label or alias), or None."""
        return self._by_name.get(fold(printed))

    def lookup(self, asked: str) -> Entry | None:
        """Return the entry with this identifier, label or alias, or None."""
        return self.entries.get(asked.strip().lower()) or self.find(asked)

    def nearest(self, asked: str) -> Entry | None:
        """Return the entry whose identifier or name is most like this one, or None."""
        names = {fold(entry.id): entry for entry in self.entries.values()} | self._by_name
        close = difflib.get_close_matches(fold(asked)[:100], names, n=1, cutoff=0.4)
        return names[close[0]] if close else None


@lru_cache(maxsize=4_000)
def fold(text: str) -> str:
    """Return the form in which names are compared.

    Case, diacritics, white space and the kinds of dashes and quotes are evened out:

    >>> fold("PRISHTINË"), fold("Forum for Security Co‑operation")
    ('prishtine', 'forum for security co-operation')
    """
    text = unicodedata.normalize("NFKC", text)
    text = _DASHES.sub("-", text).translate(_EVENED).casefold()
    text = _MARKS.sub("", unicodedata.normalize("NFD", text))
    return " ".join(unicodedata.normalize("NFC", text).split())


@cache
def vocabulary(name: str) -> Vocabulary:
    """Return the vocabulary `offices`, `topics`, `content_types`, `places` or `countries`."""
    known = {"label", "aliases", "parent", "kind", "country", "from", "until", "printed"}
    entries = []
    for identifier, row in _read(name).items():
        if unknown := set(row) - known:
            raise ValueError(f"{name}.toml: {identifier}: unknown key {sorted(unknown)[0]!r}")
        entries.append(
            Entry(
                id=identifier,
                label=row["label"],
                aliases=tuple(row.get("aliases", ())),
                parent=row.get("parent"),
                kind=row.get("kind"),
                country=row.get("country"),
                first_year=row.get("from"),
                last_year=row.get("until"),
            )
        )
    return Vocabulary(name, entries)


@cache
def labels() -> dict[str, Any]:
    """Return `labels.toml`: the words that the site prints around the values."""
    return _read("labels")


@cache
def fingerprint() -> str:
    """Return a short hash of all vocabulary files: another one means other normalised values."""
    digest = hashlib.sha256()
    for name in _FILES:
        digest.update(_source(name))
    return digest.hexdigest()[:16]


def _source(name: str) -> bytes:
    return resources.files(__package__).joinpath(f"{name}.toml").read_bytes()


def _read(name: str) -> dict[str, Any]:
    return tomllib.loads(_source(name).decode("utf-8"))
