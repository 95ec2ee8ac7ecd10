"""The query language: what people type, as an expression of SQLite's full-text search (FTS5)."""

from __future__ import annotations

import re
import sqlite3
import unicodedata
from collections.abc import Collection, Iterable
from contextlib import closing
from dataclasses import dataclass, field
from functools import lru_cache
from itertools import combinations

from osce_news.errors import BadInputError
from osce_news.normalize.text import UNSEEN

LONGEST = 10_000  # characters; the time of a query grows with the square of its length
OPERATORS = ("AND", "OR", "NOT")
_QUOTES = dict.fromkeys(map(ord, "“”„‟«»″"), '"')
_TERMS = re.compile(
    r"""
    (?P<minus>(?<![^\s(])-(?=[^\s-]))?
    (?P<column>(?:(?i:title|teaser|text)|\{[^{}]*\})\s*:\s*)?
    (?: (?P<near>NEAR\s*\([^()]*\)) | (?P<bracket>[()])
      | (?P<first>\^\s*)? (?: "(?P<phrase>(?:[^"]|"")*)"(?P<star>\s*\*)? | (?P<word>[^\s"()]+) ) )""",
    re.VERBOSE,
)
_LETTER = re.compile(r"[^\W_]")  # or a digit
_NOTHING = '""'  # a term without any, such as an emoji; it matches nothing
_UNKNOWN_COLUMN = re.compile(r"[A-Za-z_]+:[\w\"]")
# FTS5 ignores marks on Latin letters only. Words in other scripts are searched for with and without them.
_OTHER_SCRIPTS = re.compile("[\u0370-\u052f]")
_MARKED = dict(zip("егкуіαεηιουω", "ёѓќўїάέήίόύώ", strict=True))
_MOST_MARKS = 5  # if more letters of a word may have a mark, not every spelling is tried
_BARE = re.compile(r"[\w\x1a]+\*?")  # what FTS5 accepts without quotes


@dataclass(frozen=True, slots=True)
class Words:
    """A query as FTS5 reads it, and remarks for the user on how it was read."""

    expression: str
    notes: tuple[str, ...] = ()


@lru_cache(maxsize=100)
def parse_words(text: str) -> Words:
    """Return the valid expression for a query; one that is not valid is read as plain words.

    Words are joined by AND. Operators are AND, OR, NOT, -word, brackets, "a phrase", prefix*, title:word and
    NEAR(). Raises BadInputError for a query that only excludes, or that has no word.

    >>> parse_words("roma OR sinti -media").expression
    '( roma OR sinti ) NOT media'
    >>> parse_words("“human rights” title:co-operation elect*").expression
    '"human rights" AND title:"co-operation" AND elect*'
    >>> parse_words("roma or sinti").notes
    ('"or" is searched for as a word; the operator is written OR',)
    """
    query = as_typed(text)
    if text.strip() and not _LETTER.search(query):
        raise BadInputError(f"no word to search for in {text[:80]!r}: a word has a letter or a digit")
    if len(query) > LONGEST:
        return _plain(query, f"longer than {LONGEST:,} characters")
    expression, notes = _expression(query)
    try:
        with closing(sqlite3.connect(":memory:")) as connection:
            connection.execute("CREATE VIRTUAL TABLE empty USING fts5 (title, teaser, text)")
            connection.execute("SELECT 1 FROM empty WHERE empty MATCH ?", [expression]).fetchall()
    except sqlite3.OperationalError as error:
        reason = str(error).removeprefix("fts5: ").replace('near ""', "at its end")
        return _plain(query, reason)
    return Words(expression, tuple(dict.fromkeys(notes)))


def as_typed(query: str) -> str:
    """Return the query with plain quotes, composed letters, and without characters that cannot be seen.

    >>> as_typed("“human rights” inter\u00adgovernmental")
    '"human rights" intergovernmental'
    """
    query = query.encode("utf-8", "replace").decode()  # a shell may pass bytes that are not text
    return unicodedata.normalize("NFC", UNSEEN.sub("", query)).translate(_QUOTES)


