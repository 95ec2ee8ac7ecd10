"""Labels with other names, missing labels, and labels in the wrong place."""

from __future__ import annotations

import re
from dataclasses import replace

from tests.damage.mutation import Register
from tests.damage.sound import Sound, with_values
from tests.damage.values import contents
from tests.newsroom.stories import Story

labels = Register("labels")

_OTHER_WORDS = {
    "date": "Date of issue",
    "type": "Category",
    "offices": "Field operation",
    "topics": "Subjects",
}
_GERMAN = {"date": "Veröffentlicht am", "type": "Art", "offices": "Wo wir sind", "topics": "Was wir tun"}
_NOTHING = "\N{WHITE SQUARE}"  # in a story: a value that is printed empty after its label


def _renamed(name: str, text: str, *, every: int = 1) -> None:
    def apply(page: Sound) -> str | None:
        places = page.labels(name)
        kept = [page.html[place.start : place.end] for place in places]
        colon = ":" if kept and ":" in kept[0] else ""
        texts = [old if number % every else text + colon for number, old in enumerate(kept)]
        return page.replaced(places, texts)

    rate = "" if every == 1 else f" in one of {every}"
    labels.add(f"{name}: label renamed to {text!r}{rate}", apply)


def _gone(name: str) -> None:
    def label(page: Sound) -> str | None:
        return page.replaced(page.labels(name), "")

    labels.add(f"{name}: label gone, value left", label)


def _line_gone(name: str) -> None:
    empty: dict[str, dict[str, object]] = {
        "type": {"content_type": None},
        "offices": {"offices": ()},
        "topics": {"topics": ()},
    }

    def line(page: Sound) -> str | None:
        fields = empty[name]
        return page.each(lambda story: with_values(story, fields)) if page.labels(name) else None

    contents.add(f"{name}: label and value gone", line)


def _emptied(name: str) -> None:
    nothing: dict[str, dict[str, object]] = {
        "type": {"content_type": _NOTHING},
        "offices": {"offices": (_NOTHING,)},
        "topics": {"topics": (_NOTHING,)},
    }

    def emptied(page: Sound) -> str | None:
        if not page.labels(name):
            return None
        fields = nothing[name]
        return page.each(lambda story: with_values(story, fields) if _prints(story, name) else story).replace(
            _NOTHING, ""
        )

    labels.add(f"{name}: value empty", emptied)


def _prints(story: Story, name: str) -> bool:
    return bool({"type": story.content_type, "offices": story.offices, "topics": story.topics}[name])


def _swapped(one: str, other: str) -> None:
    def apply(page: Sound) -> str | None:
        first, second = page.labels(one), page.labels(other)
        if not first or not second:
            return None
        texts = [page.html[place.start : place.end] for place in (first[0], second[0])]
        both = sorted([*((place, texts[1]) for place in first), *((place, texts[0]) for place in second)])
        return page.replaced([place for place, _ in both], [text for _, text in both])

    labels.add(f"labels of {one} and {other} swapped", apply)


for _name in ("date", "type", "offices", "topics"):
    _renamed(_name, _OTHER_WORDS[_name])
    _renamed(_name, _GERMAN[_name])
    _renamed(_name, _OTHER_WORDS[_name], every=2)
    _renamed(_name, _OTHER_WORDS[_name], every=5)
    _gone(_name)
for _name in ("type", "offices", "topics"):
    _line_gone(_name)
    _emptied(_name)
for _pair in (
    ("date", "type"),
    ("date", "offices"),
    ("type", "offices"),
    ("offices", "topics"),
    ("type", "topics"),
):
    _swapped(*_pair)


@labels("all labels but the date's renamed")
def _all_renamed(page: Sound) -> str | None:
    both = sorted(
        (place, text) for name, text in _OTHER_WORDS.items() if name != "date" for place in page.labels(name)
    )
    return page.replaced([place for place, _ in both], [f"{text}:" for _, text in both])


@labels("all labels gone, values left")
def _all_gone(page: Sound) -> str | None:
    return page.replaced(sorted(place for name in _OTHER_WORDS for place in page.labels(name)), "")


def _new_label(text: str, value: str, *, every: int = 1) -> None:
    def apply(page: Sound) -> str | None:
        stories = [
            story if story.collections or number % every else replace(story, collections=value)
            for number, story in enumerate(page.stories)
        ]
        more = replace(page, html=page.shows(stories), stories=tuple(stories))
        return more.replaced(more.labels("collections"), f"{text}:" if page.markup != "nocolon" else text)

    rate = "" if every == 1 else f" in one of {every}"
    labels.add(f"new label {text!r}{rate}", apply)


_new_label("Country", "Ukraine")
_new_label("Country", "Ukraine", every=4)
_new_label("Keywords", "Elections, Human rights")
_new_label("Reading time", "3 minutes")


@labels("labels twice, each with its value")
def _doubled(page: Sound) -> str | None:
    if page.markup not in ("drupal7", "strong", "table", "upper"):
        return None
    line = {"drupal7": "div", "strong": "p", "table": "tr", "upper": "li"}[page.markup]
    pattern = re.compile(
        rf"<{line}(?: class=\"[a-z-]+\")?><(?:span|strong|th)[^>]*>.*?</{line}>\n", re.DOTALL
    )
    start, end = page.list_bounds
    return page.html[:start] + pattern.sub(r"\g<0>\g<0>", page.html[start:end]) + page.html[end:]
