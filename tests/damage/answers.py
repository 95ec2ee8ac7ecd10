"""Answers of the search service with fields that are missing, swapped, cut, or in another form."""

from __future__ import annotations

import json
from collections.abc import Callable, Mapping
from random import Random
from typing import Any

from tests.damage.mutation import Register
from tests.damage.sound import SoundAnswer
from tests.newsroom.answers import Documents, answer_text

answers = Register("search answers")

_DAY = 86_400
_FIELDS = ("nid", "url", "title", "date", "item_type_label", "source_label", "fow_label", "preview")


def _answer(name: str, change: Callable[[SoundAnswer], str], *, fewer: bool = False) -> None:
    """Register a way of damaging a whole answer."""
    answers.add(name, lambda page: change(page) if isinstance(page, SoundAnswer) else None, fewer=fewer)


def _documents(name: str, change: Callable[[Documents], Documents], *, fewer: bool = False) -> None:
    """Register a way of damaging the documents."""
    _answer(name, lambda page: answer_text(change(page.documents)), fewer=fewer)


def _each(name: str, change: Callable[[dict[str, Any]], dict[str, Any]], *, every: int = 1) -> None:
    """Register a change of each document of the newsroom, or one of `every`; `change` returns new fields."""

    def damage(documents: Documents) -> Documents:
        return [
            one | change(one) if one["bundle"] == "news" and number % every == 0 else one
            for number, one in enumerate(documents)
        ]

    _documents(name, damage)


def _dates(name: str, change: Callable[[int], object]) -> None:
    """Register a change of the dates of all documents."""
    _documents(name, lambda documents: [one | {"date": change(one["date"])} for one in documents])


def _without(field: str) -> Callable[[Documents], Documents]:
    return lambda documents: [{name: one[name] for name in one if name != field} for one in documents]


def _renamed(field: str) -> Callable[[Documents], Documents]:
    return lambda documents: [
        {(f"{name}_text" if name == field else name): one[name] for name in one} for one in documents
    ]


def _of_next(field: str) -> Callable[[Documents], Documents]:
    """Return the change that gives each document of the newsroom the field of the next one."""

    def damage(documents: Documents) -> Documents:
        news = [one for one in documents if one["bundle"] == "news"]
        following = {one["id"]: other[field] for one, other in zip(news, [*news[1:], news[0]], strict=True)}
        return [one | {field: following[one["id"]]} if one["id"] in following else one for one in documents]

    return damage


for _field in (*_FIELDS, "full_text"):
    _documents(f"{_field} missing", _without(_field), fewer=_field == "full_text")
    _documents(f"{_field} renamed", _renamed(_field), fewer=_field == "full_text")
for _field in ("nid", "url", "date", "full_text"):  # the others: values.py
    _documents(f"{_field} of the next document", _of_next(_field))
for _field in _FIELDS:
    _each(f"{_field} null", lambda one, name=_field: {name: None})  # type: ignore[misc]
    _each(f"{_field} null in one of three", lambda one, name=_field: {name: None}, every=3)  # type: ignore[misc]
    _each(f"{_field} an object", lambda one, name=_field: {name: {"value": one[name]}})  # type: ignore[misc]

for _one, _other in (
    ("title", "preview"), ("title", "full_text"), ("preview", "full_text"), ("title", "url"),
    ("source_label", "fow_label"), ("item_type_label", "fow_label"), ("item_type_label", "source_label"),
    ("nid", "date"),
):  # fmt: skip
    _each(
        f"{_one} and {_other} swapped",
        lambda one, first=_one, second=_other: {first: one[second], second: one[first]},  # type: ignore[misc]
    )


def _escaped(text: str) -> str:
    return text.replace("“", "&amp;ldquo;").replace("”", "&amp;rdquo;")


