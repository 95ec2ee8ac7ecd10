"""The values of a card that need no label; the vocabulary distinguishes them from its text.

A line consists of values if each of its parts is a date, or a name that the vocabulary knows.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cache

from osce_news.normalize.dateline import parse_dateline
from osce_news.normalize.dates import is_date, parse_date, place_and_day
from osce_news.normalize.terms import field_of_names
from osce_news.normalize.vocabulary import begins, fold, says, vocabulary, words
from osce_news.pages.labels import names_behind_label
from osce_news.pages.text_lines import Line, Piece, squeeze

_EDGES = " \t\r\n\u00a0|·•–—-,;:(/"
_ARROWS = " .…›»→>:"
_LONGEST_NAME = 50  # characters of an author's name
_SHORT = 40  # characters of a part next to a date, and of a section's name above a title


class CardValues:
    """The values and texts of the lines that were added; `is_below` says whether they are below the title.

    `names` has the names by field, `days` the dates in printed order, `unsure` the lines with a date after
    an unknown label.
    """

    def __init__(self) -> None:
        self.names: dict[str, str] = {}
        self.days: list[str] = []
        self.unsure: list[str] = []
        self.is_below = False
        self._texts: dict[bool, list[list[str]]] = {True: [[]], False: [[]]}

    @property
    def text(self) -> str | None:
        """The longest text below the title between values; that above the title if none is below."""
        below, above = (max((" ".join(run) for run in self._texts[side]), key=len) for side in (True, False))
        return below or (above if len(above) > _SHORT else "") or None

    def end_text(self) -> None:
        """End the current text: a value, or another part of the card, follows."""
        self._texts[self.is_below].append([])

    def add(self, pieces: Sequence[Piece], *, may_be_text: bool = True) -> None:
        """Add a line: its values if it consists of values, else its text, if it may be one."""
        text = squeeze("".join(piece.text for piece in pieces))
        if not bare_text(text):
            return
        parts = [bare_text(text)]
        if not is_known(parts[0]):
            parts = list(parts_of(pieces))
        if is_date(" ".join(parts)):  # day, month and year in elements of their own
            parts = [" ".join(parts)]
        if self._add_values(parts) or self._add_links(parts, pieces) or self._add_dated(parts, text):
            self.end_text()
        elif may_be_text and not is_byline(text) and not parse_date(f"{text} 2000"):  # a day without its year
            self._texts[self.is_below][-1].append(text)

    def add_labelled(self, label: str, line: Line) -> None:
        """Add a line after a label that is not known: only its names count."""
        self.end_text()
        for part in parts_of(line.pieces):
            if is_date(part) and not begins("changed", label):
                self.unsure.append(f"{label} {part}")
            elif not is_date(part):
                self._add_values([part])

    def _add_values(self, parts: Sequence[str]) -> bool:
        """Add the parts if all of them are values; two dates on a line are the period of an event."""
        if not all(map(is_known, parts)):
            return False
        is_period = sum(map(is_date, parts)) > 1
        for part in parts:
            if is_date(part):
                self.days += [] if is_period else [part]
            elif field := field_of_names(names := names_behind_label(part)):
                self._add_name(field, names)
        return True

    def _add_links(self, parts: Sequence[str], pieces: Sequence[Piece]) -> bool:
        """Add a line of links if one is a known name: the others are names of the same kind."""
        fields = [field for part in parts if (field := field_of_names(part)) in ("offices", "topics")]
        links = [piece.link is not None for piece in pieces if bare_text(piece.text)]
        if not fields or len(links) < 2 or not all(links):
            return False
        for part in parts:
            self._add_name(fields[0], part)
        return True

    def _add_dated(self, parts: Sequence[str], text: str) -> bool:
        """Add a short line with a date and other words, such as an unknown place; not a sentence."""
        parts = [one for part in parts for one in _label_and_date(part)]
        day = next(filter(is_date, parts), None)
        unknown = sum(len(part) for part in parts if not is_known(part))
        if day is None or unknown > _SHORT or text.endswith((".", "!", "?", "…")):
            return False
        if parse_dateline(text) is not None:  # of a short text
            return False
        before = text.partition(day)[0]
        if is_of_publishing(before):
            for part in parts:
                self._add_values([part])
        elif not begins("changed", before):
            self.unsure.append(text)
        return True

    def _add_name(self, field: str, name: str) -> None:
        before = self.names.get(field)
        if before is None:
            self.names[field] = name
        elif field != "content_type" and name not in before.split(", "):
            self.names[field] = f"{before}, {name}"


def bare_text(text: str) -> str:
    """Return the text without separators and brackets around it."""
    bare = squeeze(text).strip(_EDGES)
    return bare if "(" in bare else bare.rstrip(f"){_EDGES}")


def says_more(text: str) -> bool:
    """Whether the text of a link says "Read more", perhaps followed by the title."""
    folded = fold(text[:200]).strip(_ARROWS)
    return folded in words("more") or folded.startswith(words("more_about"))


def is_aside(text: str) -> bool:
    """Whether the text can't be a title: a number, a date, a type, "Read more"."""
    bare = bare_text(text)
    return (
        not any(map(str.isalpha, bare))
        or is_date(bare)
        or field_of_names(bare) == "content_type"
        or says_more(bare)
    )


