"""The words of the newsroom as data: offices, topics, content types, places, languages, labels.

A TOML file of this folder is the only place to add a name, a spelling, a status or a language.
"""

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

# Hyphens, dashes, quotes and a letter, with what they are compared as. A pattern finds them, because
# `str.translate` takes ten times as long.
_PLAIN = dict.fromkeys("‐‑‒–—−", "-") | dict.fromkeys("’‘ʼʻ`", "'") | dict.fromkeys("“”", '"') | {"ı": "i"}
_VARIANT = re.compile(f"[{''.join(_PLAIN)}]")
# й is a separate letter, not an и with a mark, so its breve is kept.
_MARKS = re.compile("[\u0300-\u036f](?<!и\u0306)")
_WORDS = ("labels", "article")  # files of words, by section and language
_KEYS = {"label", "aliases", "parent", "kind", "country", "from", "until", "printed"}  # the last for people
_FIELDS = {"from": "first_year", "until": "last_year"}  # of an entry, by keys that are named otherwise
_VALUES = ("content_types", "countries", "labels", "languages", "offices", "places", "topics")


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
        """Raise ValueError if two entries share a name, or a parent is missing."""
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
        """Return the entry with this label or alias, or None."""
        return self._by_name.get(fold(printed))

    def lookup(self, asked: str) -> Entry | None:
        """Return the entry with this identifier, label or alias, or None."""
        return self.entries.get(asked.strip().lower()) or self.find(asked)

    def nearest(self, asked: str) -> Entry | None:
        """Return the entry with a similar identifier or name, or else one with this word in it, or None."""
        names = {fold(entry.id): entry for entry in self.entries.values()} | self._by_name
        word = fold(asked)[:100]
        close = difflib.get_close_matches(word, names, n=1, cutoff=0.7)
        close += sorted((name for name in names if word in re.split("[ -]", name)), key=len)
        return names[close[0]] if close else None


@lru_cache(maxsize=4_000)
def fold(text: str) -> str:
    """Return the form in which names are compared.

    Case, diacritics, white space and the kinds of dashes and quotes do not matter:

    >>> fold("PRISHTINË"), fold("Forum for Security Co‑operation")
    ('prishtine', 'forum for security co-operation')
    """
    if text.isascii():  # as most names; what follows would only change case and white space
        return " ".join(text.replace("`", "'").lower().split())
    text = unicodedata.normalize("NFKC", text)
    text = _VARIANT.sub(lambda found: _PLAIN[found[0]], text).casefold()
    text = _MARKS.sub("", unicodedata.normalize("NFD", text))
    return " ".join(unicodedata.normalize("NFC", text).split())


@cache
def vocabulary(name: str) -> Vocabulary:
    """Return the vocabulary `offices`, `topics`, `content_types`, `places` or `countries`."""
    entries = []
    for identifier, row in _read(name).items():
        if unknown := row.keys() - _KEYS:
            raise ValueError(f"{name}.toml: {identifier}: unknown key {min(unknown)!r}")
        values = {_FIELDS.get(key, key): value for key, value in row.items() if key != "printed"}
        entries.append(Entry(id=identifier, **values | {"aliases": tuple(row.get("aliases", ()))}))
    return Vocabulary(name, entries)


@cache
def labels() -> dict[str, dict[str, list[str]]]:
    """Return the labels of a result by field and language, such as `labels()["topics"]["en"]`."""
    fields: dict[str, dict[str, list[str]]] = _read("labels")["fields"]
    return fields


@cache
def card_labels() -> dict[str, dict[str, list[str]]]:
    """Return the further labels of a card, which are common words; as `labels()`."""
    fields: dict[str, dict[str, list[str]]] = _read("labels")["card_fields"]
    return fields


@cache
def words(section: str) -> tuple[str, ...]:
    """Return the folded words of a section in all languages, in the order of `labels.toml` or `article.toml`.

    >>> words("pager.last")[:2]
    ('last', 'last page')
    """
    for name in _WORDS:
        found: Any = _read(name)
        for part in section.split("."):
            found = found.get(part, {})
        if found:
            return tuple(fold(text) for texts in found.values() for text in texts)
    raise KeyError(section)


def says(section: str, text: str) -> bool:
    """Whether the text is one of the section's words; a colon or full stop at the end does not matter.

    >>> says("contact.heading", " Contacts: "), says("contact.heading", "Contacts in the region")
    (True, False)
    """
    return fold(text[:200]).strip(" :.") in words(section)


def begins(section: str, text: str) -> bool:
    """Whether the text begins with one of the section's words.

    >>> begins("contact.begins", "For further information, please contact: Anna Example")
    True
    """
    return fold(text[:200]).startswith(words(section))


@cache
def office_statuses() -> dict[str, str]:
    """Return the status that each (folded) word in brackets after an office's name means."""
    return _by_word(_read("labels")["office_status"])


@cache
def languages() -> frozenset[str]:
    """Return the codes of the known languages."""
    return frozenset(_read("languages"))


def known_language(tag: str | None) -> str | None:
    """Return the code of the language that a tag begins with; None without a tag or if it is unknown.

    >>> known_language("en_US"), known_language("sr-Latn"), known_language("english"), known_language("und")
    ('en', 'sr', None, None)
    """
    code = (tag or "").replace("_", "-").partition("-")[0].strip().lower()
    return code if code in languages() else None


def language_code(name: str) -> str | None:
    """Return the code of a language by its name; None if the name is unknown.

    >>> language_code("Русский"), language_code("PDF")
    ('ru', None)
    """
    return _language_names().get(fold(name[:60]).strip(" .:()[]"))


@cache
def _language_names() -> dict[str, str]:
    return _by_word(_read("languages"))


@cache
def fingerprint() -> str:
    """Return a short hash of the vocabulary files that normalised values depend on.

    Values that were made with another fingerprint have to be normalised again.
    """
    digest = hashlib.sha256()
    for name in _VALUES:
        digest.update(_source(name))
    return digest.hexdigest()[:16]


def _by_word(table: dict[str, list[str]]) -> dict[str, str]:
    """Return the key of each folded word; raises ValueError if a word has two."""
    keys: dict[str, str] = {}
    for key, texts in table.items():
        for text in texts:
            if keys.setdefault(fold(text), key) != key:
                raise ValueError(f"{text!r} means both {keys[fold(text)]} and {key}")
    return keys


def _source(name: str) -> bytes:
    return resources.files(__package__).joinpath(f"{name}.toml").read_bytes()


def _read(name: str) -> dict[str, Any]:
    return _parsed(_source(name))


@cache
def _parsed(source: bytes) -> dict[str, Any]:
    return tomllib.loads(source.decode("utf-8"))