@dataclass(slots=True)
class _Group:
    """The terms between two brackets, or all terms of a query."""

    prefix: str = ""
    excluded: bool = False  # whether there is a minus in front of its bracket
    parts: list[str] = field(default_factory=list)
    without: list[str] = field(default_factory=list)

    def add(self, term: str, *, excluded: bool = False) -> None:
        """Add an operator or a term; AND joins two terms."""
        if self.parts[-1:] == [_NOTHING] and term not in OPERATORS:
            self.parts.pop()
        last = self.parts[-1] if self.parts else None
        if excluded:
            if last == "AND":
                self.parts.pop()
            self.without.append(term)
            return
        if term == "NOT" and last == "AND":
            self.parts.pop()
        elif last is not None and last not in OPERATORS and term not in OPERATORS:
            self.parts.append("AND")
        self.parts.append(term)

    def expression(self) -> str:
        """Return the terms as one expression."""
        text = " ".join(self.parts)
        if not self.without:
            return text
        return " NOT ".join([f"( {text} )" if len(self.parts) > 1 else text, *self.without])


def _expression(query: str) -> tuple[str, list[str]]:
    """Return a query with quotes where FTS5 needs them, and notes on its terms."""
    groups, notes = [_Group()], []
    for match in _TERMS.finditer(query):
        excluded, column = bool(match["minus"]), re.sub(r"\s", "", match["column"] or "")
        column = match["column"].strip() if column.startswith("{") else column
        if match["bracket"] == "(":
            groups.append(_Group(column, excluded))
        elif match["bracket"] and len(groups) > 1:
            group = groups.pop()
            groups[-1].add(f"{group.prefix}( {group.expression()} )", excluded=group.excluded)
        elif match["bracket"]:
            groups[-1].add(")")  # no group is open; FTS5 reports the mistake
        elif match["near"] or match["word"] in OPERATORS:
            groups[-1].add(column + (match["near"] or match["word"]), excluded=excluded)
        elif term := _term(match):
            groups[-1].add(column + term, excluded=excluded)
            notes += _notes(match["word"] or "")
        elif not groups[-1].parts or groups[-1].parts[-1] in OPERATORS:
            groups[-1].add(_NOTHING)
    last = groups[-1]
    if len(groups) == 1 and ((last.without and not last.parts) or last.parts[:1] == ["NOT"]):
        raise BadInputError("the query only excludes: write a word that items must have, as in roma -media")
    opened = "".join(f"{group.prefix}( " for group in groups[1:])  # a bracket that is not closed
    return opened + last.expression() or _NOTHING, notes


def _term(match: re.Match[str]) -> str:
    """Return a word or phrase, quoted if FTS5 needs that; empty if it has no letter and no digit."""
    text = match["phrase"] if match["word"] is None else match["word"]
    if not _LETTER.search(text):
        return ""
    first = "^ " if match["first"] else ""
    stem = text if match["word"] is None else text.rstrip("*")
    bare = match["word"] is not None and _BARE.fullmatch(text) is not None
    star = "" if match["star"] is None and stem == text else "*" if bare else " *"
    terms = [first + (one if bare else f'"{one}"') + star for one in _spellings(stem)]
    return terms[0] if len(terms) == 1 else f"( {' OR '.join(terms)} )"


def _spellings(text: str) -> list[str]:
    """Return the text; in Cyrillic and Greek script with and without marks. й is a letter of its own.

    >>> _spellings("Ёж"), len(_spellings("Горги")), _spellings("elections")
    (['еж', 'ёж'], 4, ['elections'])
    """
    if not _OTHER_SCRIPTS.search(text):
        return [text]
    typed = text.lower()
    plain = "".join(letter if letter == "й" else unicodedata.normalize("NFD", letter)[0] for letter in typed)
    places = [place for place, letter in enumerate(plain) if letter in _MARKED]
    chosen: Iterable[Collection[int]] = [(), *((place,) for place in places), places]
    if len(places) <= _MOST_MARKS:
        chosen = [part for size in range(len(places) + 1) for part in combinations(places, size)]
    spellings = (
        "".join(_MARKED[letter] if place in marked else letter for place, letter in enumerate(plain))
        for marked in chosen
    )
    return list(dict.fromkeys((*spellings, typed)))


def _notes(word: str) -> list[str]:
    """Return remarks for the user on a word that looks like an operator."""
    if word in ("and", "or", "not"):
        return [f'"{word}" is searched for as a word; the operator is written {word.upper()}']
    if _UNKNOWN_COLUMN.match(word):
        return [f'"{word[:60]}" is searched for as words: the columns are title:, teaser: and text:']
    return []


def _plain(query: str, reason: str) -> Words:
    """Return the expression for items with all these words, taken literally, without the operators."""
    words = [word for word in query.split() if word.strip("()") not in OPERATORS] or query.split()
    expression = " ".join(map(_quoted, dict.fromkeys(words))) or _NOTHING
    return Words(expression, (f"not a valid query ({reason}), so its words were searched for",))


def _quoted(word: str) -> str:
    return '"' + word.replace('"', '""') + '"'