def is_byline(text: str) -> bool:
    """Whether the line names an author, or says how long reading takes."""
    first, _, rest = text.partition(" ")
    if says("byline", first):
        return 0 < len(rest) <= _LONGEST_NAME and not any(end in rest for end in ".!?…")
    return first.isdigit() and says("reading_time", rest)


def is_of_values(line: Line) -> bool:
    """Whether a line without a label shows only values."""
    return line.heading is None and all(map(is_known, parts_of(line.pieces)))


def is_dated(line: Line) -> bool:
    """Whether a part of the line is a date, and not that of a dateline before a text."""
    return any(map(is_date, parts_of(line.pieces))) and parse_dateline(line.text) is None


def is_of_publishing(before: str) -> bool:
    """Whether the date may be that of publishing, given the words before it on its line."""
    bare = bare_text(before)
    if begins("changed", bare):
        return False
    is_apart = before.rstrip().endswith(("|", "·", "•", "–", "—", ",")) or not any(map(str.isalpha, bare))
    return is_apart or is_known(bare) or begins("published", bare) or is_byline(bare)


@cache
def _separators() -> re.Pattern[str]:
    """Return a pattern of what separates values on a line, including words between a date and names."""
    words_after_year = "|".join(map(re.escape, words("before_names")))
    return re.compile(rf"\s*[|·•]\s*|\s+[–—-]\s+|(?<=[0-9]{{4}})\s+(?:{words_after_year})(?:\s+|$)")


def parts_of(pieces: Iterable[Piece]) -> Iterator[str]:
    """Yield the parts of a line between its elements and separators."""
    for piece in pieces:
        for part in _separators().split(squeeze(piece.text)):
            if bare := bare_text(part):
                yield bare


def _label_and_date(part: str) -> Sequence[str]:
    """Return the two parts of "Label: date", "Published on date" or "Office, date"; any other by itself."""
    label, colon, rest = part.partition(":")
    if (found := place_and_day(part)) and found.place and part.startswith(f"{found.place},"):
        return found.place, found.day
    if not colon and begins("published", part) and (digit := re.search("[0-9]", part)):
        label, rest = part[: digit.start()], part[digit.start() :]
    return (label, rest.strip()) if is_date(rest.strip()) else (part,)


def is_known(text: str) -> bool:
    """Whether the text is a value that needs no label: a date, names, a place."""
    return (
        is_date(text)
        or field_of_names(names_behind_label(text)) is not None
        or vocabulary("places").find(text) is not None
    )
