"""Splits the value of a label into names, and looks each name up in its vocabulary."""

from __future__ import annotations

import re
from collections.abc import Iterable
from functools import lru_cache

from osce_news.items import Term
from osce_news.normalize.text import clean
from osce_news.normalize.vocabulary import Vocabulary, fold, office_statuses, vocabulary

_IN_BRACKETS = re.compile(r"\s*\(([^()]+)\)\s*$")


@lru_cache(maxsize=2_000)
def split_offices(raw: str | None) -> tuple[Term, ...]:
    """Return the offices in printed order, each once; an empty tuple if none is printed.

    Names are separated by commas: no office seen on the site has a comma in its name. "(closed)" after a
    name becomes its status.

    >>> [(term.id, term.status) for term in split_offices("OSCE Secretariat, OSCE Office in Minsk (closed)")]
    [('secretariat', None), ('office-in-minsk', 'closed')]
    """
    terms = []
    for name in _names(raw, vocabulary("offices")):
        match = _IN_BRACKETS.search(name)
        status = office_statuses().get(fold(match[1])) if match else None
        bare = name[: match.start()] if match and status else name
        entry = vocabulary("offices").find(bare)
        terms.append(Term(raw=name, id=entry.id if entry else None, status=status))
    return _once(terms)


@lru_cache(maxsize=2_000)
def split_topics(raw: str | None) -> tuple[Term, ...]:
    """Return the topics in printed order, each once; an empty tuple if none is printed.

    >>> [term.raw for term in split_topics("Combating human trafficking, Human trafficking")]
    ['Combating human trafficking']
    """
    return _once(_terms(_names(raw, vocabulary("topics")), vocabulary("topics")))


@lru_cache(maxsize=1_000)
def find_content_type(raw: str | None) -> str | None:
    """Return the identifier of the content type, or None if it is not printed or unknown."""
    name = clean(raw)
    entry = vocabulary("content_types").find(name) if name else None
    return entry.id if entry else None


@lru_cache(maxsize=2_000)
def find_places(names: tuple[str, ...]) -> tuple[Term, ...]:
    """Return a term for each place of a dateline; its `id` is None if the name is unknown."""
    return _terms(names, vocabulary("places"))


_VOCABULARIES = {"content_type": "content_types", "offices": "offices", "topics": "topics"}
_LONGEST_NAME = 120  # characters


def field_of_names(text: str) -> str | None:
    """Return what a text names: "content_type", "offices" or "topics"; None if it has any other word.

    >>> field_of_names("OSCE Secretariat, ODIHR"), field_of_names("Elections, a report")
    ('offices', None)
    """
    names = text.split(",")
    if len(names[0]) > _LONGEST_NAME:
        return None
    fields = (field for field, kind in _VOCABULARIES.items() if all(_is_known(kind, name) for name in names))
    return next(fields, None)


def _is_known(kind: str, name: str) -> bool:
    bare = _IN_BRACKETS.sub("", name) if kind == "offices" else name
    return vocabulary(kind).find(bare) is not None


def _terms(names: Iterable[str], known: Vocabulary) -> tuple[Term, ...]:
    found = ((name, known.find(name)) for name in names)
    return tuple(Term(raw=name, id=entry.id if entry else None) for name, entry in found)


def _once(terms: Iterable[Term]) -> tuple[Term, ...]:
    """Return the first name of each office or topic; a page may print two names of one."""
    first: dict[str, Term] = {}
    for term in terms:
        first.setdefault(term.id or term.raw, term)
    return tuple(first.values())


def _names(raw: str | None, known: Vocabulary) -> list[str]:
    """Return the names between the commas, without empty ones and duplicates."""
    text = clean(raw)
    if text is None:
        return []
    if known.find(text):  # a name that contains a comma
        return [text]
    names = (part.strip() for part in text.split(","))
    return list(dict.fromkeys(name for name in names if name))