_dates("dates in milliseconds", lambda date: date * 1000)
_dates("dates in minutes", lambda date: date // 60)
_dates("dates as texts", str)
_dates("dates as decimals", float)
_dates("dates a day earlier", lambda date: date - _DAY)
_dates("dates at midnight in Vienna", lambda date: date - 13 * 3600)
_dates("dates before 1970", lambda date: date - 1_800_000_000)
_dates("dates all the same", lambda date: 1_764_500_000)
_dates("dates 0", lambda date: 0)

_each("titles cut without dots", lambda one: {"title": one["title"][:20]})
_each("titles in an HTML element", lambda one: {"title": f"<em>{one['title']}</em>"})
_each("found words marked", lambda one: {"title": one["title"].replace("OSCE", "<mark>OSCE</mark>")})
_each("full texts all the same", lambda one: {"full_text": "This site uses cookies. Read our policy."})
_each("full texts cut", lambda one: {"full_text": one["full_text"][:60]})
_each("full texts with the menu", lambda one: {"full_text": f"Home\n\nNews\n\n{one['full_text']}"})
_each("names in capitals", lambda one: {"source_label": str(one["source_label"]).upper()})
_each("labels as numbers", lambda one: {"source_label": 24, "fow_label": [111, 120]})
_each("no labels", lambda one: {"source_label": [], "fow_label": [], "item_type_label": ""})
_each("numbers as texts", lambda one: {"nid": str(one["nid"])})
_each("numbers one too high", lambda one: {"nid": one["nid"] + 1})
_each("numbers all the same", lambda one: {"nid": 600_001})
_each("addresses all the same", lambda one: {"url": "/press-releases"})
_each("addresses with their host", lambda one: {"url": f"https://www.osce.org{one['url']}"})
_each("addresses with a query", lambda one: {"url": f"{one['url']}?from=search"})
_each("addresses on another site", lambda one: {"url": f"https://example.org{one['url']}", "nid": None})
_each("neither numbers nor addresses", lambda one: {"nid": None, "url": None})

for _name, _encoding in (("Latin-1", "latin-1"), ("Windows-1252", "cp1252")):

    def _misread(one: Mapping[str, Any], encoding: str = _encoding) -> dict[str, Any]:
        texts = {name: one[name] for name in ("title", "preview", "full_text")}
        return {name: text.encode().decode(encoding, "replace") for name, text in texts.items()}

    _each(f"texts in UTF-8 read as {_name}", _misread)
_each("quotes escaped twice", lambda one: {"title": _escaped(one["title"])})

_documents("in the reverse order", lambda documents: documents[::-1])
_documents("shuffled", lambda documents: Random(3).sample(documents, len(documents)))
_documents("each document twice", lambda documents: [one for one in documents for _ in range(2)])
_documents("the first document only, many times", lambda documents: documents[:1] * len(documents))
_documents("the second half lost", lambda documents: documents[: len(documents) // 2], fewer=True)
_documents("no documents", lambda documents: [], fewer=True)
_documents("documents without fields", lambda documents: [{} for _ in documents])
_documents(
    "documents of another collection",
    lambda documents: [{"id": one["id"], "name": "A chair", "price": one["date"]} for one in documents],
)
_documents(
    "events instead of news",
    lambda documents: [one | {"bundle": "event", "item_type_label": "Event"} for one in documents],
    fewer=True,
)
_documents("decisions as news", lambda documents: [one | {"item_type_label": "News"} for one in documents])

_answer("hits without documents", lambda page: json.dumps({"found": 9, "hits": [{"highlights": []}] * 9}))
_answer("documents as texts", lambda page: json.dumps({"found": 1, "hits": [{"document": page.html}]}))
_answer("hits in groups", lambda page: page.html.replace('"hits"', '"grouped_hits"', 1))
_answer("several answers in one", lambda page: f'{{"results": [{page.html}]}}')
_answer("documents only", lambda page: json.dumps(page.documents))
_answer("a document on each line", lambda page: "\n".join(map(json.dumps, page.documents)))
_answer("number of documents as a text", lambda page: json.dumps(json.loads(page.html) | {"found": "many"}))
_answer("half a letter in titles", lambda page: page.html.replace('"title": "', '"title": "\\ud83d'))
_answer("NaN for a date", lambda page: page.html.replace('"date": ', '"date": NaN, "was": ', 1))
_answer("an error", lambda page: json.dumps({"message": "Not Ready or Lagging"}))
_answer("the answer twice", lambda page: page.html * 2)
_answer("a script around the answer", lambda page: f"callback({page.html});")
_answer(
    "cut between two documents, brackets closed",
    lambda page: page.html[: page.html.rindex(', {"document"')] + '], "page": 1}',
    fewer=True,
)
