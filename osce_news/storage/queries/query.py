"""The query that all commands and pages share: words, filters, and the past day to show."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, fields
from typing import Any, Self

from osce_news.errors import BadInputError
from osce_news.normalize.dates import date_option, period_options
from osce_news.normalize.vocabulary import language_code, languages, vocabulary
from osce_news.storage.queries.fts_query import parse_words

_MATCHES = "items.key IN (SELECT rowid FROM items_fts WHERE items_fts MATCH ?)"
# The filters that take names, each with its vocabulary. The fields of `Query` are their plurals.
VOCABULARIES = {"office": "offices", "topic": "topics", "type": "content_types", "place": "places"}
_SINGLE = ("since", "until", "language", "as-of")
ARGUMENTS = ("search", *VOCABULARIES, *_SINGLE, "all")  # of an address, and with "--" of a command


@dataclass(frozen=True, slots=True)
class Query:
    """Which items are wanted: identifiers of the vocabulary, and dates as YYYY-MM-DD."""

    words: str = ""  # as typed, in the query language of `search`
    offices: Sequence[str] = ()
    topics: Sequence[str] = ()
    types: Sequence[str] = ()
    places: Sequence[str] = ()
    since: str | None = None
    until: str | None = None
    language: str | None = None
    as_of: str | None = None  # as the list showed the items at the end of this day; see `database_as_of`
    every: bool = False  # whether an item must have each of several offices, topics or places, not just one

    @classmethod
    def parse(
        cls,
        *,
        words: str | None = None,
        offices: Iterable[str] = (),
        topics: Iterable[str] = (),
        types: Iterable[str] = (),
        places: Iterable[str] = (),
        since: str | None = None,
        until: str | None = None,
        language: str | None = None,
        as_of: str | None = None,
        every: bool = False,
    ) -> Self:
        """Return the query from words, names and dates as people write them.

        Raises BadInputError for an unknown name or language, for a text that is not a date, for a period that
        ends before it begins, and for words that `parse_words` refuses.
        """
        if words is not None and not words.strip():  # perhaps an unset variable in a shell
            raise BadInputError("no words to search for: without any, `osce-news list` shows all items")
        since, until = period_options(since, until)
        query = cls(
            words=(words or "").strip(),
            offices=identifiers("offices", offices),
            topics=identifiers("topics", topics),
            types=identifiers("content_types", types),
            places=identifiers("places", places),
            since=since,
            until=until,
            language=None if language is None else _language(language),
            as_of=date_option(as_of, "as-of"),
            every=every,
        )
        parse_words(query.words)  # raises
        return query

    def __bool__(self) -> bool:
        """Whether the query has any condition; an empty query finds all items."""
        return any(getattr(self, field.name) for field in fields(self) if field.name != "every")

    @property
    def match(self) -> str:
        """The words as an expression of FTS5; empty without words."""
        return parse_words(self.words).expression if self.words else ""

    @property
    def notes(self) -> tuple[str, ...]:
        """Remarks for the user on how the words were read."""
        return parse_words(self.words).notes if self.words else ()

    def where(self) -> tuple[str, list[Any]]:
        """Return the SQL condition on `items` for the items that match, and its parameters."""
        (labels, values), (period, days) = self.labels(), self.period()
        words = [self.match] if self.words else []
        return f"{labels} AND {period}{f' AND {_MATCHES}' if words else ''}", [*values, *days, *words]

    def period(self) -> tuple[str, list[Any]]:
        """Return the condition on the publishing date, for which SQLite uses the index `items_published`."""
        days = [("items.published >= ?", self.since), ("items.published <= ?", self.until)]
        return _joined([(condition, day) for condition, day in days if day is not None])

    def labels(self, *, each: bool = False) -> tuple[str, list[Any]]:
        """Return the condition on all other filters.

        SQLite first collects the items that pass. With `each` it tests each item separately instead, which is
        faster if there are few to test.
        """
        conditions: list[tuple[str, Any]] = []
        for one, names in (("office", self.offices), ("topic", self.topics), ("place", self.places)):
            table, among = f"item_{one}s", f"{one}_id IN (SELECT value FROM json_each(?))"
            if each:
                test = f"EXISTS (SELECT 1 FROM {table} WHERE +{among} AND item_id = items.id)"
            else:
                # "+" keeps SQLite from looking up each pair of an id found here and a key found by the words.
                plus = "+" if self.words else ""
                test = f"{plus}items.id IN (SELECT item_id FROM {table} WHERE {among})"
            # Each group of names takes one condition: an item needs one name of it.
            groups = [[name] for name in names] if self.every else [list(names)] if names else []
            for group in groups:
                wanted = with_children(group) if one == "topic" else group
                conditions.append((test, json.dumps(wanted)))
        if self.types:
            types = "items.content_type IN (SELECT value FROM json_each(?))"
            conditions.append((types, json.dumps(list(self.types))))
        if self.language is not None:
            conditions.append(("items.language = ?", self.language))
        return _joined(conditions)

    def arguments(self) -> list[tuple[str, str]]:
        """Return the query as options of a command, or arguments of an address, with their values.

        >>> Query(words="roma", topics=["elections"], since="2015-01-01").arguments()
        [('search', 'roma'), ('topic', 'elections'), ('since', '2015-01-01')]
        """
        pairs = [("search", self.words)]
        for name in VOCABULARIES:
            pairs += [(name, value) for value in getattr(self, f"{name}s")]
        pairs += [(name, getattr(self, name.replace("-", "_"))) for name in _SINGLE]
        pairs.append(("all", "1" if self.every else ""))
        return [(name, value) for name, value in pairs if value]

    def options(self) -> list[str]:
        """Return the query as options of a command."""
        pairs = [(f"--{name}", value) for name, value in self.arguments()]
        return [part for name, value in pairs for part in ((name,) if name == "--all" else (name, value))]

    @classmethod
    def from_arguments(cls, pairs: Iterable[tuple[str, str]]) -> Self:
        """Return the query that `arguments` gave; other names and empty values are ignored.

        Raises what `parse` raises.
        """
        given = defaultdict(list)
        for name, value in pairs:
            if value.strip():
                given[name].append(value)
        values: dict[str, Any] = {f"{name}s": given[name] for name in VOCABULARIES}
        values |= {name.replace("-", "_"): given[name][-1] for name in _SINGLE if given[name]}
        return cls.parse(words=" ".join(given["search"]) or None, every=bool(given["all"]), **values)

    def described(self) -> str:
        """Return the query in words; empty for a query without conditions.

        >>> Query(offices=["odihr"], since="2022-01-01").described()
        'office: OSCE Office for Democratic Institutions and Human Rights; published since 2022-01-01'
        """
        return "; ".join(self._parts())

    def _parts(self) -> Iterator[str]:
        if self.words:
            yield f"words: {self.words}"
        between = " and " if self.every else " or "
        for name in VOCABULARIES:
            if values := getattr(self, f"{name}s"):
                yield f"{name}: {between.join(label(name, value) for value in values)}"
        days = [f" {name} {day}" for name, day in (("since", self.since), ("until", self.until)) if day]
        if days:
            yield "".join(["published", *days])
        if self.language:
            yield f"language: {self.language}"
        if self.as_of:
            yield f"as of {self.as_of}"


def label(name: str, identifier: str) -> str:
    """Return the label of an identifier that a filter takes.

    >>> label("type", "press-release")
    'Press release'
    """
    return vocabulary(VOCABULARIES[name]).entries[identifier].label


def identifiers(kind: str, names: Iterable[str]) -> list[str]:
    """Return the identifiers of the entries with these identifiers, names or aliases.

    `kind` is the name of a vocabulary. Raises BadInputError that names the nearest entry.
    """
    entries = vocabulary(kind)
    ids = []
    for name in names:
        entry = entries.lookup(name)
        if entry is None:
            nearest = entries.nearest(name)
            hint = f"; did you mean {nearest.id} ({nearest.label})?" if nearest else ";"
            if "," in name and any(map(entries.lookup, name.split(","))):
                hint = "; to name several, repeat the option;"
            one = kind.removesuffix("s").replace("_", " ")
            raise BadInputError(f"no {one} {name[:80]!r}{hint} `osce-news vocabulary {kind}` lists them")
        ids.append(entry.id)
    return ids


def _language(text: str) -> str:
    """Return the code of a language, given by its code or name. Raises BadInputError."""
    code = text.strip().lower()
    found = code if code in languages() else language_code(text)
    if found is None:
        raise BadInputError(f"no language {text[:80]!r}; choose from {', '.join(sorted(languages()))}")
    return found


def with_children(topics: Sequence[str]) -> list[str]:
    """Return the topics and those that are parts of them."""
    entries = vocabulary("topics").entries.values() if topics else ()
    return [*topics, *(entry.id for entry in entries if entry.parent in topics)]


def _joined(conditions: list[tuple[str, Any]]) -> tuple[str, list[Any]]:
    return " AND ".join(["1", *(sql for sql, _ in conditions)]), [value for _, value in conditions]
